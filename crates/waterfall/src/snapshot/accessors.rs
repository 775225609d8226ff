//! The accessors of snapshots of all kinds, known or unknown.

/// Implements the accessors for a type with a member `received`. The type's generic parameters are
/// in brackets.
macro_rules! accessors {
    ([$($generics:tt)*] $snapshot:ty) => {
        impl<$($generics)*> $snapshot {
            /// Returns the time at which the job started, by the server's clock; `None` if the API
            /// sent no date and time.
            pub fn started_at(&self) -> Option<jiff::Timestamp> {
                self.received.started_at()
            }

            /// Returns the time at which the job ended, by the server's clock; `None` while it is
            /// running.
            pub fn stopped_at(&self) -> Option<jiff::Timestamp> {
                self.received.stopped_at()
            }

            /// Returns the duration of the job or, while it is running, its age when the server
            /// responded.
            ///
            /// Both times are from the server's clock: the `Date` of the response, to the second,
            /// or the local clock if the response has no `Date`. Zero if the start is later than
            /// the end.
            pub fn elapsed(&self) -> Option<Duration> {
                self.received.elapsed()
            }

            /// Returns whether the job is finished: its state is `SUCCEEDED`, `FAILED`, `TIMED_OUT`
            /// or `ABORTED`. An unknown state is not final.
            pub fn is_final(&self) -> bool {
                self.received.is_final()
            }

            /// Returns whether the job succeeded, even if it found nothing.
            pub fn is_success(&self) -> bool {
                *self.state() == JobState::Succeeded
            }

            /// Returns the cost of the job, if the API reports it.
            pub fn usage(&self) -> Option<&Usage> {
                self.received.facts.usage.as_ref()
            }

            /// Returns why the job failed, as a text for people.
            pub fn error_message(&self) -> Option<&str> {
                self.received.facts.error.as_deref()
            }

            /// Returns the body, exactly as it was received.
            pub fn raw(&self) -> &Bytes {
                &self.received.body
            }

            /// Returns the body as text, exactly as it was received.
            pub fn raw_json(&self) -> &str {
                self.received.json()
            }

            /// Returns whether the snapshot was delivered by a webhook, not read.
            pub fn was_delivered(&self) -> bool {
                self.received.delivered
            }

            /// Returns the headers of the response or the delivery.
            pub fn headers(&self) -> &HeaderMap {
                &self.received.headers
            }
        }
    };
}
pub(super) use accessors;

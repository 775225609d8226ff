//! The accessors of snapshots of all kinds, whether the kind is known or not.

/// Implements them for a type with a member `received`; its generic parameters are in brackets.
macro_rules! accessors {
    ([$($generics:tt)*] $snapshot:ty) => {
        impl<$($generics)*> $snapshot {
            /// When the job started, by the server's clock; `None` if the API sent no date and time.
            pub fn started_at(&self) -> Option<jiff::Timestamp> {
                self.received.started_at()
            }

            /// When the job ended, by the server's clock; `None` while it is running.
            pub fn stopped_at(&self) -> Option<jiff::Timestamp> {
                self.received.stopped_at()
            }

            /// How long the job took or, while it is running, how old it was when the server responded.
            ///
            /// Both times are from the server's clock: the `Date` of the response, to the second, or the
            /// local clock if the response has no `Date`. Zero if the start is the later one.
            pub fn elapsed(&self) -> Option<Duration> {
                self.received.elapsed()
            }

            /// Whether the job is finished: its state is `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`. A
            /// state that this crate does not know is not final.
            pub fn is_final(&self) -> bool {
                self.received.is_final()
            }

            /// Whether the job succeeded, with or without finding anything.
            pub fn is_success(&self) -> bool {
                *self.state() == JobState::Succeeded
            }

            /// What the job cost, if the API reports it.
            pub fn usage(&self) -> Option<&Usage> {
                self.received.facts.usage.as_ref()
            }

            /// Why the job failed, as a text for people.
            pub fn error_message(&self) -> Option<&str> {
                self.received.facts.error.as_deref()
            }

            /// The body, exactly as it was received.
            pub fn raw(&self) -> &Bytes {
                &self.received.body
            }

            /// The body as text, exactly as it was received.
            pub fn raw_json(&self) -> &str {
                self.received.json()
            }

            /// Whether it was delivered by a webhook, and not read.
            pub fn was_delivered(&self) -> bool {
                self.received.delivered
            }

            /// The headers of the response, or of the delivery.
            pub fn headers(&self) -> &HeaderMap {
                &self.received.headers
            }
        }
    };
}
pub(super) use accessors;

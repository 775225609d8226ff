//! [`AnySnapshot`]: the API's response about a job of any kind.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::Deviation;
use waterfall_api::jobs::*;
use waterfall_api::types::{JobState, Usage};

use super::Snapshot;
use super::unknown::UnknownJob;
use crate::error::Error;
use crate::job_id::JobId;
use crate::kind::JobKind;
use crate::known_kinds::for_each_kind;

macro_rules! any_snapshot {
    ($($variant:ident: $kind:ident, $word:literal, $name:literal;)*) => {
        /// The API's response about a job of any kind: from [`AnyJob`](crate::AnyJob), or from a webhook.
        ///
        /// It has the methods that snapshots of all kinds have. For the methods of one kind, match
        /// on it or use [`of_kind`](Self::of_kind). Cheap to clone.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum AnySnapshot {
            $(#[doc = concat!("A ", $name, ".")]
            $variant(Snapshot<$kind>),)*
            /// A delivery whose kind is not known. A read has a kind.
            Unknown(UnknownJob),
        }

        $(impl From<Snapshot<$kind>> for AnySnapshot {
            fn from(snapshot: Snapshot<$kind>) -> Self {
                Self::$variant(snapshot)
            }
        })*

        impl AnySnapshot {
            /// Returns the snapshot of a delivery as one of the kind `K`, because its job is known
            /// to be of that kind. If it was decoded as another kind, it is decoded again.
            #[cfg(feature = "webhook")]
            pub(crate) fn into_kind<K: JobKind>(self) -> Option<Snapshot<K>> {
                let body = match self {
                    $(Self::$variant(snapshot) => match snapshot.clone().of_kind() {
                        Some(snapshot) => return Some(snapshot),
                        None => snapshot.received.delivered_body(),
                    },)*
                    Self::Unknown(job) => job.received.delivered_body(),
                };
                body.decode().ok()
            }

            #[cfg(not(feature = "webhook"))]
            pub(crate) fn into_kind<K: JobKind>(self) -> Option<Snapshot<K>> {
                self.of_kind()
            }

            /// Returns the word of the kind, as in an [ID](JobId#kinds); `None` if the kind is not
            /// known.
            pub fn kind(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant(_) => Some($word),)*
                    Self::Unknown(_) => None,
                }
            }

            /// Returns the snapshot as one of the kind `K`, if it has that kind.
            pub fn of_kind<K: JobKind>(&self) -> Option<Snapshot<K>> {
                match self {
                    $(Self::$variant(snapshot) => snapshot.clone().of_kind(),)*
                    Self::Unknown(_) => None,
                }
            }

            /// Converts a job that ended in a state other than `SUCCEEDED` to an error; see
            /// [`Snapshot::into_result`]. A job of an unknown kind is not an error.
            ///
            /// # Errors
            ///
            /// [`JobFailed`](crate::ErrorKind::JobFailed).
            pub fn into_result(self) -> Result<Self, Error> {
                match self {
                    $(Self::$variant(snapshot) => snapshot.into_result().map(Self::$variant),)*
                    unknown => Ok(unknown),
                }
            }
        }

        any_snapshot! { @methods [$($variant)*]
            /// See [`Snapshot::state`].
            state -> &JobState;
            /// See [`Snapshot::job_id`]. Its kind is `unknown` if the kind is not known.
            job_id -> JobId;
            /// See [`Snapshot::started_at`].
            started_at -> Option<jiff::Timestamp>;
            /// See [`Snapshot::stopped_at`].
            stopped_at -> Option<jiff::Timestamp>;
            /// See [`Snapshot::elapsed`].
            elapsed -> Option<Duration>;
            /// See [`Snapshot::is_final`].
            is_final -> bool;
            /// See [`Snapshot::is_success`].
            is_success -> bool;
            /// See [`Snapshot::usage`].
            usage -> Option<&Usage>;
            /// See [`Snapshot::error_message`].
            error_message -> Option<&str>;
            /// See [`Snapshot::deviations`].
            deviations -> &[Deviation];
            /// See [`Snapshot::raw`].
            raw -> &Bytes;
            /// See [`Snapshot::raw_json`].
            raw_json -> &str;
            /// See [`Snapshot::was_delivered`].
            was_delivered -> bool;
            /// See [`Snapshot::status`].
            status -> StatusCode;
            /// See [`Snapshot::headers`].
            headers -> &HeaderMap;
            /// See [`Snapshot::reads`].
            reads -> u32;
            /// See [`Snapshot::launch_attempts`].
            launch_attempts -> Option<u32>;
        }
    };
    (@methods $variants:tt $($(#[$doc:meta])* $method:ident -> $type:ty;)*) => {
        impl AnySnapshot {
            $(any_snapshot! { @method $variants $(#[$doc])* $method -> $type })*
        }
    };
    (@method [$($variant:ident)*] $(#[$doc:meta])* $method:ident -> $type:ty) => {
        $(#[$doc])*
        pub fn $method(&self) -> $type {
            match self {
                $(Self::$variant(snapshot) => snapshot.$method(),)*
                Self::Unknown(job) => job.$method(),
            }
        }
    };
}
for_each_kind!(any_snapshot);

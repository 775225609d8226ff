//! [`AnyJob`]: a handle to a job of any kind, for programs that accept any ID.

use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use job_polling::PollPolicy;
use waterfall_api::BoxFuture;
use waterfall_api::jobs::*;

use super::Job;
use super::wait::Wait;
use super::watch::Watch;
use crate::client::Client;
use crate::error::Error;
use crate::job_id::JobId;
use crate::known_kinds::for_each_kind;
use crate::snapshot::any::AnySnapshot;

macro_rules! any_job {
    ($($variant:ident: $kind:ident, $word:literal, $name:literal;)*) => {
        /// A handle to a job of any kind: from an ID by [`Client::any_job`], or from a [`Job`].
        ///
        /// Match on it for operations that depend on the kind.
        ///
        /// ```
        /// use waterfall::{AnySnapshot, JobId, PhoneQuery};
        /// # use waterfall::testing::MockTransport;
        ///
        /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// # let client = MockTransport::new().client_builder().build()?;
        /// let stored = client.launch(PhoneQuery::linkedin("jane-doe-abc123")).await?.id().to_string();
        ///
        /// let id: JobId = stored.parse()?; // phone/00000000-...
        /// match client.any_job(id)?.wait().await? {
        ///     AnySnapshot::Phone(found) => println!("{:?}", found.phone_numbers()),
        ///     AnySnapshot::Contact(found) => println!("{:?}", found.person()),
        ///     other => println!("{}", other.raw_json()),
        /// }
        /// # Ok(())
        /// # }
        /// ```
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum AnyJob {
            $(#[doc = concat!("A ", $name, ".")]
            $variant(Job<$kind>),)*
        }

        $(impl From<Job<$kind>> for AnyJob {
            fn from(job: Job<$kind>) -> Self {
                Self::$variant(job)
            }
        })*

        impl AnyJob {
            fn of(client: &Client, id: JobId) -> Option<Self> {
                match id.kind() {
                    $($word => Some(Self::$variant(client.job_of(id))),)*
                    _ => None,
                }
            }

            /// Returns the ID. Store it to continue with the job later.
            pub fn id(&self) -> JobId {
                match self { $(Self::$variant(job) => job.id(),)* }
            }

            /// Returns the word of the kind, as in an [ID](JobId#kinds).
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $word,)* }
            }

            /// Reads the job now. See [`Job::fetch`].
            ///
            /// # Errors
            ///
            /// Those of [`Job::fetch`].
            pub async fn fetch(&self) -> Result<AnySnapshot, Error> {
                match self { $(Self::$variant(job) => job.fetch().await.map(Into::into),)* }
            }

            /// Waits until the job is finished. See [`Job::wait`].
            pub fn wait(&self) -> AnyWait {
                match self { $(Self::$variant(job) => AnyWait::$variant(job.wait()),)* }
            }

            /// Watches the job until it is finished. See [`Job::watch`].
            pub fn watch(&self) -> AnyWatch {
                match self { $(Self::$variant(job) => AnyWatch::$variant(job.watch()),)* }
            }
        }

        /// A wait for a job of any kind; see [`Wait`](crate::Wait). Await it.
        #[must_use = "nothing is read until it is awaited"]
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum AnyWait {
            $(#[doc = concat!("For a ", $name, ".")]
            $variant(Wait<$kind>),)*
        }

        impl AnyWait {
            /// See [`Wait::max_wait`](crate::Wait::max_wait).
            pub fn max_wait(self, max_wait: Duration) -> Self {
                match self { $(Self::$variant(wait) => Self::$variant(wait.max_wait(max_wait)),)* }
            }

            /// See [`Wait::policy`](crate::Wait::policy).
            pub fn policy(self, policy: PollPolicy) -> Self {
                match self { $(Self::$variant(wait) => Self::$variant(wait.policy(policy)),)* }
            }

            /// See [`Wait::on_read`](crate::Wait::on_read).
            pub fn on_read(
                self,
                mut hook: impl FnMut(&Result<AnySnapshot, Error>) + Send + 'static,
            ) -> Self {
                match self {
                    $(Self::$variant(wait) => Self::$variant(
                        wait.on_read(move |read| hook(&read.clone().map(Into::into))),
                    ),)*
                }
            }
        }

        impl IntoFuture for AnyWait {
            type Output = Result<AnySnapshot, Error>;
            type IntoFuture = BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                match self {
                    $(Self::$variant(wait) => Box::pin(async { wait.await.map(Into::into) }),)*
                }
            }
        }

        /// A stream of the snapshots of a job of any kind; see [`Watch`](crate::Watch).
        #[must_use = "nothing is read until it is polled"]
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum AnyWatch {
            $(#[doc = concat!("For a ", $name, ".")]
            $variant(Watch<$kind>),)*
        }

        impl AnyWatch {
            /// See [`Watch::max_wait`](crate::Watch::max_wait).
            pub fn max_wait(self, max_wait: Duration) -> Self {
                match self {
                    $(Self::$variant(watch) => Self::$variant(watch.max_wait(max_wait)),)*
                }
            }

            /// See [`Watch::policy`](crate::Watch::policy).
            pub fn policy(self, policy: PollPolicy) -> Self {
                match self { $(Self::$variant(watch) => Self::$variant(watch.policy(policy)),)* }
            }

            /// Returns the next item, or `None` at the end of the stream. Needs no trait import.
            pub async fn next(&mut self) -> Option<Result<AnySnapshot, Error>> {
                match self {
                    $(Self::$variant(watch) => watch.next().await.map(|read| read.map(Into::into)),)*
                }
            }
        }

        impl Stream for AnyWatch {
            type Item = Result<AnySnapshot, Error>;

            fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                match self.get_mut() {
                    $(Self::$variant(watch) => Pin::new(watch)
                        .poll_next(cx)
                        .map(|read| read.map(|read| read.map(Into::into))),)*
                }
            }
        }
    };
}
for_each_kind!(any_job);

impl Client {
    /// Returns a handle to the job with this ID, of any kind. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery): this crate does not know the
    /// kind.
    #[doc(alias = "resume")]
    pub fn any_job(&self, id: impl Into<JobId>) -> Result<AnyJob, Error> {
        let id = id.into();
        AnyJob::of(self, id).ok_or_else(|| Error::unknown_kind(id))
    }
}

impl From<&AnyJob> for JobId {
    fn from(job: &AnyJob) -> Self {
        job.id()
    }
}

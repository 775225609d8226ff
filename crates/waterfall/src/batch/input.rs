//! Inputs of a [`Batch`](super::Batch): queries, known jobs, and pairs of a key and either.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::job::Job;
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind, JobQuery};

/// One input of a [`Batch`](crate::Batch): a query to launch, or a job to wait for.
///
/// ```
/// use waterfall::{BatchInput, ContactQuery, JobId};
///
/// # fn main() -> Result<(), waterfall::JobIdError> {
/// let stored: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse()?;
/// let inputs = [BatchInput::from(stored), ContactQuery::email("jane.doe@acme.com").into()];
/// # drop(inputs);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum BatchInput<K: JobKind = ContactEnrichment> {
    /// A query, which is launched.
    Query(Arc<dyn JobQuery<Kind = K>>),
    /// A job that was launched before.
    Job(Job<K>),
    /// The ID of a job that was launched before.
    JobId(JobId),
}

impl<Q: JobQuery> From<Q> for BatchInput<Q::Kind> {
    fn from(query: Q) -> Self {
        Self::Query(Arc::new(query))
    }
}

impl<K: JobKind> From<Job<K>> for BatchInput<K> {
    fn from(job: Job<K>) -> Self {
        Self::Job(job)
    }
}

impl<K: JobKind> From<JobId> for BatchInput<K> {
    fn from(id: JobId) -> Self {
        Self::JobId(id)
    }
}

impl<K: JobKind> fmt::Debug for BatchInput<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(_) => f.debug_struct("Query").finish_non_exhaustive(),
            Self::Job(job) => f.debug_tuple("Job").field(job).finish(),
            Self::JobId(id) => f.debug_tuple("JobId").field(id).finish(),
        }
    }
}

/// An item that a [`Batch`](crate::Batch) accepts: an input, or a pair of a key and an input.
///
/// The key of `(key, input)` is returned with the result
/// ([`BatchItem::key`](crate::BatchItem::key)). It may be of any type that can be sent to another
/// thread.
pub trait IntoBatchInput {
    /// The type of the key; `()` for an input without one.
    type Key: Send + 'static;
    /// The kind of its job.
    type Kind: JobKind;
    /// The type of the input.
    type Input: Into<BatchInput<Self::Kind>>;

    /// Returns the key and the input.
    fn into_parts(self) -> (Self::Key, Self::Input);
}

impl<Key, Input> IntoBatchInput for (Key, Input)
where
    Key: Send + 'static,
    Input: IntoBatchInput<Key = ()>,
{
    type Key = Key;
    type Kind = Input::Kind;
    type Input = Input::Input;

    fn into_parts(self) -> (Key, Input::Input) {
        (self.0, self.1.into_parts().1)
    }
}

macro_rules! without_key {
    ($([$($generic:tt)*] $input:ty => $kind:ty;)*) => {$(
        impl<$($generic)*> IntoBatchInput for $input {
            type Key = ();
            type Kind = $kind;
            type Input = Self;

            fn into_parts(self) -> ((), Self) {
                ((), self)
            }
        }
    )*};
}

without_key! {
    [Q: JobQuery] Q => Q::Kind;
    [K: JobKind] BatchInput<K> => K;
    [K: JobKind] Job<K> => K;
    [] JobId => ContactEnrichment;
}

/// The items of a stream, each split into its key and its input.
pub(super) struct Parted<S>(Pin<Box<S>>);

impl<S> Parted<S> {
    pub(super) fn new(items: S) -> Self {
        Self(Box::pin(items))
    }
}

impl<S: Stream<Item: IntoBatchInput>> Stream for Parted<S> {
    type Item = (<S::Item as IntoBatchInput>::Key, BatchInput<<S::Item as IntoBatchInput>::Kind>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let parts = |item: S::Item| {
            let (key, input) = item.into_parts();
            (key, input.into())
        };
        self.0.as_mut().poll_next(cx).map(|item| item.map(parts))
    }
}

/// An iterator as a stream.
pub(super) struct Each<I>(I);

impl<I> Each<I> {
    pub(super) fn new(items: I) -> Self {
        Self(items)
    }
}

/// The iterator is never pinned.
impl<I> Unpin for Each<I> {}

impl<I: Iterator> Stream for Each<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

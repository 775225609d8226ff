//! [`Iter`]: a stream as an iterator.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;

use super::runtime::Runtime;

/// The items of a stream, from [`Client::iter`](super::Client::iter) and other methods: a
/// [`Batch`](crate::Batch), a [`Watch`](crate::Watch), [`Pages`](crate::Pages) or
/// [`Items`](crate::Items).
///
/// Nothing is sent before the first call of [`next`](Iterator::next), which blocks the thread until
/// an item is available. Between calls, requests in flight continue, and no new ones start.
///
/// Dropping the iterator drops the stream. The documentation of each stream describes the effect on
/// requests in flight.
///
/// # Panics
///
/// `next` panics in [asynchronous code](super#in-asynchronous-code).
#[must_use = "nothing is sent until it is iterated over"]
pub struct Iter<S> {
    // Dropped first: the runtime waits for the launches that the stream leaves in flight.
    stream: S,
    runtime: Arc<Runtime>,
}

impl<S> Iter<S> {
    pub(super) fn new(stream: S, runtime: Arc<Runtime>) -> Self {
        Self { stream, runtime }
    }

    /// Returns the stream, for example for [`Batch::spent`](crate::Batch::spent) or
    /// [`Items::next_page`](crate::Items::next_page).
    pub fn as_async(&self) -> &S {
        &self.stream
    }

    /// Returns the stream, for example for [`Batch::stop_launching`](crate::Batch::stop_launching).
    pub fn as_async_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: Stream + Unpin> Iterator for Iter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        let stream = &mut self.stream;
        let next = poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx));
        match self.runtime.block_on(next) {
            Ok(item) => item,
            Err(error) => panic!("{error}"),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("stream", &self.stream).finish_non_exhaustive()
    }
}

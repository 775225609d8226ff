//! [`Runtime`]: the runtime of a blocking client, on its own thread.

use std::fmt;
use std::future::Future;
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::coop::poll_proceed;

use crate::client::in_flight::InFlight;
use crate::error::Error;

/// More than the budget of any task, which tokio stores in eight bits.
const MORE_THAN_A_BUDGET: u16 = 1 << u8::BITS;

/// Runs connections, timers and launches on its thread, and callers' futures on the callers'
/// threads.
pub(super) struct Runtime {
    handle: Handle,
    /// Dropping it ends the thread.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Runtime {
    /// Starts the thread. It ends after the runtime is dropped and nothing is in flight.
    pub(super) fn start(in_flight: InFlight) -> Result<Self, Error> {
        let no_runtime = |error| Error::config_because("no runtime for the blocking client", error);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
        let handle = runtime.handle().clone();
        let (running, dropped) = oneshot::channel();
        let work = async move {
            let _ = dropped.await;
            in_flight.ended().await;
        };
        let thread = thread::Builder::new().name("waterfall-blocking".to_owned());
        let thread = thread.spawn(move || runtime.block_on(work)).map_err(no_runtime)?;
        Ok(Self { handle, running: Some(running), thread: Some(thread) })
    }

    /// Blocks the thread until the future is ready.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) in asynchronous code. The future is not polled then.
    pub(super) fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        if is_async() {
            return Err(Error::config(
                "the blocking client was called in asynchronous code, where it would block other \
                 tasks; use waterfall::Client there, or tokio::task::spawn_blocking",
            ));
        }
        Ok(self.handle.block_on(future))
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.running = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
            && !is_async()
        {
            // It panics only if the runtime has panicked, which was already reported.
            let _ = thread.join();
        }
    }
}

/// Returns whether the thread is polling a task of tokio.
///
/// Tokio has no direct query for this. The presence of a runtime handle is not sufficient, because
/// code in `spawn_blocking` and `block_in_place` has one as well. Such code has no task budget,
/// which limits the progress of a task in one poll. The check leaves the budget unchanged.
fn is_async() -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(_restored_on_drop) = poll_proceed(&mut cx) else { return true };
    (0..MORE_THAN_A_BUDGET).any(|_| match poll_proceed(&mut cx) {
        Poll::Ready(used) => {
            used.made_progress();
            false
        }
        Poll::Pending => true,
    })
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_without_a_task_is_not_async() {
        assert!(!is_async());
        let runtime = Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        assert!(!is_async());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn tasks_are_async_unless_they_may_block() {
        assert!(is_async());
        assert!(is_async(), "the check leaves the budget unchanged");
        assert!(tokio::task::coop::has_budget_remaining());
        assert!(tokio::spawn(async { is_async() }).await.unwrap());
        assert!(!tokio::task::spawn_blocking(is_async).await.unwrap());
        assert!(!tokio::spawn(async { tokio::task::block_in_place(is_async) }).await.unwrap());
    }
}

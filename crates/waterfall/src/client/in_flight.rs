//! [`InFlight`]: counts requests that complete even after their callers are dropped.

use tokio::sync::watch;

/// Counts the tasks of launches, and of other requests with an effect. Clones share the count.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(watch::Sender<usize>);

/// One task, until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted(InFlight);

impl InFlight {
    /// Counts a task that is about to start.
    pub(crate) fn count(&self) -> Counted {
        self.0.send_modify(|count| *count += 1);
        Counted(self.clone())
    }

    /// Waits until no task is left.
    #[cfg(feature = "blocking")]
    pub(crate) async fn ended(&self) {
        // The channel is open because `self` holds the sender.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

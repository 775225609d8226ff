//! How much is under way, so that nothing is stopped in its middle.

use std::sync::Arc;

use tokio::sync::watch;

/// A count that can be waited for. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct UnderWay(Arc<watch::Sender<usize>>);

impl UnderWay {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// Counts one more, until what is returned is dropped.
    pub(super) fn enter(&self) -> Entered {
        self.0.send_modify(|count| *count += 1);
        Entered(self.clone())
    }

    pub(super) fn count(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until there is nothing.
    pub(super) async fn none(&self) {
        // It can't fail: this has the sender.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

/// Something that is under way.
#[derive(Debug)]
pub(super) struct Entered(UnderWay);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

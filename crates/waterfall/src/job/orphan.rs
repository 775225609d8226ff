//! Orphans: jobs that lost their last waiter before they had a result.

use std::any::TypeId;
use std::sync::Arc;

use super::Job;
use crate::client::Client;
use crate::client::builder::ClientBuilder;
use crate::kind::JobKind;
use crate::telemetry::launches;

/// Called when a job loses its last waiter.
type OrphanHook<K> = Arc<dyn Fn(Job<K>) + Send + Sync>;

impl ClientBuilder {
    /// Sets a hook for jobs that lose their last waiter: the future of their
    /// [`launch`](Client::launch) or [`enrich`](Client::enrich) was dropped before it had a result.
    /// By default, a warning with the job's ID is logged.
    ///
    /// The hook is called while the future is dropped, or by the task that completes the launch. It
    /// must neither block nor panic: send the ID to another task, or spawn one.
    ///
    /// A launch that fails in doubt after its future was dropped returns no ID, and is logged as a
    /// warning.
    ///
    /// ```
    /// use tokio::sync::mpsc;
    /// use waterfall::Client;
    ///
    /// let (orphans, mut to_collect) = mpsc::unbounded_channel();
    /// let client = Client::builder()
    ///     .api_key("wf_0123")
    ///     .base_url("http://127.0.0.1:8080")
    ///     .on_orphan(move |job| {
    ///         let _ = orphans.send(job.id());
    ///     })
    ///     .build()?;
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    #[doc(alias = "cancel")]
    #[doc(alias = "drop")]
    pub fn on_orphan(self, hook: impl Fn(Job) + Send + Sync + 'static) -> Self {
        self.on_orphan_of(hook)
    }

    /// Like [`on_orphan`](Self::on_orphan), for jobs of any kind. Each kind has a separate hook.
    pub fn on_orphan_of<K>(self, hook: impl Fn(Job<K>) + Send + Sync + 'static) -> Self
    where
        K: JobKind,
    {
        let hook: OrphanHook<K> = Arc::new(hook);
        self.orphan_hook(TypeId::of::<K>(), Arc::new(hook))
    }
}

impl Client {
    fn orphan_hook<K: JobKind>(&self) -> Option<OrphanHook<K>> {
        self.settings().on_orphan.get(&TypeId::of::<K>())?.downcast_ref().cloned()
    }
}

/// Passes an orphan to the client's hook, if there is one.
pub(crate) fn orphan<K: JobKind>(job: Job<K>) {
    let hook = job.client().orphan_hook::<K>();
    launches::orphaned(job.id(), K::NAME, hook.is_some());
    if let Some(hook) = hook {
        hook(job);
    }
}

/// A job that is an orphan when its guard is dropped without being released.
pub(crate) struct Guard<K: JobKind>(Option<Job<K>>);

impl<K: JobKind> Guard<K> {
    pub(crate) fn new(job: &Job<K>) -> Self {
        Self(Some(job.clone()))
    }

    pub(crate) fn release(mut self) {
        self.0 = None;
    }
}

impl<K: JobKind> Drop for Guard<K> {
    fn drop(&mut self) {
        if let Some(job) = self.0.take() {
            orphan(job);
        }
    }
}

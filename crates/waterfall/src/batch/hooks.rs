//! Hooks that a batch calls with its inputs.

use std::any::Any;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::job::Job;
use crate::job::launch;
use crate::kind::{JobKind, JobQuery};

/// Called with the index and the query of an input right before each attempt to launch it.
pub(super) type LaunchingHook<K> = Arc<Mutex<dyn FnMut(usize, &dyn JobQuery<Kind = K>) + Send>>;

/// Called with the index, the key and the job of an input when it is launched.
pub(super) type LaunchedHook<Key, K> = Box<dyn FnMut(usize, &Key, &Job<K>) + Send>;

/// Returns a hook for queries of one type.
pub(super) fn of_query<Q: JobQuery>(
    mut hook: impl FnMut(usize, &Q) + Send + 'static,
) -> LaunchingHook<Q::Kind> {
    let hook = move |index: usize, query: &dyn JobQuery<Kind = Q::Kind>| {
        let query: &dyn Any = query;
        if let Some(query) = query.downcast_ref() {
            hook(index, query);
        }
    };
    Arc::new(Mutex::new(hook))
}

/// Returns the hook for the launch of one input.
pub(super) fn of_input<K: JobKind>(
    hook: LaunchingHook<K>,
    index: usize,
) -> launch::LaunchingHook<K> {
    Box::new(move |query| {
        let mut hook = hook.lock();
        hook(index, query);
    })
}

//! [`Source`]: where the inputs of a batch come from.

use std::pin::Pin;

use futures_core::Stream;

use super::input::BatchInput;
use crate::job::Job;
use crate::kind::JobKind;

pub(super) enum Source<Key, K: JobKind> {
    /// Inputs that are taken one by one.
    Inputs(Pin<Box<dyn Stream<Item = (Key, BatchInput<K>)> + Send>>),
    /// Jobs that are all taken at the start.
    Jobs(Vec<Job<K>>),
}

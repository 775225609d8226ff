//! Processes many inputs at once, and writes a record for each to stdout as soon as it is done.
//!
//! A command opens its inputs, creates a batch of the library from them, and lets
//! [`BatchRun`](run::BatchRun) drive it to completion. Queries may be of any kind that implements
//! [`LaunchQuery`](query::LaunchQuery); results are snapshots of any kind.

pub(crate) mod input;
pub(crate) mod inputs;
pub(crate) mod jobs;
pub(crate) mod lines;
pub(crate) mod prepared;
pub(crate) mod progress_bar;
pub(crate) mod progress_state;
pub(crate) mod query;
pub(crate) mod query_stream;
pub(crate) mod record;
pub(crate) mod reporter;
pub(crate) mod rows;
pub(crate) mod run;
pub(crate) mod seen;
pub(crate) mod stop;
pub(crate) mod task;

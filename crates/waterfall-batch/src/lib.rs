//! Durable batches of Waterfall jobs: every row gets its result, across crashes, restarts and
//! machines.
//!
#![doc = include_str!("../README.md")]
//!
//! # Usage
//!
//! 1. Open a journal: [`SqliteJournal`], `PostgresJournal` (feature `postgres`) or, for tests,
//!    [`MemoryJournal`].
//! 2. Open a batch by its name: [`Batch::open`]. [`BatchOptions`] has the limits and the digest of
//!    the input.
//! 3. Add rows: [`InputRow::launch`] checks a query, and [`InputRow::skip`] stores a row that is
//!    not launched. [`Batch::add`] detects duplicates and can continue after an interruption.
//! 4. [`Batch::run`] returns a [`Run`], a stream of [`BatchEvent`]s with [`Progress`]. The last
//!    event is [`BatchEvent::RunEnded`].
//! 5. [`Batch::export`] returns all rows in input order. It is complete at any time.
//!
//! [`Batch::status`], [`Batch::doubts`], [`Batch::retry_failed`], [`Batch::stop`] and
//! [`Batch::forget`] work in any process, whether or not the batch is being run.
//!
//! # Modules
//!
//! | module | purpose |
//! |---|---|
//! | `row` | the state machine of one row: [`Row`], [`Event`], [`Verdict`] |
//! | `budget`, `lease`, `limits`, `pauses`, `progress` | the other decisions, all without I/O |
//! | `journal` | the [`Journal`] contract and its implementations |
//! | `requests` | one launch or read, until its outcome is stored |
//! | `runner`, `rounds`, `worker` | the loop of a run, its periodic queries, and its heartbeat |
//! | `process` | determines whether the process of a worker has ended |
//! | `batch`, `run`, `export`, `doubts` | the API |

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod account;
mod batch;
mod budget;
mod doubts;
mod envelope;
mod error;
mod event;
mod export;
mod id;
mod input;
mod journal;
mod lease;
mod limits;
mod pauses;
mod process;
mod progress;
mod requests;
mod rounds;
mod row;
mod run;
mod runner;
mod settings;
mod worker;

pub use self::account::{Account, AccountReport};
pub use self::batch::Batch;
pub use self::budget::{Budget, BudgetOutlook, KeyHash, PermitAnswer, PermitId, PermitRequest};
pub use self::doubts::{Doubt, DoubtCount, DoubtReason};
pub use self::envelope::ROW_KEY;
pub use self::error::{BatchError, JournalError, JournalErrorKind};
pub use self::event::{BatchEvent, RunEnd};
pub use self::export::{Export, ExportRow};
pub use self::id::{BatchId, Fence, FenceError, IntentToken, JobKey, WorkerId};
pub use self::input::{BatchKind, InputRow};
pub use self::journal::memory::MemoryJournal;
#[cfg(feature = "postgres")]
pub use self::journal::postgres::PostgresJournal;
pub use self::journal::sqlite::{DEFAULT_BUSY_TIMEOUT, SqliteJournal};
pub use self::journal::{
    AccountRecord, Added, AttemptEnd, BatchRecord, Buried, Counter, Delivered, DeliveryRecord,
    DoubtRecord, EndedRow, Heartbeat, Intention, JobResult, Journal, LaunchedRow, NewBatch, NewRow,
    NewWorker, PAGE, Record, Recorded, RowContent, Status, StoredRow, WorkerRecord,
};
pub use self::limits::{Halt, Limits, Usage};
pub use self::process::ProcessIdentity;
pub use self::progress::Progress;
pub use self::row::{Event, Outcome, Row, RowState, Verdict};
pub use self::run::Run;
pub use self::settings::{
    BatchOptions, DEFAULT_HEARTBEAT, DEFAULT_LEASE, DEFAULT_MAX_DOUBTS, DEFAULT_MAX_WAIT,
};
pub use waterfall::Usd;

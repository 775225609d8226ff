//! The records that a journal stores and returns.

mod attempts;
mod batch;
mod reads;
mod workers;

pub use self::attempts::{
    AttemptEnd, Delivered, DeliveryRecord, Intention, JobResult, Record, Recorded,
};
pub use self::batch::{AccountRecord, Added, BatchRecord, Counter, NewBatch, NewRow, RowContent};
pub(crate) use self::reads::RECENT;
pub use self::reads::{DoubtRecord, EndedRow, LaunchedRow, Status, StoredRow};
pub use self::workers::{Buried, Heartbeat, NewWorker, WorkerRecord};

//! Determines the order in which many jobs are launched and read under one rate limit.

mod job_table;
mod launches;
mod probes;
mod read_queue;
mod scheduler;
mod step;

pub use self::job_table::bytes_per_job;
pub use self::read_queue::JobSlot;
pub use self::scheduler::Scheduler;
pub use self::step::{Read, ReadOutcome, Step, WaitStats};

#[cfg(test)]
mod delivery_tests;
#[cfg(test)]
mod supply_tests;

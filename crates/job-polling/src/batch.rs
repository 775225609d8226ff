//! The order of work of many jobs under one rate limit.

mod read_queue;
mod scheduler;
mod scouts;
mod step;

pub use self::read_queue::JobSlot;
pub use self::scheduler::{Scheduler, bytes_per_job};
pub use self::step::{Read, ReadOutcome, Step, WaitStats};

#[cfg(test)]
mod fed_tests;
#[cfg(test)]
mod supply_tests;

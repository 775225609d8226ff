//! Determines when to read a job: learns durations, and plans each read.
//!
//! [`DurationHistory`] holds the observed durations. [`Planner`] computes the next time at which a
//! read is worth its price. [`QuotaPressure`] sets that price while requests are limited.

mod change_detector;
mod completion_curve;
mod delivery_stats;
mod duration_history;
mod grid;
#[cfg(feature = "serde")]
mod persist;
mod plan;
mod planner;
mod prior;
mod quota_pressure;
mod tick;

pub use self::duration_history::{DurationHistory, Observation, ObservationId};
pub use self::planner::Planner;
pub use self::quota_pressure::QuotaPressure;

//! When to read a job: durations are learned, and each read is planned.
//!
//! [`DurationHistory`] holds what is known of how long jobs take, [`Planner`] turns it into
//! the next time at which a read is worth its cost, and [`QuotaPressure`] is what a read
//! costs while requests are limited.

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

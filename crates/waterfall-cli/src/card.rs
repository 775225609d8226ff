//! Results as cards for people. What is absent has no row.

mod delivery;
mod job;
mod layout;
mod person;

pub(crate) use self::delivery::of_delivery;
pub(crate) use self::job::of_snapshot;
pub(crate) use self::person::line;

//! Formats results as cards for people. Absent values have no row.

mod account;
mod company;
mod delivery;
mod found;
mod job;
mod keys;
mod layout;
mod operation;
mod person;

pub(crate) use self::account::of_account;
pub(crate) use self::delivery::of_delivery;
pub(crate) use self::job::{line, of_job};
pub(crate) use self::keys::of_keys;
pub(crate) use self::operation::{
    of_companies, of_job_change, of_people, of_revealed, of_verified,
};

//! Immediate operations: searches, lookups, the account and its API keys.

pub(crate) mod account;
pub(crate) mod api_keys;
pub(crate) mod checks;
pub(crate) mod company_search;
pub(crate) mod completed;
pub(crate) mod contact_search;
mod finder;
pub(crate) mod job;
pub(crate) mod job_change;
mod launched;
mod operation;
pub(crate) mod pages;
pub(crate) mod query;
pub(crate) mod request;
pub(crate) mod reveal;
pub(crate) mod secret_key;
pub(crate) mod send;
pub(crate) mod titles;
pub(crate) mod verify;

//! Tests of immediate operations, by their behavior.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod account;
mod api_keys;
mod custom_requests;
mod faults;
mod paging;
mod queries;
mod results;
mod spending;
mod support;

//! Observing responses: what is found, what is inferred, and what is never shown.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod files;
mod findings;
mod privacy;
mod support;

//! Compares real responses with their description.
//!
//! [`Observations`] count the contents of responses, without storing the responses: types, formats
//! and presence by JSON path. [`compare`] reports what the description does not allow or know, and
//! what it allows but was never observed. Neither a report nor a file of observations contains
//! personal data: values are shown only for fields that look like small sets, and only after
//! consent.
//!
//! A [`Reader`] reads [`sources`] of responses, [`report`] writes findings, and [`overlay`] turns
//! them into corrections of the document.

mod alternatives;
mod compare;
mod description;
mod distinct;
mod expected;
mod finding;
mod format;
mod infer;
mod json_type;
mod keys;
mod node;
mod observations;
pub mod overlay;
mod path;
pub mod report;
pub mod select;
pub mod sources;

pub use self::compare::compare;
pub use self::description::Description;
pub use self::finding::{Code, Finding, Place};
pub use self::format::Format;
pub use self::json_type::JsonType;
pub use self::observations::{Observations, ObserveError};
pub use self::sources::Reader;

//! The sources of responses.
//!
//! [`Reader`] reads files with one JSON value per line, HAR files, plain bodies, files of
//! observations and journals, one response at a time. The memory does not grow with the input.

mod formats;
mod journal;
mod json;
mod problem;
mod progress;
mod reader;
mod record;

pub use self::formats::{Envelope, Formats};
pub use self::problem::{ReadError, ReadProblem};
pub use self::progress::Progress;
pub use self::reader::Reader;

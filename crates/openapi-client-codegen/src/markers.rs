//! Names by which normalization tells the syn passes what progenitor's types
//! can't express.
//!
//! A marker is an `x-rust-type` in the in-memory document, which typify writes
//! into the code as a path. The passes of [`emit`](crate::emit) fold it into the
//! type around it, so no marker is left in what is written.

use serde_json::{Value, json};

/// The crate that markers pretend to come from.
pub const CRATE: &str = "waterfall_markers";

/// A field that is there and not null.
pub const REQUIRED: &str = "Required";
/// A field that has to be there and may be null.
pub const REQUIRED_NULLABLE: &str = "RequiredNullable";
/// A field that may be absent.
pub const OPTIONAL: &str = "Optional";
/// A field that may be absent or null.
pub const OPTIONAL_NULLABLE: &str = "OptionalNullable";
/// A value inside an array or a map that may be null.
pub const NULLABLE: &str = "Nullable";
/// A date-time.
pub const TIMESTAMP: &str = "Timestamp";
/// Text that must not be logged.
pub const SECRET: &str = "Secret";
/// A number that is more than an `i64`, and more than an `f64`.
pub const NUMBER: &str = "Number";
/// A part of a body that is a file.
pub const FILE: &str = "File";

/// A schema that comes out as `marker<…>`, with the types of `inner` inside.
pub fn mark(marker: &str, inner: Vec<Value>) -> Value {
    let mut mark = json!({
        "x-rust-type": {
            "crate": CRATE,
            "version": "*",
            "path": format!("{CRATE}::{marker}"),
        }
    });
    mark["x-rust-type"]["parameters"] = Value::Array(inner);
    mark
}

//! Markers tell the passes of [`emit`](crate::emit) about properties that progenitor's types can't
//! express.
//!
//! A marker is an `x-rust-type` in the in-memory document. typify writes it into the code as a
//! path. The passes of `emit` replace it by a change of the surrounding type, so the written code
//! contains no marker.

use serde_json::{Value, json};

/// The crate name in the paths of markers.
pub const CRATE: &str = "waterfall_markers";

/// A required field that is not nullable.
pub const REQUIRED: &str = "Required";
/// A required field that may be null.
pub const REQUIRED_NULLABLE: &str = "RequiredNullable";
/// A field that may be absent.
pub const OPTIONAL: &str = "Optional";
/// A field that may be absent or null.
pub const OPTIONAL_NULLABLE: &str = "OptionalNullable";
/// A value inside an array or a map that may be null.
pub const NULLABLE: &str = "Nullable";
/// A date-time.
pub const TIMESTAMP: &str = "Timestamp";
/// A string that must not be logged.
pub const SECRET: &str = "Secret";
/// A number that may exceed an `i64` and an `f64`.
pub const NUMBER: &str = "Number";
/// A part of a multipart body that is a file.
pub const FILE: &str = "File";

/// Returns a schema whose type is `marker<…>` with the types of `inner` as arguments.
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

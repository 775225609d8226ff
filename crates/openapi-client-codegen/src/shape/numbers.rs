//! Rule: selects types of numbers that keep all digits, if there is such a type.

use serde_json::{Value, json};

use crate::codes;
use crate::report::Report;
use crate::shape::schema::Schema;

/// The member of a number that may exceed both `i64` and `f64`.
pub(crate) const EXACT: &str = "x-exact";
/// The limit up to which an `f64` represents every integer.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Selects the type of an integer or number.
pub(super) fn number(kind: &str, out: &mut Schema, flat: &Schema, at: &str, report: &mut Report) {
    let format = flat.get("format").and_then(Value::as_str).unwrap_or_default();
    if is_wide(format) || (kind == "integer" && largest(flat) > u64::MAX as f64) {
        let text = match kind {
            "integer" => "digits of an integer beyond 64 bits may be lost",
            _ => "digits beyond the precision of a double may be lost",
        };
        report.record(at, &codes::NUMBER_PRECISION, text);
    }
    let is_exact = match kind {
        "integer" if format == "uint64" || is_unsigned(flat, format) => {
            out.insert("format".to_owned(), json!("uint64"));
            false
        }
        "integer" => is_wide(format) || is_beyond(flat),
        _ => ["int64", "uint64"].contains(&format) || lists_large(flat),
    };
    if is_exact {
        out.insert(EXACT.to_owned(), json!(true));
    }
}

/// Returns whether a format requires more digits than JSON decoders keep.
pub(crate) fn is_wide(format: &str) -> bool {
    const WIDE: [&str; 8] = [
        "int128",
        "uint128",
        "bigint",
        "biginteger",
        "big-integer",
        "decimal",
        "decimal128",
        "bigdecimal",
    ];
    WIDE.contains(&format)
}

/// Returns whether values fit into 64 bits only as unsigned integers.
fn is_unsigned(flat: &Schema, format: &str) -> bool {
    let least = flat.get("minimum").and_then(Value::as_f64);
    let is_exclusive = flat.get("exclusiveMinimum") == Some(&json!(true));
    let is_bounded = least.is_some_and(|n| n >= if is_exclusive { -1.0 } else { 0.0 });
    let listed = flat.get("enum").and_then(Value::as_array);
    let is_listed = listed.is_some_and(|all| all.iter().all(Value::is_u64));
    let is_named = ["uint", "ulong"].contains(&format);
    largest(flat) <= u64::MAX as f64 && (is_named || (is_beyond(flat) && (is_bounded || is_listed)))
}

/// Returns whether values exceed an `i64`.
fn is_beyond(flat: &Schema) -> bool {
    let is_larger = |value: &Value| match value.as_u64() {
        Some(n) => n > i64::MAX as u64,
        None => value.as_f64().is_some_and(|n| n > i64::MAX as f64),
    };
    named_values(flat).any(is_larger)
}

/// Returns the largest value in a schema's keywords.
fn largest(flat: &Schema) -> f64 {
    named_values(flat).filter_map(Value::as_f64).fold(0.0, f64::max)
}

/// Returns the values in a schema's keywords.
fn named_values(flat: &Schema) -> impl Iterator<Item = &Value> {
    let single = ["maximum", "default", "example"].into_iter().filter_map(|name| flat.get(name));
    single.chain(flat.get("enum").and_then(Value::as_array).into_iter().flatten())
}

/// Returns whether the enum contains integers that an `f64` can't represent.
fn lists_large(flat: &Schema) -> bool {
    let listed = flat.get("enum").and_then(Value::as_array).into_iter().flatten();
    let mut integers = listed.filter(|value| value.is_i64() || value.is_u64());
    integers.any(|value| value.as_f64().is_some_and(|n| n.abs() > MAX_EXACT))
}

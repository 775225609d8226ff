//! Selects the styles of parameters and form fields, by the names that they have in the runtime
//! crate.

use serde_json::{Value, json};

/// Returns the style of a parameter, or `None` for the default style of its location.
pub(super) fn of(place: &str, parameter: &Value) -> Option<String> {
    let explode = parameter.get("explode").and_then(Value::as_bool);
    let style = parameter["style"].as_str().unwrap_or_default();
    let style = match (place, style) {
        ("path", "label") if explode == Some(true) => "LABEL_EXPLODED",
        ("path", "label") => "LABEL",
        ("path", "matrix") if explode == Some(true) => "MATRIX_EXPLODED",
        ("path", "matrix") => "MATRIX",
        ("path" | "header", _) if explode == Some(true) => "SIMPLE_EXPLODED",
        ("query" | "querystring", style) => return in_query(style, explode),
        _ => return None,
    };
    Some(style.to_owned())
}

fn in_query(style: &str, explode: Option<bool>) -> Option<String> {
    let style = match (style, explode) {
        ("deepObject", _) => "DEEP",
        // With `explode`, these styles equal the default style.
        (_, Some(true)) => return None,
        ("spaceDelimited", _) => "SPACE",
        ("pipeDelimited", _) => "PIPE",
        (_, Some(false)) => "FORM",
        _ => return None,
    };
    Some(style.to_owned())
}

/// Returns the style of a form field, if its encoding specifies one.
pub(super) fn in_form(encoding: &Value) -> Option<String> {
    let specifies_style =
        ["style", "explode", "allowReserved"].iter().any(|name| encoding.get(name).is_some());
    let reserved = if encoding["allowReserved"] == json!(true) { "reserved " } else { "" };
    let style = match specifies_style {
        true => {
            in_query(encoding["style"].as_str().unwrap_or_default(), encoding["explode"].as_bool())
                .unwrap_or_else(|| "FORM_EXPLODED".to_owned())
        }
        false if encoding["contentType"].as_str().is_some_and(|text| text.contains("json")) => {
            "JSON".to_owned()
        }
        false => return None,
    };
    Some(format!("{reserved}{style}"))
}

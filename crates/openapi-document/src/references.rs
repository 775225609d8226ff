//! Resolves `$ref` within a document.

use serde_json::Value;

use crate::pointer::child;

/// The prefix of references to component schemas.
pub const SCHEMAS: &str = "#/components/schemas/";

/// Returns the name of the component schema that a reference leads to, as the reference spells it.
pub fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix(SCHEMAS)
}

/// Returns the reference to a component schema.
pub fn to_schema(name: &str) -> String {
    format!("{SCHEMAS}{name}")
}

/// Returns the target of a reference within the document, through other references and `$anchor`s.
pub fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    target_within(root, reference, 0)
}

fn target_within<'a>(root: &'a Value, reference: &str, depth: usize) -> Option<&'a Value> {
    let fragment = reference.strip_prefix('#')?;
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return anchored(root, fragment);
    }
    let mut value = root;
    for segment in fragment.split('/').skip(1) {
        value = step(root, value, &unescape(segment), depth)?;
    }
    Some(value)
}

fn step<'a>(root: &'a Value, value: &'a Value, name: &str, depth: usize) -> Option<&'a Value> {
    let inner = match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    };
    // A pointer may pass through a reference.
    inner.or_else(|| {
        let reference = value.get("$ref")?.as_str().filter(|_| depth < 8)?;
        step(root, target_within(root, reference, depth + 1)?, name, depth + 1)
    })
}

fn anchored<'a>(value: &'a Value, anchor: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => {
            let named = |member: &str| members.get(member).is_some_and(|name| name == anchor);
            if named("$anchor") || named("$dynamicAnchor") {
                return Some(value);
            }
            members.values().find_map(|value| anchored(value, anchor))
        }
        Value::Array(items) => items.iter().find_map(|value| anchored(value, anchor)),
        _ => None,
    }
}

/// Returns the JSON pointer, within a value, of the schema with an anchor.
pub(crate) fn place_of_anchor(value: &Value, anchor: &str) -> Option<String> {
    let inside = |inner: &Value, segment: &dyn std::fmt::Display| {
        Some(format!("{}{}", child("", segment), place_of_anchor(inner, anchor)?))
    };
    match value {
        Value::Object(members) => {
            let is_here = ["$anchor", "$dynamicAnchor"].iter().any(|name| value[*name] == anchor);
            let mut members = members.iter();
            is_here
                .then(String::new)
                .or_else(|| members.find_map(|(name, inner)| inside(inner, name)))
        }
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| inside(item, &index))
        }
        _ => None,
    }
}

/// Returns the JSON pointer of a local reference.
pub fn pointer(reference: &str) -> String {
    reference
        .trim_start_matches('#')
        .split('/')
        .skip(1)
        .fold(String::new(), |pointer, segment| child(&pointer, unescape(segment)))
}

/// Decodes one segment of a reference to the member's name.
pub fn unescape(segment: &str) -> String {
    percent_decoded(segment).replace("~1", "/").replace("~0", "~")
}

/// Decodes the percent-encoding of a part of a reference.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = &tail[if code.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_lead_by_pointer_through_others_or_by_anchor() {
        let root = json!({
            "a": {"$ref": "#/b"},
            "b": {"c/d": [1, {"$anchor": "here"}], "e f": 2},
        });
        assert_eq!(target(&root, "#/b/c~1d/0"), Some(&json!(1)));
        assert_eq!(target(&root, "#/a/e%20f"), Some(&json!(2)));
        assert_eq!(target(&root, "#here"), Some(&json!({"$anchor": "here"})));
        assert_eq!(target(&root, "#/a/gone"), None);
        assert_eq!(target(&root, "other.yaml#/b"), None);
        assert_eq!(pointer("#/b/c~1d/e%20f"), "/b/c~1d/e f");
    }
}

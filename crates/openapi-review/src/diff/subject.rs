//! Short, readable names for places in a document.

use crate::diff::view::{SpecView, segments};

/// Returns the name of the node at `pointer`: `Person.email`, `body.name` of a response, …
pub(crate) fn subject(side: &SpecView<'_>, pointer: &str) -> String {
    let all = segments(pointer);
    let words: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
    match &words[..] {
        ["components", "schemas", name, rest @ ..] => format!("`{name}{}`", path(rest)),
        words => outside(side, pointer, words),
    }
}

/// Names a schema that is not a component after its parent.
fn outside(side: &SpecView<'_>, pointer: &str, words: &[&str]) -> String {
    let Some(at) = words.iter().position(|word| *word == "schema") else {
        return format!("`{}`", words.last().unwrap_or(&"document"));
    };
    let rest = path(&words[at + 1..]);
    let before = &words[..at];
    if let Some(index) = before.iter().rposition(|word| *word == "headers") {
        return format!("header `{}{rest}`", before.get(index + 1).unwrap_or(&""));
    }
    if let Some(index) = before.iter().rposition(|word| *word == "parameters") {
        let length =
            pointer.match_indices('/').nth(index + 2).map_or(pointer.len(), |found| found.0);
        let parameter = side.get(&pointer[..length]);
        let name = parameter["name"].as_str().unwrap_or_default();
        return format!(
            "{} parameter `{name}{rest}`",
            parameter["in"].as_str().unwrap_or_default()
        );
    }
    if let Some(index) = before.iter().rposition(|word| *word == "responses") {
        return format!("response {} `body{rest}`", before.get(index + 1).unwrap_or(&""));
    }
    format!("`body{rest}`")
}

fn path(words: &[&str]) -> String {
    let mut path = String::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "properties" => {
                path.push('.');
                path.push_str(words.next().unwrap_or(&""));
            }
            "patternProperties" => {
                path.push_str(&format!(".{{{}}}", words.next().unwrap_or(&"")));
            }
            "items" => path.push_str("[]"),
            "prefixItems" => path.push_str(&format!("[{}]", words.next().unwrap_or(&""))),
            "additionalProperties" | "unevaluatedProperties" => path.push_str(".*"),
            "oneOf" | "anyOf" => {
                let index = words.next().and_then(|word| word.parse::<usize>().ok());
                path.push_str(&format!("|{}", index.map_or(0, |index| index + 1)));
            }
            "allOf" => drop(words.next()),
            _ => {}
        }
    }
    path
}

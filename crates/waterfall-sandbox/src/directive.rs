//! What a launch itself asks the sandbox for, in `custom_fields.sandbox`.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::seconds;
use crate::webhook::fault::DeliveryFault;

/// The custom field that holds it.
pub(crate) const DIRECTIVE: &str = "sandbox";

/// How a job is to end. What is `None` or left open goes its usual way.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Directive {
    pub(crate) state: Option<String>,
    pub(crate) runs_for: Option<Duration>,
    pub(crate) person: Wanted,
    /// What goes wrong with its delivery.
    pub(crate) webhook: Option<Vec<DeliveryFault>>,
}

/// Who is to be found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Wanted {
    /// Whoever the query finds.
    #[default]
    AsFound,
    /// Nobody, though the query may find somebody.
    Nobody,
    /// Somebody in any case, with these fields laid over theirs.
    With(Map<String, Value>),
}

impl Directive {
    /// Reads the directive out of custom fields: under `sandbox`, a text such as
    /// `state=FAILED seconds=3`, the same as JSON text, or as an object. Anything else is
    /// the caller's own data; in a directive, a mistake is an error.
    pub(crate) fn read(custom_fields: &Map<String, Value>) -> Result<Self, String> {
        let mut directive = Self::default();
        let wishes = match custom_fields.get(DIRECTIVE) {
            Some(Value::Object(wishes)) => wishes.clone(),
            Some(Value::String(text)) => parse(text)?,
            _ => return Ok(directive),
        };
        for (name, value) in &wishes {
            match (name.as_str(), value) {
                ("state", Value::String(state)) => directive.state = Some(state.clone()),
                ("seconds", Value::Number(number)) => {
                    let time = number.as_f64().and_then(seconds);
                    directive.runs_for = Some(time.ok_or_else(|| mistake(name))?);
                }
                ("person", Value::Null) => directive.person = Wanted::Nobody,
                ("person", Value::Object(fields)) => {
                    directive.person = Wanted::With(fields.clone())
                }
                ("webhook", Value::String(faults)) => {
                    let faults = DeliveryFault::parse_list(faults);
                    let told = |error| format!("custom_fields.sandbox.webhook: {error}");
                    directive.webhook = Some(faults.map_err(told)?);
                }
                _ => return Err(mistake(name)),
            }
        }
        Ok(directive)
    }
}

/// The members of a directive that is a text, as a client sends it that takes scalars only.
fn parse(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| format!("custom_fields.sandbox is not JSON: {error}"));
    }
    let member = |word: &str| {
        let (name, value) = word.split_once('=')?;
        // A fault has its own syntax, and a state is a word.
        let value = match name {
            "state" | "webhook" => Value::from(value),
            _ => serde_json::from_str(value).ok()?,
        };
        Some((name.to_owned(), value))
    };
    let members = text.split_whitespace().map(|word| member(word).ok_or_else(|| mistake(word)));
    members.collect()
}

fn mistake(name: &str) -> String {
    format!(
        "custom_fields.sandbox.{name}: the sandbox takes `state` (text), `seconds` (a number \
         from 0), `person` (null or an object) and `webhook` (text)"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(sandbox: Value) -> Result<Directive, String> {
        let fields = json!({ "sandbox": sandbox });
        Directive::read(fields.as_object().unwrap())
    }

    #[test]
    fn a_text_says_the_same_as_an_object() {
        let wishes = json!({ "state": "FAILED", "seconds": 1.5, "person": null });
        let expected = read(wishes.clone()).unwrap();
        assert_eq!(read(json!("state=FAILED  seconds=1.5 person=null")), Ok(expected.clone()));
        assert_eq!(read(json!(wishes.to_string())), Ok(expected));
        assert_eq!(read(json!("")), Ok(Directive::default()));
        assert_eq!(read(json!(7)), Ok(Directive::default()));
        for wrong in ["FAILED", "stat=FAILED", "seconds=x", "seconds=-1", "{", "webhook=x"] {
            let problem = read(json!(wrong)).unwrap_err();
            assert!(problem.starts_with("custom_fields.sandbox"), "{problem}");
        }
    }
}

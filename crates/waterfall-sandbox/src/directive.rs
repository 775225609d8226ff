//! Instructions of a launch for its own job, in `custom_fields.sandbox`.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::seconds;
use crate::webhook::fault::DeliveryFault;

/// The name of the custom field.
pub(crate) const DIRECTIVE: &str = "sandbox";

/// The outcome of a job. `None` and [`Wanted::AsFound`] keep the default behavior.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Directive {
    pub(crate) state: Option<String>,
    pub(crate) runs_for: Option<Duration>,
    pub(crate) person: Wanted,
    /// The faults of its delivery.
    pub(crate) webhook: Option<Vec<DeliveryFault>>,
}

/// The person that the job finds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Wanted {
    /// The person that the query finds, if any.
    #[default]
    AsFound,
    /// Nobody, even if the query finds a person.
    Nobody,
    /// A person in any case, with these fields overridden.
    With(Map<String, Value>),
}

impl Directive {
    /// Parses the directive from custom fields: under `sandbox`, a string such as `state=FAILED
    /// seconds=3`, a JSON text, or an object. Any other value is the caller's own data. A mistake
    /// within a directive is an error.
    pub(crate) fn read(custom_fields: &Map<String, Value>) -> Result<Self, String> {
        let mut directive = Self::default();
        let members = match custom_fields.get(DIRECTIVE) {
            Some(Value::Object(members)) => members.clone(),
            Some(Value::String(text)) => parse(text)?,
            _ => return Ok(directive),
        };
        for (name, value) in &members {
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
                    let describe = |error| format!("custom_fields.sandbox.webhook: {error}");
                    directive.webhook = Some(faults.map_err(describe)?);
                }
                _ => return Err(mistake(name)),
            }
        }
        Ok(directive)
    }
}

/// Parses the members of a directive that is a string, for clients that send only scalars.
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
        "custom_fields.sandbox.{name}: expected `state` (text), `seconds` (a number, 0 or \
         more), `person` (null or an object) or `webhook` (text)"
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
    fn a_text_and_an_object_are_equivalent() {
        let members = json!({ "state": "FAILED", "seconds": 1.5, "person": null });
        let expected = read(members.clone()).unwrap();
        assert_eq!(read(json!("state=FAILED  seconds=1.5 person=null")), Ok(expected.clone()));
        assert_eq!(read(json!(members.to_string())), Ok(expected));
        assert_eq!(read(json!("")), Ok(Directive::default()));
        assert_eq!(read(json!(7)), Ok(Directive::default()));
        for wrong in ["FAILED", "stat=FAILED", "seconds=x", "seconds=-1", "{", "webhook=x"] {
            let problem = read(json!(wrong)).unwrap_err();
            assert!(problem.starts_with("custom_fields.sandbox"), "{problem}");
        }
    }
}

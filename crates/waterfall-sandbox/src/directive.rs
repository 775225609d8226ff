//! What a launch itself asks the sandbox for, in `custom_fields.sandbox`.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::seconds;
use crate::webhook::DeliveryFault;

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
    /// Reads the directive out of custom fields. Anything but an object under
    /// `sandbox` is the caller's own data; in an object, a mistake is told.
    pub(crate) fn read(custom_fields: &Map<String, Value>) -> Result<Self, String> {
        let mut directive = Self::default();
        let Some(Value::Object(wishes)) = custom_fields.get(DIRECTIVE) else {
            return Ok(directive);
        };
        for (name, value) in wishes {
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

fn mistake(name: &str) -> String {
    format!(
        "custom_fields.sandbox.{name}: the sandbox takes `state` (text), `seconds` (a number \
         from 0), `person` (null or an object) and `webhook` (text)"
    )
}

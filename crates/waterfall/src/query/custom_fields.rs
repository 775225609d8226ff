//! `custom_fields` in the queries of all operations.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use waterfall_api::Field;
use waterfall_api::types::LaunchCustomFields;

use super::text;

const LONGEST_NAME: usize = 40;

/// The custom fields as they were set, or the reason why they are not an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct GivenFields(Option<Result<Map<String, Value>, String>>);

impl GivenFields {
    pub(crate) fn of(fields: impl Serialize) -> Self {
        Self(Some(match serde_json::to_value(fields) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err("custom_fields is not a JSON object".to_owned()),
            Err(error) => Err(format!("custom_fields can't be written as JSON: {error}")),
        }))
    }

    pub(crate) fn insert(&mut self, name: String, value: Value) {
        if let Ok(fields) = self.0.get_or_insert_with(|| Ok(Map::new())) {
            fields.insert(name, value);
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the member of a launch request; `None` if the fields have a problem.
    pub(crate) fn into_field(self) -> Field<LaunchCustomFields> {
        match self.0 {
            Some(Ok(fields)) => Field::value(fields.into()),
            _ => Field::absent(),
        }
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        match &self.0 {
            Some(Ok(fields)) => not_scalar(fields).collect(),
            Some(Err(problem)) => vec![problem.clone()],
            None => Vec::new(),
        }
    }
}

/// Fails if the fields were set to something that is not a JSON object.
impl Serialize for GivenFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0
            .as_ref()
            .map(Result::as_ref)
            .transpose()
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for GivenFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<Map<String, Value>>::deserialize(deserializer)?.map(Ok)))
    }
}

/// Returns a problem for each field that is not a scalar. The caller chooses the names, so they are
/// not personal data; values are not shown.
fn not_scalar(fields: &Map<String, Value>) -> impl Iterator<Item = String> {
    fields.iter().filter_map(|(name, value)| {
        let kind = match value {
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
        let name: String = text::clean(name).chars().take(LONGEST_NAME).collect();
        Some(format!(
            "custom_fields.{name} is {kind}; give text, a number, a boolean or null, such as the \
             value written as JSON text"
        ))
    })
}

/// The setters of a query's member `custom_fields`.
macro_rules! custom_field_setters {
    () => {
        /// Sets custom data, which the API returns unchanged in `input.task` of the job. The value
        /// must serialize to a JSON object of scalars (text, number, boolean or null). Anything
        /// else is rejected before a request, because the API doesn't define nested values.
        pub fn custom_fields(mut self, fields: impl serde::Serialize) -> Self {
            self.custom_fields = $crate::query::custom_fields::GivenFields::of(fields);
            self
        }

        /// Adds one field to [`custom_fields`](Self::custom_fields), or replaces it.
        pub fn custom_field(
            mut self,
            name: impl Into<String>,
            value: impl Into<serde_json::Value>,
        ) -> Self {
            self.custom_fields.insert(name.into(), value.into());
            self
        }
    };
}
pub(crate) use custom_field_setters;

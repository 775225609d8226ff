//! Selects people by title and place, for Prospector and contact search.

use serde_json::Value;

use crate::envelope::ApiError;
use crate::form::{Fields, text, texts};
use crate::names::plain;
use crate::title_filter::TitleFilter;

/// Returns the title filters of a request in their order. A single `title_filter` takes precedence.
pub(super) fn filters(fields: &Fields) -> Result<Vec<TitleFilter>, ApiError> {
    if let Some(filter) = text(fields, "title_filter") {
        return Ok(vec![TitleFilter::parse(filter)?]);
    }
    let list = fields.get("title_filters").and_then(Value::as_array);
    let filters = list.into_iter().flatten().filter_map(|one| one["filter"].as_str());
    filters.map(TitleFilter::parse).collect()
}

/// Returns the titles of `title_lists`, in lower case.
pub(super) fn listed(fields: &Fields) -> Vec<String> {
    let lists = fields.get("title_lists").and_then(Value::as_array);
    let titles = lists.into_iter().flatten().filter_map(|list| list["titles"].as_array());
    titles.flatten().filter_map(Value::as_str).map(str::to_lowercase).collect()
}

pub(super) fn title(person: &Value) -> &str {
    person["title"].as_str().unwrap_or_default()
}

/// Returns whether the person is in one of the lists of full names, ignoring case and accents.
pub(super) fn is_named(person: &Value, names: &[&str]) -> bool {
    let part = |name: &str| plain(person[name].as_str().unwrap_or_default());
    let full = format!("{}{}", part("first_name"), part("last_name"));
    names.iter().any(|name| plain(name) == full)
}

/// Returns whether a field of the person has one of these values, ignoring case.
pub(super) fn is_one_of(person: &Value, field: &str, values: &[&str]) -> bool {
    let value = person[field].as_str().unwrap_or_default();
    values.iter().any(|one| one.eq_ignore_ascii_case(value))
}

/// Returns whether the request has no such list, or the person is on it.
pub(super) fn passes(fields: &Fields, name: &str, person: &Value, field: &str) -> bool {
    let values = texts(fields, name);
    values.is_empty() || is_one_of(person, field, &values)
}

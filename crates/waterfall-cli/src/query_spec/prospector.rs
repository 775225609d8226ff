//! Parses a company whose people are searched for: a domain, or a JSON object.

use serde_json::{Map, Value};
use waterfall::ProspectorQuery;

use crate::query_spec::parse::object;

/// Parses a domain, or an object, whose members take precedence over `options`. The error does not
/// repeat the text.
pub(crate) fn parse(text: &str, options: &Map<String, Value>) -> Result<ProspectorQuery, String> {
    match object(text)? {
        None => of_domain(text, options),
        Some(object) => {
            let mut query = options.clone();
            // The filters of an object and of the options must not be mixed.
            if ["title_filter", "title_filters"].into_iter().any(|name| object.contains_key(name)) {
                query.retain(|name, _| !name.starts_with("title_filter"));
            }
            query.extend(object);
            of_members(query)
        }
    }
}

/// Returns the query for the company with a domain.
pub(crate) fn of_domain(
    domain: &str,
    options: &Map<String, Value>,
) -> Result<ProspectorQuery, String> {
    let mut query = options.clone();
    query.insert("domain".to_owned(), domain.into());
    of_members(query)
}

fn of_members(members: Map<String, Value>) -> Result<ProspectorQuery, String> {
    serde_json::from_value(members.into())
        .map_err(|error| format!("not a JSON object that describes a search for people: {error}"))
}

//! Parses a company: a domain, the URL of a LinkedIn page, or a JSON object.

use serde_json::{Map, Value};
use waterfall::CompanyQuery;

use crate::query_spec::parse::object;

/// The options that all queries have.
#[derive(Debug, Clone, Default)]
pub(crate) struct CompanyExtras {
    pub(crate) webhook_url: Option<String>,
    pub(crate) custom_fields: Option<Map<String, Value>>,
}

impl CompanyExtras {
    pub(crate) fn add_to(self, query: CompanyQuery) -> CompanyQuery {
        let query = match self.webhook_url {
            Some(url) => query.webhook_url(url),
            None => query,
        };
        match self.custom_fields {
            Some(fields) => query.custom_fields(fields),
            None => query,
        }
    }
}

/// Parses a domain, the URL of a LinkedIn page, or an object, whose members take precedence over
/// the options. The error does not repeat the text.
pub(crate) fn parse(text: &str, mut options: CompanyExtras) -> Result<CompanyQuery, String> {
    let query = match object(text)? {
        Some(object) => {
            options.webhook_url.take_if(|_| object.contains_key("webhook_url"));
            options.custom_fields.take_if(|_| object.contains_key("custom_fields"));
            serde_json::from_value(object.into())
                .map_err(|error| format!("not a JSON object that describes a company: {error}"))?
        }
        None if text.to_ascii_lowercase().contains("linkedin.com/") => CompanyQuery::linkedin(text),
        None => domain(text)?,
    };
    Ok(options.add_to(query))
}

/// A text that can't be a domain may be a name.
fn domain(text: &str) -> Result<CompanyQuery, String> {
    let query = CompanyQuery::domain(text);
    let is_word = |c: char| c.is_alphanumeric() || " &'-,.".contains(c);
    match query.validate() {
        Err(error) if text.contains(' ') && text.chars().all(is_word) => {
            let problems = error.messages().join("; ");
            Err(format!("{problems}; pass a name as {{\"name\": \"Acme Corp\"}}, or with --name"))
        }
        _ => Ok(query),
    }
}

//! Rule: the headers of all responses of an operation are described together.

use serde_json::Value;

use crate::operations::context::Context;
use crate::operations::markers::Header;
use crate::operations::parameters::target;

/// The headers of an operation's responses, each name once.
pub(super) fn of(given: &Value, context: &Context<'_>) -> Vec<Header> {
    let mut all: Vec<Header> = Vec::new();
    let responses = given["responses"].as_object().into_iter().flatten();
    let headers = responses.filter_map(|(_, response)| response["headers"].as_object()).flatten();
    for (name, header) in headers {
        let is_known = all.iter().any(|there| there.name.eq_ignore_ascii_case(name));
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if is_known || !is_name || name.eq_ignore_ascii_case("content-type") {
            continue;
        }
        let schema = target(&header["schema"], context.schemas, 0);
        all.push(Header {
            name: name.clone(),
            kind: schema["type"].as_str().unwrap_or("string").to_owned(),
            text: match header["description"].as_str() {
                Some(text) if !text.is_empty() => text.to_owned(),
                _ => format!("`{name}`"),
            },
        });
    }
    all
}

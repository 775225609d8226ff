//! Rule: an operation with separate servers uses the first of them.

use serde_json::Value;

use crate::codes;
use crate::operations::context::Context;

/// Returns the URL of an operation's first server, with default values for its variables.
pub(super) fn of(given: &Value, context: &mut Context<'_>) -> Option<String> {
    let servers = given["servers"].as_array()?;
    let server = servers.first()?;
    let url = url(server)?;
    if servers.len() > 1 {
        let text = format!("requests are sent to the first server, `{url}`");
        context.report.record(&context.pointer, &codes::SEVERAL_SERVERS, text);
    }
    Some(url)
}

/// Returns the URL of a server, with default values for its variables.
pub(crate) fn url(server: &Value) -> Option<String> {
    let mut url = server["url"].as_str()?.to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        // YAML reads some defaults as numbers. Without a default, the first value is used.
        let default = [&variable["default"], &variable["enum"][0]].into_iter().find_map(text);
        if let Some(default) = default {
            url = url.replace(&format!("{{{name}}}"), &default);
        }
    }
    Some(url)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_have_their_defaults() {
        let variables =
            json!({"a": {"default": "x"}, "b": {"default": 443}, "c": {"enum": ["y"]}, "d": {}});
        let server = json!({"url": "https://{a}:{b}/{c}/{d}/{e}", "variables": variables});
        assert_eq!(url(&server).as_deref(), Some("https://x:443/y/{d}/{e}"));
    }
}

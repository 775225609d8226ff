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
        let default = variable["default"].as_str().unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    Some(url)
}

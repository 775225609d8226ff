//! The API's error envelope, decoded leniently: gateways may respond in place of the API, and an
//! incomplete envelope is better than none.

use reqwest::header::HeaderValue;
use serde_json::Value;
use waterfall_api::types::{ErrorCategory, ErrorCode};

/// The contents of an error response.
#[derive(Debug, Clone, Default)]
pub(super) struct Envelope {
    pub(super) code: Option<ErrorCode>,
    pub(super) category: Option<ErrorCategory>,
    /// The message, if there is one, and then the details.
    pub(super) messages: Vec<String>,
    /// Whether the first of the messages is the message.
    pub(super) has_message: bool,
}

impl Envelope {
    /// Decodes as much of a body as possible. Returns nothing if the body is not JSON. Removes API
    /// keys, which some servers repeat in their responses.
    pub(super) fn read(body: &[u8], keys: &[HeaderValue]) -> Self {
        let Ok(Value::Object(fields)) = serde_json::from_str(&String::from_utf8_lossy(body)) else {
            return Self::default();
        };
        // JSON can encode a text in many ways, so keys are removed after decoding.
        let clean = |text: &str| without(keys, text);
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(clean);
        let code = text("code").map(ErrorCode::from);
        let category = text("category")
            .map(ErrorCategory::from)
            .or_else(|| code.as_ref().and_then(|code| category_of(code.as_str())));
        let message = text("message");
        let has_message = message.is_some();
        let mut messages = Vec::from_iter(message);
        match fields.get("error") {
            Some(Value::String(detail)) => messages.push(clean(detail)),
            Some(Value::Array(details)) => {
                messages.extend(details.iter().filter_map(Value::as_str).map(clean));
            }
            _ => {}
        }
        Self { code, category, messages, has_message }
    }
}

/// Removes the API keys from a text.
pub(super) fn without(keys: &[HeaderValue], text: &str) -> String {
    let keys = keys.iter().filter_map(|key| key.to_str().ok());
    keys.fold(text.to_owned(), |text, key| match text.contains(key) {
        true => text.replace(key, "[redacted]"),
        false => text,
    })
}

/// Returns the known category that is a prefix of the code.
fn category_of(code: &str) -> Option<ErrorCategory> {
    code.match_indices('_')
        .map(|(end, _)| ErrorCategory::from(&code[..end]))
        .find(|category| !matches!(category, ErrorCategory::Unknown(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes() {
        type Row<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a [&'a str]);
        let rows: &[Row<'_>] = &[
            (
                r#"{"status":"error","message":"m","category":"AUTH","code":"AUTH_BAD_API_KEY"}"#,
                Some("AUTH_BAD_API_KEY"),
                Some("AUTH"),
                &["m"],
            ),
            (
                r#"{"code":"NOT_FOUND_NEW","error":"d"}"#,
                Some("NOT_FOUND_NEW"),
                Some("NOT_FOUND"),
                &["d"],
            ),
            (r#"{"code":"NEW_THING","error":["a","b"]}"#, Some("NEW_THING"), None, &["a", "b"]),
            (r#"{"code":"QUOTA"}"#, Some("QUOTA"), None, &[]),
            (r#"{"code":"NEW_X","category":"NEW"}"#, Some("NEW_X"), Some("NEW"), &[]),
            (r#"{"code":7,"message":null,"error":[1,"a"]}"#, None, None, &["a"]),
            (
                r#"{"message":"Bad key sesame.","error":["sesame"]}"#,
                None,
                None,
                &["Bad key [redacted].", "[redacted]"],
            ),
            (
                r#"{"message":"Bad key \u0073esame.","code":"AUTH_\u0073esame"}"#,
                Some("AUTH_[redacted]"),
                Some("AUTH"),
                &["Bad key [redacted]."],
            ),
            (r#"{"message":"Forbidden"}"#, None, None, &["Forbidden"]),
            ("[]", None, None, &[]),
            ("<html>", None, None, &[]),
            ("", None, None, &[]),
        ];
        for (body, code, category, messages) in rows {
            let envelope = Envelope::read(body.as_bytes(), &[HeaderValue::from_static("sesame")]);
            assert_eq!(envelope.code.as_ref().map(ErrorCode::as_str), *code, "{body}");
            assert_eq!(envelope.category.as_ref().map(ErrorCategory::as_str), *category, "{body}");
            assert_eq!(envelope.messages, *messages, "{body}");
        }
    }
}

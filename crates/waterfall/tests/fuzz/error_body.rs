//! Bodies of errors: for any response, the error is one short line without the key, and its parts
//! are those that a second parser finds.

use serde_json::Value;
use waterfall::{Error, ErrorKind};

use crate::answers::{KEY, check_text, fetch};

pub(crate) const SEEDS: &[&str] = &[
    r#"a{"status":"error","message":"The job is gone.","category":"NOT_FOUND","code":"NOT_FOUND_X"}"#,
    r#"d{"message":"Not sesame-0123456789, please.","code":"AUTH_BAD_API_KEY","error":["a",7,"b"]}"#,
    r#"d{"message":"Not ses\u0061me-0123456789.","code":"sesame\u002d0123456789","error":"\u0073esame-0123456789"}"#,
    r#"z{"message":null,"code":7,"category":[],"error":{"a":"b"}}"#,
];

/// Seeds, separated by `¦`.
pub(crate) const WORDS: &str = "\
    a¦{¦}¦[¦]¦:¦,¦\"message\":¦\"code\":¦\"category\":¦\"error\":¦\"sesame-0123456789\"¦\
    \"\\u0073esame-0123456789\"¦\"AUTH_\"¦\"RATE_LIMIT_NEW\"¦null¦\"\\n\\u001b[31m\"¦\
    \"\\ud83d\\ude00\"¦7¦\"_\"¦\"\"";

/// The first byte selects the status.
pub(crate) fn check(data: &[u8]) {
    let Some((status, body)) = data.split_first() else { return };
    let status = 400 + u16::from(*status % 200);
    let error = fetch(status, &[], body).expect_err("the status is that of an error");
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    assert_eq!(error.body(), Some(body.get(..64 * 1024).unwrap_or(body)));
    assert_eq!(error.is_retryable(), matches!(status, 408 | 429 | 500..));
    check_text(&error);
    check_parts(&error, body);
}

fn check_parts(error: &Error, body: &[u8]) {
    for text in error.messages() {
        assert!(!text.contains(KEY), "{text}");
    }
    let text = String::from_utf8_lossy(body);
    let came = serde_json::from_str::<Value>(&text).unwrap_or(Value::Null);
    let said = |name: &str| came[name].as_str().map(|text| text.replace(KEY, "[redacted]"));
    assert_eq!(error.code().map(|code| code.as_str().to_owned()), said("code"));
    if let Some(category) = said("category") {
        assert_eq!(error.category().map(|category| category.as_str()), Some(&*category));
    }
    let details = match &came["error"] {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        detail => Vec::from_iter(detail.as_str()),
    };
    let details = details.into_iter().map(|detail| detail.replace(KEY, "[redacted]"));
    let messages: Vec<_> = said("message").into_iter().chain(details).collect();
    assert_eq!(error.messages(), messages);
}

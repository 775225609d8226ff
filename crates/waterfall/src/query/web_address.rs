//! Checks URLs to which results are delivered.

use reqwest::Url;

/// Returns whether a text is an absolute `http` or `https` URL.
pub(crate) fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

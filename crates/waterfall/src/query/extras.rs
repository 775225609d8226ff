//! The members that all kinds of queries have in addition to their subject: a webhook URL and
//! custom fields.

use super::custom_fields::GivenFields;
use super::text;
use super::web_address::is_web_address;

/// Returns the problems of a webhook URL and custom fields.
pub(super) fn problems(webhook_url: Option<&str>, fields: &GivenFields) -> Vec<String> {
    let mut problems = Vec::new();
    if sent_webhook_url(webhook_url).is_some_and(|url| !is_web_address(&url)) {
        problems.push(
            "webhook_url is not an http or https URL; give one such as \
             https://hooks.example.com/waterfall"
                .to_owned(),
        );
    }
    problems.extend(fields.problems());
    problems
}

/// Returns the webhook URL, unless it is a placeholder.
pub(super) fn sent_webhook_url(given: Option<&str>) -> Option<String> {
    let url = text::clean(given?);
    (!text::is_blank(&url)).then_some(url)
}

/// The setters that queries of all kinds have.
macro_rules! extras_setters {
    ($query:ident) => {
        impl $query {
            /// Sets the `https` or `http` URL to which the API delivers the result. The default is
            /// the client's [webhook URL](crate::ClientBuilder::webhook_url), if it has one.
            pub fn webhook_url(mut self, url: impl Into<String>) -> Self {
                self.webhook_url = Some(url.into());
                self
            }

            $crate::query::custom_fields::custom_field_setters!();
        }
    };
}
pub(super) use extras_setters;

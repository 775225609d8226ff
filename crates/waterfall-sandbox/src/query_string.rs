//! Reads query strings.

use uuid::Uuid;
use waterfall_api::Url;

use crate::envelope::{ApiError, Code};

/// Returns the value of the first parameter with this name.
pub(crate) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    // Only the query string is parsed; the host is not used.
    let url = format!("http://sandbox.invalid/?{}", query.unwrap_or_default());
    let url = Url::parse(&url).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Returns the parameter `job_id`, in the form that the API uses.
pub(crate) fn job_id(query: Option<&str>) -> Result<Uuid, ApiError> {
    let text = parameter(query, "job_id").filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| ApiError::new(Code::MissingJobId))?;
    let id = if text.len() == 36 { Uuid::try_parse(&text).ok() } else { None };
    id.ok_or_else(|| ApiError::new(Code::BadJobId).detail(format!("'{text}' is not a valid UUID")))
}

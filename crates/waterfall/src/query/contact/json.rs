//! A query as JSON: the launch request.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::ContactQuery;
use super::named::Named;

/// The members of a launch request, and `linkedin_url` of its echo.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linkedin: Option<String>,
    #[serde(skip_serializing)]
    linkedin_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_phones: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<Map<String, Value>>,
}

impl Serialize for ContactQuery {
    /// Fails if `custom_fields` were set to something that is not a JSON object.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let query = self.clone();
        let Named { email, linkedin, full_name, first_name, last_name, domain } = query.named;
        let request = Request {
            email,
            linkedin,
            linkedin_url: None,
            full_name,
            first_name,
            last_name,
            domain,
            include_phones: query.include_phones,
            webhook_url: query.webhook_url,
            custom_fields: query.custom_fields.transpose().map_err(S::Error::custom)?,
        };
        request.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ContactQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let request = Request::deserialize(deserializer)?;
        let named = Named {
            email: request.email,
            linkedin: request.linkedin.or(request.linkedin_url),
            full_name: request.full_name,
            first_name: request.first_name,
            last_name: request.last_name,
            domain: request.domain,
        };
        Ok(Self {
            named,
            include_phones: request.include_phones,
            webhook_url: request.webhook_url,
            custom_fields: request.custom_fields.map(Ok),
        })
    }
}

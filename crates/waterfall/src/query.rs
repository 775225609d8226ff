//! [`ContactQuery`]: whom to look for.

use reqwest::Url;
use serde::Serialize;
use serde_json::{Map, Value};
use waterfall_api::Field;
use waterfall_api::types::ContactEnrichmentLaunch;

use crate::Error;

const LINKEDIN_MAX: usize = 500;
const FULL_NAME_MAX: usize = 250;
const NAME_MAX: usize = 100;
const DOMAIN_MIN: usize = 4;
const DOMAIN_MAX: usize = 500;

/// Whom to look for, and what to do with the result.
///
/// There are four ways to name a person, each with a constructor:
///
/// ```
/// use waterfall::ContactQuery;
///
/// ContactQuery::email("jane.doe@acme.com");
/// ContactQuery::linkedin("https://www.linkedin.com/in/jane-doe-abc123/");
/// ContactQuery::full_name("Jane Doe", "acme.com");
/// ContactQuery::first_and_last_name("Jane", "Doe", "acme.com");
/// ```
///
/// Exactly what was set is sent, and a `webhook_url` of the client. Limits are checked before sending, by
/// [`validate`](Self::validate), which every launch calls.
///
/// `Debug` shows the query, so it shows a person's data.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a query does nothing until it is launched"]
pub struct ContactQuery {
    person: Named,
    include_phones: Option<bool>,
    webhook_url: Option<String>,
    custom_fields: Option<Result<Map<String, Value>, String>>,
}

/// The four ways to name a person.
#[derive(Debug, Clone, PartialEq)]
enum Named {
    Email(String),
    Linkedin(String),
    FullName { name: String, domain: String },
    FirstAndLastName { first: String, last: String, domain: String },
}

impl ContactQuery {
    /// The person with this e-mail address.
    pub fn email(email: impl Into<String>) -> Self {
        Self::of(Named::Email(email.into()))
    }

    /// The person with this LinkedIn profile: its URL or the last part of it, at
    /// most 500 characters.
    pub fn linkedin(profile: impl Into<String>) -> Self {
        Self::of(Named::Linkedin(profile.into()))
    }

    /// The person with this full name (at most 250 characters) at the company
    /// with this domain (4 to 500 characters; plain or a URL).
    pub fn full_name(name: impl Into<String>, domain: impl Into<String>) -> Self {
        Self::of(Named::FullName { name: name.into(), domain: domain.into() })
    }

    /// The person with this first and last name (at most 100 characters each) at
    /// the company with this domain (4 to 500 characters; plain or a URL).
    pub fn first_and_last_name(
        first: impl Into<String>,
        last: impl Into<String>,
        domain: impl Into<String>,
    ) -> Self {
        let (first, last, domain) = (first.into(), last.into(), domain.into());
        Self::of(Named::FirstAndLastName { first, last, domain })
    }

    fn of(person: Named) -> Self {
        Self { person, include_phones: None, webhook_url: None, custom_fields: None }
    }

    /// Whether to look for phone numbers too. The account needs phone enrichment
    /// for it. Not sent unless set; the API's default is `false`.
    pub fn include_phones(mut self, include: bool) -> Self {
        self.include_phones = Some(include);
        self
    }

    /// Where the API delivers the result: an `https` or `http` URL. If it is not set, the
    /// client's, if that has [one](crate::ClientBuilder::webhook_url).
    pub fn webhook_url(mut self, url: impl Into<String>) -> Self {
        self.webhook_url = Some(url.into());
        self
    }

    /// Your own data, which comes back unchanged in
    /// [`Snapshot::query`](crate::Snapshot::query): anything that serializes to a
    /// JSON object. What does not is found by [`validate`](Self::validate).
    ///
    /// ```
    /// use serde_json::json;
    /// use waterfall::ContactQuery;
    ///
    /// let query = ContactQuery::email("jane.doe@acme.com")
    ///     .custom_fields(json!({ "crm_id": "0035e00000XyZ" }))
    ///     .custom_field("row", 7);
    /// assert!(query.validate().is_ok());
    ///
    /// let query = query.custom_fields("not an object");
    /// assert!(query.validate().is_err());
    /// ```
    pub fn custom_fields(mut self, fields: impl Serialize) -> Self {
        self.custom_fields = Some(match serde_json::to_value(fields) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err("custom_fields is not a JSON object".to_owned()),
            Err(error) => Err(format!("custom_fields can't be written as JSON: {error}")),
        });
        self
    }

    /// Adds one field to [`custom_fields`](Self::custom_fields), or replaces it.
    pub fn custom_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let fields = self.custom_fields.get_or_insert_with(|| Ok(Map::new()));
        if let Ok(fields) = fields {
            fields.insert(name.into(), value.into());
        }
        self
    }

    /// Checks the query as far as that is possible without the API.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery), with every
    /// problem in [`messages`](Error::messages): the field, the limit, and the
    /// length that it has. Lengths are counted in Unicode characters.
    ///
    /// ```
    /// use waterfall::ContactQuery;
    ///
    /// let error = ContactQuery::full_name("Jane Doe", "x.y").validate().unwrap_err();
    /// assert_eq!(error.messages(), ["domain has 3 characters, at least 4 are needed"]);
    /// ```
    pub fn validate(&self) -> Result<(), Error> {
        let mut problems = Vec::new();
        self.check_person(&mut problems);
        if self.webhook_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            problems.push("webhook_url is not an http or https URL".to_owned());
        }
        if let Some(Err(problem)) = &self.custom_fields {
            problems.push(problem.clone());
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::invalid_query(problems)) }
    }

    fn check_person(&self, problems: &mut Vec<String>) {
        let mut check = |field, text, min, max| problems.extend(problem_of(field, text, min, max));
        match &self.person {
            Named::Email(email) => {
                check("email", email, 1, usize::MAX);
                let whole =
                    email.rsplit_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
                if !whole && !email.trim().is_empty() {
                    problems.push("email is not an address like name@example.com".to_owned());
                }
            }
            Named::Linkedin(profile) => check("linkedin", profile, 1, LINKEDIN_MAX),
            Named::FullName { name, domain } => {
                check("full_name", name, 1, FULL_NAME_MAX);
                check("domain", domain, DOMAIN_MIN, DOMAIN_MAX);
            }
            Named::FirstAndLastName { first, last, domain } => {
                check("first_name", first, 1, NAME_MAX);
                check("last_name", last, 1, NAME_MAX);
                check("domain", domain, DOMAIN_MIN, DOMAIN_MAX);
            }
        }
    }

    /// The body of the launch.
    pub(crate) fn to_body(&self) -> Result<ContactEnrichmentLaunch, Error> {
        self.validate()?;
        let mut body = ContactEnrichmentLaunch::default();
        match &self.person {
            Named::Email(email) => body.email = Field::value(email.clone()),
            Named::Linkedin(profile) => body.linkedin = limited("linkedin", profile)?,
            Named::FullName { name, domain } => {
                body.full_name = limited("full_name", name)?;
                body.domain = limited("domain", domain)?;
            }
            Named::FirstAndLastName { first, last, domain } => {
                body.first_name = limited("first_name", first)?;
                body.last_name = limited("last_name", last)?;
                body.domain = limited("domain", domain)?;
            }
        }
        body.include_phones = self.include_phones.into();
        body.webhook_url = self.webhook_url.clone().into();
        if let Some(Ok(fields)) = &self.custom_fields {
            body.custom_fields = Field::value(fields.clone().into());
        }
        Ok(body)
    }
}

fn problem_of(field: &str, text: &str, min: usize, max: usize) -> Option<String> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        Some(format!("{field} is empty"))
    } else if length < min {
        Some(format!("{field} has {length} characters, at least {min} are needed"))
    } else if length > max {
        Some(format!("{field} has {length} characters, at most {max} are allowed"))
    } else {
        None
    }
}

pub(crate) fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// The generated types have limits of their own, from the API's description.
fn limited<T>(field: &str, text: &str) -> Result<Field<T>, Error>
where
    T: for<'a> TryFrom<&'a str>,
{
    T::try_from(text)
        .map(Field::value)
        .map_err(|_| Error::invalid_query(vec![format!("{field} breaks a rule of the API")]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn exactly_what_was_set_is_sent() {
        let rows = [
            (ContactQuery::email("j@acme.com"), json!({ "email": "j@acme.com" })),
            (ContactQuery::linkedin("jane"), json!({ "linkedin": "jane" })),
            (
                ContactQuery::full_name("Jane Doe", "acme.com"),
                json!({ "full_name": "Jane Doe", "domain": "acme.com" }),
            ),
            (
                ContactQuery::first_and_last_name("Jane", "Doe", "acme.com"),
                json!({ "first_name": "Jane", "last_name": "Doe", "domain": "acme.com" }),
            ),
            (
                ContactQuery::linkedin("jane").include_phones(false).custom_fields(json!({})),
                json!({ "linkedin": "jane", "include_phones": false, "custom_fields": {} }),
            ),
            (
                ContactQuery::linkedin("jane")
                    .include_phones(true)
                    .webhook_url("https://hooks.example.com/x?y=z")
                    .custom_fields(json!({ "row": 9_007_199_254_740_993_u64, "none": null }))
                    .custom_field("deep", json!([{ "null": null }, [], {}])),
                json!({
                    "linkedin": "jane",
                    "include_phones": true,
                    "webhook_url": "https://hooks.example.com/x?y=z",
                    "custom_fields": {
                        "row": 9_007_199_254_740_993_u64,
                        "none": null,
                        "deep": [{ "null": null }, [], {}],
                    },
                }),
            ),
        ];
        for (query, expected) in rows {
            let body = query.to_body().unwrap();
            assert_eq!(serde_json::to_value(&body).unwrap(), expected);
        }
    }

    #[test]
    fn limits_are_checked_before_sending() {
        let name = |length| ContactQuery::full_name("ü".repeat(length), "acme.com");
        let first = |length| ContactQuery::first_and_last_name("a".repeat(length), "b", "acme.com");
        let last = |length| ContactQuery::first_and_last_name("a", "b".repeat(length), "acme.com");
        let domain = |length| ContactQuery::full_name("Jane", "d".repeat(length));
        let linkedin = |length| ContactQuery::linkedin("l".repeat(length));
        let hook = |url: &str| ContactQuery::linkedin("jane").webhook_url(url);
        let rows: Vec<(ContactQuery, &[&str])> = vec![
            (linkedin(500), &[]),
            (linkedin(501), &["linkedin has 501 characters, at most 500 are allowed"]),
            (linkedin(0), &["linkedin is empty"]),
            (ContactQuery::linkedin("  "), &["linkedin is empty"]),
            (name(250), &[]),
            (name(251), &["full_name has 251 characters, at most 250 are allowed"]),
            (first(100), &[]),
            (first(101), &["first_name has 101 characters, at most 100 are allowed"]),
            (last(101), &["last_name has 101 characters, at most 100 are allowed"]),
            (domain(4), &[]),
            (domain(500), &[]),
            (domain(3), &["domain has 3 characters, at least 4 are needed"]),
            (domain(501), &["domain has 501 characters, at most 500 are allowed"]),
            (
                ContactQuery::first_and_last_name("", "", "abc"),
                &[
                    "first_name is empty",
                    "last_name is empty",
                    "domain has 3 characters, at least 4 are needed",
                ],
            ),
            (ContactQuery::email("jane.doe@acme.com"), &[]),
            (ContactQuery::email(""), &["email is empty"]),
            (ContactQuery::email("jane"), &["email is not an address like name@example.com"]),
            (ContactQuery::email("jane@"), &["email is not an address like name@example.com"]),
            (hook("https://hooks.example.com"), &[]),
            (hook("hooks.example.com"), &["webhook_url is not an http or https URL"]),
            (hook("ftp://example.com"), &["webhook_url is not an http or https URL"]),
            (
                ContactQuery::linkedin("jane").custom_fields([1, 2]).custom_field("a", 1),
                &["custom_fields is not a JSON object"],
            ),
        ];
        for (query, problems) in rows {
            match query.validate() {
                Ok(()) => assert!(problems.is_empty(), "{query:?} passed"),
                Err(error) => {
                    assert_eq!(error.messages(), problems, "{query:?}");
                    assert_eq!(error.kind(), crate::ErrorKind::InvalidQuery);
                    assert!(!error.may_have_launched() && !error.is_retryable());
                }
            }
            assert_eq!(query.to_body().is_ok(), problems.is_empty(), "{query:?}");
        }
    }
}

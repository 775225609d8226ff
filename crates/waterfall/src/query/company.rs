//! [`CompanyQuery`]: the company to find.

use serde::{Deserialize, Serialize};
use waterfall_api::jobs::CompanyEnrichment;
use waterfall_api::types::CompanyEnrichmentLaunch;

use super::company_page::Page;
use super::custom_fields::GivenFields;
use super::extras::{self, extras_setters};
use super::identity::QueryIdentity;
use super::{company_name, company_page, domain, limited};
use crate::error::Error;
use crate::kind::JobQuery;

/// The company to find.
///
/// There are three ways to name a company, each with a constructor. Exactly one of domain, LinkedIn
/// page and name is sent: the first usable one, in this order. The name is the least reliable.
///
/// ```
/// use waterfall::CompanyQuery;
///
/// CompanyQuery::domain("acme.com");
/// CompanyQuery::linkedin("https://www.linkedin.com/company/acme/");
/// CompanyQuery::name("Acme Inc");
/// ```
///
/// ```
/// use waterfall::{Client, CompanyQuery};
/// # use waterfall::testing::{MockResponse, MockTransport};
/// # use serde_json::json;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let output = json!({ "company": { "name": "Acme Inc", "size": "51-200" } });
/// # let mock = MockTransport::new().reads([MockResponse::output(output)]);
/// # let client: Client = mock.client_builder().build()?;
/// let found = client.enrich(CompanyQuery::domain("acme.com")).await?;
/// match found.company() {
///     Some(company) => println!("{:?}", company.name.as_deref()),
///     None => println!("no company found, nothing billed"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Cleaning
///
/// Values are cleaned and checked like those of a [`ContactQuery`](crate::ContactQuery). A LinkedIn
/// page is that of a company, a school or a showcase: its URL, or the last part of a company's URL.
/// A person's profile is rejected.
///
/// # JSON
///
/// A query serializes as a launch request with exactly the values that were set, and deserializes
/// from one: `{"domain": "acme.com"}`. Other members are ignored, and `null` counts as absent.
/// Deserializing does not validate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[must_use = "a query does nothing until it is launched"]
pub struct CompanyQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(alias = "linkedin_url", skip_serializing_if = "Option::is_none")]
    linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[serde(skip_serializing_if = "GivenFields::is_absent")]
    custom_fields: GivenFields,
}

/// The way to name the company that is sent.
enum Named {
    Domain(String),
    Linkedin(Page),
    Name(String),
}

extras_setters!(CompanyQuery);

impl CompanyQuery {
    /// Names the company by its domain (4 to 500 characters; plain or a URL).
    pub fn domain(domain: impl Into<String>) -> Self {
        Self::default().or_domain(domain)
    }

    /// Names the company by its LinkedIn page: its URL or the last part of it, at most 500
    /// characters.
    pub fn linkedin(page: impl Into<String>) -> Self {
        Self::default().or_linkedin(page)
    }

    /// Names the company by its name, at most 500 characters.
    pub fn name(name: impl Into<String>) -> Self {
        Self::default().or_name(name)
    }

    /// Adds a domain, or replaces it. It has priority over the other ways.
    ///
    /// ```
    /// use waterfall::CompanyQuery;
    ///
    /// let query = CompanyQuery::name("Acme Inc").or_domain("https://www.acme.com/about");
    /// assert_eq!(query.normalized()?, CompanyQuery::domain("acme.com"));
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    pub fn or_domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Adds a LinkedIn page, or replaces it. It is sent if there is no usable domain.
    pub fn or_linkedin(mut self, page: impl Into<String>) -> Self {
        self.linkedin = Some(page.into());
        self
    }

    /// Adds a name, or replaces it. It is sent if there is no other usable way.
    pub fn or_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Checks the query as far as possible without the API.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery), with every problem in
    /// [`messages`](Error::messages).
    pub fn validate(&self) -> Result<(), Error> {
        self.checked().map(|_| ())
    }

    /// Returns the problems of parts of a valid query that are not sent because they are unusable.
    pub fn warnings(&self) -> Vec<String> {
        self.checked().map(|(_, warnings)| warnings).unwrap_or_default()
    }

    /// Returns the query as it is sent: cleaned, and with one way to name the company.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn normalized(&self) -> Result<Self, Error> {
        let (named, _) = self.checked()?;
        let custom_fields = self.custom_fields.clone();
        let query = Self { webhook_url: self.delivery_url(), custom_fields, ..Self::default() };
        Ok(match named {
            Named::Domain(domain) => query.or_domain(domain),
            Named::Linkedin(page) => query.or_linkedin(page.sent()),
            Named::Name(name) => query.or_name(name),
        })
    }

    /// Returns the company that the query names, independent of the notation.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn identity(&self) -> Result<QueryIdentity, Error> {
        let (named, _) = self.checked()?;
        Ok(QueryIdentity::new(match named {
            Named::Domain(domain) => format!("domain:{domain}"),
            Named::Linkedin(page) => page.identity(),
            Named::Name(name) => format!("name:{}", company_name::folded(&name)),
        }))
    }

    /// Returns the way to name the company that is sent, and the warnings.
    fn checked(&self) -> Result<(Named, Vec<String>), Error> {
        let mut problems = Vec::new();
        let named = self.named(&mut problems);
        let others = extras::problems(self.webhook_url.as_deref(), &self.custom_fields);
        match named {
            Some(named) if others.is_empty() => Ok((named, problems)),
            named => {
                if named.is_some() {
                    problems.clear();
                } else if problems.is_empty() {
                    problems.push(
                        "no company is named; give domain, linkedin or name, such as acme.com"
                            .to_owned(),
                    );
                }
                problems.extend(others);
                Err(Error::invalid_query(problems))
            }
        }
    }

    /// Returns the first usable way, and the problems of those before it.
    fn named(&self, problems: &mut Vec<String>) -> Option<Named> {
        fn usable<T>(
            parsed: Option<Result<Option<T>, String>>,
            problems: &mut Vec<String>,
        ) -> Option<T> {
            parsed?.unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        }
        let domain = self.domain.as_deref().map(domain::parse);
        if let Some(domain) = usable(domain, problems) {
            return Some(Named::Domain(domain));
        }
        let page = self.linkedin.as_deref().map(company_page::parse);
        if let Some(page) = usable(page, problems) {
            return Some(Named::Linkedin(page));
        }
        let name = self.name.as_deref().map(|name| company_name::parse("name", name));
        usable(name, problems).map(Named::Name)
    }
}

impl JobQuery for CompanyQuery {
    type Kind = CompanyEnrichment;

    fn to_request(&self, client_url: Option<&str>) -> Result<CompanyEnrichmentLaunch, Error> {
        let Self { domain, linkedin, name, webhook_url, custom_fields } = self.normalized()?;
        let mut body = CompanyEnrichmentLaunch::default();
        body.domain = limited("domain", domain)?;
        body.linkedin = limited("linkedin", linkedin)?;
        body.name = limited("name", name)?;
        body.webhook_url = webhook_url.or_else(|| client_url.map(str::to_owned)).into();
        body.custom_fields = custom_fields.into_field();
        Ok(body)
    }

    fn delivery_url(&self) -> Option<String> {
        extras::sent_webhook_url(self.webhook_url.as_deref())
    }

    fn accepts_webhook(&self) -> bool {
        true
    }
}

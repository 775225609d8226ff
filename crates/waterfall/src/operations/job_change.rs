//! [`JobChangeQuery`]: the person whose position is checked.

use waterfall_api::types::{JobChangeJob, JobChangeRequest, JobChangeStatus, Person};

use super::checks::Checks;
use super::completed::Completed;
use super::query::{Page, ToRequest};
use super::request::ImmediateRequest;
use crate::client::Client;
use crate::error::Error;
use crate::query::custom_fields::{GivenFields, custom_field_setters};

/// A person, and a company at which the person is known to have worked.
///
/// The API identifies a person by one of three combinations:
///
/// 1. the company's domain, and the LinkedIn profile, professional or personal e-mail address, or
///    full name;
/// 2. the company's LinkedIn page, and the profile or one of the addresses;
/// 3. the professional e-mail address, alone or with the full name.
///
/// Set all known values. The first complete combination is sent, with the first of its identifiers
/// that is set. The domain together with the profile has the best coverage. Values are cleaned like
/// those of a [`ContactQuery`](crate::ContactQuery); blank ones count as absent.
///
/// ```
/// use waterfall::JobChangeQuery;
///
/// let query = JobChangeQuery::new().company_domain("acme.com").linkedin("jane-doe-abc123");
/// assert!(query.validate().is_ok());
/// assert!(JobChangeQuery::new().full_name("Jane Doe").validate().is_err());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a query does nothing until it is sent"]
pub struct JobChangeQuery {
    company_domain: Option<String>,
    company_linkedin: Option<String>,
    linkedin: Option<String>,
    professional_email: Option<String>,
    personal_email: Option<String>,
    full_name: Option<String>,
    custom_fields: GivenFields,
}

impl JobChangeQuery {
    /// Creates an empty query.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the domain of the company, plain or a URL.
    pub fn company_domain(mut self, domain: impl Into<String>) -> Self {
        self.company_domain = Some(domain.into());
        self
    }

    /// Sets the LinkedIn page of the company: its URL or the last part of it.
    pub fn company_linkedin(mut self, page: impl Into<String>) -> Self {
        self.company_linkedin = Some(page.into());
        self
    }

    /// Sets the LinkedIn profile of the person: its URL or the last part of it.
    pub fn linkedin(mut self, profile: impl Into<String>) -> Self {
        self.linkedin = Some(profile.into());
        self
    }

    /// Sets the e-mail address of the person at the company, at most 254 characters.
    pub fn professional_email(mut self, email: impl Into<String>) -> Self {
        self.professional_email = Some(email.into());
        self
    }

    /// Sets the personal e-mail address of the person, at most 254 characters.
    pub fn personal_email(mut self, email: impl Into<String>) -> Self {
        self.personal_email = Some(email.into());
        self
    }

    /// Sets the full name of the person, at most 250 characters.
    pub fn full_name(mut self, name: impl Into<String>) -> Self {
        self.full_name = Some(name.into());
        self
    }

    custom_field_setters!();

    /// Checks the query as far as possible without the API.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery), with every problem in
    /// [`messages`](Error::messages).
    pub fn validate(&self) -> Result<(), Error> {
        self.to_request(Page::default()).map(|_| ())
    }
}

impl ToRequest for JobChangeQuery {
    type Job = JobChangeJob;

    fn to_request(&self, _: Page) -> Result<JobChangeRequest, Error> {
        let mut checks = Checks::default();
        let mut body = JobChangeRequest::default();
        let domain = checks.domain("company_domain", self.company_domain.as_ref());
        let page = checks.company_page("company_linkedin", self.company_linkedin.as_ref());
        let profile = checks.profile("contact_linkedin", self.linkedin.as_ref());
        let professional = checks.email("professional_email", self.professional_email.as_ref());
        let personal = checks.email("personal_email", self.personal_email.as_ref());
        let name = checks.full_name("contact_full_name", self.full_name.as_ref());
        let has_id = profile.is_some() || professional.is_some() || personal.is_some();
        if domain.is_some() && (has_id || name.is_some()) || page.is_some() && has_id {
            let by_profile = profile.is_some();
            let by_address = professional.is_some() && !by_profile;
            let by_personal = !by_profile && !by_address && personal.is_some();
            body.contact_full_name = checks.limited("contact_full_name", name.filter(|_| !has_id));
            body.company_linkedin =
                checks.limited("company_linkedin", page.filter(|_| domain.is_none()));
            body.company_domain = checks.limited("company_domain", domain);
            body.contact_linkedin = checks.limited("contact_linkedin", profile);
            body.professional_email = professional.filter(|_| by_address).into();
            body.personal_email = personal.filter(|_| by_personal).into();
        } else if professional.is_some() {
            body.professional_email = professional.into();
            body.contact_full_name = checks.limited("contact_full_name", name);
        } else if checks.is_clean() {
            checks.problem(
                "not enough to identify the person at a company; give the company's domain or \
                 LinkedIn page with the person's profile or e-mail address, the domain with a full \
                 name, or a professional e-mail address",
            );
        }
        body.custom_fields = checks.custom_fields(&self.custom_fields);
        checks.finish(body)
    }
}

impl Completed<JobChangeJob> {
    /// Returns whether the person still works at the company. Values are added without notice.
    pub fn job_change_status(&self) -> Option<&JobChangeStatus> {
        self.output()?.job_change_status.as_ref()
    }

    /// Returns the person's profile, without contact data. `None` if the API sent none, or an empty
    /// one.
    pub fn person(&self) -> Option<&Person> {
        let person = self.output()?.person.as_ref()?;
        (*person != Person::default()).then_some(person)
    }
}

impl Client {
    /// Checks whether a person still works at a company. The vendor calls this operation a preview.
    ///
    /// [`ImmediateRequest`] documents retries, errors and cancellation.
    ///
    /// ```
    /// use waterfall::api::types::JobChangeStatus;
    /// use waterfall::{Client, JobChangeQuery};
    /// # use serde_json::json;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let output = json!({ "job_change_status": "moved", "person": { "title": "CFO" } });
    /// # let mock = MockTransport::new().launches([MockResponse::output(output)]);
    /// # let client = mock.client_builder().build()?;
    /// let query = JobChangeQuery::new().company_domain("acme.com").linkedin("jane-doe-abc123");
    /// let change = client.detect_job_change(query).await?;
    /// if change.job_change_status() == Some(&JobChangeStatus::Moved) {
    ///     println!("now {:?}", change.person().and_then(|person| person.title.as_deref()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn detect_job_change(&self, query: JobChangeQuery) -> ImmediateRequest<JobChangeQuery> {
        ImmediateRequest::new(self, query)
    }
}

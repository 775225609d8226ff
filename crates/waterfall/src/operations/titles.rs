//! [`CompanyTitlesQuery`]: the company whose job titles are listed.

use waterfall_api::types::{CompanyTitlesJob, CompanyTitlesRequest};
use waterfall_api::{Field, List};

use super::checks::Checks;
use super::completed::Completed;
use super::query::{Page, PageRule, ToRequest};
use super::request::ImmediateRequest;
use crate::client::Client;
use crate::error::Error;
use crate::query::custom_fields::{GivenFields, custom_field_setters};

/// The company whose job titles are listed.
///
/// ```
/// use waterfall::CompanyTitlesQuery;
///
/// assert!(CompanyTitlesQuery::domain("https://www.acme.com/").validate().is_ok());
/// assert!(CompanyTitlesQuery::company_linkedin("linkedin.com/company/acme").validate().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a query does nothing until it is sent"]
pub struct CompanyTitlesQuery {
    company: CompanyName,
    custom_fields: GivenFields,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum CompanyName {
    Domain(String),
    Linkedin(String),
}

impl CompanyTitlesQuery {
    fn new(company: CompanyName) -> Self {
        Self { company, custom_fields: GivenFields::default() }
    }

    /// Names the company by its domain, plain or a URL.
    pub fn domain(domain: impl Into<String>) -> Self {
        Self::new(CompanyName::Domain(domain.into()))
    }

    /// Names the company by its LinkedIn page: its URL or the last part of it.
    pub fn company_linkedin(page: impl Into<String>) -> Self {
        Self::new(CompanyName::Linkedin(page.into()))
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

impl ToRequest for CompanyTitlesQuery {
    type Job = CompanyTitlesJob;

    fn to_request(&self, page: Page) -> Result<CompanyTitlesRequest, Error> {
        let mut checks = Checks::default();
        let mut body = CompanyTitlesRequest::default();
        match &self.company {
            CompanyName::Domain(given) => {
                let domain = checks.domain("domain", Some(given));
                body.domain = checks.limited("domain", domain);
            }
            CompanyName::Linkedin(given) => {
                let page = checks.company_page("company_linkedin", Some(given));
                body.company_linkedin = checks.limited("company_linkedin", page);
            }
        }
        if checks.is_clean() && body.domain.is_none() && body.company_linkedin.is_none() {
            checks.problem("no company is named; give its domain or its LinkedIn page");
        }
        body.page_number = checks.page("page_number", page.number, u32::MAX);
        body.custom_fields = checks.custom_fields(&self.custom_fields);
        checks.finish(body)
    }
}

impl PageRule for CompanyTitlesQuery {
    type Item = String;

    const LIST: &'static str = "$.output.titles";
    const DEFAULT_SIZE: Option<u32> = None;

    fn list(job: &CompanyTitlesJob) -> Option<&Field<List<String>>> {
        job.output.as_ref().map(|output| &output.titles)
    }

    fn has_more(job: &CompanyTitlesJob) -> Result<Option<bool>, &'static str> {
        let Some(output) = job.output.as_ref() else { return Ok(None) };
        match output.has_more_pages.deviating() {
            Some(_) => Err("$.output.has_more_pages"),
            None => Ok(*output.has_more_pages),
        }
    }
}

impl Completed<CompanyTitlesJob> {
    /// Returns the job titles on this page.
    pub fn titles(&self) -> &[String] {
        self.output().and_then(|output| output.titles.as_ref()).map_or(&[], |list| list)
    }

    /// Returns whether a further page exists.
    pub fn has_more_pages(&self) -> bool {
        self.output().is_some_and(|output| *output.has_more_pages == Some(true))
    }
}

impl Client {
    /// Lists the job titles at a company. Await the request for the first page, which has up to
    /// 50,000 titles, or stream all [pages](ImmediateRequest::pages) or
    /// [items](ImmediateRequest::items). The vendor calls this operation a preview.
    ///
    /// A company is billed if it has titles. An unknown company is an error with the status 404.
    /// [`ImmediateRequest`] documents retries, other errors and cancellation.
    ///
    /// ```
    /// use waterfall::{Client, CompanyTitlesQuery};
    /// # use serde_json::json;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let output = json!({ "titles": ["CFO", "VP Sales"], "has_more_pages": false });
    /// # let mock = MockTransport::new().launches([MockResponse::output(output)]);
    /// # let client = mock.client_builder().build()?;
    /// let mut titles = client.company_titles(CompanyTitlesQuery::domain("acme.com")).items();
    /// while let Some(title) = titles.next().await {
    ///     println!("{}", title?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn company_titles(
        &self,
        query: CompanyTitlesQuery,
    ) -> ImmediateRequest<CompanyTitlesQuery> {
        ImmediateRequest::new(self, query)
    }
}

//! [`CompanySearch`]: the criteria of a company search.

use waterfall_api::List;
use waterfall_api::types::{Company, CompanySearchJob, CompanySearchRequest};

use super::checks::Checks;
use super::completed::Completed;
use super::pages::{MAX_PAGE_NUMBER, MAX_PAGE_SIZE};
use super::query::{Companies, Page, PageRule, SizedPages, ToRequest};
use super::request::ImmediateRequest;
use crate::client::Client;
use crate::error::Error;
use crate::query::custom_fields::{GivenFields, custom_field_setters};

const MOST_VALUES: usize = 50;
const MOST_SIZES: usize = 8;

/// The criteria of a company search: industry, country and size. At least one is required. A
/// company must match one value of each criterion that is set.
///
/// The values are open sets and are not checked. Blank values count as absent.
///
/// ```
/// use waterfall::CompanySearch;
///
/// let search = CompanySearch::new()
///     .industries(["software development"])
///     .countries(["France", "Belgium"])
///     .sizes(["51-200"]);
/// assert!(search.validate().is_ok());
/// assert!(CompanySearch::new().validate().is_err());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a query does nothing until it is sent"]
pub struct CompanySearch {
    industries: Vec<String>,
    countries: Vec<String>,
    sizes: Vec<String>,
    custom_fields: GivenFields,
}

impl CompanySearch {
    /// Creates a search without criteria. At least one must be set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the industries of the companies to find; at most 50.
    pub fn industries<T>(mut self, industries: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.industries = industries.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the countries of the companies to find, by their full English names; at most 50.
    pub fn countries<T>(mut self, countries: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.countries = countries.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the sizes of the companies to find, such as `51-200`; at most 8.
    pub fn sizes<T>(mut self, sizes: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.sizes = sizes.into_iter().map(Into::into).collect();
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

impl ToRequest for CompanySearch {
    type Job = CompanySearchJob;

    fn to_request(&self, page: Page) -> Result<CompanySearchRequest, Error> {
        let mut checks = Checks::default();
        let mut body = CompanySearchRequest::default();
        let industries = checks.texts("industries", &self.industries, Some(MOST_VALUES));
        let countries = checks.texts("location_countries", &self.countries, Some(MOST_VALUES));
        let sizes = checks.texts("sizes", &self.sizes, Some(MOST_SIZES));
        if [&industries, &countries, &sizes].iter().all(|values| values.is_none()) {
            checks.problem("nothing to search by; give industries, countries or sizes");
        }
        body.industries = industries.map(List::from).into();
        body.location_countries = countries.map(List::from).into();
        body.sizes = sizes.map(List::from).into();
        body.custom_fields = checks.custom_fields(&self.custom_fields);
        body.page_number = checks.page("page_number", page.number, MAX_PAGE_NUMBER);
        body.page_size = checks.page("page_size", page.size, MAX_PAGE_SIZE);
        checks.finish(body)
    }
}

impl PageRule for CompanySearch {
    type Item = Company;

    const LIST: &'static str = "$.output.companies";
    const DEFAULT_SIZE: Option<u32> = Some(20);

    fn list(job: &CompanySearchJob) -> Option<&Companies> {
        job.output.as_ref().map(|output| &output.companies)
    }
}

impl SizedPages for CompanySearch {}

impl Completed<CompanySearchJob> {
    /// Returns the companies on this page.
    pub fn companies(&self) -> &[Company] {
        self.output().and_then(|output| output.companies.as_ref()).map_or(&[], |list| list)
    }
}

impl Client {
    /// Searches for companies. Await the request for the first page, or stream all
    /// [pages](ImmediateRequest::pages) or [items](ImmediateRequest::items). The vendor calls this
    /// operation a preview.
    ///
    /// Each company is billed. [`ImmediateRequest`] documents retries, errors and cancellation.
    ///
    /// ```
    /// use waterfall::{Client, CompanySearch};
    /// # use serde_json::json;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let page = json!({ "companies": [{ "name": "Acme", "domain": "acme.com" }] });
    /// # let mock = MockTransport::new().launches([MockResponse::output(page)]);
    /// # let client = mock.client_builder().build()?;
    /// let search = CompanySearch::new().countries(["France"]).sizes(["51-200"]);
    /// let page = client.search_companies(search).page_size(50).await?;
    /// for company in page.companies() {
    ///     println!("{:?}", company.name.as_deref());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn search_companies(&self, search: CompanySearch) -> ImmediateRequest<CompanySearch> {
        ImmediateRequest::new(self, search)
    }
}

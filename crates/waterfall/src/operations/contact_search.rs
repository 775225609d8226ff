//! [`ContactSearch`]: the criteria of a contact search.

use waterfall_api::types::{
    ContactSearchJob, ContactSearchRequest, Person, TitleFilter, TitleFilterString, TitleList,
};
use waterfall_api::{Field, List};

use super::checks::Checks;
use super::completed::Completed;
use super::pages::{MAX_PAGE_NUMBER, MAX_PAGE_SIZE};
use super::query::{Page, PageRule, People, SizedPages, ToRequest};
use super::request::ImmediateRequest;
use crate::client::Client;
use crate::error::Error;
use crate::query::custom_fields::{GivenFields, custom_field_setters};
use crate::query::{text, title_filter};

const MOST_NAMES: usize = 100;
const MOST_FILTERS: usize = 5;
const MOST_VALUES: usize = 50;
const MOST_TITLES: usize = 100;
const LONGEST_LABEL: usize = 100;

/// The criteria of a contact search.
///
/// There are three ways to search. A query uses one of them:
///
/// ```
/// use waterfall::ContactSearch;
///
/// ContactSearch::person("linkedin.com/in/jane-doe-abc123");
/// ContactSearch::at_domain("acme.com"); // or `at_company_page`, `at_company_name`
/// ContactSearch::by_company()
///     .company_industries(["software development"])
///     .experience_start_date("2026-01-01")
///     .title_filter("finance", "CFO OR (finance AND director)");
/// ```
///
/// The third way requires a country, an industry or a size of the company, and title filters or
/// title lists. Some of the vendor's documents require a start date as well, which this crate does
/// not enforce.
///
/// Values are cleaned like those of a [`ContactQuery`](crate::ContactQuery); blank ones count as
/// absent. Countries, industries, sizes, departments and seniorities are open sets and are not
/// checked.
///
/// `Debug` shows the query, which may contain personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a query does nothing until it is sent"]
pub struct ContactSearch {
    contact_linkedin: Option<String>,
    domain: Option<String>,
    company_linkedin: Option<String>,
    company_name: Option<String>,
    company_countries: Vec<String>,
    company_industries: Vec<String>,
    company_sizes: Vec<String>,
    start_date: Option<String>,
    new_hire_date: Option<String>,
    title_filters: Vec<(String, String)>,
    title_lists: Vec<(String, Vec<String>)>,
    included_names: Vec<String>,
    excluded_names: Vec<String>,
    departments: Vec<String>,
    seniorities: Vec<String>,
    countries: Vec<String>,
    headline: Option<String>,
    custom_fields: GivenFields,
}

fn texts<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(Into::into).collect()
}

impl ContactSearch {
    /// Searches for the person with this LinkedIn profile: its URL or the last part of it.
    pub fn person(profile: impl Into<String>) -> Self {
        Self { contact_linkedin: Some(profile.into()), ..Self::default() }
    }

    /// Searches for people at the company with this domain, plain or a URL.
    pub fn at_domain(domain: impl Into<String>) -> Self {
        Self { domain: Some(domain.into()), ..Self::default() }
    }

    /// Searches for people at the company with this LinkedIn page: its URL or the last part of it.
    pub fn at_company_page(page: impl Into<String>) -> Self {
        Self { company_linkedin: Some(page.into()), ..Self::default() }
    }

    /// Searches for people at the company with this name, from 3 to 500 characters.
    pub fn at_company_name(name: impl Into<String>) -> Self {
        Self { company_name: Some(name.into()), ..Self::default() }
    }

    /// Searches for people at companies with certain properties, which must be set.
    pub fn by_company() -> Self {
        Self::default()
    }

    /// Sets the countries of the companies, by their full English names; at most 50.
    pub fn company_countries<T>(mut self, countries: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.company_countries = texts(countries);
        self
    }

    /// Sets the industries of the companies; at most 50.
    pub fn company_industries<T>(mut self, industries: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.company_industries = texts(industries);
        self
    }

    /// Sets the sizes of the companies, such as `51-200`.
    pub fn company_sizes<T>(mut self, ranges: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.company_sizes = texts(ranges);
        self
    }

    /// Sets the day, `YYYY-MM-DD`, since which the person has held the position.
    pub fn experience_start_date(mut self, date: impl Into<String>) -> Self {
        self.start_date = Some(date.into());
        self
    }

    /// Sets the day, `YYYY-MM-DD`, since which the person was hired. How it differs from
    /// [`experience_start_date`](Self::experience_start_date) is not documented; a query uses at
    /// most one of them.
    pub fn new_hire_since(mut self, date: impl Into<String>) -> Self {
        self.new_hire_date = Some(date.into());
        self
    }

    /// Adds a title filter with a name: a Boolean expression of titles with `AND`, `OR`, `NOT` and
    /// parentheses in the syntax of [`TitleFilter`](crate::TitleFilter), from 2 to 10,000
    /// characters. A malformed filter is rejected before a request. A query has at most 5 filters.
    pub fn title_filter(mut self, name: impl Into<String>, filter: impl Into<String>) -> Self {
        self.title_filters.push((name.into(), filter.into()));
        self
    }

    /// Adds a list of at most 100 exact titles with a name. A query has at most 5 lists, and not both
    /// lists and filters.
    pub fn title_list<T>(
        mut self,
        name: impl Into<String>,
        titles: impl IntoIterator<Item = T>,
    ) -> Self
    where
        T: Into<String>,
    {
        self.title_lists.push((name.into(), texts(titles)));
        self
    }

    /// Sets the full names of the people to which results are restricted; at most 100 names of at
    /// most 250 characters.
    pub fn included_names<T>(mut self, names: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.included_names = texts(names);
        self
    }

    /// Sets the full names of people to exclude, of at most 250 characters each.
    pub fn excluded_names<T>(mut self, names: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.excluded_names = texts(names);
        self
    }

    /// Sets the departments of the people to find, such as `Sales`.
    pub fn departments<T>(mut self, departments: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.departments = texts(departments);
        self
    }

    /// Sets the seniority levels of the people to find, such as `Director`.
    pub fn seniorities<T>(mut self, seniorities: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.seniorities = texts(seniorities);
        self
    }

    /// Sets the countries of the people to find, by their full English names. Third parties report
    /// this field; the vendor does not document it.
    pub fn countries<T>(mut self, countries: impl IntoIterator<Item = T>) -> Self
    where
        T: Into<String>,
    {
        self.countries = texts(countries);
        self
    }

    /// Sets a text that the person's headline must match. Third parties report this field; the
    /// vendor does not document it.
    pub fn headline(mut self, text: impl Into<String>) -> Self {
        self.headline = Some(text.into());
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

    /// Adds a problem if the query uses no way to search, or several.
    fn check_way(checks: &mut Checks, body: &ContactSearchRequest) {
        let by_person = body.contact_linkedin.is_some();
        let companies =
            [body.domain.is_some(), body.company_linkedin.is_some(), body.company_name.is_some()];
        let companies = companies.into_iter().filter(|given| *given).count();
        let by_company = body.company_location_countries.is_some()
            || body.company_industries.is_some()
            || body.company_employee_ranges.is_some();
        let titles = [body.title_filters.is_some(), body.title_lists.is_some()];
        match (by_person, companies, by_company) {
            (false, 0, false) => checks.problem(
                "nothing to search by; give a person's profile, a company, or a country, an \
                 industry or a size of companies",
            ),
            (true, 0, false) | (false, 1, false) => {}
            (false, 0, true) if titles == [false; 2] => checks.problem(
                "a search by countries, industries or sizes of companies needs title filters or \
                 title lists",
            ),
            (false, 0, true) => {}
            _ => checks.problem(
                "there is more than one way to search; give one of: a person's profile; a domain, \
                 company page or company name; countries, industries and sizes of companies",
            ),
        }
        if titles == [true; 2] {
            checks.problem("there are both title filters and title lists; give one of them");
        }
        if body.experience_start_date.is_some() && body.experience_start_date_new_hire.is_some() {
            checks.problem(
                "there are both an experience_start_date and an experience_start_date_new_hire; \
                 give one of them",
            );
        }
    }

    fn title_filters(&self, checks: &mut Checks) -> Field<List<TitleFilter>> {
        checks.at_most("title_filters", self.title_filters.len(), Some(MOST_FILTERS));
        let filters = self.title_filters.iter().filter_map(|(name, filter)| {
            let name = label(checks, "the name of a title filter", name);
            let text = text::clean(filter);
            if let Err(problem) = text.parse::<title_filter::TitleFilter>() {
                checks.problem(format!("a title filter is malformed at {problem}"));
            }
            let filter: Field<TitleFilterString> = checks.limited("a title filter", Some(text));
            Some(TitleFilter::new(filter.into_option()?, name))
        });
        some(filters.collect())
    }

    fn title_lists(&self, checks: &mut Checks) -> Field<List<TitleList>> {
        checks.at_most("title_lists", self.title_lists.len(), Some(MOST_FILTERS));
        let lists = self.title_lists.iter().filter_map(|(name, titles)| {
            let name = label(checks, "the name of a title list", name);
            let titles = checks.texts("a title list", titles, Some(MOST_TITLES));
            if titles.is_none() {
                checks.problem("a title list has no titles");
            }
            Some(TitleList::new(name, titles?.into()))
        });
        some(lists.collect())
    }
}

/// Returns the name of a filter or a list.
fn label(checks: &mut Checks, field: &str, given: &String) -> String {
    let label = checks.text(field, Some(given), (1, LONGEST_LABEL));
    if label.is_none() && text::is_blank(&text::clean(given)) {
        checks.problem(format!("{field} is blank"));
    }
    label.unwrap_or_default()
}

fn some<T>(elements: Vec<T>) -> Field<List<T>> {
    if elements.is_empty() { Field::absent() } else { Field::value(elements.into()) }
}

fn strings(texts: Option<Vec<String>>) -> Field<List<String>> {
    texts.map(List::from).into()
}

impl ToRequest for ContactSearch {
    type Job = ContactSearchJob;

    fn to_request(&self, page: Page) -> Result<ContactSearchRequest, Error> {
        let mut checks = Checks::default();
        let mut body = ContactSearchRequest::default();
        let profile = checks.profile("contact_linkedin", self.contact_linkedin.as_ref());
        body.contact_linkedin = checks.limited("contact_linkedin", profile);
        let domain = checks.domain("domain", self.domain.as_ref());
        body.domain = checks.limited("domain", domain);
        let company = checks.company_page("company_linkedin", self.company_linkedin.as_ref());
        body.company_linkedin = checks.limited("company_linkedin", company);
        let name = checks.text("company_name", self.company_name.as_ref(), (3, 500));
        body.company_name = checks.limited("company_name", name);
        let mut list = |field, given: &Vec<String>, most| strings(checks.texts(field, given, most));
        body.company_location_countries =
            list("company_location_countries", &self.company_countries, Some(MOST_VALUES));
        body.company_industries =
            list("company_industries", &self.company_industries, Some(MOST_VALUES));
        body.company_employee_ranges = list("company_employee_ranges", &self.company_sizes, None);
        body.departments = list("departments", &self.departments, None);
        body.seniorities = list("seniorities", &self.seniorities, None);
        body.location_countries = list("location_countries", &self.countries, None);
        body.experience_start_date =
            checks.date("experience_start_date", self.start_date.as_ref()).into();
        body.experience_start_date_new_hire =
            checks.date("experience_start_date_new_hire", self.new_hire_date.as_ref()).into();
        body.title_filters = self.title_filters(&mut checks);
        body.title_lists = self.title_lists(&mut checks);
        let included = checks.full_names("included_names", &self.included_names, Some(MOST_NAMES));
        body.included_names = checks.list("included_names", included);
        let excluded = checks.full_names("excluded_names", &self.excluded_names, None);
        body.excluded_names = checks.list("excluded_names", excluded);
        body.headline = checks.text("headline", self.headline.as_ref(), (1, 500)).into();
        body.custom_fields = checks.custom_fields(&self.custom_fields);
        body.page_number = checks.page("page_number", page.number, MAX_PAGE_NUMBER);
        body.page_size = checks.page("page_size", page.size, MAX_PAGE_SIZE);
        if checks.is_clean() {
            Self::check_way(&mut checks, &body);
        }
        checks.finish(body)
    }
}

impl PageRule for ContactSearch {
    type Item = Person;

    const LIST: &'static str = "$.output.persons";
    const DEFAULT_SIZE: Option<u32> = Some(10);

    fn list(job: &ContactSearchJob) -> Option<&People> {
        job.output.as_ref().map(|output| &output.persons)
    }
}

impl SizedPages for ContactSearch {}

impl Completed<ContactSearchJob> {
    /// Returns the people on this page. Their contact data is usually null: pass the `linkedin_url`
    /// of a person to contact enrichment.
    pub fn persons(&self) -> &[Person] {
        self.output().and_then(|output| output.persons.as_ref()).map_or(&[], |list| list)
    }
}

impl Client {
    /// Searches for people. Await the request for the first page, or stream all
    /// [pages](ImmediateRequest::pages) or [items](ImmediateRequest::items).
    ///
    /// Each person is billed. [`ImmediateRequest`] documents retries, errors and cancellation.
    ///
    /// ```
    /// use waterfall::{Client, ContactSearch};
    /// # use serde_json::json;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let page = json!({ "persons": [MockResponse::sample_person()] });
    /// # let mock = MockTransport::new().launches([MockResponse::output(page)]);
    /// # let client = mock.client_builder().build()?;
    /// let directors = ContactSearch::at_domain("acme.com").seniorities(["Director"]);
    /// let mut people = client.search_contacts(directors).limit(25).items();
    /// while let Some(person) = people.next().await {
    ///     let person = person?;
    ///     println!("{:?}, {:?}", person.first_name.as_deref(), person.title.as_deref());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn search_contacts(&self, search: ContactSearch) -> ImmediateRequest<ContactSearch> {
        ImmediateRequest::new(self, search)
    }
}

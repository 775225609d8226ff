//! [`ProspectorQuery`]: the people to find at one company.

mod checked;

use serde::{Deserialize, Serialize};
use waterfall_api::jobs::Prospector;
use waterfall_api::types::{ProspectorLaunch, TitleFilter as NamedTitleFilter};
use waterfall_api::{Field, List};

use super::custom_fields::GivenFields;
use super::extras::{self, extras_setters};
use super::identity::QueryIdentity;
use super::{limited, required};
use crate::error::Error;
use crate::kind::JobQuery;

/// The people to find at one company, by their job titles.
///
/// A domain and a [`TitleFilter`](crate::TitleFilter), or the text of a filter, are required:
///
/// ```
/// use waterfall::{Client, ProspectorQuery, TitleFilter};
/// # use waterfall::testing::{MockResponse, MockTransport};
/// # use serde_json::json;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let output = json!({ "company": { "domain": "acme.com" }, "persons": [{ "title": "CFO" }] });
/// # let mock = MockTransport::new().reads([MockResponse::output(output)]);
/// # let client: Client = mock.client_builder().build()?;
/// let finance = TitleFilter::term("CFO").or("VP Finance").and(TitleFilter::not("Assistant"));
/// let query = ProspectorQuery::new("acme.com", finance).location_country("France").limit(25);
/// let found = client.enrich(query).await?;
/// for person in found.persons() {
///     println!("{:?}", person.title.as_deref());
/// }
/// # Ok(())
/// # }
/// ```
///
/// Each person who is found is billed, and so is each phone number. [`limit`](Self::limit) bounds
/// the number of people; there are no further pages.
///
/// # Cleaning
///
/// Values are cleaned and checked like those of a [`ContactQuery`](crate::ContactQuery) and a
/// [`CompanyQuery`](crate::CompanyQuery). A malformed filter is rejected with the position of the
/// problem.
///
/// # JSON
///
/// A query serializes as a launch request with exactly the values that were set, and deserializes
/// from one: `{"domain": "acme.com", "title_filter": "CFO OR Founder"}`. Other members are ignored,
/// and `null` counts as absent. Deserializing does not validate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[must_use = "a query does nothing until it is launched"]
pub struct ProspectorQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<String>,
    #[serde(alias = "linkedin_url", skip_serializing_if = "Option::is_none")]
    linkedin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_filters: Option<Vec<NamedFilter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded_names: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_phones: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[serde(skip_serializing_if = "GivenFields::is_absent")]
    custom_fields: GivenFields,
}

/// One of several filters, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
struct NamedFilter {
    name: String,
    filter: String,
}

extras_setters!(ProspectorQuery);

impl ProspectorQuery {
    /// Searches for people at the company with this domain (plain or a URL) whose titles match this
    /// filter: a [`TitleFilter`](crate::TitleFilter), or the text of one.
    pub fn new(domain: impl Into<String>, title_filter: impl ToString) -> Self {
        Self { domain: Some(domain.into()), ..Self::default() }.title_filter(title_filter)
    }

    /// Like [`new`](Self::new), with several filters; see [`title_filters`](Self::title_filters).
    ///
    /// ```
    /// use waterfall::ProspectorQuery;
    ///
    /// let filters = [("finance", "CFO OR VP Finance"), ("founders", "Founder")];
    /// assert!(ProspectorQuery::with_title_filters("acme.com", filters).validate().is_ok());
    /// ```
    pub fn with_title_filters<N: Into<String>, F: ToString>(
        domain: impl Into<String>,
        filters: impl IntoIterator<Item = (N, F)>,
    ) -> Self {
        Self { domain: Some(domain.into()), ..Self::default() }.title_filters(filters)
    }

    /// Sets the filter that titles must match, and replaces any other.
    pub fn title_filter(mut self, filter: impl ToString) -> Self {
        self.title_filter = Some(filter.to_string());
        self.title_filters = None;
        self
    }

    /// Sets 1 to 5 named filters, and replaces any other. They are applied in this order until the
    /// [`limit`](Self::limit) is reached.
    pub fn title_filters<N: Into<String>, F: ToString>(
        mut self,
        filters: impl IntoIterator<Item = (N, F)>,
    ) -> Self {
        let filters = filters.into_iter();
        let named =
            |(name, filter): (N, F)| NamedFilter { name: name.into(), filter: filter.to_string() };
        self.title_filters = Some(filters.map(named).collect());
        self.title_filter = None;
        self
    }

    /// Sets the company's name, at most 500 characters, in addition to its domain.
    pub fn company_name(mut self, name: impl Into<String>) -> Self {
        self.company_name = Some(name.into());
        self
    }

    /// Sets the company's LinkedIn page, its URL or the last part of it, in addition to its domain.
    /// Waterfall recommends it because more people are found.
    pub fn linkedin(mut self, page: impl Into<String>) -> Self {
        self.linkedin = Some(page.into());
        self
    }

    /// Sets a text that a person's location must contain, at most 200 characters. Together with
    /// [`location_countries`](Self::location_countries), a match of either is sufficient.
    pub fn location_name(mut self, name: impl Into<String>) -> Self {
        self.location_name = Some(name.into());
        self
    }

    /// Sets the country that a person must be in: its full English name, at most 200 characters.
    pub fn location_country(mut self, country: impl Into<String>) -> Self {
        self.location_country = Some(country.into());
        self
    }

    /// Sets up to 50 countries; a person must be in one of them. They replace
    /// [`location_country`](Self::location_country).
    pub fn location_countries<C: Into<String>>(
        mut self,
        countries: impl IntoIterator<Item = C>,
    ) -> Self {
        self.location_countries = Some(countries.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the full names of people to exclude, at most 250 characters each. One of Waterfall's
    /// documents specifies a maximum of 200 names.
    pub fn excluded_names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.excluded_names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the maximum number of people, 1 to 500. Not sent unless set; the API's default is 10.
    pub fn limit(mut self, people: u32) -> Self {
        self.limit = Some(people.into());
        self
    }

    /// Requests phone numbers as well. This requires phone enrichment in the account. Not sent
    /// unless set; the API's default is `false`.
    pub fn include_phones(mut self, include: bool) -> Self {
        self.include_phones = Some(include);
        self
    }

    /// Sets whether only people with a verified e-mail address are returned. Not sent unless set; the
    /// API's default is `true`.
    pub fn verified_only(mut self, verified: bool) -> Self {
        self.verified_only = Some(verified);
        self
    }

    /// Returns whether phone numbers are requested.
    pub fn asks_for_phones(&self) -> bool {
        self.include_phones == Some(true)
    }

    /// Checks the query as far as possible without the API.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery), with every problem in
    /// [`messages`](Error::messages).
    ///
    /// ```
    /// use waterfall::ProspectorQuery;
    ///
    /// let error = ProspectorQuery::new("acme.com", "CFO OR (Founder").validate().unwrap_err();
    /// assert_eq!(
    ///     error.messages(),
    ///     ["title_filter, column 8: the right parenthesis for this one is missing \
    ///       (VALIDATION_BAD_TITLE_FILTER_MISSING_RIGHT_PARENTHESIS)"],
    /// );
    /// ```
    pub fn validate(&self) -> Result<(), Error> {
        self.checked().map(|_| ())
    }

    /// Returns warnings about a valid query: values that are not sent because others have priority,
    /// and operators in lower case, which are words of a term.
    ///
    /// ```
    /// use waterfall::ProspectorQuery;
    ///
    /// let warnings = ProspectorQuery::new("acme.com", "CFO or Founder").warnings();
    /// assert!(warnings[0].starts_with("title_filter has `or` in lower case"));
    /// ```
    pub fn warnings(&self) -> Vec<String> {
        self.checked().map(|(_, warnings)| warnings).unwrap_or_default()
    }

    /// Returns the query as it is sent: cleaned, and with parentheses in its filters.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn normalized(&self) -> Result<Self, Error> {
        self.checked().map(|(query, _)| query)
    }

    /// Returns the search that the query describes, independent of the notation.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn identity(&self) -> Result<QueryIdentity, Error> {
        let query = self.normalized()?;
        let query = Self {
            include_phones: None,
            webhook_url: None,
            custom_fields: GivenFields::default(),
            ..query
        };
        // Serializing strings and numbers can't fail.
        let text = serde_json::to_string(&query).unwrap_or_default();
        Ok(QueryIdentity::new(format!("prospector:{text}")))
    }
}

impl JobQuery for ProspectorQuery {
    type Kind = Prospector;

    fn to_request(&self, client_url: Option<&str>) -> Result<ProspectorLaunch, Error> {
        let query = self.normalized()?;
        let mut body =
            ProspectorLaunch::new(required("domain", query.domain.as_deref().unwrap_or_default())?);
        body.company_name = limited("company_name", query.company_name)?;
        body.linkedin = limited("linkedin", query.linkedin)?;
        body.title_filter = limited("title_filter", query.title_filter)?;
        body.title_filters = list(query.title_filters, |named| {
            Ok(NamedTitleFilter::new(required("title_filters", &named.filter)?, named.name))
        })?;
        body.location_name = limited("location_name", query.location_name)?;
        body.location_country = limited("location_country", query.location_country)?;
        body.location_countries = list(query.location_countries, Ok)?;
        body.excluded_names = list(query.excluded_names, |name| required("excluded_names", &name))?;
        body.limit = query.limit.into();
        body.include_phones = query.include_phones.into();
        body.verified_only = query.verified_only.into();
        body.webhook_url = query.webhook_url.or_else(|| client_url.map(str::to_owned)).into();
        body.custom_fields = query.custom_fields.into_field();
        Ok(body)
    }

    fn delivery_url(&self) -> Option<String> {
        extras::sent_webhook_url(self.webhook_url.as_deref())
    }

    fn accepts_webhook(&self) -> bool {
        true
    }
}

fn list<T, U>(
    items: Option<Vec<T>>,
    convert: impl Fn(T) -> Result<U, Error>,
) -> Result<Field<List<U>>, Error> {
    let items = items.map(|items| items.into_iter().map(convert).collect::<Result<Vec<_>, _>>());
    Ok(items.transpose()?.map(List::from).into())
}

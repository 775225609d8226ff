//! [`ContactQuery`]: the person to find.

mod identity;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use waterfall_api::types::ContactEnrichmentLaunch;

pub use self::identity::ContactIdentity;
use super::custom_fields::GivenFields;
use super::extras::{self, extras_setters};
use super::limited;
use super::person::json::PersonRequest;
use super::person::setters::person_setters;
use super::person::{self, Named, Order, Way};
use super::text;
use crate::error::Error;
use crate::kind::{ContactEnrichment, JobQuery};

/// The person to find, and options for the result.
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
/// # Several ways
///
/// A query may name the person in several ways ([`or_email`](Self::or_email) and so on, or a JSON
/// object). Only the first usable one is sent, in the API's own order: e-mail address, LinkedIn
/// profile, full name, first and last name. The API ignores the others, and some of its
/// descriptions state that it rejects them. The problem of an unusable way is an error if no other
/// way is usable, and otherwise one of the [`warnings`](Self::warnings).
///
/// # Cleaning
///
/// Values are cleaned before they are sent: invisible characters, quotes and brackets around a
/// value, and repeated spaces are removed. Empty texts and placeholders (`null`, `N/A`, `-`,
/// `#N/A`) count as absent. [`normalized`](Self::normalized) returns what is sent.
///
/// - **LinkedIn**: a profile's URL with any country, mobile or tracking part, `in/SLUG`, a
///   redirection to one, the slug alone, or a member id (`ACwAA...`). The slug is sent, in lower
///   case unless it is a member id. Company pages, Sales Navigator and short links are rejected,
///   and so is a text that is the name of a column or a file, a number, or several words. Any other
///   word of 3 to 100 letters, digits and hyphens is accepted.
/// - **E-mail**: `mailto:`, `<...>` and `Name <...>` are understood. The part before the
///   `@` keeps its capitals.
/// - **Domain**: reduced to the host of a URL, in ASCII (IDNA) and lower case, without `www.`
/// - **Names**: only spaces are normalized. Titles and the order of words are kept.
///
/// [`validate`](Self::validate), which every launch calls, finds problems before anything is sent.
/// Two queries are equal (`==`) if the same values were set; to find out whether they name the same
/// person, compare their [`identity`](Self::identity).
///
/// # JSON
///
/// A query serializes as a launch request with exactly the values that were set, and deserializes
/// from one: `{"email": "jane.doe@acme.com", "include_phones": true}`. The API's echo of a launch,
/// in which the profile is called `linkedin_url`, is accepted as well. Other members are ignored,
/// and `null` counts as absent. Deserializing does not validate.
///
/// # Custom fields
///
/// [`Snapshot::query`](crate::Snapshot::query) returns them unchanged.
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
///
/// `Debug` shows the query, which is personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[must_use = "a query does nothing until it is launched"]
pub struct ContactQuery {
    named: Named,
    include_phones: Option<bool>,
    webhook_url: Option<String>,
    custom_fields: GivenFields,
}

person_setters!(ContactQuery {
    /// Adds an e-mail address, or replaces it. It has priority over all other ways.
    ///
    /// ```
    /// use waterfall::ContactQuery;
    ///
    /// let query = ContactQuery::linkedin("jane-doe-abc123").or_email("jane.doe@acme.com");
    /// assert_eq!(query.normalized()?, ContactQuery::email("jane.doe@acme.com"));
    ///
    /// let query = ContactQuery::linkedin("jane-doe-abc123").or_email("n/a");
    /// assert_eq!(query.normalized()?, ContactQuery::linkedin("jane-doe-abc123"));
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    or_email,
    /// Adds a LinkedIn profile, or replaces it. It is sent if there is no usable e-mail address.
    or_linkedin,
    /// Adds a full name with a domain, or replaces both. They are sent if there is neither a usable
    /// e-mail address nor a profile.
    or_full_name,
});
extras_setters!(ContactQuery);

impl ContactQuery {
    /// Requests phone numbers as well. This requires phone enrichment in the account. Not sent
    /// unless set; the API's default is `false`.
    pub fn include_phones(mut self, include: bool) -> Self {
        self.include_phones = Some(include);
        self
    }

    /// Checks the query as far as possible without the API.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery), with every problem in
    /// [`messages`](Error::messages): the field, the given value in short form, and what to give
    /// instead. Lengths are counted in Unicode characters.
    ///
    /// ```
    /// use waterfall::ContactQuery;
    ///
    /// let error = ContactQuery::linkedin("contacts.csv").validate().unwrap_err();
    /// assert_eq!(
    ///     error.messages(),
    ///     ["linkedin `cont…` (12 characters) is the name of a file (.csv); give a profile such \
    ///       as linkedin.com/in/jane-doe-abc123"],
    /// );
    /// ```
    pub fn validate(&self) -> Result<(), Error> {
        self.checked().map(|_| ())
    }

    /// Returns the problems of parts of a valid query that are not sent because they are unusable.
    /// Empty for an invalid query, whose problems are errors.
    ///
    /// ```
    /// use waterfall::ContactQuery;
    ///
    /// let query = ContactQuery::linkedin("jane-doe-abc123").or_email("jane");
    /// assert!(query.warnings()[0].starts_with("email `jane` is not an e-mail address"));
    /// ```
    pub fn warnings(&self) -> Vec<String> {
        self.checked().map(|(_, warnings)| warnings).unwrap_or_default()
    }

    /// Returns the query as it is sent: cleaned, and with one way to name the person.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn normalized(&self) -> Result<Self, Error> {
        let (way, _) = self.checked()?;
        let webhook_url = self.sent_webhook_url();
        Ok(Self { named: way.named(), webhook_url, ..self.clone() })
    }

    /// Returns the person that the query names, independent of the notation. `include_phones`,
    /// `webhook_url` and `custom_fields` are not part of the identity.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    ///
    /// ```
    /// use waterfall::ContactQuery;
    ///
    /// let one = ContactQuery::full_name("Jane Doe", "https://www.acme.com/about");
    /// let other = ContactQuery::first_and_last_name("JANE", " doe", "acme.com");
    /// assert_eq!(one.identity()?, other.identity()?);
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    pub fn identity(&self) -> Result<ContactIdentity, Error> {
        self.checked().map(|(way, _)| ContactIdentity::of(&way))
    }

    /// Returns whether a text counts as absent in every field: it is empty, or a placeholder such
    /// as `null`, `N/A`, `-` or `#N/A`. In names, `Nan`, `Null` and `Na` nevertheless count as
    /// names.
    ///
    /// ```
    /// use waterfall::ContactQuery;
    ///
    /// assert!(ContactQuery::is_blank(" N/A ") && !ContactQuery::is_blank("Jane"));
    /// ```
    pub fn is_blank(text: &str) -> bool {
        text::is_blank(&text::clean(text))
    }

    /// Returns whether phone numbers are requested.
    pub fn asks_for_phones(&self) -> bool {
        self.include_phones == Some(true)
    }

    /// Returns the way to name the person that is sent, and the warnings.
    fn checked(&self) -> Result<(Way, Vec<String>), Error> {
        let extras = extras::problems(self.webhook_url.as_deref(), &self.custom_fields);
        person::checked(&self.named, Order::EmailFirst, extras)
    }

    /// Returns the webhook URL, unless it is a placeholder.
    fn sent_webhook_url(&self) -> Option<String> {
        extras::sent_webhook_url(self.webhook_url.as_deref())
    }

    /// Returns the body of the launch.
    fn to_body(&self) -> Result<ContactEnrichmentLaunch, Error> {
        let Self { named, include_phones, webhook_url, custom_fields } = self.normalized()?;
        let mut body = ContactEnrichmentLaunch::default();
        body.email = named.email.into();
        body.linkedin = limited("linkedin", named.linkedin)?;
        body.full_name = limited("full_name", named.full_name)?;
        body.first_name = limited("first_name", named.first_name)?;
        body.last_name = limited("last_name", named.last_name)?;
        body.domain = limited("domain", named.domain)?;
        body.include_phones = include_phones.into();
        body.webhook_url = webhook_url.into();
        body.custom_fields = custom_fields.into_field();
        Ok(body)
    }
}

impl JobQuery for ContactQuery {
    type Kind = ContactEnrichment;

    fn to_request(&self, webhook_url: Option<&str>) -> Result<ContactEnrichmentLaunch, Error> {
        let mut body = self.to_body()?;
        if body.webhook_url.is_absent() {
            body.webhook_url = webhook_url.map(str::to_owned).into();
        }
        Ok(body)
    }

    fn delivery_url(&self) -> Option<String> {
        self.sent_webhook_url()
    }

    fn accepts_webhook(&self) -> bool {
        true
    }
}

impl Error {
    /// Returns the query of a failed [`launch`](crate::Client::launch) or
    /// [`enrich`](crate::Client::enrich). It contains personal data, and neither `Display` nor
    /// `Debug` shows it.
    pub fn query(&self) -> Option<&ContactQuery> {
        self.query_of()
    }
}

impl Serialize for ContactQuery {
    /// Fails if `custom_fields` were set to something that is not a JSON object.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { named, include_phones, webhook_url, custom_fields } = self.clone();
        let request = PersonRequest::new(named);
        PersonRequest { include_phones, webhook_url, custom_fields, ..request }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ContactQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut request = PersonRequest::deserialize(deserializer)?;
        let named = request.take_named();
        let PersonRequest { include_phones, webhook_url, custom_fields, .. } = request;
        Ok(Self { named, include_phones, webhook_url, custom_fields })
    }
}

#[cfg(test)]
mod tests;

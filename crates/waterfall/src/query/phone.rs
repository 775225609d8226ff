//! [`PhoneQuery`]: the person whose phone numbers are requested.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use waterfall_api::jobs::PhoneEnrichment;
use waterfall_api::types::PhoneEnrichmentLaunch;

use super::custom_fields::GivenFields;
use super::extras::{self, extras_setters};
use super::identity::QueryIdentity;
use super::limited;
use super::person::json::PersonRequest;
use super::person::setters::person_setters;
use super::person::{self, Named, Order, Way};
use crate::error::Error;
use crate::kind::JobQuery;

/// The person whose phone numbers are requested. This requires phone enrichment in the account.
///
/// There are four ways to name a person, each with a constructor:
///
/// ```
/// use waterfall::PhoneQuery;
///
/// PhoneQuery::linkedin("https://www.linkedin.com/in/jane-doe-abc123/");
/// PhoneQuery::email("jane.doe@acme.com");
/// PhoneQuery::full_name("Jane Doe", "acme.com");
/// PhoneQuery::first_and_last_name("Jane", "Doe", "acme.com");
/// ```
///
/// It is used like a [`ContactQuery`](crate::ContactQuery), which documents how values are cleaned:
///
/// ```
/// use waterfall::{Client, PhoneQuery};
/// # use waterfall::testing::{MockResponse, MockTransport};
/// # use serde_json::json;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let person = json!({ "mobile_phone": "+33639980001", "phone_numbers": ["+33639980001"] });
/// # let mock = MockTransport::new().reads([MockResponse::succeeded(person)]);
/// # let client: Client = mock.client_builder().build()?;
/// let found = client.enrich(PhoneQuery::linkedin("jane-doe-abc123")).await?;
/// assert_eq!(found.phone_numbers(), ["+33639980001"]);
/// # Ok(())
/// # }
/// ```
///
/// # Several ways
///
/// A query may name the person in several ways. Only the first usable one is sent, in the order of
/// this endpoint, which differs from that of contact enrichment: **LinkedIn profile, e-mail
/// address, full name, first and last name.** If the profile yields no number, Waterfall recommends
/// a second attempt with the professional e-mail address, which is a second job.
///
/// # JSON
///
/// A query serializes as a launch request with exactly the values that were set. Like a
/// [`ContactQuery`](crate::ContactQuery), it deserializes from such a request or from the API's
/// echo of one.
///
/// `Debug` shows the query, which is personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[must_use = "a query does nothing until it is launched"]
pub struct PhoneQuery {
    named: Named,
    webhook_url: Option<String>,
    custom_fields: GivenFields,
}

person_setters!(PhoneQuery {
    /// Adds an e-mail address, or replaces it. It is sent if there is no usable profile.
    or_email,
    /// Adds a LinkedIn profile, or replaces it. It has priority over all other ways.
    ///
    /// ```
    /// use waterfall::PhoneQuery;
    ///
    /// let query = PhoneQuery::email("jane.doe@acme.com").or_linkedin("jane-doe-abc123");
    /// assert_eq!(query.normalized()?, PhoneQuery::linkedin("jane-doe-abc123"));
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    or_linkedin,
    /// Adds a full name with a domain, or replaces both. They are sent if there is neither a usable
    /// profile nor an e-mail address.
    or_full_name,
});
extras_setters!(PhoneQuery);

impl PhoneQuery {
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

    /// Returns the query as it is sent: cleaned, and with one way to name the person.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn normalized(&self) -> Result<Self, Error> {
        let (way, _) = self.checked()?;
        let webhook_url = self.delivery_url();
        Ok(Self { named: way.named(), webhook_url, ..self.clone() })
    }

    /// Returns the person that the query names, independent of the notation.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn identity(&self) -> Result<QueryIdentity, Error> {
        self.checked().map(|(way, _)| QueryIdentity::new(person::identity(&way)))
    }

    /// Returns the way to name the person that is sent, and the warnings.
    fn checked(&self) -> Result<(Way, Vec<String>), Error> {
        let extras = extras::problems(self.webhook_url.as_deref(), &self.custom_fields);
        person::checked(&self.named, Order::LinkedinFirst, extras)
    }
}

impl JobQuery for PhoneQuery {
    type Kind = PhoneEnrichment;

    fn to_request(&self, client_url: Option<&str>) -> Result<PhoneEnrichmentLaunch, Error> {
        let Self { named, webhook_url, custom_fields } = self.normalized()?;
        let mut body = PhoneEnrichmentLaunch::default();
        body.email = named.email.into();
        body.linkedin = limited("linkedin", named.linkedin)?;
        body.full_name = limited("full_name", named.full_name)?;
        body.first_name = limited("first_name", named.first_name)?;
        body.last_name = limited("last_name", named.last_name)?;
        body.domain = limited("domain", named.domain)?;
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

impl Serialize for PhoneQuery {
    /// Fails if `custom_fields` were set to something that is not a JSON object.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { named, webhook_url, custom_fields } = self.clone();
        PersonRequest { webhook_url, custom_fields, ..PersonRequest::new(named) }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PhoneQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut request = PersonRequest::deserialize(deserializer)?;
        let named = request.take_named();
        let PersonRequest { webhook_url, custom_fields, .. } = request;
        Ok(Self { named, webhook_url, custom_fields })
    }
}

//! [`EmailQuery`]: the e-mail address that is verified.

use waterfall_api::types::{
    EmailStatus, EmailVerificationJob, EmailVerificationRequest, VerifiedEmail,
};

use super::checks::Checks;
use super::completed::Completed;
use super::query::{Page, ToRequest};
use super::request::ImmediateRequest;
use crate::client::Client;
use crate::error::Error;
use crate::query::custom_fields::{GivenFields, custom_field_setters};

/// The e-mail address that is verified, at most 254 characters. It is cleaned like that of a
/// [`ContactQuery`](crate::ContactQuery).
///
/// ```
/// use waterfall::EmailQuery;
///
/// assert!(EmailQuery::from("Jane Doe <jane.doe@acme.com>").validate().is_ok());
/// assert!(EmailQuery::from("jane.doe").validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a query does nothing until it is sent"]
pub struct EmailQuery {
    email: String,
    custom_fields: GivenFields,
}

impl EmailQuery {
    /// Creates a query for this address.
    pub fn new(email: impl Into<String>) -> Self {
        Self { email: email.into(), custom_fields: GivenFields::default() }
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

impl From<&str> for EmailQuery {
    fn from(email: &str) -> Self {
        Self::new(email)
    }
}

impl From<String> for EmailQuery {
    fn from(email: String) -> Self {
        Self::new(email)
    }
}

impl ToRequest for EmailQuery {
    type Job = EmailVerificationJob;

    fn to_request(&self, _: Page) -> Result<EmailVerificationRequest, Error> {
        let mut checks = Checks::default();
        let email = checks.email("email", Some(&self.email));
        if email.is_none() && checks.is_clean() {
            checks.problem("email is blank; give one address, such as jane.doe@acme.com");
        }
        let mut body = EmailVerificationRequest::new(email.unwrap_or_default());
        body.custom_fields = checks.custom_fields(&self.custom_fields);
        checks.finish(body)
    }
}

impl Completed<EmailVerificationJob> {
    /// Returns the address and its verdict.
    pub fn email(&self) -> Option<&VerifiedEmail> {
        self.output()?.email.as_ref()
    }

    /// Returns the verdict. Values are added without notice.
    pub fn email_status(&self) -> Option<&EmailStatus> {
        self.email()?.email_status.as_ref()
    }
}

impl Client {
    /// Verifies an e-mail address: a text, or an [`EmailQuery`]. Every verdict except `unknown` is
    /// billed.
    ///
    /// There is no finder, so a lost response can't be read again. [`ImmediateRequest`] documents
    /// retries, errors and cancellation.
    ///
    /// ```
    /// use waterfall::api::types::EmailStatus;
    /// # use serde_json::json;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let output = json!({ "email": { "email": "jane.doe@acme.com", "email_status": "valid" } });
    /// # let mock = MockTransport::new().launches([MockResponse::output(output)]);
    /// # let client = mock.client_builder().build()?;
    /// let verified = client.verify_email("jane.doe@acme.com").await?;
    /// assert_eq!(verified.email_status(), Some(&EmailStatus::Valid));
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify_email(&self, email: impl Into<EmailQuery>) -> ImmediateRequest<EmailQuery> {
        ImmediateRequest::new(self, email.into())
    }
}

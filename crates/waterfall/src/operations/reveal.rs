//! [`RevealQuery`]: the IP address whose company is looked up.

use std::net::{IpAddr, Ipv4Addr};

use waterfall_api::types::{
    Company, CompanyRevealConfidence, CompanyRevealJob, CompanyRevealRequest, CompanyRevealType,
};

use super::checks::Checks;
use super::completed::Completed;
use super::query::{Page, ToRequest};
use super::request::ImmediateRequest;
use crate::client::Client;
use crate::error::Error;
use crate::query::custom_fields::{GivenFields, custom_field_setters};
use crate::query::text;
use crate::query::web_address::is_web_address;

/// The IPv4 address of a visitor, whose company is looked up.
///
/// ```
/// use std::net::Ipv4Addr;
/// use waterfall::RevealQuery;
///
/// assert!(RevealQuery::from("192.0.2.7").validate().is_ok());
/// assert!(RevealQuery::from(Ipv4Addr::new(192, 0, 2, 7)).validate().is_ok());
/// assert!(RevealQuery::from("2001:db8::7").validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a query does nothing until it is sent"]
pub struct RevealQuery {
    ip: String,
    webhook_url: Option<String>,
    custom_fields: GivenFields,
}

impl RevealQuery {
    /// Looks up the company behind this IPv4 address.
    pub fn new(ip: impl Into<String>) -> Self {
        Self { ip: ip.into(), webhook_url: None, custom_fields: GivenFields::default() }
    }

    /// Sets the `https` or `http` URL to which the API delivers the result as well. The client's
    /// [webhook URL](crate::ClientBuilder::webhook_url) is not used, because the response contains
    /// the result.
    pub fn webhook_url(mut self, url: impl Into<String>) -> Self {
        self.webhook_url = Some(url.into());
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

impl From<&str> for RevealQuery {
    fn from(ip: &str) -> Self {
        Self::new(ip)
    }
}

impl From<String> for RevealQuery {
    fn from(ip: String) -> Self {
        Self::new(ip)
    }
}

impl From<Ipv4Addr> for RevealQuery {
    fn from(ip: Ipv4Addr) -> Self {
        Self::new(ip.to_string())
    }
}

impl From<IpAddr> for RevealQuery {
    fn from(ip: IpAddr) -> Self {
        Self::new(ip.to_string())
    }
}

/// Returns the IPv4 address, even if it is written as IPv6.
fn ipv4(text: &str) -> Result<Ipv4Addr, &'static str> {
    match text.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => Ok(ip),
        Ok(IpAddr::V6(_)) => Err("is an IPv6 address, which the API does not look up"),
        Err(_) => Err("is not an IP address"),
    }
}

impl ToRequest for RevealQuery {
    type Job = CompanyRevealJob;

    fn to_request(&self, _: Page) -> Result<CompanyRevealRequest, Error> {
        let mut checks = Checks::default();
        let clean = text::clean(&self.ip);
        let ip = ipv4(text::unwrap(&clean)).map_err(|what| {
            let shown = text::short(&clean);
            checks.problem(format!("ip {shown} {what}; give an IPv4 address such as 192.0.2.7"));
        });
        let mut body = CompanyRevealRequest::new(ip.map(|ip| ip.to_string()).unwrap_or_default());
        let url = self.webhook_url.as_deref().map(text::clean).filter(|url| !text::is_blank(url));
        if url.as_deref().is_some_and(|url| !is_web_address(url)) {
            checks.problem(
                "webhook_url is not an http or https URL; give one such as \
                 https://hooks.example.com/waterfall",
            );
        }
        body.webhook_url = url.into();
        body.custom_fields = checks.custom_fields(&self.custom_fields);
        checks.finish(body)
    }
}

impl Completed<CompanyRevealJob> {
    /// Returns the company. `None` if the API sent none, or an empty one. If the
    /// [kind](Self::organization) is `isp`, don't rely on it.
    pub fn company(&self) -> Option<&Company> {
        let company = self.output()?.company.as_ref()?;
        (*company != Company::default()).then_some(company)
    }

    /// Returns the kind of organization that uses the address. Values are added without notice.
    pub fn organization(&self) -> Option<&CompanyRevealType> {
        self.output()?.type_.as_ref()
    }

    /// Returns the confidence that the company uses the address. Values are added without notice.
    pub fn confidence(&self) -> Option<&CompanyRevealConfidence> {
        self.output()?.confidence_score.as_ref()
    }
}

impl Client {
    /// Looks up the company behind an IPv4 address: a text, an [`Ipv4Addr`], or a [`RevealQuery`].
    /// The vendor calls this operation a preview.
    ///
    /// [`ImmediateRequest`] documents retries, errors and cancellation.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let output = json!({ "ip": "192.0.2.7", "type": "company", "company": { "name": "Acme" } });
    /// # let mock = MockTransport::new().launches([MockResponse::output(output)]);
    /// # let client = mock.client_builder().build()?;
    /// let revealed = client.reveal_company("192.0.2.7").await?;
    /// println!("{:?}", revealed.company().and_then(|company| company.name.as_deref()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn reveal_company(&self, query: impl Into<RevealQuery>) -> ImmediateRequest<RevealQuery> {
        ImmediateRequest::new(self, query.into())
    }
}

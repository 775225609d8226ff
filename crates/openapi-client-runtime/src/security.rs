//! How credentials are applied to requests.

use std::fmt;

use reqwest::Request;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

use crate::transport_error::BoxError;

/// A security scheme of an API description.
///
/// The module `security` of a generated client has one for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecurityScheme {
    /// The name by which operations require it.
    pub name: &'static str,
    /// How its credential is sent.
    pub kind: SchemeKind,
    /// The ways to obtain a token by OAuth 2. The transport of this crate does not obtain tokens.
    pub flows: &'static [OAuthFlow],
}

/// A way to obtain a token by OAuth 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthFlow {
    /// Its name in the API description, such as `clientCredentials`.
    pub name: &'static str,
    /// Its URLs, by their names in the API description, such as `tokenUrl`.
    pub urls: &'static [(&'static str, &'static str)],
    /// The scopes that it can grant, with their descriptions.
    pub scopes: &'static [(&'static str, &'static str)],
}

impl OAuthFlow {
    /// For generated code.
    pub const fn new(
        name: &'static str,
        urls: &'static [(&'static str, &'static str)],
        scopes: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, urls, scopes }
    }

    /// The URL of this name in the API description, such as `tokenUrl`.
    #[must_use]
    pub fn url(&self, name: &str) -> Option<&'static str> {
        self.urls.iter().find(|(known, _)| *known == name).map(|(_, url)| *url)
    }
}

/// How a credential is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemeKind {
    /// In a header of this name.
    Header(&'static str),
    /// In a parameter of the query.
    Query(&'static str),
    /// In a cookie.
    Cookie(&'static str),
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`; the credential is the encoded pair of name and password.
    Basic,
    /// In another way, which the caller has to apply.
    Other(&'static str),
}

impl SecurityScheme {
    /// For generated code.
    pub const fn new(name: &'static str, kind: SchemeKind) -> Self {
        Self { name, kind, flows: &[] }
    }

    /// The scheme with the ways to obtain a token. For generated code.
    #[must_use]
    pub const fn with_flows(self, flows: &'static [OAuthFlow]) -> Self {
        Self { flows, ..self }
    }
}

/// A credential for a scheme. `Debug` does not show it.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) scheme: SecurityScheme,
    pub(crate) secret: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credential").field(&self.scheme.name).finish()
    }
}

impl Credential {
    /// Writes the credential into the request.
    pub(crate) fn apply(&self, request: &mut Request) -> Result<(), BoxError> {
        let secret = &self.secret;
        match self.scheme.kind {
            SchemeKind::Header(name) => {
                request.headers_mut().insert(HeaderName::try_from(name)?, sensitive(secret)?);
            }
            SchemeKind::Query(name) => {
                request.url_mut().query_pairs_mut().append_pair(name, secret);
            }
            SchemeKind::Cookie(name) => {
                let own = request.headers().get(COOKIE).and_then(|own| own.to_str().ok());
                let own = own.map(|own| format!("{own}; ")).unwrap_or_default();
                let cookie = sensitive(&format!("{own}{name}={secret}"))?;
                request.headers_mut().insert(COOKIE, cookie);
            }
            SchemeKind::Bearer => {
                let value = sensitive(&format!("Bearer {secret}"))?;
                request.headers_mut().insert(AUTHORIZATION, value);
            }
            SchemeKind::Basic => {
                let value = sensitive(&format!("Basic {secret}"))?;
                request.headers_mut().insert(AUTHORIZATION, value);
            }
            SchemeKind::Other(_) => {}
        }
        Ok(())
    }
}

fn sensitive(text: &str) -> Result<HeaderValue, BoxError> {
    let mut value = HeaderValue::try_from(text)?;
    value.set_sensitive(true);
    Ok(value)
}

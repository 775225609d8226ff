//! [`Credential`]: applies credentials to requests.

use std::fmt;

use reqwest::Request;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

use crate::security::{SchemeKind, SecurityScheme};
use crate::transport_error::BoxError;

/// A credential for a security scheme. `Debug` does not show it.
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
    /// Adds the credential to the request.
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

//! The security schemes of an API description.

/// A security scheme of an API description.
///
/// The module `security` of a generated client has a constant for each scheme.
///
/// ```
/// use openapi_client_runtime::{SchemeKind, SecurityScheme};
///
/// static TOKEN: SecurityScheme = SecurityScheme::new("token", SchemeKind::Bearer);
/// assert_eq!(TOKEN.name, "token");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecurityScheme {
    /// The name that operations refer to.
    pub name: &'static str,
    /// The way its credential is sent.
    pub kind: SchemeKind,
    /// The OAuth 2 flows that grant a token. The transport of this crate does not obtain tokens.
    pub flows: &'static [OAuthFlow],
}

/// An OAuth 2 flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthFlow {
    /// The name of the flow in the API description, such as `clientCredentials`.
    pub name: &'static str,
    /// The URLs of the flow by their names in the API description, such as `tokenUrl`.
    pub urls: &'static [(&'static str, &'static str)],
    /// The scopes that the flow can grant, with their descriptions.
    pub scopes: &'static [(&'static str, &'static str)],
}

impl OAuthFlow {
    /// For generated code: creates a flow.
    pub const fn new(
        name: &'static str,
        urls: &'static [(&'static str, &'static str)],
        scopes: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, urls, scopes }
    }

    /// Returns a URL by its name in the API description, such as `tokenUrl`.
    #[must_use]
    pub fn url(&self, name: &str) -> Option<&'static str> {
        self.urls.iter().find(|(known, _)| *known == name).map(|(_, url)| *url)
    }
}

/// The way a credential is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemeKind {
    /// In a header of this name.
    Header(&'static str),
    /// In a query parameter of this name.
    Query(&'static str),
    /// In a cookie of this name.
    Cookie(&'static str),
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`. The credential is the Base64 encoding of name and password,
    /// separated by a colon.
    Basic,
    /// In another way. The caller has to send the credential.
    Other(&'static str),
}

impl SecurityScheme {
    /// Creates a scheme.
    pub const fn new(name: &'static str, kind: SchemeKind) -> Self {
        Self { name, kind, flows: &[] }
    }

    /// For generated code: adds the OAuth 2 flows.
    #[must_use]
    pub const fn with_flows(self, flows: &'static [OAuthFlow]) -> Self {
        Self { flows, ..self }
    }
}

//! The security schemes of an API description.

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

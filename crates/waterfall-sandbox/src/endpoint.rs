//! [`Endpoint`] and [`JobType`]: the operations of the API and the kinds of its jobs.

use std::fmt;
use std::str::FromStr;

macro_rules! endpoints {
    ($($(#[$doc:meta])* $name:ident $rule:literal $method:literal $path:literal $id:expr;)+) => {
        /// The operation of a request.
        ///
        /// Rules name an operation by the name given here, or by its `operationId` in the
        /// API description.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Endpoint {
            $($(#[$doc])* $name,)+
            /// Any other method or path, which the API rejects; `other` in rules.
            Other,
        }

        const ROUTES: &[Route] = &[$(Route {
            endpoint: Endpoint::$name,
            rule: $rule,
            method: $method,
            path: $path,
            id: $id,
        },)+];
    };
}

/// An operation, and how requests and rules name it.
struct Route {
    endpoint: Endpoint,
    rule: &'static str,
    method: &'static str,
    path: &'static str,
    /// The `operationId`; the sandbox's own operations have none.
    id: Option<&'static str>,
}

endpoints! {
    /// The launcher of contact enrichment; `launch` in rules.
    Launch "launch" "POST" "/v1/enrichment/contact" Some("launchContactEnrichment");
    /// The finder of contact enrichment; `find` in rules.
    Find "find" "GET" "/v1/enrichment/contact" Some("findContactEnrichment");
    /// The launcher of phone enrichment; `launch-phone` in rules.
    LaunchPhone "launch-phone" "POST" "/v1/enrichment/phone" Some("launchPhoneEnrichment");
    /// The finder of phone enrichment; `find-phone` in rules.
    FindPhone "find-phone" "GET" "/v1/enrichment/phone" Some("findPhoneEnrichment");
    /// The launcher of company enrichment; `launch-company` in rules.
    LaunchCompany "launch-company" "POST" "/v1/enrichment/company" Some("launchCompanyEnrichment");
    /// The finder of company enrichment; `find-company` in rules.
    FindCompany "find-company" "GET" "/v1/enrichment/company" Some("findCompanyEnrichment");
    /// The launcher of Prospector; `launch-prospector` in rules.
    LaunchProspector "launch-prospector" "POST" "/v1/prospector" Some("launchProspector");
    /// The finder of Prospector; `find-prospector` in rules.
    FindProspector "find-prospector" "GET" "/v1/prospector" Some("findProspector");
    /// Contact search; `search-contacts` in rules.
    SearchContacts "search-contacts" "POST" "/v1/search/contact" Some("searchContacts");
    /// The finder of contact search; `find-contact-search` in rules.
    FindContactSearch "find-contact-search" "GET" "/v1/search/contact" Some("findContactSearch");
    /// Company search; `search-companies` in rules.
    SearchCompanies "search-companies" "POST" "/v1/search/company" Some("searchCompanies");
    /// The finder of company search; `find-company-search` in rules.
    FindCompanySearch "find-company-search" "GET" "/v1/search/company" Some("findCompanySearch");
    /// Job change; `detect-job-change` in rules.
    DetectJobChange "detect-job-change" "POST" "/v1/job/change" Some("detectJobChange");
    /// The finder of job change; `find-job-change` in rules.
    FindJobChange "find-job-change" "GET" "/v1/job/change" Some("findJobChange");
    /// Company reveal; `reveal-company` in rules.
    RevealCompany "reveal-company" "POST" "/v1/company-reveal" Some("revealCompany");
    /// The finder of company reveal; `find-company-reveal` in rules.
    FindCompanyReveal "find-company-reveal" "GET" "/v1/company-reveal" Some("findCompanyReveal");
    /// Company titles; `list-company-titles` in rules.
    ListCompanyTitles "list-company-titles" "POST" "/v1/company-titles" Some("listCompanyTitles");
    /// The finder of company titles; `find-company-titles` in rules.
    FindCompanyTitles "find-company-titles" "GET" "/v1/company-titles" Some("findCompanyTitles");
    /// E-mail verification; `verify-email` in rules.
    VerifyEmail "verify-email" "POST" "/v1/verify/email" Some("verifyEmail");
    /// The account's usage; `account` in rules.
    GetAccount "account" "GET" "/v2/account" Some("getAccount");
    /// The list of API keys; `list-api-keys` in rules.
    ListApiKeys "list-api-keys" "GET" "/v1/api-keys" Some("listApiKeys");
    /// Creates an API key; `create-api-key` in rules.
    CreateApiKey "create-api-key" "POST" "/v1/api-keys" Some("createApiKey");
    /// Modifies an API key; `modify-api-key` in rules.
    ModifyApiKey "modify-api-key" "PUT" "/v1/api-keys" Some("modifyApiKey");
    /// The webhook keys; `keys` in rules.
    Keys "keys" "GET" "/.well-known/jwks.json" Some("getWebhookKeys");
    /// The sandbox's own `POST /sandbox/rotate-keys`; `rotate-keys` in rules.
    RotateKeys "rotate-keys" "POST" "/sandbox/rotate-keys" None;
    /// The sandbox's own `GET /sandbox/deliveries`; `deliveries` in rules.
    Deliveries "deliveries" "GET" "/sandbox/deliveries" None;
    /// The sandbox's own `GET /sandbox/launches`; `launches` in rules.
    Launches "launches" "GET" "/sandbox/launches" None;
}

impl Endpoint {
    /// Returns the `operationId` in the API description. `None` for the sandbox's own operations
    /// and for [`Other`](Self::Other).
    pub fn operation_id(self) -> Option<&'static str> {
        self.route()?.id
    }

    /// Returns the operation with this method and path. A HEAD counts as a GET.
    pub fn of(method: &str, path: &str) -> Self {
        let method = if method == "HEAD" { "GET" } else { method };
        let matches = |route: &&Route| route.method == method && route.path == path;
        ROUTES.iter().find(matches).map_or(Self::Other, |route| route.endpoint)
    }

    /// Returns the name in rules.
    pub(crate) fn name(self) -> &'static str {
        self.route().map_or("other", |route| route.rule)
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let matches = |route: &&Route| route.rule == name || route.id == Some(name);
        let route = ROUTES.iter().find(matches).map(|route| route.endpoint);
        route.or((name == "other").then_some(Self::Other))
    }

    fn route(self) -> Option<&'static Route> {
        ROUTES.iter().find(|route| route.endpoint == self)
    }
}

/// Returns whether an operation has this path, with any method.
pub(crate) fn is_path(path: &str) -> bool {
    ROUTES.iter().any(|route| route.path == path)
}

/// Returns whether operations at this path need no key.
pub(crate) fn is_open(path: &str) -> bool {
    path == "/.well-known/jwks.json" || path.starts_with("/sandbox/") && is_path(path)
}

/// The kind of a job. Immediate operations also store a job, so that their result can be fetched
/// again.
///
/// `Display` writes the name that `GET /sandbox/launches` uses, such as `contact`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum JobType {
    /// Contact enrichment, `contact`.
    Contact,
    /// Phone enrichment, `phone`.
    Phone,
    /// Company enrichment, `company`.
    Company,
    /// Prospector, `prospector`.
    Prospector,
    /// Contact search, `contact-search`.
    ContactSearch,
    /// Company search, `company-search`.
    CompanySearch,
    /// Job change, `job-change`.
    JobChange,
    /// Company reveal, `company-reveal`.
    CompanyReveal,
    /// Company titles, `company-titles`.
    CompanyTitles,
    /// E-mail verification, `email-verification`.
    EmailVerification,
}

impl fmt::Display for JobType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contact => "contact",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::Prospector => "prospector",
            Self::ContactSearch => "contact-search",
            Self::CompanySearch => "company-search",
            Self::JobChange => "job-change",
            Self::CompanyReveal => "company-reveal",
            Self::CompanyTitles => "company-titles",
            Self::EmailVerification => "email-verification",
        })
    }
}

/// A part of the API that is enabled per account.
///
/// Its text form is the documented name of each variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Feature {
    /// `phone`: phone enrichment, and `include_phones` of contact enrichment and Prospector.
    Phone,
    /// `company-reveal`.
    CompanyReveal,
    /// `company-titles`.
    CompanyTitles,
    /// `api-keys`: the management of API keys, which only enterprise accounts have.
    ApiKeys,
}

impl Feature {
    const ALL: [(Self, &str); 4] = [
        (Self::Phone, "phone"),
        (Self::CompanyReveal, "company-reveal"),
        (Self::CompanyTitles, "company-titles"),
        (Self::ApiKeys, "api-keys"),
    ];
}

impl FromStr for Feature {
    type Err = UnknownFeature;

    fn from_str(text: &str) -> Result<Self, UnknownFeature> {
        let known = Self::ALL.into_iter().find(|(_, name)| *name == text);
        known.map(|(feature, _)| feature).ok_or_else(|| UnknownFeature(text.to_owned()))
    }
}

/// Returned if a text is not the name of a [`Feature`]. `Display` quotes the text and lists the
/// names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFeature(String);

impl fmt::Display for UnknownFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Feature::ALL.map(|(_, name)| name).join(", ");
        write!(f, "`{}` is not a feature: expected one of {names}", self.0)
    }
}

impl std::error::Error for UnknownFeature {}

//! The company domains that a launch may contain.
//!
//! The error codes are the API's. Its lists of domains are not published; the short
//! lists here are the sandbox's own.

use crate::envelope::{ApiError, Code};

/// Kinds of domains that do not identify a company. A subdomain has the kind of its
/// parent.
const KINDS: [(Code, &[&str]); 7] = [
    (
        Code::DomainEmailProvider,
        &[
            "aol.com",
            "fastmail.com",
            "gmail.com",
            "gmx.de",
            "gmx.net",
            "googlemail.com",
            "hotmail.com",
            "icloud.com",
            "live.com",
            "outlook.com",
            "proton.me",
            "protonmail.com",
            "web.de",
            "yahoo.com",
            "yandex.ru",
            "zoho.com",
        ],
    ),
    (
        Code::DomainSocialMedia,
        &[
            "facebook.com",
            "instagram.com",
            "linkedin.com",
            "pinterest.com",
            "reddit.com",
            "tiktok.com",
            "twitter.com",
            "x.com",
            "xing.com",
            "youtube.com",
        ],
    ),
    (
        Code::DomainUrlShortener,
        &[
            "bit.ly",
            "cutt.ly",
            "goo.gl",
            "is.gd",
            "lnkd.in",
            "ow.ly",
            "rb.gy",
            "t.co",
            "tinyurl.com",
        ],
    ),
    (Code::DomainDisposable, &DISPOSABLE),
    (Code::DomainService, &["calendly.com", "eventbrite.com", "linktr.ee", "notion.site"]),
    (Code::DomainProvider, &["amazonaws.com", "azurewebsites.net", "github.io", "herokuapp.com"]),
    (Code::DomainNoMx, &["no-mx.example"]),
];

const DISPOSABLE: [&str; 6] = [
    "10minutemail.com",
    "guerrillamail.com",
    "mailinator.com",
    "temp-mail.org",
    "trashmail.com",
    "yopmail.com",
];

/// Public suffixes, and top-level domains that are not public.
const PUBLIC_SUFFIXES: [&str; 6] = ["co.jp", "co.uk", "com.au", "com.br", "co.nz", "org.uk"];
const PRIVATE_TOP_LEVELS: [&str; 4] = ["internal", "invalid", "local", "localhost"];

/// Returns the domain in lower case, without scheme, `www.`, port and path: the API accepts plain
/// domains and URLs.
pub(crate) fn parse(text: &str) -> Result<String, ApiError> {
    let domain = host_of(text);
    match fault_of(&domain) {
        Some(code) => Err(ApiError::new(code)),
        None => Ok(domain),
    }
}

fn host_of(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let rest = ["https://", "http://"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    let host = rest.unwrap_or(&lower).split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.split_once(':').map_or(host, |(host, _port)| host);
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

fn fault_of(domain: &str) -> Option<Code> {
    if !domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.') {
        return Some(Code::DomainCharacters);
    }
    if !is_host_name(domain) {
        return Some(Code::BadDomain);
    }
    let top = domain.rsplit('.').next().unwrap_or_default();
    let top_is_a_name = top.starts_with("xn--") || top.chars().all(|c| c.is_ascii_alphabetic());
    if !top_is_a_name
        || top.len() < 2
        || PRIVATE_TOP_LEVELS.contains(&top)
        || PUBLIC_SUFFIXES.contains(&domain)
    {
        return Some(Code::DomainTopLevel);
    }
    KINDS.iter().find(|(_, list)| is_in(domain, list)).map(|(code, _)| *code)
}

/// Returns whether the text is a host name with at least two labels.
pub(crate) fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

pub(crate) fn is_disposable(domain: &str) -> bool {
    is_in(domain, &DISPOSABLE)
}

/// Returns whether the domain is one of personal e-mail addresses.
pub(crate) fn is_email_provider(domain: &str) -> bool {
    KINDS.iter().any(|(code, list)| *code == Code::DomainEmailProvider && is_in(domain, list))
}

fn is_in(domain: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| {
        domain.strip_suffix(entry).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

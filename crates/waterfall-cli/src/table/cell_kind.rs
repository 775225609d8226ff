//! Recognizes the kind of value in a cell.

use std::net::IpAddr;

/// Returns whether people would consider two names of columns equal.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Returns whether a value looks like an e-mail address.
pub(super) fn is_address(value: &str) -> bool {
    let parts = value.trim().rsplit_once('@');
    parts.is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
}

/// Returns whether a value looks like the URL of a person's profile.
pub(super) fn is_profile(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.contains("linkedin.com/") && (value.contains("/in/") || value.contains("/pub/"))
}

/// Returns whether a value looks like the URL of a company's page.
pub(super) fn is_company_page(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.contains("linkedin.com/")
        && ["/company/", "/school/", "/showcase/"].iter().any(|part| value.contains(part))
}

/// Returns whether a value looks like an IP address.
pub(super) fn is_ip(value: &str) -> bool {
    value.trim().parse::<IpAddr>().is_ok()
}

/// Returns whether a value looks like a domain, or the URL of one.
pub(super) fn is_domain(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    let value = value.strip_prefix("https://").or(value.strip_prefix("http://")).unwrap_or(&value);
    let host = value.split('/').next().unwrap_or_default();
    let is_part =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && host.split('.').all(is_part) && last.chars().any(char::is_alphabetic)
}

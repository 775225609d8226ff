//! The addresses that a description can be downloaded from.

use std::net::IpAddr;

/// Returns whether an argument is an address rather than the path of a file.
#[must_use]
pub fn is_address(argument: &str) -> bool {
    let argument = argument.to_ascii_lowercase();
    argument.starts_with("https://") || argument.starts_with("http://")
}

/// Returns the scheme to which a request is restricted.
///
/// # Errors
///
/// Returns the reason why the address is not requested. HTTP without TLS is restricted to loopback.
pub(super) fn scheme(address: &str) -> Result<&'static str, &'static str> {
    let (scheme, rest) = address.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("addresses with a user name or password are not requested");
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok("https"),
        "http" if is_loopback(authority) => Ok("http"),
        _ => Err("only https is requested, except on loopback"),
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{is_address, scheme};

    #[test]
    fn only_https_and_loopback_are_requested() {
        for address in ["https://vendor.example/a.yaml", "HTTPS://vendor.example"] {
            assert_eq!(scheme(address), Ok("https"), "{address}");
        }
        for address in ["http://127.0.0.1:8080/a", "http://localhost/a", "http://[::1]:80/a"] {
            assert_eq!(scheme(address), Ok("http"), "{address}");
        }
        for address in [
            "http://vendor.example/a.yaml",
            "http://localhost.vendor.example/a",
            "http://127.0.0.1@vendor.example/a",
            "https://user:secret@vendor.example/a",
            "http://vendor.example\\@127.0.0.1/",
            "ftp://127.0.0.1/a",
            "file:///etc/hostname",
            "",
        ] {
            assert!(scheme(address).is_err(), "{address}");
        }
    }

    #[test]
    fn paths_are_not_addresses() {
        assert!(is_address("https://vendor.example") && is_address("HTTP://vendor.example"));
        assert!(!is_address("vendor.json") && !is_address("-") && !is_address("https.yaml"));
    }
}

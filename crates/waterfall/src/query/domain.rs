//! Parses a company's domain in any notation.

use reqwest::Url;

use super::text;

/// The lengths that the API accepts.
const MIN: usize = 4;
const MAX: usize = 500;
/// The lengths that DNS allows.
const HOST_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// Sites whose pages describe companies. Without a path, each of these is its company's own domain.
const NETWORKS: [&str; 12] = [
    "linkedin.com",
    "facebook.com",
    "fb.com",
    "twitter.com",
    "x.com",
    "instagram.com",
    "youtube.com",
    "tiktok.com",
    "crunchbase.com",
    "xing.com",
    "github.com",
    "angel.co",
];

const GIVE: &str = "give the company's domain, such as acme.com";

/// Returns the host in ASCII (IDNA) and lower case, without `www.`; `None` if the text is blank.
/// Scheme, port, path, query and a trailing dot are ignored.
pub(crate) fn parse(given: &str) -> Result<Option<String>, String> {
    if let Some(problem) = text::length_problem("domain", given, 0, MAX) {
        return Err(problem);
    }
    let clean = text::clean(given);
    let text = text::unwrap(&clean);
    if text::is_blank(text) || text::is_placeholder(&clean) {
        return Ok(None);
    }
    let problem = |what: &str| Err(format!("domain {} {what}; {GIVE}", text::short(text)));
    if text::has_control(text) {
        return problem("has a control character");
    }
    if text.split([' ', ',', ';', '|']).filter(|part| part.contains('.')).count() > 1 {
        return problem("has more than one domain");
    }
    let (scheme, rest) = split_scheme(text);
    match scheme.to_ascii_lowercase().as_str() {
        "" | "http" | "https" => {}
        _ => return problem("has a scheme other than http and https"),
    }
    let rest = rest.trim_start_matches('/').trim();
    let (authority, path) = match rest.find(['/', '?', '#', '\\']) {
        Some(end) => (rest[..end].trim(), rest[end..].trim_matches(['/', '\\', ' '])),
        None => (rest, ""),
    };
    // Some tools write the domain of addresses as `@acme.com`.
    let authority = authority.strip_prefix('@').unwrap_or(authority);
    if authority.contains('@') {
        return problem("is an e-mail address");
    }
    if authority.contains(' ') {
        return problem("has a space in it");
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => host,
        Some(_) => return problem("has a port that is not a number"),
        None => authority,
    };
    if host.is_empty() {
        return problem("has no host");
    }
    let host = match self::host(host) {
        Ok(host) => without_www(&host).to_owned(),
        Err(what) => return problem(what),
    };
    if is_network(&host) && !path.is_empty() {
        return problem("is a page of a social network, not the company's own domain");
    }
    match text::length_problem("domain", &host, MIN, MAX) {
        Some(problem) => Err(format!("{problem}; {GIVE}")),
        None => Ok(Some(host)),
    }
}

/// Returns the scheme, which is empty if the URL has none, and the rest.
fn split_scheme(text: &str) -> (&str, &str) {
    if let Some((scheme, rest)) = text.split_once("://") {
        return (scheme, rest);
    }
    match text.split_once(':') {
        Some((scheme, rest))
            if ["http", "https", "mailto", "ftp"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            (scheme, rest)
        }
        _ => ("", text),
    }
}

/// Removes `www.`, except from `www.com`.
fn without_www(host: &str) -> &str {
    let mut host = host;
    while let Some(rest) = host.strip_prefix("www.").filter(|rest| rest.contains('.')) {
        host = rest;
    }
    host
}

fn is_network(host: &str) -> bool {
    NETWORKS.iter().any(|network| {
        host.strip_suffix(network).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Returns a host name as DNS defines it: in ASCII and lower case. The error describes the problem.
pub(super) fn host(text: &str) -> Result<String, &'static str> {
    let text = text.trim_end_matches('.');
    let ascii = idna::domain_to_ascii(text).map_err(|_| "is not a valid domain name")?;
    // IDNA has converted full-width dots to dots.
    let ascii = ascii.trim_end_matches('.').to_owned();
    let labels: Vec<&str> = ascii.split('.').collect();
    if labels.len() < 2 {
        return Err("has no top-level domain");
    }
    if ascii.len() > HOST_MAX || !labels.iter().all(|label| is_label(label)) {
        return Err("is not a valid domain name");
    }
    if let Some(top) = labels.last()
        && !is_top_level(top)
    {
        return Err("does not end with a top-level domain");
    }
    if text::file_extension(&ascii).is_some() {
        return Err("is a file name");
    }
    // Compares with the host to which a browser resolves the URL, also if that is a number.
    match Url::parse(&format!("http://{ascii}")).ok().as_ref().and_then(Url::domain) {
        Some(host) if host == ascii => Ok(ascii),
        _ => Err("is not a valid domain name"),
    }
}

fn is_label(label: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=LABEL_MAX).contains(&label.len())
        && label.chars().all(is_allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_top_level(label: &str) -> bool {
    let is_alphabetic = label.len() >= 2 && label.chars().all(|c| c.is_ascii_alphabetic());
    is_alphabetic || label.starts_with("xn--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_domain_are_one() {
        for text in [
            "acme.example",
            "ACME.Example",
            "https://www.acme.example/",
            "HTTP://acme.example",
            "www.acme.example",
            "acme.example/about?x=1",
            "acme.example?x",
            "acme.example#top",
            "acme.example.",
            " acme.example ",
            "https://acme.example:443/de/",
            "//acme.example",
            "\"acme.example\",",
            "<acme.example>",
            "@acme.example",
            "http:acme.example",
            "acme\u{200b}.example\u{a0}",
            "acme。example",
        ] {
            assert_eq!(parse(text), Ok(Some("acme.example".to_owned())), "{text}");
        }
        let idn = Ok(Some("xn--mller-kva.example".to_owned()));
        for text in
            ["müller.example", "MÜLLER.example", "mu\u{308}ller.example", "XN--mller-kva.example"]
        {
            assert_eq!(parse(text), idn, "{text}");
        }
        for own in ["linkedin.com", "https://www.linkedin.com/", "x.com"] {
            assert!(matches!(parse(own), Ok(Some(_))), "{own}");
        }
    }

    #[test]
    fn texts_that_are_not_a_domain_are_rejected() {
        let rows = [
            ("acme", "no top-level domain"),
            ("jane@acme.example", "an e-mail address"),
            ("mailto:jane@acme.example", "a scheme"),
            ("a.b", "top-level domain"),
            ("acme.example, globex.example", "more than one"),
            ("acme.example globex.example", "more than one"),
            ("acme.example;globex.example", "more than one"),
            ("https://www.linkedin.com/company/acme", "social network"),
            ("facebook.com/acme", "social network"),
            ("http://", "no host"),
            ("acme corp.example", "a space"),
            ("Acme Corp", "a space"),
            ("ftp://acme.example", "a scheme"),
            ("192.0.2.1", "top-level domain"),
            ("contacts.csv", "a file name"),
            ("-acme.example", "not a valid"),
            ("a..example", "not a valid"),
            ("acme.example:x", "a port"),
            ("acme\0.example", "control character"),
            ("acme!.example", "not a valid"),
        ];
        for (text, part) in rows {
            let problem = parse(text).unwrap_err();
            assert!(problem.starts_with("domain `"), "{text}: {problem}");
            assert!(problem.contains(part) && problem.ends_with(GIVE), "{text}: {problem}");
        }
        for blank in ["", "  ", "null", "#N/A", "-", "\"\""] {
            assert_eq!(parse(blank), Ok(None), "{blank}");
        }
    }
}

//! Parses a company's LinkedIn page: a URL in any of its forms, or the last part of one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use unicode_normalization::char::is_combining_mark;

use super::linkedin_url::{self, Problem, Site};
use super::{slug, text};

const SLUG_MAX: usize = 200;
const WORD_MIN: usize = 2;

const EXAMPLE: &str = "linkedin.com/company/acme";
const GIVE: &str = "give a company's page such as linkedin.com/company/acme";

/// Sections of LinkedIn whose pages belong to organizations, and the section that is sent.
const SECTIONS: [(&str, &str); 6] = [
    ("company", "company"),
    ("company-beta", "company"),
    ("organization", "company"),
    ("school", "school"),
    ("edu", "school"),
    ("showcase", "showcase"),
];

/// Parts of a path before the section that only determine how the page is shown.
const VIEWS: [&str; 4] = ["comm", "mwlite", "m", "organization-guest"];

const URNS: [&str; 4] = [
    "urn:li:fsd_company:",
    "urn:li:fs_normalized_company:",
    "urn:li:company:",
    "urn:li:organization:",
];

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An organization's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    section: &'static str,
    slug: String,
}

impl Page {
    /// Returns the value that is sent: a company's slug, or the URL if the slug alone would be
    /// ambiguous.
    pub(super) fn sent(&self) -> String {
        let Self { section, slug } = self;
        match word(slug) {
            Ok(word) if *section == "company" && word == *slug => word,
            _ => self.url(),
        }
    }

    /// Returns the URL of the page.
    pub(crate) fn url(&self) -> String {
        let slug = utf8_percent_encode(&self.slug, ENCODED);
        format!("https://www.linkedin.com/{}/{slug}", self.section)
    }

    /// Returns the form in which pages are compared.
    pub(super) fn identity(&self) -> String {
        format!("linkedin:{}/{}", self.section, self.slug)
    }
}

/// Returns the page; `None` if the text is blank.
pub(crate) fn parse(given: &str) -> Result<Option<Page>, String> {
    let Some((_, text)) = linkedin_url::given(given)? else { return Ok(None) };
    found_in(&text, 0).map(Some).map_err(|what| linkedin_url::message(&text, &what, GIVE))
}

type Found = Result<Page, Problem>;

/// The error describes the text instead.
fn found_in(text: &str, depth: usize) -> Found {
    if text::has_control(text) {
        return Err("has a control character".into());
    }
    let lower = text.to_ascii_lowercase();
    if let Some(urn) = URNS.iter().find(|urn| lower.starts_with(*urn)) {
        return in_section("company", &text[urn.len()..]);
    }
    if lower.starts_with("urn:") {
        return Err("is a URN that names no company".into());
    }
    if lower.split([' ', ',', ';']).filter(|part| part.contains("linkedin.com/")).count() > 1 {
        return Err("has more than one page".into());
    }
    if linkedin_url::is_url(&lower) {
        return in_url(text, depth);
    }
    let path = lower.trim_start_matches('/');
    match path.split('/').next() {
        Some(first) if path.contains('/') && (first == "in" || section(first).is_some()) => {
            in_url(&format!("linkedin.com/{}", text.trim_start_matches('/')), depth)
        }
        _ => {
            let slug = word(text.strip_prefix('@').unwrap_or(text))?;
            Ok(Page { section: "company", slug })
        }
    }
}

fn section(name: &str) -> Option<&'static str> {
    SECTIONS.iter().find(|(section, _)| *section == name).map(|(_, sent)| *sent)
}

fn in_url(text: &str, depth: usize) -> Found {
    let (url, site) = linkedin_url::parse(text)?;
    match site {
        Site::LinkedIn => in_path(&url, depth),
        Site::ShortLink => Err(linkedin_url::short_link("page", EXAMPLE)),
        Site::Other => {
            linked(&url, depth).unwrap_or_else(|| Err("is not an address of linkedin.com".into()))
        }
    }
}

fn in_path(url: &Url, depth: usize) -> Found {
    let mut parts = linkedin_url::path(url, &VIEWS);
    let page = parts.next().unwrap_or_default().to_ascii_lowercase();
    match (section(&page), parts.next()) {
        (Some(section), Some(slug)) => in_section(section, slug),
        (Some(_), None) => Err(format!("has no company after /{page}/").into()),
        (None, _) => match page.as_str() {
            "in" | "pub" => Err("is a person's profile, not a company's page".into()),
            "sales" | "talent" | "recruiter" => {
                Err("is a link that only its owner can open, not a company's page".into())
            }
            _ => linked(url, depth)
                .unwrap_or_else(|| Err("is a page of LinkedIn that is no company's".into())),
        },
    }
}

/// Returns the page that the URL contains as a parameter, as in redirections and login pages.
fn linked(url: &Url, depth: usize) -> Option<Found> {
    linkedin_url::target(url, depth).map(|target| found_in(&target, depth + 1))
}

/// Returns the last part of a URL, which may be a number.
fn in_section(section: &'static str, part: &str) -> Found {
    let decoded = slug::decoded(part).ok_or("is percent-encoded, but not as UTF-8")?;
    let clean = text::clean(&decoded);
    let slug = text::unwrap(&clean);
    if text::has_control(slug) {
        return Err("has a control character".into());
    }
    if text::is_blank(slug) {
        return Err("stands for no value".into());
    }
    let is_allowed = |c: char| is_plain(c) || !c.is_ascii() || matches!(c, '.' | '\'' | '&' | '~');
    checked(slug, 1, is_allowed).map(|slug| Page { section, slug })
}

/// Parses a slug without its URL.
fn word(text: &str) -> Result<String, Problem> {
    slug::reject_word(text)?;
    checked(text, WORD_MIN, is_plain)
}

fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_') || is_combining_mark(character)
}

fn checked(slug: &str, min: usize, is_allowed: impl Fn(char) -> bool) -> Result<String, Problem> {
    let length = slug.chars().count();
    if length < min {
        return Err(format!("is too short, at least {min} characters are needed").into());
    }
    if length > SLUG_MAX {
        return Err(format!("is too long, at most {SLUG_MAX} characters are allowed").into());
    }
    if !slug.chars().any(char::is_alphanumeric) || !slug.chars().all(is_allowed) {
        return Err("has characters that no page has".into());
    }
    Ok(text::clean(&slug.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> String {
        parse(text).unwrap().unwrap().sent()
    }

    #[test]
    fn spellings_of_a_page_are_one() {
        for text in [
            "acme-corp",
            "Acme-Corp",
            "@acme-corp",
            "https://www.linkedin.com/company/acme-corp",
            "http://linkedin.com/company/acme-corp/?trk=public_profile",
            "https://de.linkedin.com/company/Acme-Corp/about/",
            "linkedin.com/company/acme-corp#jobs",
            "company/acme-corp",
            "/company/acme-corp/",
            "https://www.linkedin.com/company-beta/acme-corp",
            "https://www.linkedin.com/mwlite/company/acme-corp",
            "https://www.linkedin.com/organization-guest/company/acme-corp",
            "https://www.linkedin.com/company/acme%2Dcorp,",
            "<https://www.linkedin.com/company/acme-corp>",
            "https:/www.linkedin.com/company/acme-corp",
            "https://www.google.com/url?q=https%3A%2F%2Fwww.linkedin.com%2Fcompany%2Facme-corp",
            "https://www.linkedin.com/authwall?sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fcompany%2Facme-corp",
        ] {
            assert_eq!(sent(text), "acme-corp", "{text}");
        }
    }

    #[test]
    fn a_page_has_one_url() {
        for (text, url) in [
            (" ACME ", "https://www.linkedin.com/company/acme"),
            (
                "https://de.linkedin.com/company/acme/about/?trk=x",
                "https://www.linkedin.com/company/acme",
            ),
            ("linkedin.com/organization/acme", "https://www.linkedin.com/company/acme"),
            ("linkedin.com/school/mit", "https://www.linkedin.com/school/mit"),
            ("linkedin.com/company/caf%C3%A9", "https://www.linkedin.com/company/caf%C3%A9"),
        ] {
            assert_eq!(parse(text).unwrap().unwrap().url(), url, "{text}");
        }
    }

    #[test]
    fn an_odd_word_is_sent_as_a_url() {
        for (text, expected) in [
            ("linkedin.com/company/1035", "https://www.linkedin.com/company/1035"),
            ("urn:li:fsd_company:1035", "https://www.linkedin.com/company/1035"),
            ("linkedin.com/company/booking.com", "https://www.linkedin.com/company/booking.com"),
            ("linkedin.com/school/mit/", "https://www.linkedin.com/school/mit"),
            ("linkedin.com/showcase/acme-labs", "https://www.linkedin.com/showcase/acme-labs"),
            ("linkedin.com/company/x", "https://www.linkedin.com/company/x"),
            ("linkedin.com/company/contact", "https://www.linkedin.com/company/contact"),
            ("linkedin.com/company/hp", "hp"),
        ] {
            assert_eq!(sent(text), expected);
            assert_eq!(parse(&sent(text)), parse(text), "{text}");
        }
    }

    #[test]
    fn texts_that_are_not_a_page_are_rejected() {
        for (text, part) in [
            ("https://www.linkedin.com/in/jane-doe-abc123", "a person's profile"),
            ("in/jane-doe-abc123", "a person's profile"),
            ("https://www.linkedin.com/sales/company/1035", "only its owner"),
            ("https://www.linkedin.com/company/", "no company after /company/"),
            ("https://www.linkedin.com/jobs/view/1", "no company's"),
            ("https://lnkd.in/abc", "a short link"),
            ("https://acme.example/company/acme", "not an address of linkedin.com"),
            ("https://evillinkedin.com/company/acme", "not an address of linkedin.com"),
            ("acme.com", "a domain"),
            ("info@acme.com", "an e-mail address"),
            ("1035", "a number"),
            ("companies.csv", "a file"),
            ("Acme Inc", "more than one word"),
            ("linkedin.com/company/a, linkedin.com/company/b", "more than one page"),
            ("linkedin.com/company/null", "no value"),
            ("a", "at least 2"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.starts_with("linkedin `") && problem.contains("; "), "{problem}");
            assert!(problem.contains(part), "{text}: {problem}");
        }
        for blank in ["", "n/a", "-"] {
            assert_eq!(parse(blank), Ok(None), "{blank}");
        }
        assert!(parse(&"x".repeat(linkedin_url::MAX + 1)).is_err());
    }
}

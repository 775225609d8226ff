//! Parses a person's LinkedIn profile: a URL in any of its forms, the last part of one, or a member
//! ID. [`slug`](super::slug) has the rules for that last part.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::linkedin_url::{self, Problem, Site, is_url};
use super::slug::{self, Source};
use super::text;

const EXAMPLE: &str = "linkedin.com/in/jane-doe-abc123";
const GIVE: &str = "give a profile such as linkedin.com/in/jane-doe-abc123";

/// Paths of LinkedIn that are not profiles, and descriptions of their pages.
const OTHER_PAGES: [(&str, &str); 18] = [
    ("sales", "is a Sales Navigator link (/sales/), which only its owner can open"),
    ("talent", "is a Recruiter link (/talent/), which only its owner can open"),
    ("recruiter", "is a Recruiter link (/recruiter/), which only its owner can open"),
    ("pub", "is an old public link (/pub/), which no longer names a profile"),
    ("company", "is a company's page (/company/), not a person's"),
    ("company-beta", "is a company's page (/company-beta/), not a person's"),
    ("showcase", "is a company's page (/showcase/), not a person's"),
    ("school", "is a school's page (/school/), not a person's"),
    ("edu", "is a school's page (/edu/), not a person's"),
    ("groups", "is a group (/groups/), not a person"),
    ("jobs", "is a job (/jobs/), not a person"),
    ("posts", "is a post (/posts/), not a person"),
    ("pulse", "is an article (/pulse/), not a person"),
    ("feed", "is a post (/feed/), not a person"),
    ("events", "is an event (/events/), not a person"),
    ("learning", "is a course (/learning/), not a person"),
    ("search", "is a search (/search/), not a person"),
    ("directory", "is a directory (/directory/), not a person"),
];

/// Parts of a path before `/in/` that only determine how the page is shown.
const VIEWS: [&str; 3] = ["comm", "mwlite", "m"];

/// Kinds of URN whose ID is a member ID that the profile's URL accepts as well.
const PROFILE_URNS: [&str; 3] =
    ["urn:li:fsd_profile:", "urn:li:fs_miniprofile:", "urn:li:fs_profile:"];

/// Characters of a slug that are not encoded in a URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// Returns the value that is sent for a slug: the slug itself, or its URL if the API could
/// interpret the word differently.
pub(crate) fn sent(slug: &str) -> String {
    match slug::parse(slug, Source::Word) {
        Ok(word) if word == slug => word,
        _ => format!("https://www.linkedin.com/in/{}", utf8_percent_encode(slug, ENCODED)),
    }
}

/// Returns the last part of the profile's URL, in lower case unless it is a member ID; `None` if
/// the text is blank.
pub(crate) fn parse(given: &str) -> Result<Option<String>, String> {
    let Some((clean, text)) = linkedin_url::given(given)? else { return Ok(None) };
    // A word at the end of a sentence.
    let ending = clean.trim_end_matches(['"', '\'', ' ']);
    let found = if ending.ends_with(['.', '!', ':']) && !is_url(&text.to_ascii_lowercase()) {
        Err("ends like a sentence or a heading".into())
    } else {
        found_in(&text, 0)
    };
    found.map(Some).map_err(|what| linkedin_url::message(&text, &what, GIVE))
}

type Found = Result<String, Problem>;

/// The error describes the text instead.
fn found_in(text: &str, depth: usize) -> Found {
    if text::has_control(text) {
        return Err("has a control character".into());
    }
    let lower = text.to_ascii_lowercase();
    if let Some(urn) = PROFILE_URNS.iter().find(|urn| lower.starts_with(*urn)) {
        return slug::parse(&text[urn.len()..], Source::Url);
    }
    if lower.starts_with("urn:") {
        return Err("is a URN that names no profile".into());
    }
    if lower.split([' ', ',', ';']).filter(|part| part.contains("linkedin.com/in/")).count() > 1 {
        return Err("has more than one profile".into());
    }
    if is_url(&lower) {
        return in_url(text, depth);
    }
    // `/in/jane-doe-abc123/`: the path of a profile without its host.
    let path = lower.trim_start_matches('/');
    match path.split('/').next() {
        Some(first) if path.contains('/') && is_page(first) => {
            in_url(&format!("https://www.linkedin.com/{}", text.trim_start_matches('/')), depth)
        }
        _ => slug::parse(text.strip_prefix('@').unwrap_or(text), Source::Word),
    }
}

fn is_page(name: &str) -> bool {
    name == "in" || VIEWS.contains(&name) || other_page(name).is_some()
}

fn other_page(name: &str) -> Option<&'static str> {
    OTHER_PAGES.iter().find(|(page, _)| *page == name).map(|(_, what)| *what)
}

fn in_url(text: &str, depth: usize) -> Found {
    let (url, site) = linkedin_url::parse(text)?;
    match site {
        Site::LinkedIn => in_path(&url, depth),
        Site::ShortLink => Err(linkedin_url::short_link("profile", EXAMPLE)),
        Site::Other => {
            linked(&url, depth).unwrap_or_else(|| Err("is not an address of linkedin.com".into()))
        }
    }
}

fn in_path(url: &Url, depth: usize) -> Found {
    let mut parts = linkedin_url::path(url, &VIEWS);
    let page = parts.next().unwrap_or_default().to_ascii_lowercase();
    match page.as_str() {
        "in" => match parts.next() {
            Some(part) => slug::parse(part, Source::Url),
            None => Err("has no profile after /in/".into()),
        },
        "profile" => match url.query_pairs().find(|(name, _)| name == "id") {
            Some((_, id)) if !id.chars().all(|digit| digit.is_ascii_digit()) => {
                slug::parse(&id, Source::Url)
            }
            _ => Err("is an old link (/profile/view) with a number, which no longer names a \
                      profile"
                .into()),
        },
        "" => match linked(url, depth) {
            Some(found) => found,
            None => Err("is LinkedIn itself and names no profile".into()),
        },
        page => match (linked(url, depth), other_page(page)) {
            (Some(found), None) => found,
            (_, Some(what)) => Err(what.into()),
            (None, None) => Err("is a page of LinkedIn that is no profile".into()),
        },
    }
}

/// Returns the profile that the URL contains as a parameter, as in redirections and login pages.
fn linked(url: &Url, depth: usize) -> Option<Found> {
    linkedin_url::target(url, depth).map(|target| found_in(&target, depth + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_recognized_in_any_notation() {
        for text in [
            "jane-doe-abc123",
            "Jane-Doe-ABC123",
            "https://www.linkedin.com/in/jane-doe-abc123",
            "http://linkedin.com/in/jane-doe-abc123/?trk=public_profile&utm_source=x",
            "https://de.linkedin.com/in/jane-doe-abc123",
            "https://uk.linkedin.com/in/jane-doe-abc123/en",
            "HTTPS://WWW.LINKEDIN.COM/IN/JANE-DOE-ABC123/",
            "www.linkedin.com/in/jane-doe-abc123",
            "linkedin.com/in/jane-doe-abc123/overlay/contact-info/",
            "linkedin.com/in/jane-doe-abc123#about",
            "in/jane-doe-abc123",
            "/in/jane-doe-abc123/",
            "@jane-doe-abc123",
            "https://www.linkedin.com/in/jane%2Ddoe%2Dabc123",
            "https://www.linkedin.com/in/jane%252Ddoe%252Dabc123",
            "https://www.linkedin.com//in/jane-doe-abc123",
            "https://www.linkedin.com/in//jane-doe-abc123",
            "//www.linkedin.com/in/jane-doe-abc123",
            "https:/www.linkedin.com/in/jane-doe-abc123",
            "https://www.linkedin.com/mwlite/in/jane-doe-abc123",
            "https://m.linkedin.com/in/jane-doe-abc123",
            "https://www.linkedin.com/comm/in/jane-doe-abc123?midToken=AQ",
            "https://www.linkedin.com/comm/mwlite/in/jane-doe-abc123",
            "https://www.linkedin.com/in/jane-doe-abc123,",
            "https://www.linkedin.com/in/jane-doe-abc123/)",
            "https://www.linkedin.com/in/jane-doe-abc123.",
            "\"https://www.linkedin.com/in/jane-doe-abc123\"",
            "<https://www.linkedin.com/in/jane-doe-abc123>",
            "(linkedin.com/in/jane-doe-abc123)",
            "https://www.linkedin.com/in/jane-doe-abc123\u{200b}",
            "https://www.linkedin.com/in/jane-doe-abc123%E2%80%8B",
            "https://www.linkedin.com/in/jane-doe-abc123%20",
            "https://www.google.com/url?q=https://www.linkedin.com/in/jane-doe-abc123&sa=D",
            "https://www.google.com/url?q=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe-abc123",
            "https://www.linkedin.com/authwall?sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe-abc123",
            "https://www.linkedin.com/profile/view?id=jane-doe-abc123",
            "https://linkedin.com:443/in/jane-doe-abc123",
            "https://www.linkedin.cn/in/jane-doe-abc123",
            "https://www.linkedin.com./in/jane-doe-abc123",
        ] {
            assert_eq!(parse(text), Ok(Some("jane-doe-abc123".to_owned())), "{text}");
        }
        let umlaut = Ok(Some("jörg-doe".to_owned()));
        for text in ["jörg-doe", "jo\u{308}rg-doe", "linkedin.com/in/j%C3%B6rg-doe", "JÖRG-doe"] {
            assert_eq!(parse(text), umlaut, "{text}");
        }
    }

    #[test]
    fn a_slug_that_is_an_odd_word_is_sent_as_a_url() {
        for (text, expected) in [
            ("linkedin.com/in/Jane-Doe", "jane-doe"),
            ("linkedin.com/in/12345", "https://www.linkedin.com/in/12345"),
            ("linkedin.com/in/o'neill", "https://www.linkedin.com/in/o%27neill"),
            ("linkedin.com/in/email", "https://www.linkedin.com/in/email"),
        ] {
            let slug = parse(text).unwrap().unwrap();
            assert_eq!(sent(&slug), expected);
            assert_eq!(parse(expected), Ok(Some(slug)));
        }
    }

    #[test]
    fn a_member_id_keeps_its_capitals() {
        let id = "ACwAAAbCdEfGhIjKlMnOpQrStUvWxYz0123456x";
        for text in [
            id.to_owned(),
            format!("https://www.linkedin.com/in/{id}/"),
            format!("https://www.linkedin.com/profile/view?id={id}"),
            format!("urn:li:fsd_profile:{id}"),
        ] {
            assert_eq!(parse(&text), Ok(Some(id.to_owned())), "{text}");
        }
        assert_ne!(parse(id), parse(&id.replace('b', "B")));
        assert_eq!(parse("ACOSTA-Miguel"), Ok(Some("acosta-miguel".to_owned())));
    }

    #[test]
    fn texts_that_are_not_a_profile_are_rejected() {
        let rows = [
            ("https://www.linkedin.com/sales/lead/ACwAAAx,NAME_SEARCH", "/sales/"),
            ("linkedin.com/sales/people/ACwAAAx", "/sales/"),
            ("https://www.linkedin.com/talent/profile/x", "/talent/"),
            ("https://www.linkedin.com/pub/jane-doe/1/2/3", "/pub/"),
            ("https://www.linkedin.com/company/acme", "/company/"),
            ("/company/acme", "/company/"),
            ("company/acme", "/company/"),
            ("https://de.linkedin.com/school/acme", "/school/"),
            ("https://lnkd.in/abc123", "lnkd.in"),
            ("lnkd.in/abc123", "lnkd.in"),
            ("https://www.linkedin.com/", "names no profile"),
            ("linkedin.com", "names no profile"),
            ("https://www.linkedin.com/in/", "no profile after"),
            ("https://www.linkedin.com/in/ab", "at least 3"),
            ("https://www.linkedin.com/jane-doe", "no profile"),
            ("https://www.linkedin.com/profile/view?id=12345", "/profile/view"),
            ("https://linkedin.com.evil.example/in/jane-doe", "not an address of linkedin.com"),
            ("https://evillinkedin.com/in/jane-doe", "not an address of linkedin.com"),
            ("https://acme.example/in/jane-doe", "not an address of linkedin.com"),
            ("ftp://linkedin.com/in/jane-doe", "a scheme"),
            ("linkedin.com/in/jane-doe, linkedin.com/in/john-roe", "more than one"),
            ("https://www.linkedin.com/in/jane doe", "a space"),
            ("https://www.linkedin.com/in/jane\0doe", "control character"),
            ("urn:li:member:12345", "names no profile"),
        ];
        for (text, part) in rows {
            let problem = parse(text).unwrap_err();
            assert!(problem.starts_with("linkedin `") && problem.contains("; "), "{problem}");
            assert!(problem.contains(part), "{text}: {problem}");
            assert!(problem.contains("linkedin.com/in/jane-doe-abc123"), "{problem}");
        }
        let long = format!("linkedin.com/in/{}", "x".repeat(485));
        assert_eq!(
            parse(&long).unwrap_err(),
            "linkedin has 501 characters, at most 500 are allowed"
        );
        for blank in ["", " ", "null", "N/A", "#N/A", "-", "\"\"", "none"] {
            assert_eq!(parse(blank), Ok(None), "{blank}");
        }
    }
}

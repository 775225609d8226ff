//! A company's page on LinkedIn, however it is written.

use percent_encoding::percent_decode_str;

use crate::query::text;

const MAX: usize = 500;
const LONGEST_SLUG: usize = 100;
const GIVE: &str = "give a company page such as linkedin.com/company/acme";

/// The kinds of pages that organizations have.
const KINDS: [&str; 4] = ["company", "school", "showcase", "organization"];

/// The URL of the page, or `None` if nothing is given. A word is the last part of the URL.
pub(super) fn parse(field: &str, given: &str) -> Result<Option<String>, String> {
    let clean = text::clean(given);
    let page = text::unwrap(&clean);
    if text::is_blank(page) {
        return Ok(None);
    }
    let problem = |what: &str| Err(format!("{field} {} {what}; {GIVE}", text::short(page)));
    if let Some(problem) = text::length_problem(field, page, 0, MAX) {
        return Err(problem);
    }
    if text::has_control(page) || page.contains(' ') {
        return problem("has a space or a control character in it");
    }
    let path = match path_of(page) {
        Some(path) => path,
        None if page.contains("://") || page.contains("linkedin.com") => {
            return problem("is not a page of LinkedIn");
        }
        None => page,
    };
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (kind, slug) = match (segments.next(), segments.next()) {
        (Some("in" | "pub"), _) => return problem("is a person's profile"),
        (Some(kind), Some(slug)) if KINDS.contains(&kind) => (kind, slug),
        (Some(slug), None) if path == page && !KINDS.contains(&slug) => ("company", slug),
        _ => return problem("is not a company page"),
    };
    let slug = percent_decode_str(slug).decode_utf8_lossy().to_lowercase();
    if slug.chars().count() > LONGEST_SLUG || !slug.chars().all(is_slug) {
        return problem("has characters that no company page has");
    }
    Ok(Some(format!("https://www.linkedin.com/{kind}/{slug}")))
}

/// The path of a URL of LinkedIn, or a path alone, without its query.
fn path_of(page: &str) -> Option<&str> {
    let address = page.split_once("://").map_or(page, |(_, address)| address);
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = address.split_once('/')?;
    let host = host.to_ascii_lowercase();
    let is_linkedin = host == "linkedin.com" || host.ends_with(".linkedin.com");
    if is_linkedin {
        return Some(path);
    }
    let first = address.trim_start_matches('/').split('/').next()?;
    (KINDS.contains(&first) || first == "in").then_some(address)
}

fn is_slug(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '&' | '\'' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_however_it_is_written() {
        let acme = "https://www.linkedin.com/company/acme";
        let rows = [
            ("acme", acme),
            (" ACME ", acme),
            ("linkedin.com/company/acme", acme),
            ("https://de.linkedin.com/company/acme/about/?trk=x", acme),
            ("http://www.linkedin.com/company/Acme#top", acme),
            ("/company/acme/", acme),
            ("<https://www.linkedin.com/company/acme>", acme),
            ("ey", "https://www.linkedin.com/company/ey"),
            ("1441", "https://www.linkedin.com/company/1441"),
            ("linkedin.com/school/mit", "https://www.linkedin.com/school/mit"),
            ("linkedin.com/company/caf%C3%A9", "https://www.linkedin.com/company/café"),
        ];
        for (given, expected) in rows {
            assert_eq!(parse("linkedin", given).unwrap().as_deref(), Some(expected), "{given}");
        }
        for blank in ["", "  ", "n/a", "-"] {
            assert_eq!(parse("linkedin", blank), Ok(None));
        }
    }

    #[test]
    fn what_is_no_page_is_rejected() {
        let rows = [
            ("linkedin.com/in/jane-doe", "is a person's profile"),
            ("https://acme.com/company/acme", "is not a page of LinkedIn"),
            ("https://www.linkedin.com/", "is not a company page"),
            ("linkedin.com/company/", "is not a company page"),
            ("company", "is not a company page"),
            ("Acme Inc", "has a space"),
            ("a@b", "has characters"),
        ];
        for (given, expected) in rows {
            let problem = parse("company_linkedin", given).unwrap_err();
            assert!(problem.starts_with("company_linkedin `"), "{problem}");
            assert!(problem.contains(expected), "{given}: {problem}");
        }
        assert!(parse("linkedin", &"a".repeat(501)).unwrap_err().contains("at most 500"));
    }
}

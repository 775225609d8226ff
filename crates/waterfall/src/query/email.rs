//! Parses an e-mail address from a table cell or a message.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::{domain, text};

const MAX: usize = 254;
const LOCAL_MAX: usize = 64;
const GIVE: &str = "give one address, such as jane.doe@acme.com";

/// Returns the address with its domain in ASCII (IDNA) and lower case, and the part before the `@`
/// as given; `None` if the text is blank. Accepts `mailto:`, `<…>`, `Name <…>`, and quotes and
/// punctuation around the address.
pub(crate) fn parse(given: &str) -> Result<Option<String>, String> {
    let clean = text::clean(given);
    let whole = without_scheme(&clean);
    let text = address_part(&whole);
    if text::is_blank(&text) || text::is_placeholder(&clean) {
        return Ok(None);
    }
    let problem = |what: &str| Err(format!("email {} {what}; {GIVE}", text::short(&text)));
    if text::has_control(&text) {
        return problem("has a control character");
    }
    if has_several(&whole) {
        return problem("has more than one address");
    }
    let Some((local, host)) = text.split_once('@').filter(|(_, host)| !host.contains('@')) else {
        return problem("is not an e-mail address");
    };
    if text.contains(' ') {
        return problem("has a space in it");
    }
    if !is_local(local) {
        return problem("has a part before the @ that no address has");
    }
    let host = match domain::host(host) {
        Ok(host) => host,
        Err("is a file name") => return problem("is a file name, not an address"),
        Err(_) => return problem("has no valid domain after the @"),
    };
    let address = format!("{local}@{host}");
    match text::length_problem("email", &address, 1, MAX) {
        Some(problem) => Err(format!("{problem}; {GIVE}")),
        None => Ok(Some(address)),
    }
}

/// Returns the form in which addresses are compared. No provider in use distinguishes case.
pub(super) fn folded(address: &str) -> String {
    address.to_lowercase()
}

/// Removes `mailto:`, and the parameters of such a link.
fn without_scheme(clean: &str) -> String {
    const SCHEME: &str = "mailto:";

    let has_scheme = |text: &&str| {
        text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
    };
    let mut text = clean.to_owned();
    loop {
        let link = [text.as_str(), text::unwrap(&text)].into_iter().find(has_scheme);
        let Some(link) = link else { return text };
        text = decoded(link[SCHEME.len()..].split(['?', '#']).next().unwrap_or_default());
    }
}

/// Returns the part that is the address, as in `Jane Doe <jane@acme.com>`.
fn address_part(text: &str) -> String {
    let text = match text.rsplit_once('<') {
        // The closing bracket may be cut off.
        Some((_, inner)) if inner.contains('@') => inner.split('>').next().unwrap_or(inner),
        _ => text,
    };
    text::unwrap(&without_scheme(text::unwrap(text))).to_owned()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), |text| text.into())
}

/// Returns whether there are different addresses. Some programs write an address twice, with itself
/// as the name.
fn has_several(text: &str) -> bool {
    let is_apart = |c: char| matches!(c, ' ' | ',' | ';' | '|' | '/' | '<' | '>' | '&' | '(' | ')');
    let is_address = |part: &&str| {
        part.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
    };
    let parts = text.split(is_apart).map(text::unwrap).filter(is_address);
    let parts: BTreeSet<String> = parts.map(folded).collect();
    parts.len() > 1
}

/// Returns a dot-atom of RFC 5322, with letters of all scripts (RFC 6531).
fn is_local(text: &str) -> bool {
    let is_allowed = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~.".contains(c)
            || (!c.is_ascii() && !c.is_whitespace())
    };
    (1..=LOCAL_MAX).contains(&text.len())
        && text.chars().all(is_allowed)
        && text.split('.').all(|atom| !atom.is_empty())
        && text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_its_wrapping() {
        for text in [
            "jane.doe@acme.example",
            " jane.doe@acme.example\u{a0}",
            "mailto:jane.doe@acme.example",
            "MAILTO:jane.doe@acme.example?subject=Hi@you&body=x",
            "mailto:jane.doe%40acme.example",
            "<jane.doe@acme.example>",
            "Jane Doe <jane.doe@acme.example>",
            "\"Doe, Jane\" <jane.doe@acme.example>,",
            "<mailto:jane.doe@acme.example>",
            "Jane Doe <mailto:jane.doe@acme.example>",
            "Jane Doe <jane.doe@acme.example",
            "\"jane.doe@acme.example\" <jane.doe@acme.example>",
            "\"jane.doe@acme.example\"",
            "'jane.doe@acme.example';",
            "(jane.doe@acme.example).",
            "jane.doe@\u{200b}acme.example\u{feff}",
            "jane.doe@ACME.Example.",
        ] {
            let expected = Ok(Some("jane.doe@acme.example".to_owned()));
            assert_eq!(parse(text), expected, "{text}");
        }
        let rows = [
            ("Jane.Doe@acme.example", "Jane.Doe@acme.example"),
            ("o'neill+x@sub.acme.example", "o'neill+x@sub.acme.example"),
            ("jane@müller.example", "jane@xn--mller-kva.example"),
            ("jörg@acme.example", "jörg@acme.example"),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text), Ok(Some(expected.to_owned())), "{text}");
        }
    }

    #[test]
    fn texts_that_are_not_an_address_are_rejected() {
        let long = format!("{}@{}.example", "a".repeat(64), "b.".repeat(100));
        let rows = [
            ("jane", "not an e-mail address"),
            ("jane@", "no valid domain"),
            ("@acme.example", "before the @"),
            ("jane@@acme.example", "not an e-mail"),
            ("jane@acme", "no valid domain"),
            ("jane@acme.e", "no valid domain"),
            ("jane@-acme.example", "no valid domain"),
            ("jane@192.0.2.1", "no valid domain"),
            ("logo@2x.png", "a file name"),
            ("jane doe@acme.example", "a space"),
            ("a@acme.example, b@acme.example", "more than one"),
            ("a@acme.example;b@acme.example", "more than one"),
            ("a@acme.example b@acme.example", "more than one"),
            ("A <a@acme.example>, B <b@acme.example>", "more than one"),
            ("a@acme.example / b@acme.example", "more than one"),
            (".jane@acme.example", "before the @"),
            ("ja..ne@acme.example", "before the @"),
            ("ja\0ne@acme.example", "control character"),
            (&long, "no valid domain"),
        ];
        for (text, part) in rows {
            let problem = parse(text).unwrap_err();
            assert!(problem.starts_with("email "), "{text}: {problem}");
            assert!(problem.contains(part) && problem.ends_with(GIVE), "{text}: {problem}");
        }
        for blank in ["", " ", "null", "N/A", "<>", "mailto:"] {
            assert_eq!(parse(blank), Ok(None), "{blank}");
        }
    }
}

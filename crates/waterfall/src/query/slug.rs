//! Parses the last part of a LinkedIn profile's URL. A word alone is weak evidence of a profile,
//! and a URL is strong evidence. Therefore a word must consist of characters that LinkedIn allows,
//! and must not have another meaning.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::char::is_combining_mark;

use super::{domain, text};

/// The lengths that LinkedIn allows.
const MIN: usize = 3;
const MAX: usize = 100;

/// The source of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The path of a profile's URL, where bytes may be percent-encoded.
    Url,
    /// A text without a URL.
    Word,
}

/// Names of columns and values of flags, reduced to letters and digits. A slug that equals one of
/// them must be given as a URL.
const COLUMNS: [&str; 74] = [
    "address",
    "city",
    "companies",
    "company",
    "companydomain",
    "companyname",
    "companywebsite",
    "connectedon",
    "contact",
    "contactname",
    "contacts",
    "country",
    "customfields",
    "date",
    "domain",
    "email",
    "emailaddress",
    "emails",
    "false",
    "first",
    "firstname",
    "fullname",
    "id",
    "include",
    "includephones",
    "index",
    "input",
    "jobid",
    "jobtitle",
    "last",
    "lastname",
    "lead",
    "leads",
    "linkedin",
    "linkedinprofile",
    "linkedinprofiles",
    "linkedinprofileurl",
    "linkedinslug",
    "linkedinurl",
    "linkedinurls",
    "location",
    "mail",
    "mobile",
    "name",
    "names",
    "no",
    "note",
    "notes",
    "notfound",
    "output",
    "people",
    "person",
    "personlinkedin",
    "personlinkedinurl",
    "persons",
    "phone",
    "phones",
    "position",
    "profile",
    "profiles",
    "profileurl",
    "publicprofileurl",
    "query",
    "row",
    "status",
    "surname",
    "title",
    "true",
    "url",
    "urls",
    "website",
    "workemail",
    "yes",
    "webhookurl",
];

/// Returns the slug in composed form, in lower case unless it is a member ID. The error describes
/// the text instead.
pub(super) fn parse(given: &str, source: Source) -> Result<String, Cow<'static, str>> {
    let decoded = decoded(given).ok_or("is percent-encoded, but not as UTF-8")?;
    let clean = text::clean(&decoded);
    let slug = text::unwrap(&clean);
    if text::has_control(slug) {
        return Err("has a control character".into());
    }
    if text::is_placeholder(slug) {
        return Err("stands for no value".into());
    }
    if source == Source::Word {
        reject_word(slug)?;
    }
    let length = slug.chars().count();
    if length < MIN {
        return Err(format!("is too short, at least {MIN} characters are needed").into());
    }
    if length > MAX {
        return Err(format!("is too long, at most {MAX} characters are allowed").into());
    }
    if slug.contains(' ') {
        return Err("has a space in it".into());
    }
    if !slug.chars().any(char::is_alphanumeric)
        || !slug.chars().all(|character| is_allowed(character, source))
    {
        return Err("has characters that no profile has".into());
    }
    if is_member_id(slug) { Ok(slug.to_owned()) } else { Ok(text::clean(&slug.to_lowercase())) }
}

/// Decodes links that were copied twice, which are encoded twice.
pub(super) fn decoded(given: &str) -> Option<String> {
    const MOST: usize = 2;

    let mut text = given.to_owned();
    for _ in 0..MOST {
        text = percent_decode_str(&text).decode_utf8().ok()?.into_owned();
    }
    Some(text)
}

/// Old profiles have letters of all scripts and even symbols, at least in URLs.
fn is_allowed(character: char, source: Source) -> bool {
    let is_plain = character.is_alphanumeric() || matches!(character, '-' | '_');
    match source {
        _ if is_plain || is_combining_mark(character) => true,
        Source::Url => !character.is_ascii() || matches!(character, '\'' | '~'),
        Source::Word => false,
    }
}

/// The IDs that LinkedIn assigns to members are case-sensitive; chosen slugs are not.
fn is_member_id(slug: &str) -> bool {
    const LONG: usize = 20;

    let is_ascii = slug.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let is_known = slug.starts_with("ACw") || slug.starts_with("ACo");
    let mut start = slug.bytes();
    let is_like_one = slug.len() >= LONG
        && start.next() == Some(b'A')
        && start.next().is_some_and(|letter| letter.is_ascii_uppercase())
        && start.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && slug.get(3..5) == Some("AA");
    is_ascii && (is_known || is_like_one)
}

/// Rejects common mistakes in arguments and piped input, each with a specific message.
pub(super) fn reject_word(word: &str) -> Result<(), Cow<'static, str>> {
    let folded: String =
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if COLUMNS.contains(&folded.as_str()) {
        return Err(format!("is the name of a column or a flag (`{folded}`)").into());
    }
    if let Some(extension) = text::file_extension(word) {
        return Err(format!("is the name of a file (.{})", extension.to_lowercase()).into());
    }
    if word.contains('@') {
        return Err("is an e-mail address; give it as `email`".into());
    }
    if is_number(word) {
        return Err("is a number, such as a phone number, a date or an id".into());
    }
    if is_uuid(word) {
        return Err("is a UUID, such as the id of a job".into());
    }
    if word.starts_with(['{', '[']) {
        return Err("is a piece of JSON".into());
    }
    if word.contains(' ') {
        return Err("is more than one word".into());
    }
    if word.contains('.') && domain::host(word).is_ok() {
        return Err("is a domain".into());
    }
    if word.contains(['/', '\\']) { Err("is a path".into()) } else { Ok(()) }
}

fn is_number(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || "+-.()/: ,#".contains(c);
    word.chars().any(|c| c.is_ascii_digit()) && word.chars().all(is_part)
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36 && uuid::Uuid::try_parse(word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_made_of_what_linkedin_allows() {
        for word in [
            "jane-doe-abc123",
            "johnsmith",
            "john",
            "j_doe",
            "山田太郎",
            "анна-петрова",
            "नमस्ते-दुनिया",
            "n1c0",
            "007-bond",
            "x0-0",
        ] {
            assert_eq!(parse(word, Source::Word).as_deref(), Ok(word), "{word}");
        }
        for (word, part) in [
            ("contacts.csv", "a file (.csv)"),
            ("{", "piece of JSON"),
            ("Email", "name of a column"),
            ("LinkedIn URL", "name of a column"),
            ("E-Mail", "name of a column"),
            ("true", "flag"),
            ("+49 30 1234", "a number"),
            ("2024-01-31", "a number"),
            ("12345", "a number"),
            ("7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "a UUID"),
            ("Jane Doe", "more than one word"),
            ("acme.example", "a domain"),
            ("a/b/c", "a path"),
            ("jane@acme.example", "an e-mail address"),
            ("a\0bc", "control character"),
            ("jo", "at least 3"),
            ("jane:doe", "characters that no profile has"),
            ("jane?", "characters that no profile has"),
            ("👍👍👍", "characters that no profile has"),
            ("%FF%FEab", "not as UTF-8"),
        ] {
            let problem = parse(word, Source::Word).unwrap_err();
            assert!(problem.contains(part), "{word}: {problem}");
        }
        let long = "x".repeat(MAX + 1);
        assert!(parse(&long, Source::Word).is_err() && parse(&long[1..], Source::Word).is_ok());
    }

    #[test]
    fn a_url_may_have_more() {
        for (part, slug) in [
            ("john-doe-%F0%9F%9A%80-1", "john-doe-🚀-1"),
            ("o%27neill", "o'neill"),
            ("12345", "12345"),
            ("email", "email"),
        ] {
            assert_eq!(parse(part, Source::Url).as_deref(), Ok(slug), "{part}");
        }
        for part in ["a%00bc", "null", "undefined", "---"] {
            assert!(parse(part, Source::Url).is_err(), "{part}");
        }
    }
}

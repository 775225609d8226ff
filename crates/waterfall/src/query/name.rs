//! Names of people.

use unicode_normalization::UnicodeNormalization;

use super::text;

/// Returns a name in composed form with single spaces; `None` if the text is blank. Titles and word
/// order are kept, because it can't be known which words belong to a name.
pub(crate) fn parse(field: &str, given: &str, max: usize) -> Result<Option<String>, String> {
    let name = text::clean_name(given);
    if is_blank(&name) {
        return Ok(None);
    }
    let problem = |what: &str| {
        Err(format!(
            "{field} {} {what}; give a person's name, such as Jane Doe",
            text::short(&name)
        ))
    };
    if let Some(problem) = text::length_problem(field, &name, 1, max) {
        return Err(problem);
    }
    if text::has_control(&name) {
        problem("has a control character")
    } else if name.contains('@') {
        problem("is an e-mail address")
    } else if name.contains("://") {
        problem("is a URL")
    } else if !name.chars().any(char::is_alphabetic) {
        problem("has no letters")
    } else if text::file_extension(&name).is_some() {
        problem("is a file name")
    } else if name.contains(['{', '}', '<', '>', '\\', '|']) {
        problem("has characters that no name has")
    } else {
        Ok(Some(name))
    }
}

/// Placeholders, except names that look like one. Programs write `nan`, `NaN`, `null` or `NULL`;
/// people are called Nan, Null and Na.
fn is_blank(name: &str) -> bool {
    !matches!(name, "Nan" | "Null" | "Na") && text::is_blank(name)
}

/// Returns the form in which names are compared: without case, compatibility forms, and the
/// variants of apostrophes and hyphens.
pub(super) fn folded(name: &str) -> String {
    let same = |character: char| match character {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{b4}' | '`' => Some('\''),
        '\u{2010}'..='\u{2015}' => Some('-'),
        '\u{200c}' | '\u{200d}' => None,
        _ => Some(character),
    };
    let folded: String = name.nfkc().flat_map(char::to_lowercase).filter_map(same).collect();
    text::clean(&folded.nfkc().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_and_composition_are_made_one() {
        let name = |text: &str| parse("full_name", text, 250);
        assert_eq!(name("  Jane \t Doe\u{a0}"), Ok(Some("Jane Doe".to_owned())));
        assert_eq!(name("Zoe\u{301}"), Ok(Some("Zoé".to_owned())));
        assert_eq!(name("Nan"), Ok(Some("Nan".to_owned())));
        for blank in ["", " ", "nan", "NULL", "null", "None", "-", "unknown", "n/a"] {
            assert_eq!(name(blank), Ok(None), "{blank}");
        }
    }

    #[test]
    fn texts_that_are_not_a_name_are_rejected() {
        let rows = [
            ("jane@acme.example", "an e-mail address"),
            ("https://acme.example", "a URL"),
            ("12345", "no letters"),
            ("contacts.csv", "a file name"),
            ("Jane\0", "control character"),
            ("{Jane", "characters that no name has"),
        ];
        for (text, part) in rows {
            let problem = parse("first_name", text, 100).unwrap_err();
            assert!(problem.starts_with("first_name `") && problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn case_and_punctuation_do_not_distinguish_names() {
        assert_eq!(folded("Jane O’Neill‐Smith"), folded("JANE O'NEILL-SMITH"));
        assert_ne!(folded("Jane Doe"), folded("Jane Dóe"));
    }
}

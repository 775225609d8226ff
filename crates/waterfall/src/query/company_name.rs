//! Names of companies.

use super::{name, text};

const MAX: usize = 500;

/// Returns a name in composed form with single spaces; `None` if the text is blank. Legal forms are
/// kept.
pub(super) fn parse(field: &str, given: &str) -> Result<Option<String>, String> {
    let name = text::clean_name(given);
    if text::is_blank(&name) {
        return Ok(None);
    }
    let problem = |what: &str| {
        Err(format!(
            "{field} {} {what}; give a company's name, such as Acme Inc",
            text::short(&name)
        ))
    };
    if let Some(problem) = text::length_problem(field, &name, 1, MAX) {
        return Err(problem);
    }
    if text::has_control(&name) {
        problem("has a control character")
    } else if name.contains('@') && name.contains('.') && !name.contains(' ') {
        problem("is an e-mail address")
    } else if name.contains("://") {
        problem("is a URL")
    } else if !name.chars().any(char::is_alphanumeric) {
        problem("has neither letters nor digits")
    } else if text::file_extension(&name).is_some() {
        problem("is a file name")
    } else if name.contains(['{', '}', '<', '>', '\\']) {
        problem("has characters that no name has")
    } else {
        Ok(Some(name))
    }
}

/// Returns the form in which names are compared.
pub(super) fn folded(name: &str) -> String {
    name::folded(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_checked() {
        for (given, expected) in [
            ("  Acme \t Inc. ", "Acme Inc."),
            ("7-Eleven", "7-Eleven"),
            ("3M", "3M"),
            ("Procter & Gamble", "Procter & Gamble"),
            ("Yahoo!", "Yahoo!"),
        ] {
            assert_eq!(parse("name", given), Ok(Some(expected.to_owned())));
        }
        for blank in ["", " ", "n/a", "-", "null"] {
            assert_eq!(parse("name", blank), Ok(None), "{blank}");
        }
        for (given, part) in [
            ("https://acme.example", "a URL"),
            ("info@acme.example", "an e-mail address"),
            ("companies.csv", "a file name"),
            ("{\"name\"", "characters that no name has"),
            ("!!!", "neither letters nor digits"),
            ("Ac\0me", "control character"),
            (&"x".repeat(MAX + 1), "at most 500"),
        ] {
            let problem = parse("name", given).unwrap_err();
            assert!(problem.starts_with("name ") && problem.contains(part), "{problem}");
        }
    }
}

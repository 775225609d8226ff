//! Cleans the texts of all fields: removes invisible characters and wrapping, and detects
//! placeholders.

use unicode_normalization::UnicodeNormalization;

/// Opening and closing characters that wrap a value when it is copied.
const WRAPPING: [(char, char); 11] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('<', '>'),
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('\u{201c}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{ab}', '\u{bb}'),
];

/// Placeholders of spreadsheets, databases and programs for a missing value, in lower case.
const PLACEHOLDERS: [&str; 42] = [
    "null",
    "(null)",
    "<null>",
    "[null]",
    "nil",
    "none",
    "(none)",
    "n/a",
    "(n/a)",
    "[n/a]",
    "n.a.",
    "n.a",
    "n\\a",
    "na",
    "#n/a",
    "#na",
    "#ref!",
    "#value!",
    "#name?",
    "#null!",
    "#num!",
    "#div/0!",
    "#error!",
    "nan",
    "undefined",
    "unknown",
    "(unknown)",
    "unavailable",
    "empty",
    "(empty)",
    "blank",
    "(blank)",
    "missing",
    "tbd",
    "tba",
    "\\n",
    "not available",
    "not applicable",
    "not found",
    "not provided",
    "no data",
    "no value",
];

/// Extensions of files that people pass by mistake. None of them is a top-level domain.
const FILE_EXTENSIONS: [&str; 32] = [
    "csv", "tsv", "txt", "json", "jsonl", "ndjson", "xls", "xlsx", "xlsm", "ods", "doc", "docx",
    "pdf", "xml", "html", "htm", "yaml", "yml", "log", "sql", "parquet", "gz", "bz2", "tgz", "bak",
    "vcf", "png", "jpg", "jpeg", "gif", "svg", "webp",
];

/// Returns the text in composed form (NFC), without invisible characters and with single spaces.
pub(crate) fn clean(text: &str) -> String {
    tidy(text.nfc().filter(|character| !is_invisible(*character)))
}

/// Like [`clean`], but keeps the joiners that some scripts need inside a word.
pub(super) fn clean_name(text: &str) -> String {
    let is_joiner = |character| matches!(character, '\u{200c}' | '\u{200d}');
    tidy(text.nfc().filter(|character| is_joiner(*character) || !is_invisible(*character)))
}

fn tidy(characters: impl Iterator<Item = char>) -> String {
    let mut tidy = String::new();
    let mut is_apart = false;
    for character in characters {
        if character.is_whitespace() {
            is_apart = !tidy.is_empty();
        } else {
            if is_apart {
                tidy.push(' ');
            }
            is_apart = false;
            tidy.push(character);
        }
    }
    // Removing a character may make two characters adjacent that compose.
    tidy.nfc().collect()
}

/// Returns whether a character is invisible: zero width, direction marks, soft hyphens, byte order
/// marks.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{180e}' | '\u{fff9}'..='\u{fffb}'
    )
}

/// Removes quotes, brackets and punctuation around a value, repeatedly.
pub(crate) fn unwrap(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let before = text;
        for (open, close) in WRAPPING {
            let inner = text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
            text = inner.unwrap_or(text).trim();
        }
        text = text.trim_end_matches(is_trailing).trim_start_matches(is_leading).trim();
        if text == before {
            return text;
        }
    }
}

/// Removes punctuation after a value in running text.
fn is_trailing(character: char) -> bool {
    let is_closing = WRAPPING.iter().any(|(_, close)| *close == character);
    is_closing || matches!(character, ',' | ';' | ':' | '.' | '!' | '|')
}

fn is_leading(character: char) -> bool {
    let is_opening = WRAPPING.iter().any(|(open, _)| *open == character);
    (is_opening && character != '{') || matches!(character, ',' | ';' | '|')
}

/// Returns whether a cleaned text is empty or a placeholder.
pub(crate) fn is_blank(text: &str) -> bool {
    text.is_empty() || is_placeholder(text)
}

/// Returns whether a clean text is a placeholder.
pub(super) fn is_placeholder(text: &str) -> bool {
    let is_rule = |character| matches!(character, '-' | '–' | '—' | '_' | '.' | '?' | '*');
    !text.is_empty() && (text.chars().all(is_rule) || is_placeholder_word(text))
}

fn is_placeholder_word(text: &str) -> bool {
    let is = |text: &str| PLACEHOLDERS.iter().any(|word| text.eq_ignore_ascii_case(word));
    is(text) || is(unwrap(text))
}

/// Returns whether the text has a control character, such as NUL. White space does not count.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(|character| character.is_control() || character == '\u{fffd}')
}

/// Returns the extension of a known kind of file, if the text ends with one.
pub(super) fn file_extension(text: &str) -> Option<&str> {
    let (stem, extension) = text.rsplit_once('.')?;
    let is_known = FILE_EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known));
    (is_known && !stem.is_empty()).then_some(extension)
}

/// Shortens a text for an error message, to its beginning and its length. A complete value may be
/// personal data, which must not be logged.
pub(crate) fn short(text: &str) -> String {
    const SHORTEST_CUT: usize = 8;
    const SHOWN: usize = 4;

    let harmless = |character: char| {
        if character.is_control() || is_invisible(character) { '\u{fffd}' } else { character }
    };
    let length = text.chars().count();
    if length <= SHORTEST_CUT {
        format!("`{}`", text.chars().map(harmless).collect::<String>())
    } else {
        let shown: String = text.chars().take(SHOWN).map(harmless).collect();
        format!("`{shown}…` ({length} characters)")
    }
}

/// Returns the problem with the length of a text, if there is one.
pub(crate) fn length_problem(field: &str, text: &str, min: usize, max: usize) -> Option<String> {
    let length = text.chars().count();
    if length < min {
        Some(format!("{field} has {length} characters, at least {min} are needed"))
    } else if length > max {
        Some(format!("{field} has {length} characters, at most {max} are allowed"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_removed() {
        let rows = [
            ("\u{feff} a\u{200b}b\u{a0} c\t\r\n", "ab c"),
            ("e\u{301}", "é"),
            ("e\u{200b}\u{301}", "é"),
            ("\u{202e}x\u{ad}", "x"),
            ("a\0b", "a\0b"),
        ];
        for (text, expected) in rows {
            assert_eq!(clean(text), expected, "{text:?}");
        }
        assert_eq!(clean_name("می\u{200c}نا"), "می\u{200c}نا");
    }

    #[test]
    fn wrapping_is_removed() {
        for text in
            ["\"a-b\"", "<a-b>", "(a-b),", "a-b/)", "'a-b'.", "“a-b”;", "[<a-b>]", " a-b ", "a-b:"]
        {
            assert_eq!(unwrap(text).trim_end_matches('/'), "a-b", "{text}");
        }
        assert_eq!(unwrap("{"), "{");
    }

    #[test]
    fn placeholders_count_as_absent() {
        for text in
            ["null", "NULL", "N/A", "#N/A", "-", "--", "—", "NaN", "(none)", "\"null\"", "?"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["", "nullo", "anna", "{", "n"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn errors_show_only_the_start_of_a_value() {
        assert_eq!(short("+49\0"), "`+49\u{fffd}`");
        assert_eq!(short("jane.doe@acme"), "`jane…` (13 characters)");
    }

    #[test]
    fn files_are_recognized_by_their_extensions() {
        assert_eq!(file_extension("contacts.CSV"), Some("CSV"));
        assert_eq!(file_extension("acme.com"), None);
        assert_eq!(file_extension(".csv"), None);
    }
}

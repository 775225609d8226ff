//! Shortens foreign texts for one line of output.

use std::error::Error as StdError;

/// The number of characters of the API's message that are shown.
const LONGEST_MESSAGE: usize = 300;

/// Returns the innermost cause on one line: the outer errors only report that there is a cause.
pub(super) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    one_line(&cause.to_string())
}

/// Shortens a text, and removes control characters, which a terminal or a log could interpret.
pub(super) fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(LONGEST_MESSAGE)
        .collect();
    if text.chars().nth(LONGEST_MESSAGE).is_some() {
        line.push('…');
    }
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_of_at_most_300_characters() {
        assert_eq!(one_line(" a\nb\t\u{1b}[31mc\r\n"), "a b  [31mc");
        assert_eq!(one_line(&"ü".repeat(300)), "ü".repeat(300));
        assert_eq!(one_line(&"ü".repeat(301)), format!("{}…", "ü".repeat(300)));
    }
}

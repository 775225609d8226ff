//! Formats text for a terminal: sanitizing, wrapping, durations and amounts.

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

/// The maximum width of a line for people.
pub(crate) const COLUMNS: usize = 80;

/// Sanitizes a text: returns one line, without control characters and changes of the writing
/// direction.
pub(crate) fn clean(text: &str) -> String {
    let harmless = |character: char| match character {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        _ if character.is_control() => ' ',
        _ => character,
    };
    let text: String = text.chars().map(harmless).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Truncates a text after `max` characters, and marks that with `…`.
pub(crate) fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Returns the width of a text in columns.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Wraps a text between its words. A longer word is not split, because it is probably an
/// address to be copied.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines
            .last_mut()
            .filter(|line| line.is_empty() || width(line.as_str()) + 1 + width(word) <= columns);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Formats a duration: `4.1 s`, `2 min 5 s`.
pub(crate) fn time(duration: Duration) -> String {
    if duration < Duration::from_secs(60) {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        let seconds = duration.as_secs();
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// Formats an amount in dollars, to the cent. Below a dollar, shows at least four decimals if they
/// are significant: a request may cost less than a cent.
pub(crate) fn money(amount: f64) -> String {
    let size = amount.abs();
    let sign = if amount < 0.0 { "-" } else { "" };
    if size == 0.0 || size >= 1.0 {
        return format!("{sign}${size:.2}");
    }
    let decimals = (1.0 - size.log10().floor()).clamp(4.0, 12.0) as usize;
    let text = format!("{size:.decimals$}");
    let cents = text.len() - decimals + 2;
    let end = text.trim_end_matches('0').len().max(cents);
    format!("{sign}${}", &text[..end])
}

/// Formats a count: `1 read`, `2 reads`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_removed() {
        assert_eq!(clean(" a\u{1b}[31m\r\nb\u{202e}c\u{9b}d "), "a [31m b c d");
        assert_eq!(clean("Zoë 山田"), "Zoë 山田");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a https://example.com/long b", 5), ["a", "https://example.com/long", "b"]);
        assert_eq!(wrap("山田 太郎", 8), ["山田", "太郎"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn texts_are_truncated() {
        assert_eq!(cut("größer", 6), "größer");
        assert_eq!(cut("größer als", 7), "größer…");
    }

    #[test]
    fn amounts_below_a_cent_are_shown() {
        let rows = [
            (0.0, "$0.00"),
            (0.1, "$0.10"),
            (0.25, "$0.25"),
            (0.004, "$0.004"),
            (0.0125, "$0.0125"),
            (0.00003, "$0.00003"),
            (1.0, "$1.00"),
            (717.486, "$717.49"),
            (-0.004, "-$0.004"),
            (-12.5, "-$12.50"),
        ];
        for (amount, expected) in rows {
            assert_eq!(money(amount), expected);
        }
    }

    #[test]
    fn times() {
        let rows =
            [(4_140, "4.1 s"), (59_900, "59.9 s"), (60_000, "1 min 0 s"), (125_900, "2 min 5 s")];
        for (milliseconds, expected) in rows {
            assert_eq!(time(Duration::from_millis(milliseconds)), expected);
        }
    }
}

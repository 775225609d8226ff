//! Writes YAML in a single style.
//!
//! Block style, with two spaces per level. A string is quoted only if a parser of YAML 1.1 or 1.2
//! could interpret it as another type. Text with several lines is literal. A long line is folded,
//! with each sentence on a new line, so that editing one sentence does not change the lines of the
//! others. Parsing the output returns the same value.
//!
//! Existing YAML crates write a long description as one line, and quote for YAML 1.2 or for 1.1 but
//! not for both. Therefore this crate has its own writer.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Lines are folded before this column.
const WIDTH: usize = 88;
/// The maximum length of a simple key. Longer keys need the explicit form; YAML allows 1024
/// characters.
const LONG_KEY: usize = 500;

/// Texts that YAML 1.1 or 1.2 interprets as another type than a string.
const WORDS: [&str; 13] =
    ["null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".nan"];

/// Writes a value. `blank_before` is called with the JSON pointer of each member of a mapping
/// except the first, and returns whether an empty line precedes it.
pub fn print(value: &Value, blank_before: &impl Fn(&str) -> bool) -> String {
    let mut printer = Printer { text: String::new(), blank_before };
    match value {
        Value::Object(members) if !members.is_empty() => printer.mapping(members, 0, ""),
        Value::Array(items) if !items.is_empty() => printer.sequence(items, 0, ""),
        Value::String(text) => printer.text.push_str(&one_line(text)),
        other => printer.text.push_str(&plain(other)),
    }
    if !printer.text.ends_with('\n') {
        printer.text.push('\n');
    }
    printer.text
}

struct Printer<'a, F> {
    text: String,
    blank_before: &'a F,
}

impl<F: Fn(&str) -> bool> Printer<'_, F> {
    /// Writes the first member at the end of the text, and the others on new lines.
    fn mapping(&mut self, members: &Map<String, Value>, indent: usize, pointer: &str) {
        for (index, (name, value)) in members.iter().enumerate() {
            let at = crate::pointer::child(pointer, name);
            if index > 0 {
                if (self.blank_before)(&at) {
                    self.text.push('\n');
                }
                self.indent(indent);
            }
            let key = one_line(name);
            if key.chars().count() > LONG_KEY {
                // Writing to a string can't fail.
                let _ = writeln!(self.text, "? {key}");
                self.indent(indent);
            } else {
                self.text.push_str(&key);
            }
            self.text.push(':');
            self.member(value, indent, &at);
        }
    }

    fn member(&mut self, value: &Value, indent: usize, pointer: &str) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                self.text.push('\n');
                self.indent(indent + 2);
                self.mapping(members, indent + 2, pointer);
            }
            Value::Array(items) if !items.is_empty() => {
                self.text.push('\n');
                self.indent(indent + 2);
                self.sequence(items, indent + 2, pointer);
            }
            scalar => {
                self.text.push(' ');
                self.scalar(scalar, indent + 2);
            }
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize, pointer: &str) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.indent(indent);
            }
            self.text.push_str("- ");
            let at = crate::pointer::child(pointer, index);
            match item {
                Value::Object(members) if !members.is_empty() => {
                    self.mapping(members, indent + 2, &at);
                }
                Value::Array(items) if !items.is_empty() => self.sequence(items, indent + 2, &at),
                scalar => self.scalar(scalar, indent + 2),
            }
        }
    }

    /// Writes a scalar and the end of its line. A block scalar is indented.
    fn scalar(&mut self, value: &Value, indent: usize) {
        match value {
            Value::String(text) if is_literal(text) => self.literal(text, indent),
            Value::String(text) if is_folded(text, self.column()) => self.folded(text, indent),
            Value::String(text) => self.text.push_str(&one_line(text)),
            other => self.text.push_str(&plain(other)),
        }
        self.text.push('\n');
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.text.push('|');
        if text.starts_with([' ', '\n']) {
            self.text.push('2');
        }
        let body = match text.strip_suffix('\n') {
            Some(body) => body,
            None => {
                self.text.push('-');
                text
            }
        };
        for line in body.split('\n') {
            self.line(line, indent);
        }
    }

    fn folded(&mut self, text: &str, indent: usize) {
        self.text.push_str(">-");
        let width = WIDTH.saturating_sub(indent).max(WIDTH / 2);
        for line in fold(text, width) {
            self.line(&line, indent);
        }
    }

    fn line(&mut self, line: &str, indent: usize) {
        self.text.push('\n');
        if !line.is_empty() {
            self.indent(indent);
            self.text.push_str(line);
        }
    }

    /// Returns the number of characters on the last line.
    fn column(&self) -> usize {
        self.text.rsplit('\n').next().map_or(0, |line| line.chars().count())
    }

    fn indent(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }
}

/// Any value except a string, and empty containers.
fn plain(value: &Value) -> String {
    match value {
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        other => other.to_string(),
    }
}

/// Text with several lines that YAML preserves.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.ends_with('\n')
        && !body.trim().is_empty()
        && text.chars().all(|c| "\n\t\u{a0}".contains(c) || is_printable(c))
        // The indentation is that of the first line that isn't blank.
        && body.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| {
            !line.starts_with(' ') || text.starts_with(' ')
        })
        && !body.lines().any(|line| !line.is_empty() && line.trim().is_empty())
}

/// One line that exceeds the last column, and that folding preserves.
fn is_folded(text: &str, column: usize) -> bool {
    text.chars().count() + column > WIDTH
        && text.chars().all(|c| c == '\u{a0}' || is_printable(c))
        && text.contains(' ')
        && !text.contains("  ")
        && text.trim() == text
}

/// Breaks text at single spaces: after each sentence, and before `width`.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        match lines.last_mut() {
            Some(line) if !fresh && line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
        let ended = word.trim_end_matches(['"', '`', ')', '*']).ends_with(['.', '!', '?']);
        fresh = ended && words.peek().is_some_and(|next| !next.starts_with(char::is_lowercase));
    }
    lines
}

/// Writes a string as a key, or as a scalar on one line.
fn one_line(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.contains(['"', '\\']) && !text.contains('\'') && text.chars().all(is_printable) {
        format!("'{text}'")
    } else {
        quoted(text)
    }
}

fn is_plain(text: &str) -> bool {
    const INDICATORS: [char; 20] = [
        '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@',
        '`', '+',
    ];
    let lower = text.to_ascii_lowercase();
    let Some(first) = text.chars().next() else { return false };
    // Numbers, dates, times, versions and status codes begin with a digit.
    let number = first.is_ascii_digit()
        || first == '.' && !text[1..].starts_with(|c: char| c.is_alphabetic());
    !INDICATORS.contains(&first)
        && !number
        && !WORDS.contains(&lower.as_str())
        && lower != ".inf"
        && text.trim() == text
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_printable)
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_printable(c) => quoted.push(c),
            c => {
                let code = u32::from(c);
                // Writing to a string can't fail.
                let _ = match code {
                    0..=0xff => write!(quoted, "\\x{code:02x}"),
                    0x100..=0xffff => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
            }
        }
    }
    quoted + "\""
}

/// Returns whether a character is visible and unambiguous. Control characters, unusual spaces and
/// marks that change the direction of text are escaped.
fn is_printable(c: char) -> bool {
    match c {
        ' ' => true,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => false,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' => false,
        '\u{e000}'..='\u{f8ff}' => false,
        c => !c.is_control() && !c.is_whitespace(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::load::load;

    fn printed(value: &Value) -> String {
        print(value, &|pointer| pointer.matches('/').count() == 1)
    }

    #[test]
    fn the_form() {
        let long = "A first sentence that is fairly long, as sentences in descriptions are. \
                    Then e.g. one more. `Code` may begin one.";
        let value = json!({
            "openapi": "3.1.0",
            "info": {"title": "A title: with a colon", "version": 1.0, "description": long},
            "list": ["a", "null", "200", ["x", {"deep": null}], {"k": 1, "l": []}, "on", "say \"hi\""],
            "/paths/{id}": {"get": {}, "pattern": "^\\d+$", "quoted": "'\\d'", "+33": "-", "": "#"},
            "text": "one\n\n| two |\n  three",
            "ends": "one\ntwo\n",
            "tab": "a\tb",
        });
        insta::assert_snapshot!(printed(&value));
    }

    /// Strings as people and programs write them, and problematic ones.
    fn strings() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z]{1,8}",
            "[ \\n\\t]{1,3}",
            "[\u{a0}\\r]",
            "[-?:,\\[\\]{}#&*!|>'\"%@`~=+.<]{1,3}",
            Just(": ".to_owned()),
            Just(" #".to_owned()),
            Just("\n  ".to_owned()),
            Just(". A".to_owned()),
            "[0-9]{1,3}",
            "\\PC{1,3}",
            any::<char>().prop_map(String::from),
        ];
        prop_oneof![
            4 => proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
            1 => any::<String>(),
            1 => prop::sample::select(vec![
                "yes", "No", "~", "1e3", "0x1f", "0o7", ".5", ".inf", "-.INF", "1:30", "---", "...",
                "--- a", "2024-01-15", "1_000", "+1", "?", "- a", "a:", "\u{feff}a", "\u{85}", "\u{2028}x",
            ]).prop_map(str::to_owned),
            1 => "([a-z]{1,12}[.]? ){10,40}[a-z]",
            1 => "([ a-z\t\u{a0}]{0,12}\n){1,6}[ a-z]{0,3}",
        ]
    }

    /// Returns any JSON, with strings that YAML could misinterpret.
    pub(crate) fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            strings().prop_map(Value::from),
            strings().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((strings(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

        #[test]
        fn written_values_are_parsed_unchanged(value in values()) {
            let text = printed(&value);
            let read = load("test.yaml", &text).map_err(|diagnostic| {
                TestCaseError::fail(format!("{diagnostic}\n{text}"))
            })?;
            prop_assert_eq!(&read.root, &value, "{}", text);
            prop_assert_eq!(printed(&read.root), text);
        }
    }
}

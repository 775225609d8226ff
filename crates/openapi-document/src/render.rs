//! Messages like a compiler's: what is wrong, the place, the line with a
//! caret under it, and what to do.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Place};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The command can't do its work.
    Error,
    /// It can, but the input deserves a look.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Where the lines of source files come from: the repository, or memory.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    top: PathBuf,
    texts: BTreeMap<String, Vec<String>>,
}

impl Sources {
    /// Files are looked for under `top`, and as they are named.
    pub fn new(top: impl Into<PathBuf>) -> Self {
        Self { top: top.into(), texts: BTreeMap::new() }
    }

    /// `text` is what the file called `file` holds, whatever is on disk.
    pub fn add(&mut self, file: &str, text: &str) {
        self.texts.insert(file.to_owned(), lines(text));
    }

    /// The line of a place, unless the file is gone or shorter by now.
    fn line(&mut self, place: &Place) -> Option<&str> {
        if !self.texts.contains_key(&*place.file) {
            let bytes = fs::read(self.top.join(&*place.file))
                .or_else(|_| fs::read(&*place.file))
                .unwrap_or_default();
            let text = lines(&String::from_utf8_lossy(&bytes));
            self.texts.insert(place.file.to_string(), text);
        }
        self.texts[&*place.file].get(place.line.checked_sub(1)?).map(String::as_str)
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Renders one message; it ends with a line break.
///
/// `code` names the kind of message, so that it can be looked up or allowed.
pub fn render(
    severity: Severity,
    code: Option<&str>,
    diagnostic: &Diagnostic,
    sources: &mut Sources,
) -> String {
    let code = code.map(|code| format!("[{code}]")).unwrap_or_default();
    let mut lines = vec![format!("{severity}{code}: {}", diagnostic.message)];
    let number = diagnostic.place.as_ref().map(|place| place.line.to_string());
    let margin = " ".repeat(number.as_deref().map_or(2, str::len));
    if let (Some(place), Some(number)) = (&diagnostic.place, number) {
        lines.push(format!("{margin}--> {place}"));
        if let Some(line) = sources.line(place) {
            let (text, caret) = excerpt(line, place.column);
            lines.push(format!("{margin} |"));
            lines.push(format!("{number} | {text}").trim_end().to_owned());
            lines.push(format!("{margin} | {caret}"));
        }
    }
    if let Some(pointer) = diagnostic.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
        lines.push(format!("{margin} = at: {pointer}"));
    }
    if let Some(help) = &diagnostic.help {
        lines.push(format!("{margin} = help: {help}"));
    }
    lines.join("\n") + "\n"
}

/// Renders what made a command fail.
pub fn error(diagnostic: &Diagnostic, sources: &mut Sources) -> String {
    render(Severity::Error, None, diagnostic, sources)
}

/// How much of a line is shown; a JSON document can be one long line.
const WIDTH: usize = 100;
/// How much of a long line is shown before the caret.
const BEFORE: usize = 40;

/// The part of the line around the column (from 1), and carets under the word
/// that begins there.
fn excerpt(line: &str, column: usize) -> (String, String) {
    let characters: Vec<char> =
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let at = column.saturating_sub(1).min(characters.len());
    let long = characters.len() > WIDTH;
    let start = if long { at.saturating_sub(BEFORE) } else { 0 };
    let end = characters.len().min(start + WIDTH);
    let shown: String = characters[start..end].iter().collect();
    let (left, right) =
        (if start > 0 { "…" } else { "" }, if end < characters.len() { "…" } else { "" });
    let length = word(&characters[at..end]);
    let indent = " ".repeat(at - start + left.chars().count());
    (format!("{left}{shown}{right}"), indent + &"^".repeat(length))
}

/// The length of the key or scalar at the start of `rest`; at least one.
fn word(rest: &[char]) -> usize {
    let ends = |index: usize| match rest[index] {
        ':' => rest.get(index + 1).is_none_or(|next| next.is_whitespace()),
        ',' | ']' | '}' => true,
        _ => false,
    };
    let quoted = |quote: &char| {
        (1..rest.len()).find(|index| rest[*index] == *quote && rest[*index - 1] != '\\')
    };
    let length = match rest.first() {
        Some(quote @ ('"' | '\'')) => quoted(quote).map_or(rest.len(), |index| index + 1),
        Some('{' | '[') | None => 1,
        Some(_) => (0..rest.len()).find(|index| ends(*index)).unwrap_or(rest.len()),
    };
    length.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str, line: usize, column: usize) -> String {
        let place = Place { file: "api.yaml".into(), line, column };
        let diagnostic = Diagnostic {
            message: "GET /a has no `operationId`".to_owned(),
            place: Some(place),
            pointer: Some("/paths/~1a/get".to_owned()),
            help: Some("add one".to_owned()),
        };
        let mut sources = Sources::default();
        sources.add("api.yaml", text);
        error(&diagnostic, &mut sources)
    }

    #[test]
    fn the_line_is_shown_with_a_caret() {
        insta::assert_snapshot!(rendered("a:\n  get: {summary: x}\n", 2, 3), @r"
        error: GET /a has no `operationId`
         --> api.yaml:2:3
          |
        2 |   get: {summary: x}
          |   ^^^
          = at: /paths/~1a/get
          = help: add one
        ");
    }

    #[test]
    fn a_long_line_is_cut_around_the_column() {
        let text = format!(
            "{{\"a\": \"{}\", \"get\": 1, \"z\": \"{}\"}}",
            "x".repeat(200),
            "é".repeat(200)
        );
        let column = text.find("\"get\"").unwrap() + 1;
        let shown = rendered(&text, 1, column);
        let lines: Vec<&str> = shown.lines().collect();
        let caret = lines[4].chars().position(|c| c == '^').unwrap();
        let under: String = lines[3].chars().skip(caret).take(5).collect();
        assert_eq!(under, "\"get\"", "{shown}");
        assert_eq!(lines[4].matches('^').count(), 5);
        assert!(lines[3].chars().count() < 110 && lines[3].ends_with('…'));
    }

    #[test]
    fn a_line_that_is_gone_is_left_out() {
        let shown = rendered("a: 1", 7, 30);
        assert!(shown.contains("--> api.yaml:7:30\n  = at"), "{shown}");
        assert!(rendered("", 1, 1).contains("= help"));
        let odd = rendered("\tä", 1, 9);
        assert!(odd.contains("1 |  ä") && odd.contains('^'), "{odd}");
    }
}

//! Formats messages like a compiler: the problem, its place, the line with a caret under it, and
//! advice.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Place};

/// The severity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The command can't do its work.
    Error,
    /// The command can do its work, but the input has a problem.
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

/// The source of the lines of files: the repository, or memory.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    top: PathBuf,
    texts: BTreeMap<String, Vec<String>>,
}

impl Sources {
    /// Looks for files under `top`, and under their own names.
    pub fn new(top: impl Into<PathBuf>) -> Self {
        Self { top: top.into(), texts: BTreeMap::new() }
    }

    /// Uses `text` as the contents of `file`, regardless of the disk.
    pub fn add(&mut self, file: &str, text: &str) {
        self.texts.insert(file.to_owned(), lines(text));
    }

    /// Returns the line of a place, unless the file was removed or is now shorter.
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

/// The maximum number of columns of a displayed line; a JSON document can be one long line.
const WIDTH: usize = 110;

/// Formats one message. It ends with a line break.
///
/// `code` identifies the kind of message, so that it can be looked up or allowed.
pub fn render(
    severity: Severity,
    code: Option<&str>,
    diagnostic: &Diagnostic,
    sources: &mut Sources,
) -> String {
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut title = level.primary_title(diagnostic.message.as_str());
    if let Some(code) = code {
        title = title.id(code);
    }
    let mut group = Group::with_title(title);
    if let Some(place) = &diagnostic.place {
        group = match sources.line(place) {
            Some(line) => {
                let word = AnnotationKind::Primary.span(word_at(line, place.column));
                let snippet = Snippet::source(line.to_owned()).line_start(place.line);
                group.element(snippet.path(place.file.as_ref()).fold(false).annotation(word))
            }
            None => {
                let origin = Origin::path(place.file.as_ref());
                group.element(origin.line(place.line).char_column(place.column))
            }
        };
    }
    if let Some(pointer) = diagnostic.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
        group = group.element(Level::NOTE.with_name("at").message(pointer));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::plain().term_width(WIDTH).render(&[group]) + "\n"
}

/// Returns the position of the word that begins at a column (from 1), in bytes.
fn word_at(line: &str, column: usize) -> Range<usize> {
    let column = column.saturating_sub(1);
    let rest: Vec<char> = line.chars().skip(column).collect();
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    byte(column)..byte(column + word(&rest))
}

/// Formats the error of a failed command.
pub fn error(diagnostic: &Diagnostic, sources: &mut Sources) -> String {
    render(Severity::Error, None, diagnostic, sources)
}

/// Returns the length of the key or scalar at the start of `rest`; at least one.
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
          |
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
        assert!(lines[3].chars().count() <= WIDTH + 10 && lines[3].ends_with("..."), "{shown}");
    }

    #[test]
    fn a_missing_line_is_omitted() {
        let shown = rendered("a: 1", 7, 30);
        assert!(shown.contains("--> api.yaml:7:30"), "{shown}");
        assert!(rendered("", 1, 1).contains("= help"));
        let odd = rendered("\tä", 1, 9);
        assert!(odd.contains("ä") && odd.contains('^'), "{odd}");
    }

    #[test]
    fn carets_stand_under_wide_characters() {
        insta::assert_snapshot!(rendered("名前: {get: 値}\n", 1, 6));
    }
}

//! Reads YAML (and therefore JSON) into a [`Document`], with the place of every node.
//!
//! Scalars are resolved by the YAML 1.2 core schema: `yes` and dates stay
//! strings, integers keep all their digits up to 64 bits. Merge keys (`<<`) are
//! applied. Of two equal keys the last one wins, with a warning.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use crate::diagnostic::{Diagnostic, Place};
use crate::document::Document;
use crate::pointer::child;

/// The maximum number of nodes that aliases may add: a bomb of nested aliases has billions.
const MAX_COPIED: usize = 2_000_000;
/// The maximum depth of a document.
const MAX_DEPTH: usize = 200;

/// The maximum number of lines with too little indentation, and their corrected indentation.
const MAX_SHIFTED: usize = 100;
const FURTHER: &str = "                                                                ";

/// Advice for a file that can't be parsed.
const BROKEN: &str = "correct this line, or the bracket, quote or indent that is open before it";

/// Reads the contents of a file. Bytes that are not UTF-8 are replaced, with a warning at the first
/// of them.
pub fn load_bytes(file: &str, bytes: &[u8]) -> Result<Document, Diagnostic> {
    let Err(error) = std::str::from_utf8(bytes) else {
        return load(file, &String::from_utf8_lossy(bytes));
    };
    let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let mut diagnostic = Diagnostic::new("not UTF-8 here; invalid bytes are read as \u{fffd}")
        .help("save the file as UTF-8");
    diagnostic.place = Some(Place { file: file.into(), line, column });
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        diagnostic.message = "this is UTF-16".to_owned();
        return Err(diagnostic);
    }
    let mut document = load(file, &String::from_utf8_lossy(bytes))?;
    document.warnings.insert(0, diagnostic);
    Ok(document)
}

/// Reads `text`. Messages use `file` as its name.
pub fn load(file: &str, text: &str) -> Result<Document, Diagnostic> {
    let text = whole_characters(text);
    let diagnostic = match parse(file, &text) {
        Err(diagnostic) => diagnostic,
        document => return document,
    };
    let mut shifted = (text.to_string(), diagnostic.clone());
    for _ in 0..MAX_SHIFTED {
        let Some(further) = further_in(&shifted.0, &shifted.1) else { break };
        match parse(file, &further) {
            Err(next) => shifted = (further, next),
            document => return document,
        }
    }
    Err(in_json(file, &text, diagnostic))
}

/// YAML requires the lines of a flow collection to be indented more than its parent, but most
/// parsers accept other indentation.
fn further_in(text: &str, diagnostic: &Diagnostic) -> Option<String> {
    let is_indentation = diagnostic.message.ends_with("invalid indentation");
    let number = diagnostic.place.as_ref().filter(|_| is_indentation)?.line;
    let line = text.split_inclusive('\n').nth(number.checked_sub(1)?)?;
    if line.starts_with(FURTHER) {
        return None;
    }
    let start = text.split_inclusive('\n').take(number - 1).map(str::len).sum();
    let mut further = text.to_owned();
    further.insert_str(start, FURTHER);
    Some(further)
}

fn parse(file: &str, text: &str) -> Result<Document, Diagnostic> {
    let mut loader = Loader {
        file: file.into(),
        parser: Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text)),
        anchors: HashMap::new(),
        places: HashMap::new(),
        warnings: Vec::new(),
        copied: 0,
        depth: 0,
    };
    let root = loader.document()?;
    let mut document = Document::new(root, loader.places);
    document.warnings = loader.warnings;
    Ok(document)
}

/// Describes errors in a JSON file in JSON's terms.
fn in_json(file: &str, text: &str, diagnostic: Diagnostic) -> Diagnostic {
    let text = text.trim_start_matches('\u{feff}');
    let inner = text.trim_start().strip_prefix(['{', '[']).map(str::trim_start);
    if !inner.is_some_and(|inner| inner.starts_with(['"', '{', '[', '}', ']'])) {
        return diagnostic;
    }
    match serde_json::from_str::<Value>(text) {
        Err(error) => {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let mut diagnostic = Diagnostic::new(format!("not valid JSON: {message}")).help(BROKEN);
            let (line, column) = (error.line(), error.column().max(1));
            diagnostic.place = Some(Place { file: file.into(), line, column });
            diagnostic
        }
        // The document may be too deep, for example.
        Ok(_) => diagnostic,
    }
}

/// JSON writes characters beyond 16 bits as two escapes, which YAML does not support.
fn whole_characters(text: &str) -> Cow<'_, str> {
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    if !is_json || !(text.contains("\\ud") || text.contains("\\uD")) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        let (before, escape) = rest.split_at(start);
        out.push_str(before);
        let (written, length) = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).to_string(), 12)
            }
            (Some(_), _) => (char::REPLACEMENT_CHARACTER.to_string(), 6),
            // An escaped backslash does not begin an escape.
            (None, _) => {
                let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
                (escape[..length].to_owned(), length)
            }
        };
        out.push_str(&written);
        rest = &escape[length..];
    }
    Cow::Owned(out + rest)
}

/// Returns half of a surrogate pair at the beginning of `text`.
fn surrogate(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok().filter(|code| (0xd800..0xe000).contains(code))
}

struct Loader<'a> {
    file: Arc<str>,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// The value of each anchor, and its number of nodes.
    anchors: HashMap<usize, (Value, usize)>,
    places: HashMap<String, Place>,
    warnings: Vec<Diagnostic>,
    copied: usize,
    depth: usize,
}

impl<'a> Loader<'a> {
    fn document(&mut self) -> Result<Value, Diagnostic> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => {
                    return Err(Diagnostic::new(format!("{} is empty", self.file))
                        .help("give a file with an OpenAPI document, in YAML or JSON"));
                }
                (Event::StreamStart | Event::DocumentStart(_), _) => {}
                (event, span) => return self.node(event, span, span.start, ""),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let marker = error.marker();
                let mut diagnostic =
                    Diagnostic::new(format!("not valid YAML: {}", error.info())).help(BROKEN);
                diagnostic.place = Some(self.place(marker.line(), marker.col()));
                Err(diagnostic)
            }
            None => Err(Diagnostic::new(format!("{} is incomplete", self.file))),
        }
    }

    fn place(&self, line: usize, column_from_zero: usize) -> Place {
        Place { file: self.file.clone(), line, column: column_from_zero + 1 }
    }

    /// `start` is the position at which to look for the node; for a member, that of its key.
    fn node(
        &mut self,
        event: Event<'a>,
        span: Span,
        start: Marker,
        pointer: &str,
    ) -> Result<Value, Diagnostic> {
        let place = self.place(span.start.line(), span.start.col());
        self.places.insert(pointer.to_owned(), self.place(start.line(), start.col()));
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(at(format!("more than {MAX_DEPTH} levels deep"), place, pointer));
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, _) => (anchor, scalar(&text, style)),
            Event::SequenceStart(anchor, _) => (anchor, self.sequence(pointer)?),
            Event::MappingStart(anchor, _) => (anchor, self.mapping(pointer)?),
            Event::Alias(anchor) => (0, self.alias(anchor, &place, pointer)?),
            other => return Err(at(format!("unexpected YAML: {other:?}"), place, pointer)),
        };
        self.depth -= 1;
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), nodes(&value)));
        }
        Ok(value)
    }

    fn alias(&mut self, anchor: usize, place: &Place, pointer: &str) -> Result<Value, Diagnostic> {
        // An anchor is known only once its node is complete, so a node can't contain itself.
        let Some((value, nodes)) = self.anchors.get(&anchor) else {
            return Err(at("an alias of a node that contains it", place.clone(), pointer));
        };
        self.copied += nodes;
        if self.copied > MAX_COPIED {
            return Err(at("aliases make the document too large", place.clone(), pointer));
        }
        Ok(value.clone())
    }

    fn sequence(&mut self, pointer: &str) -> Result<Value, Diagnostic> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                (event, span) => {
                    let item = self.node(event, span, span.start, &child(pointer, items.len()))?;
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self, pointer: &str) -> Result<Value, Diagnostic> {
        let mut members = Map::new();
        let mut merged = Vec::new();
        loop {
            let (name, style, at) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(name, style, ..), span) => (name.into_owned(), style, span.start),
                (_, span) => {
                    let mut diagnostic = Diagnostic::new("a key must be a scalar");
                    diagnostic.place = Some(self.place(span.start.line(), span.start.col()));
                    return Err(diagnostic);
                }
            };
            let (event, span) = self.next()?;
            let pointer = child(pointer, &name);
            let value = self.node(event, span, at, &pointer)?;
            if name == "<<" && style == ScalarStyle::Plain {
                merged.push(value);
                continue;
            }
            if members.contains_key(&name) {
                self.warn_twice(&name, self.place(at.line(), at.col()), &pointer);
            }
            members.insert(name, value);
        }
        for value in merged {
            merge(&mut members, value);
        }
        Ok(Value::Object(members))
    }

    fn warn_twice(&mut self, name: &str, place: Place, pointer: &str) {
        let message = format!("duplicate key `{name}`; the last value is used");
        self.warnings.push(at(message, place, pointer).help("keep one of the two"));
    }
}

fn at(message: impl Into<String>, place: Place, pointer: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(message);
    diagnostic.place = Some(place);
    diagnostic.pointer = Some(pointer.to_owned());
    diagnostic
}

/// Members from a merge key never replace explicit members.
fn merge(members: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(more) => {
            for (name, value) in more {
                members.entry(name).or_insert(value);
            }
        }
        Value::Array(several) => several.into_iter().for_each(|value| merge(members, value)),
        _ => {}
    }
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(members) => members.values().map(nodes).sum(),
        _ => 0,
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !digits.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c))
    {
        return None;
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    unsigned
        .parse::<i64>()
        .map(Number::from)
        .or_else(|_| unsigned.parse::<u64>().map(Number::from))
        .ok()
        .or_else(|| unsigned.parse::<f64>().ok().and_then(Number::from_f64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Document {
        load("test.yaml", text).unwrap()
    }

    #[test]
    fn scalars_are_resolved_by_the_core_schema() {
        let text = "a: yes\nb: 2024-01-15\nc: 1.5\nd: 9007199254740993\ne: '1'\nf: ~\n200: true\n\
                    g: 18446744073709551615\nh: 1.2.3\ni: +1\nj: '~'";
        assert_eq!(
            read(text).root,
            json!({"a": "yes", "b": "2024-01-15", "c": 1.5, "d": 9_007_199_254_740_993_i64,
                   "e": "1", "f": null, "200": true, "g": u64::MAX, "h": "1.2.3", "i": 1, "j": "~"})
        );
    }

    #[test]
    fn json_is_yaml() {
        let text = r#"{"a": [1, {"b/c": null}], "d": "\u00e9"}"#;
        assert_eq!(read(text).root, json!({"a": [1, {"b/c": null}], "d": "é"}));
    }

    #[test]
    fn json_has_characters_in_two_escapes() {
        let text = r#"{"a": "\ud83d\ude00 \\ud83d \ud83d \/"}"#;
        assert_eq!(read(text).root, json!({"a": "\u{1f600} \\ud83d \u{fffd} /"}));
    }

    #[test]
    fn aliases_are_copies() {
        assert_eq!(read("a: &x [1]\nb: *x").root, json!({"a": [1], "b": [1]}));
    }

    #[test]
    fn every_node_has_its_place() {
        let document = read("a:\n  - b: 1\n    c/d: 2\n");
        let place = |pointer| document.place(pointer).map(|place| (place.line, place.column));
        assert_eq!(place("/a/0/b"), Some((2, 5)));
        assert_eq!(place("/a/0/c~1d"), Some((3, 5)));
        assert_eq!(place("/a/0/c~1d/made/later"), Some((3, 5)));
    }

    #[test]
    fn merge_keys_add_what_is_not_there() {
        let text = "a: &a {x: 1, y: 1}\nb: &b {z: 2, y: 2}\nc: {y: 3, <<: *a}\nd: {<<: [*a, *b]}";
        let root = read(text).root;
        assert_eq!(root["c"], json!({"y": 3, "x": 1}));
        assert_eq!(root["d"], json!({"x": 1, "y": 1, "z": 2}));
        assert_eq!(read("'<<': 1").root, json!({"<<": 1}));
    }

    #[test]
    fn lines_in_flow_collections_may_have_less_indentation() {
        let text = "a:\n    b: {\n      c: [\n   1\n   ]\n  }\nd: 2\n";
        let document = read(text);
        assert_eq!(document.root, json!({"a": {"b": {"c": [1]}}, "d": 2}));
        assert_eq!(document.place("/d").map(|place| place.line), Some(7));
        let wrong = load("test.yaml", "a: {\nb: 1\n}\n ]\n").unwrap_err();
        assert!(wrong.place.is_some(), "{wrong}");
    }

    #[test]
    fn bombs_are_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..9 {
            let list = vec![format!("*a{}", n - 1); 10].join(", ");
            text.push_str(&format!("a{n}: &a{n} [{list}]\n"));
        }
        let error = load("test.yaml", &text).unwrap_err();
        assert!(error.message.contains("too large"), "{error}");
        assert!(load("test.yaml", "a: &a [*a]").is_err());
        assert!(load("test.yaml", &"[".repeat(5000)).is_err());
    }

    #[test]
    fn of_two_equal_keys_the_last_one_counts() {
        let document = read("a: 1\nb: 2\na: 3\n");
        assert_eq!(document.root, json!({"a": 3, "b": 2}));
        insta::assert_snapshot!(document.warnings[0], @r"
        duplicate key `a`; the last value is used
          --> test.yaml:3:1
          at  /a
          help: keep one of the two
        ");
    }

    #[test]
    fn problems_have_a_place() {
        let broken = load("test.yaml", "a: [1, 2\nb: 3\n").unwrap_err();
        assert!(broken.to_string().contains("test.yaml:"), "{broken}");
        assert!(load("test.yaml", "").is_err());
    }
}

//! Stage 1: read YAML (and so JSON) into a [`Document`], with the place of
//! every node.
//!
//! Scalars are resolved by the YAML 1.2 core schema: `yes` and dates stay
//! strings, integers keep all their digits up to 64 bits.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use crate::document::{Document, Place, Problem, child};

/// Reads `text`; `file` is the name that messages use for it.
pub fn load(file: &str, text: &str) -> Result<Document, Problem> {
    let mut loader = Loader {
        file,
        parser: Parser::new_from_str(text),
        anchors: HashMap::new(),
        places: HashMap::new(),
    };
    let root = loader.document()?;
    Ok(Document::new(root, loader.places))
}

struct Loader<'a> {
    file: &'a str,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Value>,
    places: HashMap<String, Place>,
}

impl<'a> Loader<'a> {
    fn document(&mut self) -> Result<Value, Problem> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => {
                    return Err(Problem::new(format!("{} is empty", self.file)));
                }
                (Event::StreamStart | Event::DocumentStart(_), _) => {}
                (event, span) => return self.node(event, span, ""),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let marker = error.marker();
                let mut problem = Problem::new(format!("not valid YAML: {}", error.info()));
                problem.place = Some(self.place(marker.line(), marker.col()));
                Err(problem)
            }
            None => Err(Problem::new(format!("{} ends in the middle", self.file))),
        }
    }

    fn place(&self, line: usize, column_from_zero: usize) -> Place {
        Place { file: self.file.to_owned(), line, column: column_from_zero + 1 }
    }

    fn node(&mut self, event: Event<'a>, span: Span, pointer: &str) -> Result<Value, Problem> {
        let place = self.place(span.start.line(), span.start.col());
        self.places.insert(pointer.to_owned(), place.clone());
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, _) => (anchor, scalar(&text, style)),
            Event::SequenceStart(anchor, _) => (anchor, self.sequence(pointer)?),
            Event::MappingStart(anchor, _) => (anchor, self.mapping(pointer)?),
            Event::Alias(anchor) => (0, self.anchors.get(&anchor).cloned().unwrap_or(Value::Null)),
            other => {
                let mut problem = Problem::new(format!("unexpected YAML: {other:?}"));
                problem.place = Some(place);
                return Err(problem);
            }
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self, pointer: &str) -> Result<Value, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                (event, span) => {
                    let item = self.node(event, span, &child(pointer, items.len()))?;
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self, pointer: &str) -> Result<Value, Problem> {
        let mut members = Map::new();
        loop {
            let (name, at) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Object(members)),
                (Event::Scalar(name, ..), span) => (name.into_owned(), span.start),
                (_, span) => {
                    let mut problem = Problem::new("a key has to be a scalar");
                    problem.place = Some(self.place(span.start.line(), span.start.col()));
                    return Err(problem);
                }
            };
            let (event, span) = self.next()?;
            let pointer = child(pointer, &name);
            let value = self.node(event, span, &pointer)?;
            let place = self.place(at.line(), at.col());
            if members.insert(name.clone(), value).is_some() {
                let mut problem = Problem::new(format!("the key `{name}` is there twice"));
                problem.place = Some(place);
                problem.pointer = Some(pointer);
                return Err(problem.help("keep one of the two"));
            }
            // A member is where its key is: that is the line to look at.
            self.places.insert(pointer, place);
        }
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
    fn scalars_are_what_the_core_schema_says() {
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
    fn problems_say_where() {
        let twice = load("test.yaml", "a: 1\nb: 2\na: 3\n").unwrap_err();
        insta::assert_snapshot!(twice, @r"
        the key `a` is there twice
          --> test.yaml:3:1
          at  /a
          help: keep one of the two
        ");
        let broken = load("test.yaml", "a: [1, 2\nb: 3\n").unwrap_err();
        assert!(broken.to_string().contains("test.yaml:"), "{broken}");
        assert!(load("test.yaml", "").is_err());
    }
}

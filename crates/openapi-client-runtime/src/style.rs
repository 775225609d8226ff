//! [`Style`]: the text form of values in URLs, headers and forms.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// All characters except the unreserved characters of RFC 3986.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The characters to encode if reserved characters are allowed. Includes the reserved characters
/// that end or split a query.
const RESERVED: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');
/// The characters that are not allowed in the value of a cookie.
const COOKIE: &AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

/// For generated code: the text form of a parameter or form field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    kind: Kind,
    explode: bool,
    reserved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Simple,
    Label,
    Matrix,
    Form,
    Space,
    Pipe,
    Deep,
    Json,
}

impl Style {
    /// `a,b` and `k,v`.
    pub const SIMPLE: Self = Self::of(Kind::Simple, false);
    /// `a,b` and `k=v`.
    pub const SIMPLE_EXPLODED: Self = Self::of(Kind::Simple, true);
    /// `.a,b` and `.k,v`.
    pub const LABEL: Self = Self::of(Kind::Label, false);
    /// `.a.b` and `.k=v`.
    pub const LABEL_EXPLODED: Self = Self::of(Kind::Label, true);
    /// `;name=a,b` and `;name=k,v`.
    pub const MATRIX: Self = Self::of(Kind::Matrix, false);
    /// `;name=a;name=b` and `;k=v`.
    pub const MATRIX_EXPLODED: Self = Self::of(Kind::Matrix, true);
    /// `name=a,b` and `name=k,v`.
    pub const FORM: Self = Self::of(Kind::Form, false);
    /// `name=a&name=b` and `k=v`.
    pub const FORM_EXPLODED: Self = Self::of(Kind::Form, true);
    /// `name=a%20b`.
    pub const SPACE: Self = Self::of(Kind::Space, false);
    /// `name=a%7Cb`.
    pub const PIPE: Self = Self::of(Kind::Pipe, false);
    /// `name[k]=v`, at any depth.
    pub const DEEP: Self = Self::of(Kind::Deep, true);
    /// The value as JSON.
    pub const JSON: Self = Self::of(Kind::Json, false);

    const fn of(kind: Kind, explode: bool) -> Self {
        Self { kind, explode, reserved: false }
    }

    /// Keeps reserved characters, except for those that end or split a query.
    #[must_use]
    pub const fn reserved(self) -> Self {
        Self { reserved: true, ..self }
    }

    fn encode(self, text: &str) -> Cow<'_, str> {
        encode(text, if self.reserved { RESERVED } else { UNRESERVED })
    }

    fn encoded(self, text: String) -> String {
        self.encode(&text).into_owned()
    }

    /// Returns the expansion of a path parameter.
    pub(crate) fn in_path(self, name: &str, value: &Value) -> String {
        let (start, between) = match (self.kind, self.explode) {
            (Kind::Label, true) => (".", "."),
            (Kind::Label, false) => (".", ","),
            (Kind::Matrix, true) => (";", ";"),
            (Kind::Matrix, false) => (";", ","),
            _ => ("", ","),
        };
        let name = self.encode(name);
        let is_matrix = self.kind == Kind::Matrix;
        let (parts, is_object) = self.parts(value);
        let parts: Vec<String> = match is_matrix && self.explode && !is_object {
            true => parts.into_iter().map(|part| format!("{name}={part}")).collect(),
            false => parts,
        };
        let joined = parts.join(between);
        match is_matrix && !self.explode {
            true => format!("{start}{name}={joined}"),
            false => format!("{start}{joined}"),
        }
    }

    /// Returns the encoded parts of a value, and whether the value is an object.
    fn parts(self, value: &Value) -> (Vec<String>, bool) {
        match value {
            _ if self.kind == Kind::Json => (vec![self.encoded(value.to_string())], false),
            Value::Array(items) => {
                (items.iter().map(|item| self.encoded(text(item))).collect(), false)
            }
            Value::Object(members) => {
                let members = members.iter().filter(|(_, value)| !value.is_null());
                let parts = members.flat_map(|(name, value)| {
                    let (name, value) = (self.encode(name), self.encoded(text(value)));
                    match self.explode {
                        true => vec![format!("{name}={value}")],
                        false => vec![name.into_owned(), value],
                    }
                });
                (parts.collect(), true)
            }
            scalar => (vec![self.encoded(text(scalar))], false),
        }
    }

    /// Returns the `name=value` pairs for a query or a form.
    pub(crate) fn pairs(self, name: &str, value: &Value) -> Vec<String> {
        let mut pairs = Vec::new();
        if self.kind == Kind::Deep {
            self.deep(name, value, &mut pairs);
            return pairs;
        }
        let name = encode(name, UNRESERVED);
        if let (Value::String(text), false) = (value, self.kind == Kind::Json) {
            return vec![format!("{name}={}", self.encode(text))];
        }
        let (parts, is_object) = self.parts(value);
        match value {
            Value::Object(_) if is_object && self.explode => parts,
            Value::Array(_) if self.explode => {
                parts.into_iter().map(|part| format!("{name}={part}")).collect()
            }
            Value::Array(items) if items.is_empty() => pairs,
            _ => {
                let between = match self.kind {
                    Kind::Space => "%20",
                    Kind::Pipe => "%7C",
                    _ => ",",
                };
                vec![format!("{name}={}", parts.join(between))]
            }
        }
    }

    fn deep(self, name: &str, value: &Value, pairs: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                    self.deep(&format!("{name}[{member}]"), value, pairs);
                }
            }
            Value::Array(items) => {
                let has_parts = items.iter().any(|item| item.is_object() || item.is_array());
                for (index, item) in items.iter().enumerate() {
                    let index = if has_parts { index.to_string() } else { String::new() };
                    self.deep(&format!("{name}[{index}]"), item, pairs);
                }
            }
            scalar => {
                pairs.push(format!("{}={}", encode(name, UNRESERVED), self.encode(&text(scalar))));
            }
        }
    }

    /// Returns the value of a header.
    pub(crate) fn in_header(self, value: &Value) -> String {
        match value {
            _ if self.kind == Kind::Json => value.to_string(),
            Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
            Value::Object(members) => {
                let between = if self.explode { "=" } else { "," };
                let members = members.iter().filter(|(_, value)| !value.is_null());
                let members: Vec<String> = members
                    .map(|(name, value)| format!("{name}{between}{}", text(value)))
                    .collect();
                members.join(",")
            }
            scalar => text(scalar),
        }
    }

    /// Returns the `name=value` pair of a cookie.
    pub(crate) fn in_cookie(self, name: &str, value: &Value) -> String {
        format!("{name}={}", encode(&self.in_header(value), COOKIE))
    }
}

/// Percent-encodes text. Returns the same text if there is nothing to encode.
fn encode<'a>(text: &'a str, set: &'static AsciiSet) -> Cow<'a, str> {
    utf8_percent_encode(text, set).into()
}

/// Returns a scalar as text, and any other value as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        // Writes `2.0` as `2`, because some servers reject a fraction in an integer.
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => float.to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_match_the_examples_of_the_specification() {
        let list = json!(["blue", "black", "a b"]);
        let object = json!({"B": 150, "R": 100});
        for (style, scalar, of_list, of_object) in [
            (Style::SIMPLE, "bl%2Fue", "blue,black,a%20b", "B,150,R,100"),
            (Style::SIMPLE_EXPLODED, "bl%2Fue", "blue,black,a%20b", "B=150,R=100"),
            (Style::LABEL, ".bl%2Fue", ".blue,black,a%20b", ".B,150,R,100"),
            (Style::LABEL_EXPLODED, ".bl%2Fue", ".blue.black.a%20b", ".B=150.R=100"),
            (Style::MATRIX, ";c=bl%2Fue", ";c=blue,black,a%20b", ";c=B,150,R,100"),
            (Style::MATRIX_EXPLODED, ";c=bl%2Fue", ";c=blue;c=black;c=a%20b", ";B=150;R=100"),
        ] {
            assert_eq!(style.in_path("c", &json!("bl/ue")), scalar);
            assert_eq!(style.in_path("c", &list), of_list);
            assert_eq!(style.in_path("c", &object), of_object);
        }
    }

    #[test]
    fn queries_match_the_examples_of_the_specification() {
        let list = json!(["a,b", "c&d"]);
        let object = json!({"B": 1, "at": {"lat": 1.5}, "none": null});
        for (style, of_list, of_object) in [
            (Style::FORM, "c=a%2Cb,c%26d", "c=B,1,at,%7B%22lat%22%3A1.5%7D"),
            (Style::FORM_EXPLODED, "c=a%2Cb&c=c%26d", "B=1&at=%7B%22lat%22%3A1.5%7D"),
            (Style::SPACE, "c=a%2Cb%20c%26d", "c=B%201%20at%20%7B%22lat%22%3A1.5%7D"),
            (Style::PIPE, "c=a%2Cb%7Cc%26d", "c=B%7C1%7Cat%7C%7B%22lat%22%3A1.5%7D"),
            (Style::DEEP, "c%5B%5D=a%2Cb&c%5B%5D=c%26d", "c%5BB%5D=1&c%5Bat%5D%5Blat%5D=1.5"),
        ] {
            assert_eq!(style.pairs("c", &list).join("&"), of_list);
            assert_eq!(style.pairs("c", &object).join("&"), of_object);
        }
        let nested = json!([{"price": "p", "tags": ["x"]}]);
        assert_eq!(
            Style::DEEP.pairs("i", &nested).join("&"),
            "i%5B0%5D%5Bprice%5D=p&i%5B0%5D%5Btags%5D%5B%5D=x"
        );
        assert_eq!(
            Style::FORM.reserved().pairs("u", &json!("http://a/b?c=d&e")),
            ["u=http://a/b?c=d%26e"]
        );
    }

    #[test]
    fn headers_and_cookies_are_escaped_text() {
        assert_eq!(Style::SIMPLE.in_header(&json!(["a", 1])), "a,1");
        assert_eq!(Style::SIMPLE_EXPLODED.in_header(&json!({"a": 1})), "a=1");
        assert_eq!(Style::SIMPLE.in_cookie("s", &json!("a;b c")), "s=a%3Bb%20c");
        assert_eq!(Style::JSON.in_cookie("s", &json!({"a": 1})), "s={%22a%22:1}");
    }
}

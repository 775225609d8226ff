//! Compares JSON values with the outlines of types.

use std::cmp::Reverse;
use std::sync::OnceLock;

use serde_json::{Map, Value};

/// The maximum depth of a comparison.
const MAX_DEPTH: u32 = 8;
/// The maximum number of compared elements of a list or map.
const MAX_ELEMENTS: usize = 32;
/// The penalty for a mismatch that no correct value has.
const WRONG: u32 = 8;
/// The penalty for a mismatch that a later version of the API may cause: an unlisted enum value,
/// text that is not in the described format, or another number of elements.
const UNLISTED: u32 = 1;

/// The vagueness of a shape that accepts every value. It exceeds that of all nested unions.
const ANYTHING: u32 = 2 * MAX_DEPTH;

/// For generated code: the shapes that the unions refer to.
#[derive(Debug)]
pub struct Shapes {
    texts: &'static [(&'static str, &'static str)],
    parsed: OnceLock<Map<String, Value>>,
}

impl Shapes {
    /// Creates the shapes from their names and their outlines as JSON.
    pub const fn new(texts: &'static [(&'static str, &'static str)]) -> Self {
        Self { texts, parsed: OnceLock::new() }
    }

    fn get(&self, name: &str) -> Option<Shape<'_>> {
        self.parsed.get_or_init(|| self.parse()).get(name).map(Shape)
    }

    fn parse(&self) -> Map<String, Value> {
        let mut parsed = Map::new();
        for (name, text) in self.texts {
            parsed.insert((*name).to_owned(), text.parse().unwrap_or_default());
        }
        parsed
    }
}

/// The outline of a type. It is an object with the name of another shape in `$ref`, or with
///
/// - `type`, `nullable`, `format`: as in JSON Schema;
/// - `enum`: the listed values;
/// - `required`, `properties`: the described fields;
/// - `closed`: whether other fields are excluded; `rest`: the shape of other fields;
/// - `items`: the shape of elements; `minItems`, `maxItems`: their number;
/// - `oneOf`: the shapes of alternatives;
/// - `base`: whether the other variants extend this one;
/// - `values`: the values of fields that select this variant.
///
/// It is not parsed into a Rust type, because every program would have to compile the decoder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a>(pub(crate) &'a Value);

fn is_kind(kind: &str, value: &Value) -> bool {
    match (kind, value) {
        ("string", Value::String(_))
        | ("number", Value::Number(_))
        | ("boolean", Value::Bool(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_)) => true,
        ("integer", Value::Number(number)) => {
            number.as_f64().is_none_or(|number| number.fract() == 0.0)
        }
        _ => false,
    }
}

/// The quality of a match between a value and a shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Zero if the value matches.
    pub(crate) mismatches: u32,
    /// The number of described fields.
    pub(crate) known: u32,
    /// The number of undescribed fields.
    pub(crate) unknown: u32,
    /// The number of described parts inside the fields, listed values and formats. It ranks last,
    /// because the outlines of variants have different depths.
    pub(crate) known_within: u32,
    /// The number of undescribed parts inside the fields.
    pub(crate) unknown_within: u32,
    /// How indirectly the shape describes the value: the number of unions between them, or more if
    /// it accepts every value.
    vagueness: u32,
}

impl Fit {
    fn add_nested(&mut self, other: Self) {
        self.mismatches += other.mismatches;
        self.known_within += other.known + other.known_within;
        self.unknown_within += other.unknown + other.unknown_within;
        self.vagueness += other.vagueness;
    }

    /// Returns a sort key. The best match has the least key.
    pub(crate) fn rank(self) -> impl Ord {
        let Self { mismatches, known, unknown, known_within, unknown_within, vagueness } = self;
        (mismatches, Reverse(known), unknown, Reverse(known_within), unknown_within, vagueness)
    }

    /// Returns whether the object has fields, and the shape describes other fields but none of
    /// these.
    pub(crate) fn is_foreign(&self, value: &Value) -> bool {
        let has_fields = value.as_object().is_some_and(|object| !object.is_empty());
        has_fields && self.known == 0 && self.unknown > 0
    }
}

impl<'a> Shape<'a> {
    fn target<'b>(self, shapes: &'b Shapes) -> Option<Shape<'b>>
    where
        'a: 'b,
    {
        match self.text("$ref") {
            Some(name) => shapes.get(name),
            None => Some(self),
        }
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }

    fn list(self, name: &str) -> &'a [Value] {
        self.0.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn object(self, name: &str) -> Option<&'a Map<String, Value>> {
        self.0.get(name)?.as_object()
    }

    fn flag(self, name: &str) -> bool {
        self.0.get(name).is_some_and(|flag| *flag == true)
    }

    /// Returns whether the other variants extend this one.
    pub(crate) fn is_base(self) -> bool {
        self.flag("base")
    }

    fn is_nullable(self) -> bool {
        self.flag("nullable")
    }

    /// Returns the values of a field that select this variant.
    pub(crate) fn values(self, field: &str) -> Option<&'a [Value]> {
        Some(self.object("values")?.get(field)?.as_array()?)
    }

    /// Returns the type with its article.
    pub(crate) fn expected(self, shapes: &Shapes) -> &'static str {
        match self.target(shapes).and_then(|shape| shape.text("type")) {
            Some("string") => "a string",
            Some("integer") => "a 64-bit integer",
            Some("number") => "a number",
            Some("boolean") => "a boolean",
            Some("array") => "an array",
            Some("object") => "an object",
            _ => "another type",
        }
    }

    /// Returns whether the value has a JSON type that this shape allows.
    pub(crate) fn may_be(self, shapes: &Shapes, value: &Value) -> bool {
        self.may_be_at(shapes, value, 0)
    }

    fn may_be_at(self, shapes: &Shapes, value: &Value, depth: u32) -> bool {
        // A union may contain itself; its other alternatives have been compared then.
        if depth >= MAX_DEPTH {
            return false;
        }
        let Some(shape) = self.target(shapes) else { return true };
        if value.is_null() && (self.is_nullable() || shape.is_nullable()) {
            return true;
        }
        let alternatives = shape.list("oneOf");
        if !alternatives.is_empty() {
            return alternatives.iter().any(|one| Shape(one).may_be_at(shapes, value, depth + 1));
        }
        shape.text("type").is_none_or(|kind| is_kind(kind, value))
    }

    /// Returns the quality of the match, or `None` if the value has another JSON type.
    pub(crate) fn fit(self, shapes: &Shapes, value: &Value) -> Option<Fit> {
        self.fit_at(shapes, value, 0)
    }

    fn fit_at(self, shapes: &Shapes, value: &Value, depth: u32) -> Option<Fit> {
        if !self.may_be(shapes, value) {
            return None;
        }
        let mut fit = Fit::default();
        if depth >= MAX_DEPTH || value.is_null() {
            return Some(fit);
        }
        let Some(shape) = self.target(shapes) else {
            fit.vagueness += ANYTHING;
            return Some(fit);
        };
        let alternatives = shape.list("oneOf");
        if !alternatives.is_empty() {
            let mut fit = best_of(alternatives, shapes, value, depth)?;
            fit.vagueness += 1;
            return Some(fit);
        }
        match shape.text("type") {
            None => fit.vagueness += ANYTHING,
            // An integer is described better by an integer.
            Some("number") if is_kind("integer", value) => fit.vagueness += 1,
            Some(_) => {}
        }
        match value {
            Value::Object(members) => shape.fit_object(shapes, members, depth, &mut fit),
            Value::Array(elements) => {
                if !shape.allows_length(elements.len()) {
                    fit.mismatches += UNLISTED;
                }
                if let Some(shape) = shape.0.get("items").map(Shape) {
                    for element in elements.iter().take(MAX_ELEMENTS) {
                        fit.add_nested(shape.nested(shapes, element, depth));
                    }
                }
            }
            scalar => shape.fit_scalar(scalar, &mut fit),
        }
        Some(fit)
    }

    fn allows_length(self, length: usize) -> bool {
        let limit = |name: &str| self.0.get(name).and_then(Value::as_u64);
        let length = length as u64;
        limit("minItems").is_none_or(|min| length >= min)
            && limit("maxItems").is_none_or(|max| length <= max)
    }

    fn nested(self, shapes: &Shapes, value: &Value, depth: u32) -> Fit {
        let wrong = Fit { mismatches: WRONG, ..Fit::default() };
        self.fit_at(shapes, value, depth + 1).unwrap_or(wrong)
    }

    fn fit_object(self, shapes: &Shapes, members: &Map<String, Value>, depth: u32, fit: &mut Fit) {
        for name in self.list("required") {
            if name.as_str().is_some_and(|name| !members.contains_key(name)) {
                fit.mismatches += WRONG;
            }
        }
        let properties = self.object("properties").filter(|properties| !properties.is_empty());
        let (rest, is_closed) = (self.0.get("rest").map(Shape), self.flag("closed"));
        if properties.is_none() && rest.is_none() && !is_closed {
            // The shape describes no fields, so it accepts any object.
            return;
        }
        for (name, value) in members {
            let property = properties.and_then(|properties| properties.get(name)).map(Shape);
            match (property, rest) {
                (Some(property), _) => {
                    fit.known += 1;
                    fit.add_nested(property.nested(shapes, value, depth));
                }
                (None, Some(rest)) => fit.add_nested(rest.nested(shapes, value, depth)),
                (None, None) if is_closed => fit.mismatches += WRONG,
                (None, None) => fit.unknown += 1,
            }
        }
    }

    fn fit_scalar(self, value: &Value, fit: &mut Fit) {
        let listed = self.list("enum");
        if !listed.is_empty() {
            match is_listed(listed, value) {
                true => fit.known_within += 1,
                false => fit.mismatches += UNLISTED,
            }
        }
        if let (Some(format), Value::String(text)) = (self.text("format"), value) {
            match is_in_format(format, text) {
                Some(true) => fit.known_within += 1,
                Some(false) => fit.mismatches += UNLISTED,
                None => {}
            }
        }
    }
}

/// Returns whether a list contains a value. 1 and 1.0 are the same value.
pub(crate) fn is_listed(listed: &[Value], value: &Value) -> bool {
    let is_this = |one: &Value| match (one, value) {
        (Value::Number(one), Value::Number(number)) => {
            one == number || one.as_f64().is_some_and(|one| number.as_f64() == Some(one))
        }
        _ => one == value,
    };
    listed.iter().any(is_this)
}

/// Returns the quality of the best match among alternatives.
fn best_of(alternatives: &[Value], shapes: &Shapes, value: &Value, depth: u32) -> Option<Fit> {
    let mut best: Option<Fit> = None;
    for one in alternatives {
        if let Some(fit) = Shape(one).fit_at(shapes, value, depth + 1)
            && best.is_none_or(|best| fit.rank() < best.rank())
        {
            best = Some(fit);
        }
    }
    best
}

/// Returns whether a text has a format, or `None` for a format that is not checked.
fn is_in_format(format: &str, text: &str) -> Option<bool> {
    Some(match format {
        "uuid" => uuid::Uuid::try_parse(text).is_ok(),
        "date" => is_date(text),
        "date-time" => text.split_once(['T', 't', ' ']).is_some_and(|(date, time)| {
            is_date(date) && time.starts_with(|c: char| c.is_ascii_digit())
        }),
        "time" => text.len() >= 5 && text.as_bytes().get(2) == Some(&b':'),
        "email" => {
            text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        }
        "uri" | "url" => reqwest::Url::parse(text).is_ok(),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => return None,
    })
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

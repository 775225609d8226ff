//! How well a JSON value fits the outline of a type.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

/// How deep a value is compared.
const MAX_DEPTH: u32 = 8;
/// How many elements of a list or a map are compared.
const MAX_ELEMENTS: usize = 32;
/// A part that no correct value has, or lacks.
const WRONG: u32 = 8;
/// A part that a later version of the API may have: a value that an enum does
/// not list, a text that is not in the format of the description.
const UNLISTED: u32 = 1;

/// For generated code: what values of the types look like that unions refer to.
#[derive(Debug)]
pub struct Shapes {
    texts: &'static [(&'static str, &'static str)],
    parsed: OnceLock<BTreeMap<&'static str, Shape>>,
}

impl Shapes {
    /// Names, and outlines as JSON.
    pub const fn new(texts: &'static [(&'static str, &'static str)]) -> Self {
        Self { texts, parsed: OnceLock::new() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Shape> {
        let parsed = self.parsed.get_or_init(|| {
            let shapes = self.texts.iter();
            shapes
                .map(|(name, text)| (*name, serde_json::from_str(text).unwrap_or_default()))
                .collect()
        });
        parsed.get(name)
    }
}

/// What values of a type look like.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shape {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    kind: Option<Kind>,
    nullable: bool,
    #[serde(rename = "enum")]
    listed: Vec<Value>,
    format: Option<String>,
    required: Vec<String>,
    properties: BTreeMap<String, Shape>,
    /// Whether there are no fields but those.
    closed: bool,
    /// The type of other fields.
    rest: Option<Box<Shape>>,
    items: Option<Box<Shape>>,
    #[serde(rename = "oneOf")]
    alternatives: Vec<Shape>,
    /// Whether the other variants extend this one.
    pub(crate) base: bool,
    /// The values of fields that stand for this variant.
    pub(crate) values: BTreeMap<String, Vec<Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

impl Kind {
    fn is(self, value: &Value) -> bool {
        match (self, value) {
            (Self::String, Value::String(_))
            | (Self::Number, Value::Number(_))
            | (Self::Boolean, Value::Bool(_))
            | (Self::Array, Value::Array(_))
            | (Self::Object, Value::Object(_)) => true,
            (Self::Integer, Value::Number(number)) => {
                number.as_f64().is_none_or(|number| number.fract() == 0.0)
            }
            _ => false,
        }
    }
}

/// How a value fits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Zero if it does.
    pub(crate) mismatches: u32,
    /// How many of its fields are described.
    pub(crate) known: u32,
    /// How many of its fields are not described.
    pub(crate) unknown: u32,
    /// How many parts of its fields, or listed values and formats, are described. The
    /// outlines of variants go down to different depths, so that these count last.
    pub(crate) known_within: u32,
    /// How many parts of its fields are not described.
    pub(crate) unknown_within: u32,
}

impl Fit {
    fn add_nested(&mut self, other: Self) {
        self.mismatches += other.mismatches;
        self.known_within += other.known + other.known_within;
        self.unknown_within += other.unknown + other.unknown_within;
    }

    /// What orders fits: the best is the least.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let Self { mismatches, known, unknown, known_within, unknown_within } = *self;
        (mismatches, Reverse(known), unknown, Reverse(known_within), unknown_within)
    }

    /// Whether not a single field of an object is known to the best of several
    /// variants, which describe some.
    pub(crate) fn is_foreign(&self, value: &Value) -> bool {
        let has_fields = value.as_object().is_some_and(|object| !object.is_empty());
        has_fields && self.known == 0 && self.unknown > 0
    }
}

impl Shape {
    fn target<'a>(&'a self, shapes: &'a Shapes) -> Option<&'a Self> {
        match &self.reference {
            Some(name) => shapes.get(name),
            None => Some(self),
        }
    }

    /// The type, with its article.
    pub(crate) fn expected(&self, shapes: &Shapes) -> &'static str {
        match self.target(shapes).and_then(|shape| shape.kind) {
            Some(Kind::String) => "a string",
            Some(Kind::Integer) => "an integer of 64 bits",
            Some(Kind::Number) => "a number",
            Some(Kind::Boolean) => "a boolean",
            Some(Kind::Array) => "an array",
            Some(Kind::Object) => "an object",
            None => "another type",
        }
    }

    /// Whether the value is of the JSON type.
    pub(crate) fn may_be(&self, shapes: &Shapes, value: &Value) -> bool {
        let Some(shape) = self.target(shapes) else { return true };
        if value.is_null() && (self.nullable || shape.nullable) {
            return true;
        }
        if !shape.alternatives.is_empty() {
            return shape.alternatives.iter().any(|one| one.may_be(shapes, value));
        }
        shape.kind.is_none_or(|kind| kind.is(value))
    }

    /// How well the value fits; none if it is of another JSON type.
    pub(crate) fn fit(&self, shapes: &Shapes, value: &Value) -> Option<Fit> {
        self.fit_at(shapes, value, 0)
    }

    fn fit_at(&self, shapes: &Shapes, value: &Value, depth: u32) -> Option<Fit> {
        if !self.may_be(shapes, value) {
            return None;
        }
        let shape = self.target(shapes).filter(|_| depth < MAX_DEPTH && !value.is_null());
        let Some(shape) = shape else { return Some(Fit::default()) };
        if !shape.alternatives.is_empty() {
            let fits =
                shape.alternatives.iter().filter_map(|one| one.fit_at(shapes, value, depth + 1));
            return fits.min_by_key(Fit::rank);
        }
        let mut fit = Fit::default();
        match value {
            Value::Object(members) => shape.fit_object(shapes, members, depth, &mut fit),
            Value::Array(items) => {
                for (item, shape) in
                    items.iter().take(MAX_ELEMENTS).zip(std::iter::repeat(&shape.items))
                {
                    if let Some(shape) = shape {
                        fit.add_nested(shape.nested(shapes, item, depth));
                    }
                }
            }
            scalar => shape.fit_scalar(scalar, &mut fit),
        }
        Some(fit)
    }

    fn nested(&self, shapes: &Shapes, value: &Value, depth: u32) -> Fit {
        let wrong = Fit { mismatches: WRONG, ..Fit::default() };
        self.fit_at(shapes, value, depth + 1).unwrap_or(wrong)
    }

    fn fit_object(
        &self,
        shapes: &Shapes,
        members: &serde_json::Map<String, Value>,
        depth: u32,
        fit: &mut Fit,
    ) {
        let missing = self.required.iter().filter(|name| !members.contains_key(*name)).count();
        fit.mismatches += WRONG * u32::try_from(missing).unwrap_or(u32::MAX / WRONG / 2);
        if self.properties.is_empty() && self.rest.is_none() && !self.closed {
            // Any object: nothing is known of it, and nothing is missing.
            return;
        }
        for (name, value) in members {
            match (self.properties.get(name), &self.rest) {
                (Some(property), _) => {
                    fit.known += 1;
                    fit.add_nested(property.nested(shapes, value, depth));
                }
                (None, Some(rest)) => fit.add_nested(rest.nested(shapes, value, depth)),
                (None, None) if self.closed => fit.mismatches += WRONG,
                (None, None) => fit.unknown += 1,
            }
        }
    }

    fn fit_scalar(&self, value: &Value, fit: &mut Fit) {
        if !self.listed.is_empty() {
            match self.listed.contains(value) {
                true => fit.known_within += 1,
                false => fit.mismatches += UNLISTED,
            }
        }
        if let (Some(format), Value::String(text)) = (&self.format, value) {
            match is_in_format(format, text) {
                Some(true) => fit.known_within += 1,
                Some(false) => fit.mismatches += UNLISTED,
                None => {}
            }
        }
    }
}

/// Whether a text is in a format; none for a format that tells nothing apart.
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

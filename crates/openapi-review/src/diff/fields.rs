//! Comparing the parts of objects and arrays.

use std::collections::BTreeSet;
use std::rc::Rc;

use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::{Direction, Effect, Finding, Side, Verdict};
use crate::diff::kind::Kind;
use crate::diff::pair::Pair;
use crate::diff::shape::{Additional, Schemas, Shape};
use crate::diff::subject::subject;
use crate::diff::view::SpecView;

/// The kind of a change that is reported only if no other is at the same place.
pub(crate) const ASIDE: Kind = Kind::NotSent;

/// How a field meets one who sends or reads the object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// There is no such field, or not in this direction.
    Absent,
    Optional,
    Required,
}

impl Pair<'_, '_> {
    pub(crate) fn fields(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        let names: BTreeSet<&String> = [&old, &new]
            .into_iter()
            .flat_map(|shape| shape.properties.keys().chain(&shape.required))
            .collect();
        for name in names {
            let before = usage(&self.views.old, &old, name, self.direction);
            let after = match usage(&self.views.new, &new, name, self.direction) {
                // A name that only `required` still has is a field forgotten there.
                Use::Required if declared(&old, name) && !declared(&new, name) => Use::Absent,
                other => other,
            };
            self.field(name, before, after);
            if before == Use::Absent && after == Use::Absent {
                self.not_sent(name);
            }
            if before != Use::Absent && after != Use::Absent {
                self.marks(name);
                let schemas =
                    |shape: &Shape| shape.properties.get(name).cloned().unwrap_or_default();
                self.child(&schemas(&old), &schemas(&new));
            }
        }
    }

    /// A mark that matters to the other direction only.
    fn marks(&mut self, name: &str) {
        let nothing = Schemas::new();
        let of = |shape: &Shape| shape.properties.get(name).cloned();
        let (old, new) = (of(&self.old), of(&self.new));
        for keyword in ["readOnly", "writeOnly"] {
            let was = marked(&self.views.old, old.as_ref().unwrap_or(&nothing), keyword);
            let is = marked(&self.views.new, new.as_ref().unwrap_or(&nothing), keyword);
            if was != is {
                let reason = "it is sent this way all the same";
                self.aside(
                    name,
                    Verdict::Compatible,
                    &if is {
                        format!("is {keyword} now")
                    } else {
                        format!("is no longer {keyword}")
                    },
                    reason,
                );
            }
        }
    }

    /// A field that comes or goes, and is not sent in this direction.
    fn not_sent(&mut self, name: &str) {
        let what = match (declared(&self.old, name), declared(&self.new, name)) {
            (false, true) => "is new",
            (true, false) => "is gone",
            _ => return,
        };
        self.aside(name, Verdict::DocsOnly, what, "it is not sent this way");
    }

    fn aside(&mut self, name: &str, verdict: Verdict, what: &str, reason: &'static str) {
        let (at, label) = self.field_place(name);
        let finding = Finding::new(verdict, ASIDE, at, format!("{label} {what}"), reason);
        self.findings.push(finding.of(self.direction));
    }

    /// Where a field is, and what it is called.
    fn field_place(&self, name: &str) -> ((Side, String), String) {
        let at = match (self.new.field_at.get(name), self.old.field_at.get(name)) {
            (Some(new), _) => (Side::New, new.clone()),
            (None, Some(old)) => (Side::Old, old.clone()),
            (None, None) => self.at("required"),
        };
        let side = if at.0 == Side::New { &self.views.new } else { &self.views.old };
        let end = [child("/properties", name), "/required".to_owned()]
            .into_iter()
            .find_map(|tail| Some(at.1.strip_suffix(tail.as_str())?.len()));
        let owner = end.map_or_else(|| self.subject(), |end| subject(side, &at.1[..end]));
        let label = format!("{}.{name}`", owner.trim_end_matches('`'));
        (at, label)
    }

    fn field(&mut self, name: &str, before: Use, after: Use) {
        let request = self.direction == Direction::Request;
        let closed = self.old.additional == Additional::Nothing;
        let (kind, what, verdict, reason) = match (before, after) {
            (Use::Absent, Use::Required) if request => (
                Kind::FieldAdded,
                "is new and required",
                Verdict::Breaking,
                "callers don't send it yet",
            ),
            (Use::Absent, Use::Optional) if request => (
                Kind::FieldAdded,
                "is new and optional",
                Verdict::Compatible,
                "callers may go on without it",
            ),
            (Use::Absent, Use::Optional | Use::Required) if closed => (
                Kind::FieldAdded,
                "is new",
                Verdict::Breaking,
                "the object was closed: readers may refuse a field that they don't know",
            ),
            (Use::Absent, Use::Optional | Use::Required) => (
                Kind::FieldAdded,
                "is new",
                Verdict::Compatible,
                "readers ignore fields that they don't know",
            ),
            (Use::Optional | Use::Required, Use::Absent) => (
                Kind::FieldRemoved,
                "is gone",
                Verdict::Breaking,
                if request { "callers may still send it" } else { "readers may still need it" },
            ),
            (Use::Optional, Use::Required) => (
                Kind::FieldNowRequired,
                "is required now",
                if request { Verdict::Breaking } else { Verdict::Compatible },
                if request { "callers may leave it out today" } else { "readers may rely on more" },
            ),
            (Use::Required, Use::Optional) => (
                Kind::FieldNowOptional,
                "is optional now",
                if request { Verdict::Compatible } else { Verdict::Breaking },
                if request { "callers may go on sending it" } else { "readers rely on it" },
            ),
            _ => return,
        };
        let (at, label) = self.field_place(name);
        let message = format!("{label} {what}");
        let finding = Finding::new(verdict, kind, at, message, reason);
        self.findings.push(finding.of(self.direction));
    }

    /// Everything else that has schemas of its own.
    pub(crate) fn parts(&mut self) {
        self.additional();
        self.patterned();
        self.items();
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        for (value, before) in &old.subtypes {
            match new.subtypes.get(value) {
                Some(after) => self.child(before, after),
                None => self.subtype(Effect::Narrower, value, "no longer leads to a schema"),
            }
        }
        for value in new.subtypes.keys().filter(|value| !old.subtypes.contains_key(*value)) {
            self.subtype(Effect::Wider, value, "leads to a schema now");
        }
    }

    pub(crate) fn subtype(&mut self, effect: Effect, value: &str, what: &str) {
        let message = format!(
            "{}: the value `{value}` of the discriminator {what}",
            self.about("discriminator")
        );
        self.found(effect, Kind::Discriminator, self.at("discriminator"), message);
    }

    fn additional(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        let (effect, what) = match (&old.additional, &new.additional) {
            (Additional::Only(before), Additional::Only(after)) => {
                return self.child(before, after);
            }
            (before, after) if before == after => return,
            (_, Additional::Nothing) => (Effect::Narrower, "no longer takes other fields"),
            (Additional::Nothing, _) => (Effect::Wider, "takes other fields now"),
            (_, Additional::Only(_)) => (Effect::Narrower, "limits what other fields hold"),
            (_, Additional::Anything) => (Effect::Wider, "no longer limits what other fields hold"),
        };
        let keyword = ["unevaluatedProperties", "additionalProperties"]
            .into_iter()
            .find(|keyword| new.at.contains_key(*keyword) || old.at.contains_key(*keyword));
        let keyword = keyword.unwrap_or("additionalProperties");
        let message = format!("{} {what}", self.about(keyword));
        let at = self.at(keyword);
        self.found(effect, Kind::AdditionalProperties, at, message);
    }

    fn patterned(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        let at = self.at("patternProperties");
        for (pattern, before) in &old.patterned {
            match new.patterned.get(pattern) {
                Some(after) => self.child(before, after),
                None => {
                    let what = format!("{}: fields `{pattern}` are free now", self.subject());
                    self.found(Effect::Other, Kind::AdditionalProperties, at.clone(), what);
                }
            }
        }
        for pattern in new.patterned.keys().filter(|pattern| !old.patterned.contains_key(*pattern))
        {
            let what = format!("{}: fields `{pattern}` have a schema now", self.subject());
            self.found(Effect::Other, Kind::AdditionalProperties, at.clone(), what);
        }
    }

    fn items(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        if old.items.is_some() || new.items.is_some() {
            let schemas = |shape: &Shape| shape.items.clone().unwrap_or_default();
            self.child(&schemas(&old), &schemas(&new));
        }
        for (before, after) in old.prefix.iter().zip(&new.prefix) {
            self.child(before, after);
        }
        if old.prefix.len() != new.prefix.len() {
            let message = format!("{}: its first items are described differently", self.subject());
            self.found(Effect::Other, Kind::Constraint, self.at("prefixItems"), message);
        }
    }
}

fn declared(shape: &Shape, name: &str) -> bool {
    shape.properties.contains_key(name)
}

fn usage(side: &SpecView<'_>, shape: &Shape, name: &str, direction: Direction) -> Use {
    let required = shape.required.contains(name);
    if let Some(schemas) = shape.properties.get(name) {
        let never = |schema: &String| side.get(schema) == &Value::Bool(false);
        if hidden(side, schemas, direction) || schemas.iter().any(never) {
            return Use::Absent;
        }
    } else if !required {
        return Use::Absent;
    }
    if required { Use::Required } else { Use::Optional }
}

/// Whether a field is not sent in a direction.
fn hidden(side: &SpecView<'_>, schemas: &Schemas, direction: Direction) -> bool {
    let keyword = if direction == Direction::Request { "readOnly" } else { "writeOnly" };
    marked(side, schemas, keyword)
}

fn marked(side: &SpecView<'_>, schemas: &Schemas, keyword: &str) -> bool {
    // Most schemas have the mark themselves; only references need to be resolved.
    if let [only] = &schemas[..]
        && let Some(schema) = side.get(only).as_object()
        && ["$ref", "allOf", "anyOf", "oneOf"].iter().all(|keyword| !schema.contains_key(*keyword))
    {
        return schema.get(keyword) == Some(&Value::Bool(true));
    }
    let shape = side.shape(schemas);
    if keyword == "readOnly" { shape.read_only } else { shape.write_only }
}

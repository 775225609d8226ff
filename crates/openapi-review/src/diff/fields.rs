//! Compares the parts of objects and arrays.

use std::cmp::Ordering;
use std::rc::Rc;

use openapi_document::pointer::child;

use crate::diff::change::{Direction, Effect, Finding, Side, Verdict};
use crate::diff::kind::Kind;
use crate::diff::pair::Pair;
use crate::diff::sets::FieldPart;
use crate::diff::shape::{Additional, Shape};
use crate::diff::subject::subject;

/// The kind of a change that is reported only if there is no other at the same place.
pub(crate) const ASIDE: Kind = Kind::NotSent;

/// The presence of a field for a sender or reader of the object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// There is no such field, or not in this direction.
    Absent,
    Optional,
    Required,
}

impl Pair<'_, '_> {
    pub(crate) fn fields(&mut self) {
        let views = self.views;
        let (old, new) = (views.old.fields(&self.sets.0), views.new.fields(&self.sets.1));
        let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
        // Both are sorted.
        loop {
            let (was, is) = match (old.peek(), new.peek()) {
                (Some(was), Some(is)) => match was.name.cmp(&is.name) {
                    Ordering::Less => (old.next(), None),
                    Ordering::Equal => (old.next(), new.next()),
                    Ordering::Greater => (None, new.next()),
                },
                (None, None) => return,
                _ => (old.next(), new.next()),
            };
            self.one_field(was, is);
        }
    }

    /// A field that a side may not have.
    fn one_field(&mut self, was: Option<&FieldPart>, is: Option<&FieldPart>) {
        let Some(name) = was.or(is).map(|part| part.name.as_str()) else { return };
        let declared = |part: Option<&FieldPart>| part.is_some_and(|part| part.is_declared);
        let before = usage(was, self.direction);
        let after = match usage(is, self.direction) {
            // A name that occurs only in `required` belongs to a field whose removal is incomplete.
            Use::Required if declared(was) && !declared(is) => Use::Absent,
            other => other,
        };
        self.field(name, before, after);
        let old = Rc::clone(&self.old);
        if let (Use::Absent, Use::Optional | Use::Required, Additional::Only(free), Some(is)) =
            (before, after, &old.additional, is)
        {
            // The field could be sent before, with the type of all other fields.
            self.child(self.views.old.set(free), is.schemas);
        }
        if before == Use::Absent && after == Use::Absent {
            self.not_sent(name, declared(was), declared(is));
        }
        if let (Some(was), Some(is)) = (was, is)
            && before != Use::Absent
            && after != Use::Absent
        {
            self.mark(name, "readOnly", was.read_only, is.read_only);
            self.mark(name, "writeOnly", was.write_only, is.write_only);
            self.child(was.schemas, is.schemas);
        }
    }

    /// Reports a mark that matters only in the other direction.
    fn mark(&mut self, name: &str, keyword: &str, was: bool, is: bool) {
        let what = match (was, is) {
            (false, true) => format!("is {keyword} now"),
            (true, false) => format!("is no longer {keyword}"),
            _ => return,
        };
        self.aside(name, Verdict::Compatible, &what, "it is sent this way all the same");
    }

    /// Reports a field that is added or removed, and is not sent in this direction.
    fn not_sent(&mut self, name: &str, was_declared: bool, is_declared: bool) {
        let what = match (was_declared, is_declared) {
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

    /// Returns the location and the name of a field.
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

    /// Compares all other keywords that contain schemas.
    pub(crate) fn parts(&mut self) {
        self.additional();
        self.patterned();
        self.items();
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        for (value, before) in &old.subtypes {
            match new.subtypes.get(value) {
                Some(after) => self.child_at(before, after),
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
                return self.child_at(before, after);
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
        if old.patterned.is_empty() && new.patterned.is_empty() {
            return;
        }
        let at = self.at("patternProperties");
        for (pattern, before) in &old.patterned {
            match new.patterned.get(pattern) {
                Some(after) => self.child_at(before, after),
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
            self.child_at(&schemas(&old), &schemas(&new));
        }
        for (before, after) in old.prefix.iter().zip(&new.prefix) {
            self.child_at(before, after);
        }
        if old.prefix.len() != new.prefix.len() {
            let message = format!("{}: its first items are described differently", self.subject());
            self.found(Effect::Other, Kind::Constraint, self.at("prefixItems"), message);
        }
    }
}

fn usage(part: Option<&FieldPart>, direction: Direction) -> Use {
    let Some(part) = part else { return Use::Absent };
    let is_hidden = match direction {
        Direction::Request => part.read_only,
        Direction::Response => part.write_only,
    };
    if is_hidden || part.is_never {
        return Use::Absent;
    }
    if part.is_required { Use::Required } else { Use::Optional }
}

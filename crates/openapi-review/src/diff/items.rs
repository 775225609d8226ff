//! Compares the types of two clients.

use crate::diff::client_change::{Found, Step};
use crate::diff::kind::ClientKind;
use crate::surface::{Constructor, Enum, Field, Struct, TypeItem, Variant, heading};

impl Found {
    pub(crate) fn type_item(&mut self, name: &str, before: &TypeItem, after: &TypeItem) {
        if before == after {
            return;
        }
        let page = format!("types/{name}");
        match (before, after) {
            (TypeItem::Struct(old), TypeItem::Struct(new)) => self.structure(name, old, new),
            (TypeItem::Enum(old), TypeItem::Enum(new)) => self.enumeration(name, old, new),
            (TypeItem::Newtype(_), TypeItem::Newtype(_)) => {
                let message = format!("`{name}` holds another type: `{}`", heading(name, after));
                self.add(Step::Major, ClientKind::TypeChanged, &page, message);
            }
            (old, new) => self.another_kind(name, old.kind(), new.kind()),
        }
    }

    pub(crate) fn another_kind(&mut self, name: &str, old: &str, new: &str) {
        let article = |kind: &str| if kind.starts_with('e') { "an" } else { "a" };
        let message = format!("`{name}` is {} {new} now, was {} {old}", article(new), article(old));
        self.add(Step::Major, ClientKind::TypeChanged, &format!("types/{name}"), message);
    }

    fn enumeration(&mut self, name: &str, old: &Enum, new: &Enum) {
        let page = format!("types/{name}");
        let before = self.0.len();
        if old.kind != new.kind {
            let message = format!("enum `{name}` is {} now, was {}", new.kind, old.kind);
            self.add(Step::Major, ClientKind::TypeChanged, &page, message);
        }
        let (mut gone, mut fresh) = (only(old, new), only(new, old));
        gone.retain(|variant| {
            let same = |other: &&Variant| !variant.holds.is_empty() && other.holds == variant.holds;
            let Some(index) = fresh.iter().position(same) else { return true };
            // The old variant may be named after a type that is itself renamed.
            let held: Vec<String> = variant.holds.iter().map(|held| format!("`{held}`")).collect();
            let message = format!(
                "the variant of `{name}` that contains {} is now called `{}`",
                held.join(", "),
                fresh.remove(index).name
            );
            self.add(Step::Major, ClientKind::Renamed, &page, message);
            false
        });
        for variant in gone {
            let message = format!("`{name}::{}` is gone", variant.label());
            self.add(Step::Major, ClientKind::VariantRemoved, &page, message);
        }
        for variant in fresh {
            // All enums are `#[non_exhaustive]`.
            let message = format!("`{name}::{}` is new", variant.label());
            self.add(Step::Minor, ClientKind::VariantAdded, &page, message);
        }
        if self.0.len() == before {
            let message = format!("`{name}` has other texts or another order");
            self.add(Step::Patch, ClientKind::Behaviour, &page, message);
        }
    }

    fn structure(&mut self, name: &str, old: &Struct, new: &Struct) {
        let page = format!("types/{name}");
        if old.refuses_unknown != new.refuses_unknown {
            // The map of unknown fields is treated like any other field.
            let (step, what) = if new.refuses_unknown {
                (Step::Major, "no longer has a map of unknown fields, and rejects them")
            } else {
                (Step::Minor, "keeps unknown fields in a map now")
            };
            self.add(step, ClientKind::UnknownFields, &page, format!("`{name}` {what}"));
        }
        let lost = match old.constructor {
            was if was == new.constructor => None,
            Constructor::New => Some("no longer has `new`"),
            Constructor::Default => Some("no longer has `Default`"),
            Constructor::None => None,
        };
        if let Some(lost) = lost {
            self.add(Step::Major, ClientKind::Constructor, &page, format!("`{name}` {lost}"));
        }
        let has_new = [old, new].iter().all(|item| item.constructor == Constructor::New);
        for (wire, field) in &new.fields {
            match old.fields.get(wire) {
                Some(was) => self.field(name, was, field),
                None => self.new_field(name, field, has_new),
            }
        }
        for (_, was) in old.fields.iter().filter(|(wire, _)| !new.fields.contains_key(*wire)) {
            let message = format!("`{name}.{}` is gone", was.name);
            self.add(Step::Major, ClientKind::FieldRemoved, &page, message);
        }
    }

    fn new_field(&mut self, name: &str, field: &Field, has_new: bool) {
        let (step, what) = if field.is_constructed && has_new {
            (Step::Major, "is new and required: `new` asks for it")
        } else {
            (Step::Minor, "is new")
        };
        let message = format!("`{name}.{}` {what}: `{}`", field.name, field.ty);
        self.add(step, ClientKind::FieldAdded, &format!("types/{name}"), message);
    }

    fn field(&mut self, name: &str, was: &Field, is: &Field) {
        let page = format!("types/{name}");
        let path = format!("{name}.{}", is.name);
        if was.name != is.name {
            let message = format!("`{path}` was called `{}`", was.name);
            self.add(Step::Major, ClientKind::Renamed, &page, message);
        }
        if was.ty != is.ty {
            let message = format!("`{path}` is `{}`, was `{}`", is.ty, was.ty);
            self.add(Step::Major, ClientKind::FieldType, &page, message);
        } else if was.presence != is.presence {
            let message = format!("`{path}` is {}, was {}", is.presence, was.presence);
            self.add(Step::Minor, ClientKind::FieldPresence, &page, message);
        } else if was.length != is.length {
            let lengths = match is.length.is_any() {
                true => "any length".to_owned(),
                false => format!("other lengths: {}", is.length),
            };
            let message = format!("`{path}` takes {lengths}");
            self.add(Step::Patch, ClientKind::Behaviour, &page, message);
        }
    }
}

/// Returns the variants of one enum that the other does not have.
fn only<'e>(mine: &'e Enum, theirs: &Enum) -> Vec<&'e Variant> {
    let is_there =
        |variant: &&Variant| theirs.variants.iter().any(|other| other.label() == variant.label());
    mine.variants.iter().filter(|variant| !is_there(variant)).collect()
}

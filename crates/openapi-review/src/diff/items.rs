//! Comparing the types of two outlines.

use std::collections::BTreeMap;

use super::client::{Found, Step, last};
use super::outlines::{self, Pages, fields, lines};

impl Found {
    pub(crate) fn item(
        &mut self,
        name: &str,
        (before, after): (&str, &str),
        pages: (&Pages, &Pages),
    ) {
        let (old, new) = (lines(before).0, lines(after).0);
        let kind = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        if kind(old) != kind(new) {
            let message = format!("`{}` is a {} now, was a {}", last(name), kind(new), kind(old));
            return self.add(Step::Major, "type-changed", name, message);
        }
        match kind(new).as_str() {
            "struct" => self.structure(name, (before, after), pages),
            "enum" => self.enumeration(name, before, after),
            _ => self.newtype(name, new),
        }
    }

    fn newtype(&mut self, name: &str, new: &str) {
        let message = format!("`{}` holds another type: {new}", last(name));
        self.add(Step::Major, "type-changed", name, message);
    }

    fn enumeration(&mut self, name: &str, before: &str, after: &str) {
        let ((head_old, old), (head_new, new)) = (lines(before), lines(after));
        if head_old != head_new {
            let message = format!("{head_new}; was {head_old}");
            self.add(Step::Major, "type-changed", name, message);
        }
        let open = head_new.ends_with(", open");
        let variant = |line: &str| line.split(" = ").next().unwrap_or_default().to_owned();
        for line in
            old.iter().filter(|line| !new.iter().any(|other| variant(line) == variant(other)))
        {
            let message = format!("`{}::{}` is gone", last(name), variant(line));
            self.add(Step::Major, "variant-removed", name, message);
        }
        for line in
            new.iter().filter(|line| !old.iter().any(|other| variant(line) == variant(other)))
        {
            let step = if open { Step::Minor } else { Step::Major };
            let message = format!("`{}::{}` is new", last(name), variant(line));
            self.add(step, "variant-added", name, message);
        }
        if self.0.iter().all(|change| change.item != name) {
            let message = format!("`{}` has other texts or another order", last(name));
            self.add(Step::Patch, "behaviour", name, message);
        }
    }

    fn structure(&mut self, name: &str, (before, after): (&str, &str), pages: (&Pages, &Pages)) {
        let item = last(name);
        let (old, new) = (fields(before), fields(after));
        let (head_old, head_new) = (lines(before).0, lines(after).0);
        if head_old != head_new {
            // The map of unknown fields is a field like any other.
            let refused = head_new.ends_with("refused");
            let (step, what) = if refused {
                (Step::Major, "has no map of unknown fields any more, and refuses them")
            } else {
                (Step::Minor, "keeps unknown fields in a map now")
            };
            self.add(step, "unknown-fields", name, format!("`{item}` {what}"));
        }
        let constructor = |pages: &Pages, fields: &BTreeMap<&str, outlines::Field<'_>>| {
            let some = fields.values().any(outlines::Field::is_required);
            match (some, outlines::sent(pages).contains(item)) {
                (false, _) => "Default",
                (true, true) => "new",
                (true, false) => "none",
            }
        };
        let (made_old, made_new) = (constructor(pages.0, &old), constructor(pages.1, &new));
        if made_old != made_new && made_old != "none" {
            let lost = if made_old == "new" {
                "has no `new` any more"
            } else {
                "has no `Default` any more"
            };
            self.add(Step::Major, "constructor", name, format!("`{item}` {lost}"));
        }
        for (wire, field) in &new {
            let path = format!("{item}.{}", field.name);
            let Some(was) = old.get(wire) else {
                let asked = field.is_required() && made_new == "new" && made_old == "new";
                let (step, what) = if asked {
                    (Step::Major, "is new and required: `new` asks for it")
                } else {
                    (Step::Minor, "is new")
                };
                self.add(step, "field-added", name, format!("`{path}` {what}: {}", field.ty));
                continue;
            };
            if was.name != field.name {
                let message = format!("`{path}` was called `{}`", was.name);
                self.add(Step::Major, "renamed", name, message);
            }
            if was.ty != field.ty {
                let message = format!("`{path}` is {}, was {}", field.ty, was.ty);
                self.add(Step::Major, "field-type", name, message);
            } else if was.presence != field.presence {
                let message = format!("`{path}` is {}, was {}", field.presence, was.presence);
                self.add(Step::Minor, "field-presence", name, message);
            } else if was.limits != field.limits {
                let message = format!("`{path}` takes other lengths: {}", field.limits);
                self.add(Step::Patch, "behaviour", name, message);
            }
        }
        for was in old.iter().filter(|(wire, _)| !new.contains_key(*wire)).map(|(_, was)| was) {
            let message = format!("`{item}.{}` is gone", was.name);
            self.add(Step::Major, "field-removed", name, message);
        }
    }
}

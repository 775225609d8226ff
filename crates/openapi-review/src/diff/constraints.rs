//! Compares the constraints of a value beyond its type, and its default.

use std::rc::Rc;

use serde_json::Value;

use crate::diff::change::{Direction, Effect, Finding, Verdict};
use crate::diff::keywords::canonical;
use crate::diff::kind::Kind;
use crate::diff::pair::{Pair, effect_of};

impl Pair<'_, '_> {
    pub(crate) fn bounds(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        for (before, after, lower) in
            [(&old.lower, &new.lower, true), (&old.upper, &new.upper, false)]
        {
            if before == after {
                continue;
            }
            let mut keywords: Vec<&'static str> =
                before.keys().chain(after.keys()).copied().collect();
            keywords.sort_unstable();
            keywords.dedup();
            for keyword in keywords {
                self.bound(keyword, before.get(keyword), after.get(keyword), lower);
            }
        }
        if old.unique != new.unique {
            let (effect, what) = if new.unique {
                (Effect::Narrower, "have to differ")
            } else {
                (Effect::Wider, "no longer have to differ")
            };
            let message = format!("{}: its items {what}", self.about("uniqueItems"));
            self.found(effect, Kind::Constraint, self.at("uniqueItems"), message);
        }
    }

    fn bound(&mut self, keyword: &'static str, old: Option<&f64>, new: Option<&f64>, lower: bool) {
        let effect = match (old, new) {
            (Some(old), Some(new)) if old == new => return,
            (None, None) => return,
            (None, Some(_)) => Effect::Narrower,
            (Some(_), None) => Effect::Wider,
            (Some(old), Some(new)) if (new > old) == lower => Effect::Narrower,
            (Some(_), Some(_)) => Effect::Wider,
        };
        // Every listed value may be within the limit anyway.
        let (limit, listed) = match effect {
            Effect::Narrower => (new, &self.old.values),
            _ => (old, &self.new.values),
        };
        let is_within = |text: &String| {
            let size = serde_json::from_str(text).ok().and_then(|value| size(keyword, &value));
            let (Some(size), Some(limit)) = (size, limit) else { return false };
            if lower { size >= *limit } else { size <= *limit }
        };
        if listed.as_ref().is_some_and(|values| values.iter().all(is_within)) {
            return;
        }
        let show = |bound: Option<&f64>| bound.map_or("none".to_owned(), ToString::to_string);
        let message =
            format!("{}: {keyword} is {}, was {}", self.about(keyword), show(new), show(old));
        self.found(effect, Kind::Constraint, self.at(keyword), message);
    }

    pub(crate) fn opaque(&mut self) {
        let (old, new) = (Rc::clone(&self.old), Rc::clone(&self.new));
        if old.opaque == new.opaque {
            return;
        }
        let mut keywords: Vec<&String> = old.opaque.keys().chain(new.opaque.keys()).collect();
        keywords.sort();
        keywords.dedup();
        for keyword in keywords {
            let (before, after) = (old.opaque.get(keyword), new.opaque.get(keyword));
            let limits = !keyword.starts_with("content") && keyword != "xml" && keyword != "then";
            let effect = match (before, after) {
                (before, after) if before == after => continue,
                (None, Some(_)) if limits => Effect::Narrower,
                (Some(_), None) if limits => Effect::Wider,
                (Some(before), Some(after)) if keyword == "multipleOf" => multiples(before, after),
                _ => Effect::Other,
            };
            let what = match (before, after) {
                (None, _) => "is new",
                (_, None) => "is gone",
                _ => "changed",
            };
            let message = format!("{}: `{keyword}` {what}", self.about(keyword));
            self.found(effect, Kind::Constraint, self.at(keyword), message);
        }
    }

    pub(crate) fn default(&mut self) {
        if self.old.default == self.new.default {
            return;
        }
        let (old, new) = (self.old.default.clone(), self.new.default.clone());
        if old.as_ref().map(canonical) == new.as_ref().map(canonical) {
            return;
        }
        let show =
            |value: Option<Value>| value.map_or("none".to_owned(), |value| format!("`{value}`"));
        let message =
            format!("{}: default is {}, was {}", self.about("default"), show(new), show(old));
        let (verdict, reason) = match self.direction {
            Direction::Request => (Verdict::Breaking, "leaving it out may now mean something else"),
            Direction::Response => (Verdict::Compatible, "what is sent stays as it was"),
        };
        let finding = Finding::new(verdict, Kind::Default, self.at("default"), message, reason);
        self.findings.push(finding.of(self.direction));
    }
}

/// Returns what a keyword limits, if it is the length of a text or a number.
fn size(keyword: &str, value: &Value) -> Option<f64> {
    match (keyword, value) {
        ("minLength" | "maxLength", Value::String(text)) => Some(text.chars().count() as f64),
        ("minimum" | "maximum", Value::Number(number)) => number.as_f64(),
        _ => None,
    }
}

fn multiples(old: &[Value], new: &[Value]) -> Effect {
    let number = |values: &[Value]| match values {
        [only] => only.as_f64(),
        _ => None,
    };
    let (Some(old), Some(new)) = (number(old), number(new)) else { return Effect::Other };
    effect_of(new % old == 0.0, old % new == 0.0)
}

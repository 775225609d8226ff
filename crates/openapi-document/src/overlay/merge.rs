//! Merges the additions of an action into its targets.

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::pointer::child;

/// Requirements for an overlay beyond its specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// No requirements. An action that matches nothing changes nothing.
    Specification,
    /// Every action must have a reason and be needed: an action without a `description` is an
    /// error, and so is one that matches nothing or appends something that already exists.
    Maintained,
}

/// The versions of the specification. A later one allows more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    V1_0,
    V1_1,
}

/// Advice for using more than Overlay 1.0 allows.
pub(super) const NEWER: &str = "write `overlay: \"1.1.0\"` at the top of the overlay";

/// The kinds of nodes that merge with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Primitive,
}

impl Kind {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Object(_) => Self::Object,
            Value::Array(_) => Self::Array,
            _ => Self::Primitive,
        }
    }
}

/// The action that is merged.
#[derive(Clone, Copy)]
pub(super) struct Merging<'o> {
    pub(super) overlay: &'o Document,
    pub(super) at: &'o str,
    /// The member that contains the merged value.
    pub(super) member: &'static str,
    pub(super) version: Version,
    pub(super) policy: Policy,
}

impl Merging<'_> {
    pub(super) fn into(
        self,
        target: Option<&mut Value>,
        change: &Value,
        pointer: &str,
    ) -> Result<(), Diagnostic> {
        match (target, change) {
            (Some(Value::Object(object)), Value::Object(change)) => self.objects(object, change),
            (Some(Value::Array(array)), Value::Array(items)) => {
                array.extend(items.iter().cloned());
                Ok(())
            }
            (Some(Value::Array(array)), item) => {
                array.push(item.clone());
                Ok(())
            }
            (Some(target), change) if Kind::of(target) == Kind::of(change) => {
                if self.version < Version::V1_1 {
                    let message =
                        format!("`{pointer}` is neither an object nor an array to update");
                    return Err(self.refused("target", message).help(NEWER));
                }
                *target = change.clone();
                Ok(())
            }
            _ => {
                let message = format!("`{pointer}` and the value to merge have different types");
                Err(self.refused("target", message).help(
                    "objects merge with objects, arrays take any value, and primitive values are \
                     replaced by such",
                ))
            }
        }
    }

    /// Merges objects member by member, appends to arrays, and replaces all other values.
    fn objects(
        self,
        object: &mut Map<String, Value>,
        change: &Map<String, Value>,
    ) -> Result<(), Diagnostic> {
        for (name, new) in change {
            match (object.get_mut(name), new) {
                (Some(Value::Object(old)), Value::Object(new)) => self.objects(old, new)?,
                (Some(Value::Array(old)), Value::Array(new)) => {
                    let is_there = new.iter().any(|item| old.contains(item));
                    if is_there && self.policy == Policy::Maintained {
                        // The document already contains the addition.
                        let message = format!("`{name}` already has what this update appends");
                        return Err(self.refused(self.member, message).help(
                            "if the document was corrected, delete the action; to replace a \
                             member, remove it first",
                        ));
                    }
                    old.extend(new.iter().cloned());
                }
                (Some(old), new)
                    if self.version >= Version::V1_1 && Kind::of(old) != Kind::of(new) =>
                {
                    let message = format!("`{name}` and the value to merge have different types");
                    let help = "to replace a member by one of another kind, remove it first";
                    return Err(self.refused(self.member, message).help(help));
                }
                (_, new) => {
                    object.insert(name.clone(), new.clone());
                }
            }
        }
        Ok(())
    }

    /// Creates a problem with one member of the action, or with the whole action.
    fn refused(self, member: &str, message: String) -> Diagnostic {
        self.overlay.diagnostic(&child(self.at, member), message)
    }
}

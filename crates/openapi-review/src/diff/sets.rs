//! Numbers schemas and stores the computed facts about each, so that most comparisons are cheap.
//!
//! A document with a few hundred schemas can have a hundred thousand pairs of them. Therefore each
//! list of schemas has a number, and the facts for comparisons are computed once for each list
//! instead of each pair.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::diff::shape::Shape;

/// The number of a list of schemas on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SetId(pub(crate) u32);

impl SetId {
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

/// All lists of schemas of one side that were visited.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    pub(crate) ids: RefCell<HashMap<Rc<[String]>, SetId>>,
    pub(crate) all: RefCell<Vec<Rc<Set>>>,
}

#[cfg(test)]
impl Sets {
    pub(crate) fn len(&self) -> usize {
        self.all.borrow().len()
    }
}

/// Schemas that all hold for one value, and the known facts about them.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) schemas: Rc<[String]>,
    pub(crate) shape: OnceCell<Rc<Shape>>,
    pub(crate) fields: OnceCell<Rc<[FieldPart]>>,
    pub(crate) unions: OnceCell<Rc<[Vec<SetId>]>>,
    pub(crate) leaf: OnceCell<Option<u32>>,
    pub(crate) is_met: Cell<bool>,
}

/// A field of an object, with the information that the comparison of fields needs.
#[derive(Debug)]
pub(crate) struct FieldPart {
    pub(crate) name: String,
    /// The field's schemas; empty for a name that only `required` contains.
    pub(crate) schemas: SetId,
    pub(crate) is_declared: bool,
    pub(crate) is_required: bool,
    /// Whether no value satisfies the field's schema, which is one way to forbid a field.
    pub(crate) is_never: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

impl Set {
    /// Returns `true` at the first call only.
    pub(crate) fn is_new(&self) -> bool {
        !self.is_met.replace(true)
    }
}

/// Schemas that contain no schemas, by their contents: those of both sides with the same content
/// and the same name have the same number.
#[derive(Debug, Default)]
pub(crate) struct Leaves(pub(crate) RefCell<HashMap<String, u32>>);

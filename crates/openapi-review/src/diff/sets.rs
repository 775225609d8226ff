//! Schemas by number, and what is known of each, so that comparing them often costs little.
//!
//! A document with a few hundred schemas can have a hundred thousand pairs of them. So each list
//! of schemas has a number, and what a comparison asks for is worked out once for each list, not
//! for each pair.

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

/// All lists of schemas of one side that were met.
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

/// Schemas that all hold for one value, and what is known of them.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) schemas: Rc<[String]>,
    pub(crate) shape: OnceCell<Rc<Shape>>,
    pub(crate) fields: OnceCell<Rc<[FieldPart]>>,
    pub(crate) unions: OnceCell<Rc<[Vec<SetId>]>>,
    pub(crate) leaf: OnceCell<Option<u32>>,
    pub(crate) is_met: Cell<bool>,
}

/// A field of an object, as far as the comparison of fields asks for it.
#[derive(Debug)]
pub(crate) struct FieldPart {
    pub(crate) name: String,
    /// Its schemas; those of a name that only `required` has are none.
    pub(crate) schemas: SetId,
    pub(crate) is_declared: bool,
    pub(crate) is_required: bool,
    /// A schema that no value satisfies is one way to rule a field out.
    pub(crate) is_never: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

impl Set {
    /// True the first time that it is asked.
    pub(crate) fn is_new(&self) -> bool {
        !self.is_met.replace(true)
    }
}

/// Schemas without schemas inside, by what they are: those of both sides that have the same
/// content and the same name have the same number.
#[derive(Debug, Default)]
pub(crate) struct Leaves(pub(crate) RefCell<HashMap<String, u32>>);

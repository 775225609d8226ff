//! One of the two documents, with functions to navigate it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use openapi_document::document::Document;
use openapi_document::pointer::child;
use openapi_document::views;
use serde_json::{Map, Value};

use crate::diff::keywords::is_docs;
use crate::diff::sets::{Leaves, Sets};
use crate::diff::shape::Shape;

/// Both documents.
pub(crate) struct Views<'a> {
    pub(crate) old: SpecView<'a>,
    pub(crate) new: SpecView<'a>,
    pub(crate) leaves: Leaves,
}

impl<'a> Views<'a> {
    pub(crate) fn new(old: &'a Document, new: &'a Document) -> Self {
        Self { old: SpecView::new(old), new: SpecView::new(new), leaves: Leaves::default() }
    }
}

/// The maximum length of a chain of references.
const CHAIN: usize = 32;

/// One of the two documents.
pub(crate) struct SpecView<'a> {
    pub(crate) document: &'a Document,
    /// Schemas that were already read.
    pub(crate) shapes: RefCell<HashMap<String, Rc<Shape>>>,
    /// The component schemas.
    components: Option<&'a Map<String, Value>>,
    /// Lists of schemas, by number.
    pub(crate) sets: Sets,
}

impl<'a> SpecView<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        let components = find(&document.root, "/components/schemas").and_then(Value::as_object);
        Self { document, components, shapes: RefCell::default(), sets: Sets::default() }
    }

    /// Returns the node at `pointer`, or null if the document has no such node.
    pub(crate) fn get(&self, pointer: &str) -> &'a Value {
        find(&self.document.root, pointer).unwrap_or(&Value::Null)
    }

    /// Returns whether there is a component schema of this name, escaped as in pointers.
    pub(crate) fn has_component(&self, name: &str) -> bool {
        match self.components {
            Some(components) if !name.contains('~') => {
                components.get(name).is_some_and(|schema| !schema.is_null())
            }
            _ => !self.get(&component(name)).is_null(),
        }
    }

    /// Returns the pointer that the reference at `pointer` leads to, if there is one. References to
    /// other documents are ignored.
    pub(crate) fn target(&self, pointer: &str) -> Option<String> {
        let reference = self.get(pointer).get("$ref")?.as_str()?;
        let path = decode(reference.strip_prefix('#')?);
        find(&self.document.root, &path).map(|_| path)
    }

    /// Follows references from `pointer` to a node without a reference.
    pub(crate) fn follow(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        for _ in 0..CHAIN {
            match self.target(&pointer) {
                Some(target) => pointer = target,
                None => break,
            }
        }
        pointer
    }

    /// Follows references without siblings: keywords next to a reference count.
    pub(crate) fn follow_alone(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        for _ in 0..CHAIN {
            let alone = self.get(&pointer).as_object().is_some_and(|members| members.len() == 1);
            match self.target(&pointer).filter(|_| alone) {
                Some(target) => pointer = target,
                None => break,
            }
        }
        pointer
    }

    /// Returns the component that a schema refers to, even if the reference is the only part of an
    /// `allOf` or the only alternative. Returns the schema itself if there is no component.
    pub(crate) fn component_of(&self, pointer: &str) -> String {
        let mut inner = pointer.to_owned();
        for _ in 0..CHAIN {
            if component_name(&inner).is_some() {
                return inner;
            }
            if let Some(target) = self.target(&inner) {
                inner = target;
                continue;
            }
            let schema = self.get(&inner);
            let is_only = |keyword: &&str| {
                schema[*keyword].as_array().is_some_and(|parts| parts.len() == 1)
                    && views::members(schema).all(|(name, _)| name == *keyword || is_docs(name))
            };
            match ["allOf", "anyOf", "oneOf"].into_iter().find(is_only) {
                Some(keyword) => inner = child(&child(&inner, keyword), 0),
                None => break,
            }
        }
        pointer.to_owned()
    }

    /// Returns the members of the object at `pointer` and their pointers, with resolved references.
    /// A name that begins with `x-` may be a regular name; for headers, it usually is.
    pub(crate) fn members(&self, pointer: &str) -> Vec<(String, String)> {
        let pairs = views::members(self.get(pointer));
        pairs.map(|(name, _)| (name.to_owned(), self.follow(&child(pointer, name)))).collect()
    }

    /// Returns the members without extensions, where the format allows extensions among them.
    pub(crate) fn members_proper(&self, pointer: &str) -> Vec<(String, String)> {
        let mut members = self.members(pointer);
        members.retain(|(name, _)| !name.starts_with("x-"));
        members
    }

    /// Returns the items of the array at `pointer`, with resolved references.
    pub(crate) fn items(&self, pointer: &str) -> Vec<String> {
        let length = self.get(pointer).as_array().map_or(0, Vec::len);
        (0..length).map(|index| self.follow(&child(pointer, index))).collect()
    }
}

/// Returns the node at `pointer` like [`Value::pointer`], but without copying each segment.
fn find<'v>(root: &'v Value, pointer: &str) -> Option<&'v Value> {
    if pointer.contains('~') {
        return root.pointer(pointer);
    }
    let Some(path) = pointer.strip_prefix('/') else {
        return pointer.is_empty().then_some(root);
    };
    path.split('/').try_fold(root, |value, segment| match value {
        Value::Object(members) => members.get(segment),
        Value::Array(items) => {
            let is_plain = segment == "0" || !segment.starts_with(['0', '+']);
            items.get(segment.parse::<usize>().ok().filter(|_| is_plain)?)
        }
        _ => None,
    })
}

/// Decodes the percent-encoding of a reference's fragment.
fn decode(fragment: &str) -> String {
    let bytes = fragment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = (bytes[index] == b'%').then(|| fragment.get(index + 1..index + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                index += 3;
            }
            None => {
                decoded.push(bytes[index]);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Returns the name of the component at a pointer, if it is one.
pub(crate) fn component_name(pointer: &str) -> Option<&str> {
    pointer.strip_prefix("/components/schemas/").filter(|name| !name.contains('/'))
}

/// Returns the pointer of a component.
pub(crate) fn component(name: &str) -> String {
    child("/components/schemas", name)
}

/// Returns the segments of a JSON pointer, unescaped.
pub(crate) fn segments(pointer: &str) -> Vec<Cow<'_, str>> {
    let segments = pointer.split('/').skip(1);
    let unescaped = segments.map(|segment| match segment.contains('~') {
        true => segment.replace("~1", "/").replace("~0", "~").into(),
        false => segment.into(),
    });
    unescaped.collect()
}

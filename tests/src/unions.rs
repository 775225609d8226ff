//! Tests whether unions decode to the variant that was sent, with instances of each variant that
//! are derived from the document alone.

mod instances;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::pipeline;
use openapi_client_codegen::report::Report;
use openapi_document::document::Document;
use serde_json::Value;

use self::variants::Matcher;
pub use variants::{Union, Variant};

/// An instance of a variant.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Instance {
    /// The component that is the union.
    pub union: String,
    /// The number of the variant.
    pub variant: usize,
    /// The instance.
    pub value: Value,
}

/// The unions among the components of a document, and the number of instances of each variant.
#[derive(Debug)]
pub struct Unions {
    root: Value,
    all: BTreeMap<String, Union>,
    open: BTreeSet<String>,
}

/// The outcomes of the instances of one union.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Decoded to the variant that was sent.
    pub right: usize,
    /// Decoded to another variant.
    pub wrong: usize,
    /// Kept as JSON.
    pub unknown: usize,
    /// The wrong and unknown ones that match no variant except the one that was sent.
    pub against_document: usize,
    /// The instances that do not match their own variant, because the generator of instances does not
    /// support all keywords. They are not counted.
    pub invalid: usize,
    /// Whether the report states that the document does not determine the variant.
    pub is_reported: bool,
    /// Examples of wrong or unknown instances.
    pub examples: Vec<String>,
}

impl Unions {
    /// Returns the unions of a document, each of which is a component.
    pub fn of(document: &Document) -> Self {
        let root = variants::hoisted(&document.root);
        let all = variants::unions(&root);
        let open = undecided(document, &root);
        Self { root, all, open }
    }

    /// Returns the document that contains the unions.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Returns the names of the types that are unions.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// Returns instances of all variants of the union with this type name.
    pub fn instances(&self, type_name: &str, count: usize) -> Vec<Instance> {
        let Some(union) = self.all.get(type_name) else { return Vec::new() };
        let mut out = Vec::new();
        for variant in 0..union.variants.len() {
            for value in instances::of(&self.root, union, variant, count) {
                out.push(Instance { union: type_name.to_owned(), variant, value });
            }
        }
        out
    }

    /// Compares the decoded variants of a union's instances with the sent ones.
    pub fn judge(&self, type_name: &str, decoded: &[(Instance, String)]) -> Tally {
        let Some(union) = self.all.get(type_name) else { return Tally::default() };
        let matcher = Matcher::of(&self.root, union);
        let matching: Vec<Vec<usize>> =
            decoded.iter().map(|(instance, _)| matcher.matching(&instance.value)).collect();
        let is_valid = |((one, _), matching): &(&(Instance, String), &Vec<usize>)| {
            matching.contains(&one.variant)
        };
        let valid: Vec<(&(Instance, String), &Vec<usize>)> =
            decoded.iter().zip(&matching).filter(is_valid).collect();
        let names = expected(union, valid.iter().map(|(decoded, _)| *decoded));
        let mut tally = Tally {
            invalid: decoded.len() - valid.len(),
            is_reported: self.open.contains(type_name),
            ..Tally::default()
        };
        for ((instance, found), matching) in valid {
            if names[instance.variant].contains(found) {
                tally.right += 1;
                continue;
            }
            let is_unknown = found.starts_with("Unknown");
            *(if is_unknown { &mut tally.unknown } else { &mut tally.wrong }) += 1;
            let is_decided = matching[..] == [instance.variant];
            tally.against_document += usize::from(is_decided);
            let note = if is_decided { "the document decides" } else { "fits others" };
            let sent: Vec<&String> = names[instance.variant].iter().collect();
            let example = format!("{} is {found}, not {sent:?} ({note})", instance.value);
            // The errors come first.
            let at = if is_decided { 0 } else { tally.examples.len() };
            tally.examples.insert(at, example);
        }
        let invalid = decoded.iter().zip(&matching).find(|one| !is_valid(one));
        if let Some(((one, _), _)) = invalid {
            let reason = matcher.mismatch(one.variant, &one.value);
            let reason = reason.unwrap_or_else(|| "the tag is that of another variant".to_owned());
            tally.examples.push(format!("invalid, for example because {reason}"));
        }
        tally
    }
}

/// Returns the possible names of each variant. A variant without a name has the name to which most
/// of its instances decode, unless it is the name of another variant.
fn expected<'a>(
    union: &Union,
    decoded: impl Iterator<Item = &'a (Instance, String)>,
) -> Vec<BTreeSet<String>> {
    let decoded: Vec<&(Instance, String)> = decoded.collect();
    let mut names: Vec<BTreeSet<String>> =
        union.variants.iter().map(|variant| variant.names.clone()).collect();
    for number in 0..names.len() {
        if !names[number].is_empty() {
            continue;
        }
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        for (_, found) in decoded.iter().filter(|(one, _)| one.variant == number) {
            *counts.entry(found).or_default() += 1;
        }
        let is_free = |name: &str| {
            !name.starts_with("Unknown") && !names.iter().any(|all| all.contains(name))
        };
        let most = counts.into_iter().filter(|(name, _)| is_free(name)).max_by_key(|(_, n)| *n);
        names[number].extend(most.map(|(name, _)| name.clone()));
    }
    // Lists of one type in Rust are one variant.
    let is_list = |number: &usize| union.variants[*number].schema["type"] == "array";
    let lists: Vec<usize> = (0..names.len()).filter(is_list).collect();
    for number in lists.iter().filter(|number| names[**number].is_empty()).collect::<Vec<_>>() {
        let own = decoded.iter().filter(|(one, _)| one.variant == *number);
        let found: BTreeSet<String> = own.map(|(_, found)| found.clone()).collect();
        let is_other = |name: &String| lists.iter().any(|other| names[*other].contains(name));
        if found.len() == 1 && found.iter().all(is_other) {
            names[*number] = found;
        }
    }
    names
}

/// Returns the names of the types for which the report states that the document does not determine
/// the variant.
fn undecided(document: &Document, root: &Value) -> BTreeSet<String> {
    let mut prepared = document.clone();
    prepared.root = root.clone();
    let mut report = Report::default();
    if pipeline::prepare(&mut prepared, &Selection::default(), &mut report).is_err() {
        return BTreeSet::new();
    }
    let lines = report.rewrites.iter().filter(|line| line.code.id == "union-undecided");
    lines
        .filter_map(|line| line.pointer.strip_prefix("/components/schemas/"))
        .map(openapi_review::rust_names::pascal)
        .collect()
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { right, wrong, unknown, against_document, invalid, is_reported, .. } = self;
        let invalid = if *invalid > 0 { format!(", {invalid} invalid") } else { String::new() };
        let reported = if *is_reported { ", reported as undecided" } else { "" };
        write!(
            f,
            "{right} right, {wrong} wrong, {unknown} unknown, {against_document} against the \
             document{invalid}{reported}"
        )
    }
}

//! The report of both levels, with the changes of the API in reading order.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use openapi_document::document::Document;

use crate::diff::change::{Change, Direction, Finding, Side, Verdict};
use crate::diff::client::ClientReport;
use crate::diff::document;
use crate::diff::fields::ASIDE;
use crate::diff::graph::Graph;
use crate::diff::kind::Kind;
use crate::diff::operation::Compared;
use crate::diff::operations;
use crate::diff::used_by;
use crate::diff::view::Views;

/// The result of a comparison.
#[derive(Debug, Clone)]
pub struct Report {
    /// The label of the old side.
    pub base: String,
    /// Changes of the API, the most harmful first.
    pub api: Vec<Change>,
    /// The changes for users of the generated client.
    pub client: ClientReport,
    /// The number of omitted documentation changes.
    pub hidden_docs: usize,
    /// Notes for the reader, such as an action of an overlay that matches nothing.
    pub notes: Vec<String>,
}

impl Report {
    /// Returns the verdict on the API; `None` if nothing changed. Accepted changes do not count.
    pub fn api_verdict(&self) -> Option<Verdict> {
        let counted = self.api.iter().filter(|change| change.accepted.is_none());
        let hidden = (self.hidden_docs > 0).then_some(Verdict::DocsOnly);
        counted.map(|change| change.verdict).chain(hidden).min()
    }

    /// Returns whether there is a breaking change at either level that is not accepted.
    pub fn is_breaking(&self) -> bool {
        self.api_verdict() == Some(Verdict::Breaking) || self.client.is_breaking()
    }

    /// Omits documentation changes; they are still counted.
    pub fn hide_docs(&mut self) {
        let before = self.api.len();
        self.api.retain(|change| change.verdict != Verdict::DocsOnly);
        self.hidden_docs += before - self.api.len();
    }

    /// Sorts the most harmful changes first again.
    pub(crate) fn sort(&mut self) {
        self.api.sort_by(|a, b| order(a).cmp(&order(b)));
        self.client.changes.sort_by_key(|change| Reverse(change.step));
    }

    /// Returns the number of accepted changes at both levels.
    pub fn accepted(&self) -> usize {
        let api = self.api.iter().filter(|change| change.accepted.is_some()).count();
        let client = self.client.changes.iter().filter(|change| change.accepted.is_some());
        api + client.count()
    }

    /// Returns the displayed changes of the API in groups that affect the same operations, the most
    /// harmful group first.
    pub fn groups(
        &self,
        is_shown: &dyn Fn(&Change) -> bool,
    ) -> Vec<(Operations<'_>, Vec<&Change>)> {
        let mut groups: Vec<(&Arc<BTreeSet<String>>, Vec<&Change>)> = Vec::new();
        for change in self.api.iter().filter(|change| is_shown(change)) {
            match groups.iter_mut().find(|(operations, _)| *operations == &change.operations) {
                Some((_, changes)) => changes.push(change),
                None => groups.push((&change.operations, vec![change])),
            }
        }
        // Changes are already sorted; a group that affects more operations comes first.
        groups.sort_by_key(|(operations, changes)| (changes[0].verdict, Reverse(operations.len())));
        let groups = groups.into_iter();
        groups.map(|(names, changes)| (Operations { names }, changes)).collect()
    }

    /// Returns the number of changes of the API with this verdict that are not accepted.
    pub fn count(&self, verdict: Verdict) -> usize {
        let counted = self.api.iter().filter(|change| change.accepted.is_none());
        let hidden = if verdict == Verdict::DocsOnly { self.hidden_docs } else { 0 };
        counted.filter(|change| change.verdict == verdict).count() + hidden
    }
}

/// The operations that a group of changes affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operations<'r> {
    /// Method and path of each operation; empty for the document as a whole.
    pub names: &'r BTreeSet<String>,
}

impl Operations<'_> {
    /// Creates a title from the names, in the format of the report.
    pub(crate) fn title(self, names: &[String]) -> String {
        match names.len() {
            0 => "the document".to_owned(),
            length if length <= NAMED => names.join(", "),
            length => format!("{} and {} more", names[..NAMED].join(", "), length - NAMED),
        }
    }
}

/// The maximum number of operations that a title names.
const NAMED: usize = 4;

/// Compares two documents of version 3.0 or later. Their overlays must be applied already; their
/// clients are compared in `client`.
pub fn compare(base: &str, old: &Document, new: &Document, client: ClientReport) -> Report {
    report(base, api(old, new), client)
}

/// Creates the report of both levels from the changes that [`api`] returns.
pub fn report(base: &str, api: Vec<Change>, mut client: ClientReport) -> Report {
    client.add_item_limits(&api);
    Report { base: base.to_owned(), api, client, hidden_docs: 0, notes: Vec::new() }
}

/// Returns only the changes of the API, the most harmful first.
pub fn api(old: &Document, new: &Document) -> Vec<Change> {
    let mut graph = Graph::new(Views::new(old, new));
    let mut all = operations::compare(&mut graph, "/paths", Direction::Request);
    all.extend(operations::compare(&mut graph, "/webhooks", Direction::Response));
    graph.run();
    let mut rest = vec![document::compare(&graph), document::unused(&mut graph)];
    graph.run();
    all.append(&mut rest);
    let mut changes = Changes::default();
    let words = used_by::words(all.len());
    let found = graph.findings(all.iter().map(|compared| compared.roots.as_slice()));
    for (number, (compared, firsts)) in all.iter().zip(&found.firsts).enumerate() {
        let mut this = vec![0; words];
        used_by::set(&mut this, number);
        for finding in &compared.findings {
            changes.add(finding, &this);
        }
        for first in firsts.iter().map(|first| *first as usize) {
            changes.add(&found.all[first], &found.used_by[first]);
        }
    }
    let mut changes = changes.finished(&all);
    let reported: BTreeSet<String> = changes
        .iter()
        .filter(|change| change.kind != ASIDE)
        .map(|change| change.pointer.clone())
        .collect();
    changes.retain(|change| change.kind != ASIDE || !reported.contains(&change.pointer));
    for change in &mut changes {
        let document = if change.side == Side::Old { old } else { new };
        change.place = document.place(&change.pointer).cloned();
    }
    changes.sort_by(|a, b| order(a).cmp(&order(b)));
    changes
}

/// Sorts the most harmful changes first, and then by their order in the file.
fn order(change: &Change) -> (Verdict, bool, usize, Kind, &str) {
    let line = change.place.as_ref().map_or(0, |place| place.line);
    (change.verdict, change.operations.is_empty(), line, change.kind, &change.message)
}

/// Changes in the order in which they were found.
#[derive(Default)]
struct Changes<'f> {
    all: Vec<Change>,
    /// The numbers of the operations that each change affects, as bits.
    touched: Vec<Box<[u64]>>,
    known: HashMap<(Kind, &'f str, &'f str, &'f str, Verdict, Side), usize>,
}

impl<'f> Changes<'f> {
    /// Adds a finding, or adds the affected operations to an existing one.
    fn add(&mut self, finding: &'f Finding, touched: &[u64]) {
        let Finding { verdict, kind, direction, message, reason, side, pointer } = finding;
        let key = (*kind, message.as_str(), &**reason, pointer.as_str(), *verdict, *side);
        let index = *self.known.entry(key).or_insert_with(|| {
            self.touched.push(vec![0; touched.len()].into());
            self.all.push(Change {
                verdict: *verdict,
                kind: *kind,
                directions: BTreeSet::new(),
                message: message.clone(),
                reason: reason.clone().into_owned(),
                side: *side,
                pointer: pointer.clone(),
                place: None,
                operations: Arc::default(),
                accepted: None,
            });
            self.all.len() - 1
        });
        self.all[index].directions.extend(*direction);
        used_by::join(&mut self.touched[index], touched);
    }

    /// Returns the changes with the names of the affected operations. Changes that affect the same
    /// operations share the names: thousands of changes may affect a thousand operations each.
    fn finished(self, compared: &[Compared]) -> Vec<Change> {
        let mut names: HashMap<Box<[u64]>, Arc<BTreeSet<String>>> = HashMap::new();
        let pairs = self.all.into_iter().zip(self.touched);
        let finish = |(mut change, touched): (Change, Box<[u64]>)| {
            let operations = names.entry(touched).or_insert_with_key(|touched| {
                let names = used_by::numbers(touched).map(|number| compared[number].name.clone());
                Arc::new(names.filter(|name| !name.is_empty()).collect())
            });
            change.operations = Arc::clone(operations);
            change
        };
        pairs.map(finish).collect()
    }
}

//! Pairs of schemas. Each pair is compared only once, regardless of its uses.
//!
//! A schema may contain itself and be used by a hundred operations. Therefore pairs are nodes of a
//! graph: a repeated pair is only linked. At the end, each operation has the findings of all pairs
//! that it reaches.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::rc::Rc;

use crate::diff::change::{Direction, Finding};
use crate::diff::pair::{Key, Pair, Place};
use crate::diff::used_by::{self, UsedBy};
use crate::diff::view::Views;

/// Both documents, and all pairs of their schemas that were visited.
pub(crate) struct Graph<'a> {
    pub(crate) views: Views<'a>,
    nodes: Vec<Node>,
    index: HashMap<Key, usize>,
    todo: Vec<(usize, Key)>,
    /// Findings by number: a hundred pairs may have the same finding.
    found: Lists,
    children: Lists,
    numbers: HashMap<Rc<Finding>, u32>,
    findings: Vec<Rc<Finding>>,
    /// The paths of the servers on both sides, if operations have the same URLs only together with
    /// them.
    pub(crate) moved_prefixes: Option<(String, String)>,
    /// The components that were visited.
    pub(crate) met: [BTreeSet<String>; 2],
}

/// The positions of a pair's lists in the lists of all pairs.
#[derive(Clone, Copy, Default)]
struct Node {
    findings: Span,
    children: Span,
}

#[derive(Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

/// Concatenated lists of numbers, for hundreds of thousands of short lists.
#[derive(Default)]
struct Lists(Vec<u32>);

impl Lists {
    fn add(&mut self, list: impl Iterator<Item = u32>) -> Span {
        let start = number_of(self.0.len());
        self.0.extend(list);
        Span { start, end: number_of(self.0.len()) }
    }

    fn get(&self, span: Span) -> &[u32] {
        &self.0[span.start as usize..span.end as usize]
    }
}

impl<'a> Graph<'a> {
    pub(crate) fn new(views: Views<'a>) -> Self {
        let (nodes, index, todo, numbers, findings, met) = Default::default();
        let (found, children, moved_prefixes) = Default::default();
        Self { views, nodes, index, todo, found, children, numbers, findings, moved_prefixes, met }
    }

    /// Returns the node of a pair of schemas.
    fn pair(&mut self, key: Key) -> usize {
        if let Some(&index) = self.index.get(&key) {
            return index;
        }
        let index = self.nodes.len();
        self.nodes.push(Node::default());
        self.index.insert(key, index);
        self.todo.push((index, key));
        index
    }

    /// Returns the pair of the schemas at two pointers.
    pub(crate) fn pair_at(&mut self, old: &str, new: &str, direction: Direction) -> usize {
        self.pair_in(old, new, direction, Place::default())
    }

    /// Like [`pair`](Self::pair), for a value at a certain place.
    pub(crate) fn pair_in(
        &mut self,
        old: &str,
        new: &str,
        direction: Direction,
        place: Place,
    ) -> usize {
        let (old, new) = (self.views.old.follow_alone(old), self.views.new.follow_alone(new));
        let (old, new) = (self.views.old.set(&[old]), self.views.new.set(&[new]));
        self.pair(Key { old, new, direction, place })
    }

    /// Compares all pairs that were visited, and those that they lead to.
    pub(crate) fn run(&mut self) {
        while let Some((index, key)) = self.todo.pop() {
            let mut pair = Pair::new(&self.views, key);
            pair.compare();
            let Pair { findings, children, met, .. } = pair;
            for (all, more) in self.met.iter_mut().zip(met) {
                all.extend(more);
            }
            // `add` receives the lists separately from the graph, which numbers their contents.
            let mut lists = mem::take(&mut self.children);
            let children = lists.add(children.into_iter().map(|key| number_of(self.pair(key))));
            self.children = lists;
            let mut lists = mem::take(&mut self.found);
            let findings = lists.add(findings.into_iter().map(|finding| self.number(finding)));
            self.found = lists;
            self.nodes[index] = Node { findings, children };
        }
    }

    /// Returns the number of a finding. Equal findings have the same number.
    fn number(&mut self, finding: Finding) -> u32 {
        if let Some(number) = self.numbers.get(&finding) {
            return *number;
        }
        let finding = Rc::new(finding);
        let number = number_of(self.findings.len());
        self.findings.push(Rc::clone(&finding));
        self.numbers.insert(finding, number);
        number
    }

    /// Returns the findings of the pairs, each once, and for each list of roots the numbers of the
    /// findings that it reaches first.
    pub(crate) fn findings<'r>(
        &self,
        roots: impl ExactSizeIterator<Item = &'r [usize]> + Clone,
    ) -> Found {
        let children = |node: usize| self.children.get(self.nodes[node].children);
        let used = UsedBy::new(self.nodes.len(), children, roots.clone());
        let unused = vec![0; used_by::words(roots.len())].into_boxed_slice();
        let mut users = vec![unused; self.findings.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for finding in self.found.get(node.findings) {
                used_by::join(&mut users[*finding as usize], used.bits(index));
            }
        }
        let mut seen = Seen {
            nodes: vec![false; self.nodes.len()],
            findings: vec![false; self.findings.len()],
        };
        let firsts = roots.map(|roots| self.firsts(roots, &mut seen)).collect();
        Found { all: self.findings.clone(), used_by: users, firsts }
    }

    /// Returns the findings that were not visited before. Findings that a node leads to are visited
    /// with it.
    fn firsts(&self, roots: &[usize], seen: &mut Seen) -> Vec<u32> {
        let mut todo: Vec<usize> = roots.to_vec();
        let mut firsts = Vec::new();
        while let Some(index) = todo.pop() {
            if !mem::replace(&mut seen.nodes[index], true) {
                let node = self.nodes[index];
                let is_first =
                    |number: &&u32| !mem::replace(&mut seen.findings[**number as usize], true);
                firsts.extend(self.found.get(node.findings).iter().filter(is_first));
                let children = self.children.get(node.children);
                todo.extend(children.iter().map(|child| *child as usize));
            }
        }
        firsts
    }
}

/// The findings of pairs of schemas.
pub(crate) struct Found {
    /// Findings by number.
    pub(crate) all: Vec<Rc<Finding>>,
    /// For each finding, the lists of roots that lead to it, as bits.
    pub(crate) used_by: Vec<Box<[u64]>>,
    /// For each list of roots, the findings that it reaches first.
    pub(crate) firsts: Vec<Vec<u32>>,
}

struct Seen {
    nodes: Vec<bool>,
    findings: Vec<bool>,
}

fn number_of(index: usize) -> u32 {
    u32::try_from(index).expect("fewer pairs than memory holds")
}

#[cfg(test)]
mod tests {
    use openapi_document::document::Document;
    use openapi_document::references::to_schema;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::diff::operations;

    /// Creates schemas in a circle, each with a list, a choice and a description. Each refers to
    /// the next, and to the one that is `step` further. An operation returns one of them.
    fn document(count: usize, step: usize) -> Document {
        let reference = |index: usize| json!({ "$ref": to_schema(&format!("S{}", index % count)) });
        let schema = |index: usize| {
            json!({
                "description": format!("Schema {index}."),
                "properties": {
                    "next": reference(index + 1),
                    "other": reference(index + step),
                    "all": { "type": "array", "items": reference(index) },
                    "one": { "oneOf": [reference(index), { "type": "string" }] },
                },
            })
        };
        let schemas: Map<String, Value> =
            (0..count).map(|index| (format!("S{index}"), schema(index))).collect();
        let content = |index| json!({ "application/json": { "schema": reference(index) } });
        let operation =
            |index| json!({ "get": { "responses": { "200": { "content": content(index) } } } });
        let root = json!({
            "paths": { "/a": operation(0), "/b": operation(1) },
            "components": { "schemas": schemas },
        });
        Document::new(root, HashMap::new())
    }

    #[test]
    fn what_is_done_once_for_each_schema_is_not_done_for_each_pair() {
        let count = 30;
        let (old, new) = (document(count, 1), document(count, 2));
        let mut graph = Graph::new(Views::new(&old, &new));
        let compared = operations::compare(&mut graph, "/paths", Direction::Response);
        graph.run();
        assert!(graph.nodes.len() >= count * count, "each is compared with each");
        for (side, what) in [(&graph.views.old, "old"), (&graph.views.new, "new")] {
            // The schema itself, its list and its choice, and the other alternative.
            let (read, listed) = (side.shapes.borrow().len(), side.sets.len());
            assert!(read <= 6 * count, "{read} {what} schemas were read");
            assert!(listed <= 6 * count, "{listed} {what} lists of schemas were made");
        }
        let found = graph.findings(compared.iter().map(|compared| compared.roots.as_slice()));
        assert_eq!(found.all.len(), count, "equal findings are kept once");
        let firsts: Vec<usize> = found.firsts.iter().map(Vec::len).collect();
        assert_eq!(firsts, [count, 0], "each finding is added once");
        assert!(found.used_by.iter().all(|bits| **bits == [0b11]), "both operations lead to all");
    }
}

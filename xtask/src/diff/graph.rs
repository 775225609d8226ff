//! Pairs of schemas, each compared once, however often it is used.
//!
//! A schema may contain itself and be used by a hundred operations. So pairs
//! are nodes of a graph: a pair that is met again is only linked, and at the
//! end each operation has the findings of all pairs that it reaches.

use std::collections::{BTreeSet, HashMap};

use super::change::{Direction, Finding};
use super::pair::Pair;
use super::shape::Schemas;
use super::side::Side;

/// Two schemas that stand for the same thing, and who sends it.
type Key = (Schemas, Schemas, Direction);

/// Both documents, and all pairs of their schemas that were met.
pub(crate) struct Graph<'a> {
    pub(crate) old: Side<'a>,
    pub(crate) new: Side<'a>,
    nodes: Vec<Node>,
    index: HashMap<Key, usize>,
    todo: Vec<(usize, Key)>,
    /// Components that were met.
    pub(crate) met: [BTreeSet<String>; 2],
}

#[derive(Default)]
struct Node {
    findings: Vec<Finding>,
    children: Vec<usize>,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(old: Side<'a>, new: Side<'a>) -> Self {
        let (index, met) = Default::default();
        Self { old, new, nodes: Vec::new(), index, todo: Vec::new(), met }
    }

    /// The pair of two schemas, for those to whom it matters.
    pub(crate) fn pair(&mut self, old: &[String], new: &[String], direction: Direction) -> usize {
        let key = (old.to_vec(), new.to_vec(), direction);
        if let Some(&index) = self.index.get(&key) {
            return index;
        }
        let index = self.nodes.len();
        self.nodes.push(Node::default());
        self.index.insert(key.clone(), index);
        self.todo.push((index, key));
        index
    }

    /// The pair of the schemas at two pointers.
    pub(crate) fn pair_at(&mut self, old: &str, new: &str, direction: Direction) -> usize {
        let (old, new) = (self.old.follow_alone(old), self.new.follow_alone(new));
        self.pair(&[old], &[new], direction)
    }

    /// Compares all pairs that were met, and those that they lead to.
    pub(crate) fn run(&mut self) {
        while let Some((index, (old, new, direction))) = self.todo.pop() {
            let mut pair = Pair::new(self, &old, &new, direction);
            pair.compare();
            let (findings, children) = (pair.findings, pair.children);
            self.nodes[index] = Node { findings, children };
        }
    }

    /// The findings of all pairs that can be reached from `roots`.
    pub(crate) fn findings(&self, roots: &[usize]) -> Vec<&Finding> {
        let mut seen = vec![false; self.nodes.len()];
        let mut todo: Vec<usize> = roots.to_vec();
        let mut findings = Vec::new();
        while let Some(index) = todo.pop() {
            if !std::mem::replace(&mut seen[index], true) {
                findings.extend(&self.nodes[index].findings);
                todo.extend(&self.nodes[index].children);
            }
        }
        findings
    }
}

//! Pairs of schemas, each compared once, however often it is used.
//!
//! A schema may contain itself and be used by a hundred operations. So pairs
//! are nodes of a graph: a pair that is met again is only linked, and at the
//! end each operation has the findings of all pairs that it reaches.

use std::collections::{BTreeSet, HashMap};
use std::mem;

use crate::diff::change::{Direction, Finding};
use crate::diff::pair::{Key, Pair, Place};
use crate::diff::view::Views;

/// Both documents, and all pairs of their schemas that were met.
pub(crate) struct Graph<'a> {
    pub(crate) views: Views<'a>,
    nodes: Vec<Node>,
    index: HashMap<Key, usize>,
    todo: Vec<(usize, Key)>,
    /// The paths of the servers on either side, if operations have the same URLs
    /// only together with them.
    pub(crate) moved_prefixes: Option<(String, String)>,
    /// Components that were met.
    pub(crate) met: [BTreeSet<String>; 2],
}

#[derive(Default)]
struct Node {
    findings: Vec<Finding>,
    children: Vec<usize>,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(views: Views<'a>) -> Self {
        let (nodes, index, todo) = Default::default();
        Self { views, nodes, index, todo, moved_prefixes: None, met: Default::default() }
    }

    /// The node of a pair of schemas.
    fn pair(&mut self, key: Key) -> usize {
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
        self.pair_in(old, new, direction, Place::default())
    }

    /// The same for a value in a certain place.
    pub(crate) fn pair_in(
        &mut self,
        old: &str,
        new: &str,
        direction: Direction,
        place: Place,
    ) -> usize {
        let (old, new) = (self.views.old.follow_alone(old), self.views.new.follow_alone(new));
        self.pair(Key { old: vec![old], new: vec![new], direction, place })
    }

    /// Compares all pairs that were met, and those that they lead to.
    pub(crate) fn run(&mut self) {
        while let Some((index, key)) = self.todo.pop() {
            let mut pair = Pair::new(&self.views, key);
            pair.compare();
            let Pair { findings, children, met, .. } = pair;
            for (all, more) in self.met.iter_mut().zip(met) {
                all.extend(more);
            }
            let children = children.into_iter().map(|key| self.pair(key)).collect();
            self.nodes[index] = Node { findings, children };
        }
    }

    /// Forgets links that lead to no finding: those that stay are few.
    pub(crate) fn prune(&mut self) {
        let mut parents = vec![Vec::new(); self.nodes.len()];
        for (parent, node) in self.nodes.iter().enumerate() {
            node.children.iter().for_each(|child| parents[*child].push(parent));
        }
        let has_findings = |index: &usize| !self.nodes[*index].findings.is_empty();
        let mut todo: Vec<usize> = (0..self.nodes.len()).filter(has_findings).collect();
        let mut leads = vec![false; self.nodes.len()];
        while let Some(index) = todo.pop() {
            if !mem::replace(&mut leads[index], true) {
                todo.extend(&parents[index]);
            }
        }
        for node in &mut self.nodes {
            node.children.retain(|child| leads[*child]);
        }
    }

    /// The findings of all pairs that can be reached from `roots`.
    pub(crate) fn findings(&self, roots: &[usize]) -> Vec<&Finding> {
        let mut seen = vec![false; self.nodes.len()];
        let mut todo: Vec<usize> = roots.to_vec();
        let mut findings = Vec::new();
        while let Some(index) = todo.pop() {
            if !mem::replace(&mut seen[index], true) {
                findings.extend(&self.nodes[index].findings);
                todo.extend(&self.nodes[index].children);
            }
        }
        findings
    }
}

//! Pairs of schemas, each compared once, however often it is used.
//!
//! A schema may contain itself and be used by a hundred operations. So pairs
//! are nodes of a graph: a pair that is met again is only linked, and at the
//! end each operation has the findings of all pairs that it reaches.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::rc::Rc;

use crate::diff::change::{Direction, Finding};
use crate::diff::pair::{Key, Pair, Place};
use crate::diff::used_by::{self, UsedBy};
use crate::diff::view::Views;

/// Both documents, and all pairs of their schemas that were met.
pub(crate) struct Graph<'a> {
    pub(crate) views: Views<'a>,
    nodes: Vec<Node>,
    index: HashMap<Key, usize>,
    todo: Vec<(usize, Key)>,
    numbers: HashMap<Rc<Finding>, u32>,
    findings: Vec<Rc<Finding>>,
    /// The paths of the servers on either side, if operations have the same URLs
    /// only together with them.
    pub(crate) moved_prefixes: Option<(String, String)>,
    /// Components that were met.
    pub(crate) met: [BTreeSet<String>; 2],
}

#[derive(Default)]
struct Node {
    /// By number: a hundred pairs may have the same finding.
    findings: Box<[u32]>,
    children: Box<[u32]>,
}

impl AsRef<[u32]> for Node {
    fn as_ref(&self) -> &[u32] {
        &self.children
    }
}

impl<'a> Graph<'a> {
    pub(crate) fn new(views: Views<'a>) -> Self {
        let (nodes, index, todo, numbers, findings, met) = Default::default();
        Self { views, nodes, index, todo, numbers, findings, moved_prefixes: None, met }
    }

    /// The node of a pair of schemas.
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
        let (old, new) = (self.views.old.set(&[old]), self.views.new.set(&[new]));
        self.pair(Key { old, new, direction, place })
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
            // A node that the pair leads to is numbered before it is compared.
            let children = children.into_iter().map(|key| number_of(self.pair(key))).collect();
            let findings = findings.into_iter().map(|finding| self.number(finding)).collect();
            self.nodes[index] = Node { findings, children };
        }
    }

    /// The number of a finding: equal ones have the same.
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

    /// What the pairs find, each finding once, and for each list of roots the numbers of those
    /// that it is the first to lead to.
    pub(crate) fn findings<'r>(
        &self,
        roots: impl ExactSizeIterator<Item = &'r [usize]> + Clone,
    ) -> Found {
        let used = UsedBy::new(&self.nodes, roots.clone());
        let nobody = vec![0; used_by::words(roots.len())].into_boxed_slice();
        let mut users = vec![nobody; self.findings.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for finding in &node.findings {
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

    /// The findings that were not met before. What a node leads to is met with it.
    fn firsts(&self, roots: &[usize], seen: &mut Seen) -> Vec<u32> {
        let mut todo: Vec<usize> = roots.to_vec();
        let mut firsts = Vec::new();
        while let Some(index) = todo.pop() {
            if !mem::replace(&mut seen.nodes[index], true) {
                let node = &self.nodes[index];
                let is_first =
                    |number: &&u32| !mem::replace(&mut seen.findings[**number as usize], true);
                firsts.extend(node.findings.iter().filter(is_first));
                todo.extend(node.children.iter().map(|child| *child as usize));
            }
        }
        firsts
    }
}

/// What pairs of schemas find.
pub(crate) struct Found {
    /// By number.
    pub(crate) all: Vec<Rc<Finding>>,
    /// For each, the lists of roots that lead to it, as bits.
    pub(crate) used_by: Vec<Box<[u64]>>,
    /// For each list of roots, those that it is the first to lead to.
    pub(crate) firsts: Vec<Vec<u32>>,
}

struct Seen {
    nodes: Vec<bool>,
    findings: Vec<bool>,
}

fn number_of(index: usize) -> u32 {
    u32::try_from(index).expect("fewer pairs than memory holds")
}

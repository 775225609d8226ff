//! Determines which operations use each node of a graph.

/// For each node, the roots that lead to it: bit `n` represents the roots with the number `n`.
///
/// Nodes that lead to each other have the same bits, so they are merged. Bits are passed from each
/// merged node to the nodes that it leads to. Thus the cost does not grow with the product of roots
/// and nodes.
pub(crate) struct UsedBy {
    component: Vec<u32>,
    bits: Vec<u64>,
    words: usize,
}

impl UsedBy {
    /// `children` returns the nodes that a node leads to; `roots` has the nodes of each number.
    pub(crate) fn new<'c, 'r>(
        nodes: usize,
        children: impl Fn(usize) -> &'c [u32],
        roots: impl ExactSizeIterator<Item = &'r [usize]>,
    ) -> Self {
        let (component, count) = components(nodes, &children);
        let words = words(roots.len());
        let mut used = Self { component, bits: vec![0; count * words], words };
        for (number, nodes) in roots.enumerate() {
            for node in nodes {
                let at = used.component[*node] as usize * words;
                set(&mut used.bits[at..][..words], number);
            }
        }
        used.pass_on(&children, count);
        used
    }

    /// A component has a higher number than those that it leads to.
    fn pass_on<'c>(&mut self, children: &impl Fn(usize) -> &'c [u32], count: usize) {
        let mut members = vec![Vec::new(); count];
        for (node, component) in self.component.iter().enumerate() {
            members[*component as usize].push(node);
        }
        for (number, nodes) in members.into_iter().enumerate().rev() {
            let (before, from) = self.bits.split_at_mut(number * self.words);
            for child in nodes.into_iter().flat_map(children) {
                let to = self.component[*child as usize] as usize;
                if to != number {
                    join(&mut before[to * self.words..][..self.words], &from[..self.words]);
                }
            }
        }
    }

    /// Returns the bits of a node.
    pub(crate) fn bits(&self, node: usize) -> &[u64] {
        &self.bits[self.component[node] as usize * self.words..][..self.words]
    }
}

/// Returns the number of 64-bit words that hold a bit for each of `count` numbers.
pub(crate) fn words(count: usize) -> usize {
    count.div_ceil(64)
}

/// Sets the bit of a number.
pub(crate) fn set(bits: &mut [u64], number: usize) {
    bits[number / 64] |= 1 << (number % 64);
}

/// Sets all bits that are set in `other`.
pub(crate) fn join(bits: &mut [u64], more: &[u64]) {
    bits.iter_mut().zip(more).for_each(|(bits, more)| *bits |= more);
}

/// Returns the numbers whose bits are set.
pub(crate) fn numbers(bits: &[u64]) -> impl Iterator<Item = usize> {
    bits.iter().enumerate().flat_map(|(word, bits)| {
        (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| word * 64 + bit)
    })
}

/// Returns the strongly connected component of each node, and the number of components, by Tarjan's
/// algorithm: a component follows those that it leads to.
fn components<'c>(nodes: usize, children: &impl Fn(usize) -> &'c [u32]) -> (Vec<u32>, usize) {
    const UNSEEN: u32 = u32::MAX;
    let mut low = vec![UNSEEN; nodes];
    let mut component = vec![UNSEEN; nodes];
    let (mut open, mut path) = (Vec::new(), Vec::new());
    let (mut next, mut count) = (0, 0);
    for start in 0..nodes {
        if low[start] == UNSEEN {
            path.push((start, next, 0));
        }
        while let Some((node, number, child)) = path.pop() {
            if child == 0 {
                low[node] = number;
                next = number + 1;
                open.push(node);
            } else {
                let done = children(node)[child - 1] as usize;
                if component[done] == UNSEEN {
                    low[node] = low[node].min(low[done]);
                }
            }
            if let Some(inner) = children(node).get(child) {
                path.push((node, number, child + 1));
                if low[*inner as usize] == UNSEEN {
                    path.push((*inner as usize, next, 0));
                }
            } else if low[node] == number {
                while let Some(member) = open.pop() {
                    component[member] = count;
                    if member == node {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    (component, count as usize)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Returns the nodes that a node leads to, directly or indirectly.
    fn reached(children: &[Vec<u32>], roots: &[usize]) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut todo = roots.to_vec();
        while let Some(node) = todo.pop() {
            if seen.insert(node) {
                todo.extend(children[node].iter().map(|child| *child as usize));
            }
        }
        seen
    }

    #[test]
    fn a_node_is_used_by_the_roots_that_lead_to_it() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..300 {
            let nodes = random.usize(1..12);
            let children: Vec<Vec<u32>> = (0..nodes)
                .map(|_| (0..random.usize(0..3)).map(|_| random.u32(0..nodes as u32)).collect())
                .collect();
            let roots: Vec<Vec<usize>> = (0..random.usize(0..150))
                .map(|_| (0..random.usize(0..3)).map(|_| random.usize(0..nodes)).collect())
                .collect();
            let used = UsedBy::new(nodes, |node| &children[node], roots.iter().map(Vec::as_slice));
            for node in 0..nodes {
                let found: Vec<usize> = numbers(used.bits(node)).collect();
                let leads =
                    |(_, roots): &(usize, &Vec<usize>)| reached(&children, roots).contains(&node);
                let expected = roots.iter().enumerate().filter(leads).map(|(number, _)| number);
                assert_eq!(
                    found,
                    expected.collect::<Vec<_>>(),
                    "{node} of {children:?}, {roots:?}"
                );
            }
        }
    }
}

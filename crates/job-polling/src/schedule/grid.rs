//! [`Grid`]: the ages between which the estimate is linear.

use super::tick::{TICKS, Tick};

const WORDS: usize = TICKS / 64;

/// The distance of fixed points in ticks: 8 points per octave.
const STRIDE: usize = 256;

/// The number of fixed points, without 0.
pub(super) const FIXED: usize = TICKS / STRIDE + 1;

/// The ticks of the fixed points.
pub(super) fn fixed() -> impl Iterator<Item = Tick> {
    (0..FIXED).map(|index| Tick::from_index(index * STRIDE))
}

/// A sorted set of ages: 0, the fixed ones, and marked ones. A bit set over all ticks keeps them
/// sorted.
pub(super) struct Grid {
    marks: Vec<u64>,
    /// The number of points before those of each word.
    ranks: Vec<u16>,
    ages: Vec<f64>,
}

impl Grid {
    /// Creates a grid with room for this many points in addition to the fixed ones.
    pub(super) fn new(points: usize) -> Self {
        let ages = Vec::with_capacity(1 + FIXED + points);
        Self { marks: vec![0; WORDS], ranks: vec![0; WORDS], ages }
    }

    pub(super) fn clear(&mut self) {
        self.marks.fill(0);
        for tick in fixed() {
            self.mark(tick);
        }
    }

    pub(super) fn mark(&mut self, tick: Tick) {
        self.marks[tick.index() / 64] |= 1 << (tick.index() % 64);
    }

    /// Builds the ages from the marks.
    pub(super) fn lay(&mut self) {
        self.ages.clear();
        self.ages.push(0.0);
        for (word, (&marks, rank)) in self.marks.iter().zip(&mut self.ranks).enumerate() {
            *rank = self.ages.len() as u16;
            let mut left = marks;
            while left != 0 {
                let tick = Tick::from_index(word * 64 + left.trailing_zeros() as usize);
                self.ages.push(tick.seconds());
                left &= left - 1;
            }
        }
    }

    /// Returns the ages in seconds, in order. The first is 0.
    pub(super) fn ages(&self) -> &[f64] {
        &self.ages
    }

    /// Returns the index of a marked age.
    pub(super) fn index_of(&self, tick: Tick) -> usize {
        let (word, bit) = (tick.index() / 64, tick.index() % 64);
        let before = self.marks[word] & ((1 << bit) - 1);
        usize::from(self.ranks[word]) + before.count_ones() as usize
    }

    /// Returns the last point that is not after an age in seconds.
    pub(super) fn at_or_before(&self, age: f64) -> usize {
        self.ages.partition_point(|&point| point <= age).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_sorted_and_found_again() {
        let mut grid = Grid::new(8);
        grid.clear();
        let marked = [3.3, 0.07, 777.7, 3.301, 3.3].map(Tick::nearest);
        marked.iter().for_each(|&tick| grid.mark(tick));
        grid.lay();
        assert!(grid.ages().is_sorted_by(|a, b| a < b));
        assert_eq!(grid.ages()[0], 0.0);
        for tick in marked.into_iter().chain(fixed()) {
            assert_eq!(grid.ages()[grid.index_of(tick)], tick.seconds());
            assert_eq!(grid.at_or_before(tick.seconds()), grid.index_of(tick));
        }
        assert_eq!(grid.at_or_before(0.0), 0);
        assert_eq!(grid.at_or_before(f64::MAX), grid.ages().len() - 1);
    }

    #[test]
    fn a_cleared_grid_has_the_fixed_points_only() {
        let mut grid = Grid::new(1);
        grid.clear();
        grid.mark(Tick::nearest(3.3));
        grid.clear();
        grid.lay();
        assert_eq!(grid.ages().len(), 1 + FIXED);
    }
}

//! [`Tick`]: the age of a job in 16 bits, to 1/4096 of the age.

use std::f64::consts::LN_2;
use std::time::Duration;

/// The bits of an `f32`'s mantissa that are dropped; 11 are kept.
const DROPPED: u32 = 12;

/// The bits of 1/16 s, the shortest age.
const SHORTEST: u32 = 0x3d80_0000;

/// Ages from 1/16 s to 2^16 s, which is 18 hours: 20 octaves of 2,048 steps.
pub(super) const TICKS: usize = 20 * STEPS;
const STEPS: usize = 2048;

/// An age on a logarithmic scale: a step is at most 1/2048 of the age. Ages beyond the scale
/// count as its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tick(u16);

impl Tick {
    pub(super) const FIRST: Self = Self(0);
    pub(super) const LAST: Self = Self((TICKS - 1) as u16);

    /// Returns the step nearest to an age in seconds. NaN counts as the shortest age.
    pub(super) fn nearest(seconds: f64) -> Self {
        let bits = (seconds as f32).max(f32::from_bits(SHORTEST)).to_bits();
        let step = (bits - SHORTEST + (1 << (DROPPED - 1))) >> DROPPED;
        Self::from_index(step as usize)
    }

    pub(super) fn of(age: Duration) -> Self {
        Self::nearest(age.as_secs_f64())
    }

    pub(super) fn seconds(self) -> f64 {
        f64::from(f32::from_bits((u32::from(self.0) << DROPPED) + SHORTEST))
    }

    /// Returns the logarithm of the age in seconds, to a hundredth. It is nearly proportional to
    /// the step: within an octave, steps are linear in seconds.
    pub(super) fn rough_ln(self) -> f64 {
        let octaves = f64::from(self.0) / STEPS as f64;
        let inside = octaves.fract();
        (octaves + 0.34 * inside * (1.0 - inside) - 4.0) * LN_2
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(super) fn from_index(index: usize) -> Self {
        Self(index.min(TICKS - 1) as u16)
    }

    /// Rounds to multiples of the largest power of two that does not exceed `steps`.
    pub(super) fn rounded_to(self, steps: usize) -> Self {
        let step = 1 << steps.max(1).ilog2();
        Self::from_index((self.index() + step / 2) & !(step - 1))
    }

    pub(super) fn next(self) -> Self {
        Self::from_index(self.index() + 1)
    }

    pub(super) fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_survive_to_a_four_thousandth() {
        for age in [0.0625, 0.1, 0.5, 1.0, 2.5, 5.003, 59.99, 60.0, 3600.0, 65_000.0] {
            let back = Tick::nearest(age).seconds();
            assert!((back / age - 1.0).abs() <= 0.000_25, "{age} was converted to {back}");
            assert_eq!(Tick::nearest(back).seconds(), back);
            let ln = Tick::nearest(age).rough_ln();
            assert!((ln - age.ln()).abs() < 0.01, "{age}: {ln}");
        }
    }

    #[test]
    fn values_beyond_the_scale_are_clamped() {
        for short in [0.0, -0.0, -5.0, 0.01, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Tick::nearest(short), Tick::FIRST, "{short}");
        }
        for long in [65_536.0, 1e9, f64::MAX, f64::INFINITY] {
            assert_eq!(Tick::nearest(long), Tick::LAST, "{long}");
        }
        assert_eq!(Tick::of(Duration::MAX), Tick::LAST);
    }

    #[test]
    fn order_is_kept() {
        let ticks = (0..TICKS).map(Tick::from_index);
        assert!(ticks.clone().zip(ticks.skip(1)).all(|(a, b)| a.seconds() < b.seconds()));
        for (steps, expected) in [(0, 1005), (1, 1005), (4, 1004), (7, 1004), (16, 1008)] {
            assert_eq!(Tick::from_index(1005).rounded_to(steps).index(), expected, "{steps}");
        }
        assert_eq!(Tick::FIRST.previous(), Tick::FIRST);
        assert_eq!(Tick::LAST.next(), Tick::LAST);
    }
}

//! [`Tick`]: the age of a job in 16 bits, to a thousandth of itself.

use std::time::Duration;

/// The bits of an `f32`'s mantissa that are dropped; 10 are kept.
const DROPPED: u32 = 13;

/// The bits of 1/16 s, the shortest age there is.
const SHORTEST: u32 = 0x3d80_0000;

/// Ages from 1/16 s to 2^16 s, which is 18 hours: 20 octaves of 1,024 steps.
pub(super) const TICKS: usize = 20 * 1024;

/// An age on a scale whose steps grow with it: a step is a thousandth of the
/// age or less. What is beyond the scale counts as its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tick(u16);

impl Tick {
    pub(super) const FIRST: Self = Self(0);
    pub(super) const LAST: Self = Self((TICKS - 1) as u16);

    /// The step next to an age in seconds. What is no number counts as the
    /// shortest age.
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

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(super) fn from_index(index: usize) -> Self {
        Self(index.min(TICKS - 1) as u16)
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
    fn ages_survive_to_a_thousandth() {
        for age in [0.0625, 0.1, 0.5, 1.0, 2.5, 5.003, 59.99, 60.0, 3600.0, 65_000.0] {
            let back = Tick::nearest(age).seconds();
            assert!((back / age - 1.0).abs() <= 0.0005, "{age} came back as {back}");
            assert_eq!(Tick::nearest(back).seconds(), back);
        }
    }

    #[test]
    fn what_is_beyond_the_scale_is_its_end() {
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
        assert_eq!(Tick::FIRST.previous(), Tick::FIRST);
        assert_eq!(Tick::LAST.next(), Tick::LAST);
    }
}

//! [`Usd`]: an amount of money without floating-point noise.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

const MICROS: i64 = 1_000_000;

/// An amount of US dollars, exact to a millionth.
///
/// ```
/// use waterfall_batch::Usd;
///
/// let total: Usd = [0.1, 0.2].into_iter().filter_map(Usd::from_f64).sum();
/// assert_eq!((total.to_string(), total.as_f64()), ("$0.30".to_owned(), 0.3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(i64);

impl Usd {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Creates an amount from millionths of a dollar.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns the amount in millionths of a dollar.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the nearest amount; `None` for a number that is not finite or beyond 9 trillion.
    pub fn from_f64(dollars: f64) -> Option<Self> {
        let micros = (dollars * MICROS as f64).round();
        (micros.is_finite() && micros.abs() < i64::MAX as f64).then_some(Self(micros as i64))
    }

    /// Returns the amount in dollars.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / MICROS as f64
    }
}

/// Formats two to six decimal places, for example `$1.25`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, amount) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (dollars, micros) = (amount / MICROS as u64, amount % MICROS as u64);
        let digits = format!("{micros:06}");
        let digits = digits.trim_end_matches('0');
        write!(f, "{sign}${dollars}.{digits:0<2}")
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_with_cents_at_least() {
        let rows = [
            (0, "$0.00"),
            (1, "$0.000001"),
            (1_500_000, "$1.50"),
            (-20_000, "-$0.02"),
            (100_000_000, "$100.00"),
        ];
        for (micros, text) in rows {
            assert_eq!(Usd::from_micros(micros).to_string(), text);
        }
        assert_eq!(Usd::from_f64(f64::NAN), None);
        assert_eq!(Usd::from_f64(1e300), None);
    }
}

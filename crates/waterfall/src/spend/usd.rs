//! [`Usd`]: an amount of money without floating-point noise.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use serde::{Serialize, Serializer};

const MICROS: i64 = 1_000_000;
/// The number of decimal places.
const PLACES: usize = 6;

/// An amount in US dollars, exact to a millionth.
///
/// Sums are exact. `Display` writes at least two decimal places (`0.30`), and more as needed. It
/// serializes as a JSON number (`0.3`). Amounts beyond nine trillion dollars saturate.
///
/// ```
/// use waterfall::Usd;
///
/// let sum: Usd = [0.1, 0.2].into_iter().filter_map(Usd::from_f64).sum();
/// assert_eq!(sum.to_string(), "0.30");
/// assert_eq!(sum, "0.3".parse()?);
/// # Ok::<(), waterfall::UsdError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// Creates an amount from a JSON number, rounded to a millionth; `None` if it is not finite.
    pub fn from_f64(dollars: f64) -> Option<Self> {
        // The cast saturates.
        dollars.is_finite().then(|| Self((dollars * MICROS as f64).round() as i64))
    }

    /// Returns the nearest floating-point number, for other programs. Don't calculate with it.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / MICROS as f64
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Usd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (micros, unit) = (self.0.unsigned_abs(), MICROS.unsigned_abs());
        let places = format!("{:0PLACES$}", micros % unit);
        let needed = places.trim_end_matches('0').len().max(2);
        let text = format!("{}.{}", micros / unit, &places[..needed]);
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Usd({self})")
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

impl FromStr for Usd {
    type Err = UsdError;

    /// Parses a decimal number with at most six decimal places.
    fn from_str(text: &str) -> Result<Self, UsdError> {
        parse(text.trim()).ok_or(UsdError(()))
    }
}

fn parse(text: &str) -> Option<Usd> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(places) || places.len() > PLACES {
        return None;
    }
    let micros: i64 = format!("{places:0<PLACES$}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(MICROS)?.checked_add(micros)?.checked_mul(sign).map(Usd)
}

/// Returned if a text is not an amount with at most six decimal places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsdError(());

impl fmt::Display for UsdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an amount such as 12.5, with at most six decimal places")
    }
}

impl std::error::Error for UsdError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_written_exactly() {
        let rows = [
            ("0", "0.00"),
            ("0.3", "0.30"),
            ("-1.25", "-1.25"),
            ("-0.000001", "-0.000001"),
            ("99.5", "99.50"),
            ("0.0125", "0.0125"),
            ("1234567.891234", "1234567.891234"),
        ];
        for (text, expected) in rows {
            assert_eq!(text.parse::<Usd>().unwrap().to_string(), expected);
        }
        assert_eq!(format!("{:>8}", Usd::from_micros(1_500_000)), "    1.50");
        for text in ["", ".", "1.", ".5", "1e3", "0.1234567", "1,5", "--1", "$1", "99999999999999"]
        {
            assert!(text.parse::<Usd>().is_err(), "{text}");
        }
        assert_eq!(Usd::from_f64(f64::NAN), None);
        assert_eq!(Usd::from_f64(f64::INFINITY), None);
        assert_eq!(Usd::from_f64(1e300), Some(Usd::from_micros(i64::MAX)));
        assert_eq!(serde_json::to_string(&Usd::from_micros(300_000)).unwrap(), "0.3");
    }

    proptest! {
        #[test]
        fn text_numbers_and_sums_agree(amounts in proptest::collection::vec(-9_999_999_999_i64..9_999_999_999, 0..50)) {
            let mut sum = Usd::ZERO;
            for micros in &amounts {
                let amount = Usd::from_micros(*micros);
                prop_assert_eq!(amount.to_string().parse::<Usd>().unwrap(), amount);
                prop_assert_eq!(Usd::from_f64(amount.to_f64()), Some(amount));
                sum += amount;
            }
            prop_assert_eq!(sum.micros(), amounts.iter().sum::<i64>());
        }
    }
}

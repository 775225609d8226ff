//! What can go wrong with a delivery, and how to write it down.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::clock::seconds;
use crate::fault::{FaultError, Grammar, with_probability};

/// Something that goes wrong with one delivery, in all of its attempts.
///
/// Each has a text form, the same in a launch's custom fields and on a command
/// line; several are joined with `;`.
///
/// ```
/// use waterfall_sandbox::{DeliveryFault, DeliveryRule};
///
/// let rule: DeliveryRule = "duplicate=2@0.1".parse()?;
/// assert_eq!(rule, DeliveryRule::new(DeliveryFault::Duplicate(2), 0.1));
/// # Ok::<(), waterfall_sandbox::FaultError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryFault {
    /// `lose`: it is never sent.
    Lose,
    /// `delay=2.5`: it is sent so many seconds late.
    Delay(Duration),
    /// `duplicate`, `duplicate=2`: it is sent once, or twice, more, at the same
    /// moment and byte for byte the same.
    Duplicate(u32),
    /// `reorder`: it is held back until an attempt of a later one is over, 30 s at
    /// most. While one is held, no other is: two that follow each other swap.
    Reorder,
    /// `tamper-body`: one bit of the body is changed after signing.
    TamperBody,
    /// `tamper-signature`: one bit of the Ed25519 signature is changed.
    TamperSignature,
    /// `unsign`: without the header `X-Webhook-Signature`.
    Unsign,
    /// `wrong-kid`: signed with the right key, under a name that the key set
    /// doesn't have.
    WrongKid,
    /// `unknown-key`: signed with a key that the key set doesn't have, under the
    /// right one's name.
    UnknownKey,
    /// `expired`: with `exp`, whatever the settings, an hour ago, and `iat`, if
    /// there is one, two.
    Expired,
    /// `wrong-hash`: `body_hash` is another body's.
    WrongHash,
}

const PLAIN: [(&str, DeliveryFault); 10] = [
    ("lose", DeliveryFault::Lose),
    ("duplicate", DeliveryFault::Duplicate(1)),
    ("reorder", DeliveryFault::Reorder),
    ("tamper-body", DeliveryFault::TamperBody),
    ("tamper-signature", DeliveryFault::TamperSignature),
    ("unsign", DeliveryFault::Unsign),
    ("wrong-kid", DeliveryFault::WrongKid),
    ("unknown-key", DeliveryFault::UnknownKey),
    ("expired", DeliveryFault::Expired),
    ("wrong-hash", DeliveryFault::WrongHash),
];

/// More copies of a delivery than that are a mistake.
const MOST_COPIES: u32 = 100;

impl DeliveryFault {
    /// Reads several faults, separated by `;`.
    pub(crate) fn parse_list(text: &str) -> Result<Vec<Self>, FaultError> {
        text.split(';').map(str::parse).collect()
    }
}

impl FromStr for DeliveryFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let text = text.trim();
        let fault = match text.split_once('=') {
            Some(("delay", value)) => value.parse().ok().and_then(seconds).map(Self::Delay),
            Some(("duplicate", value)) => {
                let copies = value.parse().ok().filter(|n| (1..=MOST_COPIES).contains(n));
                copies.map(Self::Duplicate)
            }
            Some(_) => None,
            None => PLAIN.into_iter().find(|(name, _)| *name == text).map(|(_, fault)| fault),
        };
        fault.ok_or_else(|| FaultError::new(text, Grammar::Delivery))
    }
}

impl fmt::Display for DeliveryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(time) => write!(f, "delay={}", time.as_secs_f64()),
            Self::Duplicate(copies) if *copies != 1 => write!(f, "duplicate={copies}"),
            plain => {
                let named = PLAIN.iter().find(|(_, fault)| fault == plain);
                f.write_str(named.map_or("", |(name, _)| name))
            }
        }
    }
}

/// A fault that befalls deliveries by chance, written `lose@0.01`. Without `@`,
/// it befalls all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryRule {
    pub(crate) fault: DeliveryFault,
    pub(crate) probability: f64,
}

impl DeliveryRule {
    /// A fault that befalls deliveries with a probability from 0 to 1.
    pub fn new(fault: DeliveryFault, probability: f64) -> Self {
        Self { fault, probability }
    }
}

impl FromStr for DeliveryRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError::new(text, Grammar::Delivery);
        let (fault, probability) = with_probability(text).ok_or_else(wrong)?;
        Ok(Self { fault: fault.parse()?, probability })
    }
}

impl fmt::Display for DeliveryRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.fault, self.probability)
    }
}

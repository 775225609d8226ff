//! [`DeliveryFault`]: the faults of a delivery, and their text form.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::fault_syntax::{
    FaultError, FaultKind, FaultTable, bare, duration, value, with_probability, write_duration,
};

/// A fault that the sandbox injects into all attempts at one delivery.
///
/// Each fault has a text form, the same in a launch's custom fields and on a command
/// line; `;` separates several faults.
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
    /// `lose`: the delivery is never sent.
    Lose,
    /// `delay=2.5`: the delivery is sent this many seconds late.
    Delay(Duration),
    /// `duplicate`, `duplicate=2`: one or more additional copies are sent at the same
    /// time, byte for byte identical.
    Duplicate(u32),
    /// `reorder`: the delivery is held back until an attempt at a later one has
    /// completed, for at most 30 s. At most one delivery is held at a time, so two
    /// consecutive deliveries swap.
    Reorder,
    /// `tamper-body`: one bit of the body is changed after signing.
    TamperBody,
    /// `tamper-signature`: one bit of the Ed25519 signature is changed.
    TamperSignature,
    /// `unsign`: the header `X-Webhook-Signature` is missing.
    Unsign,
    /// `wrong-kid`: signed with the current key, under a key id that is not in the key
    /// set.
    WrongKid,
    /// `unknown-key`: signed with a key that is not in the key set, under the id of the
    /// current key.
    UnknownKey,
    /// `expired`: `exp` is an hour ago, regardless of the settings, and `iat`, if present, two
    /// hours ago.
    Expired,
    /// `wrong-hash`: `body_hash` is the hash of a different body.
    WrongHash,
}

/// The maximum number of additional copies. A larger number is treated as a mistake.
const MAX_COPIES: u32 = 100;

macro_rules! faults {
    ($($name:literal $argument:literal $help:literal {
        parse: $parse:expr,
        write: $pattern:pat => $text:expr,
    })+) => {
        const KINDS: &[FaultKind<DeliveryFault>] =
            &[$(FaultKind { name: $name, argument: $argument, help: $help, parse: $parse },)+];

        /// Returns the name of a fault and its argument.
        fn text_of(fault: &DeliveryFault) -> (&'static str, String) {
            match fault {
                $($pattern => ($name, $text),)+
            }
        }
    };
}

// Effects are implemented where a delivery is scheduled, signed and sent.
faults! {
    "lose" "" "never sends the delivery" {
        parse: |argument| bare(argument, DeliveryFault::Lose),
        write: DeliveryFault::Lose => String::new(),
    }
    "delay" "=SECONDS" "sends the delivery late" {
        parse: |argument| duration(argument).map(DeliveryFault::Delay),
        write: DeliveryFault::Delay(time) => write_duration(*time),
    }
    "duplicate" " (=COPIES)" "sends one additional copy, or this many" {
        parse: parse_duplicate,
        write: DeliveryFault::Duplicate(copies) => match copies {
            1 => String::new(),
            _ => format!("={copies}"),
        },
    }
    "reorder" "" "holds the delivery back until a later one has been attempted" {
        parse: |argument| bare(argument, DeliveryFault::Reorder),
        write: DeliveryFault::Reorder => String::new(),
    }
    "tamper-body" "" "flips one bit of the body after signing" {
        parse: |argument| bare(argument, DeliveryFault::TamperBody),
        write: DeliveryFault::TamperBody => String::new(),
    }
    "tamper-signature" "" "flips one bit of the signature" {
        parse: |argument| bare(argument, DeliveryFault::TamperSignature),
        write: DeliveryFault::TamperSignature => String::new(),
    }
    "unsign" "" "omits the signature header" {
        parse: |argument| bare(argument, DeliveryFault::Unsign),
        write: DeliveryFault::Unsign => String::new(),
    }
    "wrong-kid" "" "signs with the current key under an unpublished key id" {
        parse: |argument| bare(argument, DeliveryFault::WrongKid),
        write: DeliveryFault::WrongKid => String::new(),
    }
    "unknown-key" "" "signs with an unpublished key under the current key id" {
        parse: |argument| bare(argument, DeliveryFault::UnknownKey),
        write: DeliveryFault::UnknownKey => String::new(),
    }
    "expired" "" "signs with an expiry time in the past" {
        parse: |argument| bare(argument, DeliveryFault::Expired),
        write: DeliveryFault::Expired => String::new(),
    }
    "wrong-hash" "" "signs the hash of a different body" {
        parse: |argument| bare(argument, DeliveryFault::WrongHash),
        write: DeliveryFault::WrongHash => String::new(),
    }
}

const FAULTS: FaultTable<DeliveryFault> =
    FaultTable { kinds: KINDS, target: " of a delivery", rule: "FAULT[@PROBABILITY]" };

fn parse_duplicate(argument: &str) -> Option<DeliveryFault> {
    let copies = if argument.is_empty() { 1 } else { value(argument)?.parse().ok()? };
    (1..=MAX_COPIES).contains(&copies).then_some(DeliveryFault::Duplicate(copies))
}

impl DeliveryFault {
    /// Parses several faults, separated by `;`.
    pub(crate) fn parse_list(text: &str) -> Result<Vec<Self>, FaultError> {
        text.split(';').map(str::parse).collect()
    }

    /// Returns a help text with one line per fault: its text form and its effect.
    ///
    /// ```
    /// use waterfall_sandbox::DeliveryFault;
    ///
    /// let help = DeliveryFault::help();
    /// assert!(help.lines().any(|line| line.starts_with("lose ")));
    /// ```
    pub fn help() -> String {
        FAULTS.help()
    }
}

impl FromStr for DeliveryFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        FAULTS.parse(text)
    }
}

impl fmt::Display for DeliveryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, argument) = text_of(self);
        write!(f, "{name}{argument}")
    }
}

/// A fault with a probability, written `lose@0.01`. Without `@`, the probability
/// is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryRule {
    pub(crate) fault: DeliveryFault,
    pub(crate) probability: f64,
}

impl DeliveryRule {
    /// Creates a rule for all deliveries. `probability` is from 0 to 1.
    pub fn new(fault: DeliveryFault, probability: f64) -> Self {
        Self { fault, probability }
    }
}

impl FromStr for DeliveryRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let error = || FAULTS.error(text);
        let (fault, probability) = with_probability(text).ok_or_else(error)?;
        Ok(Self { fault: fault.parse()?, probability })
    }
}

impl fmt::Display for DeliveryRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.fault, self.probability)
    }
}

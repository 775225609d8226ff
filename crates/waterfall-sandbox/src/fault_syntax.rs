//! The text form of faults: `NAME`, `NAME=VALUE`, `NAME+OPTION`, optionally followed by
//! `@PROBABILITY` in a rule.

use std::fmt;
use std::time::Duration;

use crate::clock::seconds;

/// One row of a table of faults.
pub(crate) struct FaultKind<F> {
    pub(crate) name: &'static str,
    /// The text after the name, in the notation of help texts.
    pub(crate) argument: &'static str,
    /// The effect of the fault, in one line.
    pub(crate) help: &'static str,
    /// Parses the text after the name.
    pub(crate) parse: fn(&str) -> Option<F>,
}

/// The faults of one target, and the notation of rules for them.
pub(crate) struct FaultTable<F: 'static> {
    pub(crate) kinds: &'static [FaultKind<F>],
    /// The target of the faults, if an error message must name it.
    pub(crate) target: &'static str,
    pub(crate) rule: &'static str,
}

impl<F> FaultTable<F> {
    pub(crate) fn parse(&self, text: &str) -> Result<F, FaultError> {
        let text = text.trim();
        let (name, argument) = text.split_at(text.find(['=', '+']).unwrap_or(text.len()));
        let kind = self.kinds.iter().find(|kind| kind.name == name);
        kind.and_then(|kind| (kind.parse)(argument)).ok_or_else(|| self.error(text))
    }

    pub(crate) fn error(&self, text: &str) -> FaultError {
        let names = self.kinds.iter().map(|kind| format!("{}{}", kind.name, kind.argument));
        let expected = names.collect::<Vec<_>>().join(", ");
        let rule = self.rule;
        FaultError {
            text: text.to_owned(),
            target: self.target,
            expected: format!("expected one of {expected}; a rule is {rule}"),
        }
    }

    /// Writes one line per fault: the text form, then the effect.
    pub(crate) fn help(&self) -> String {
        let name = |kind: &FaultKind<F>| format!("{}{}", kind.name, kind.argument);
        let width = self.kinds.iter().map(|kind| name(kind).len()).max().unwrap_or_default();
        let line = |kind: &FaultKind<F>| format!("{:width$}  {}\n", name(kind), kind.help);
        self.kinds.iter().map(line).collect()
    }
}

/// Returned if a text is not a fault. `Display` quotes the text and lists the valid forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError {
    text: String,
    target: &'static str,
    expected: String,
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a fault{}: {}", self.text, self.target, self.expected)
    }
}

impl std::error::Error for FaultError {}

/// Splits `FAULT[@PROBABILITY]`; the default probability is 1.
pub(crate) fn with_probability(text: &str) -> Option<(&str, f64)> {
    let (fault, probability) = match text.rsplit_once('@') {
        Some((fault, number)) => (fault, number.trim().parse().ok()?),
        None => (text, 1.0),
    };
    (0.0..=1.0).contains(&probability).then_some((fault, probability))
}

/// Parses a fault without argument.
pub(crate) fn bare<F>(argument: &str, fault: F) -> Option<F> {
    argument.is_empty().then_some(fault)
}

/// Returns the value in `=VALUE`.
pub(crate) fn value(argument: &str) -> Option<&str> {
    argument.strip_prefix('=')
}

pub(crate) fn duration(argument: &str) -> Option<Duration> {
    value(argument)?.parse().ok().and_then(seconds)
}

pub(crate) fn write_duration(time: Duration) -> String {
    format!("={}", time.as_secs_f64())
}

/// Escapes characters that are not printable ASCII, and the separators of lists and rules, as
/// `%XX`.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let is_plain = |byte: u8| (byte == b' ' || byte.is_ascii_graphic()) && !b";@%".contains(&byte);
    let one = |byte: &u8| {
        if is_plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
    };
    bytes.iter().map(one).collect()
}

pub(crate) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        let is_hex = code.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(code, 16).ok().filter(|_| is_hex)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

//! [`FaultRule`]: request faults by probability.

use std::fmt;
use std::str::FromStr;

use crate::endpoint::Endpoint;
use crate::fault::Fault;
use crate::fault_syntax::{FaultError, with_probability};
use crate::fault_table::FAULTS;

/// A fault with a probability, written `status=503@0.1`, or `launch:reset+acted@0.02` or
/// `searchContacts:status=500` for one operation, by its name in rules or its `operationId` (see
/// [`Endpoint`]). Without `@`, the probability is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) fault: Fault,
    pub(crate) probability: f64,
}

impl FaultRule {
    /// Creates a rule for requests of all operations. `probability` is from 0 to 1.
    pub fn new(fault: Fault, probability: f64) -> Self {
        Self { endpoint: None, fault, probability }
    }

    /// Restricts the rule to one operation.
    #[must_use]
    pub fn on(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }
}

impl FromStr for FaultRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let error = || FAULTS.error(text);
        let (endpoint, rest) = match text.split_once(':') {
            Some((name, rest)) if !name.contains('=') => {
                (Some(Endpoint::from_name(name.trim()).ok_or_else(error)?), rest)
            }
            _ => (None, text),
        };
        let (fault, probability) = with_probability(rest).ok_or_else(error)?;
        Ok(Self { endpoint, fault: fault.parse()?, probability })
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = self.endpoint {
            write!(f, "{}:", endpoint.name())?;
        }
        write!(f, "{}@{}", self.fault, self.probability)
    }
}

//! [`Observer`] and its input: places and kinds of deviations, without values.

use std::fmt;

use waterfall_api::{Deviation, DeviationKind};

/// A hook that is called with each decoded response:
/// [`ClientBuilder::observer`](crate::ClientBuilder::observer). Closures implement it.
pub trait Observer: Send + Sync + 'static {
    /// Called for each response, even if nothing deviates. Must not block.
    fn observe(&self, response: &ObservedResponse<'_>);
}

impl<F: Fn(&ObservedResponse<'_>) + Send + Sync + 'static> Observer for F {
    fn observe(&self, response: &ObservedResponse<'_>) {
        self(response);
    }
}

/// A response as an [`Observer`] receives it: its operation, and its deviations from the API's
/// description. It contains no value of the response.
#[derive(Debug, Clone, Copy)]
pub struct ObservedResponse<'a> {
    pub(super) operation: &'static str,
    pub(super) deviations: &'a [ObservedDeviation],
}

impl<'a> ObservedResponse<'a> {
    /// Returns the ID of the operation in the API's description, such as `findContactEnrichment`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the deviations; each place and kind occurs once. Empty if the response matches its
    /// description.
    pub fn deviations(&self) -> &'a [ObservedDeviation] {
        self.deviations
    }
}

/// A deviation of a response, without anything that may be data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObservedDeviation {
    pub(super) path: String,
    pub(super) kind: DeviationKind,
    pub(super) expected: String,
    pub(super) found: &'static str,
}

impl ObservedDeviation {
    /// Returns the JSON path, with `*` for indices and for names that may be data:
    /// `$.output.persons[*].title`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the kind of the deviation.
    pub fn kind(&self) -> DeviationKind {
        self.kind
    }

    /// Returns the value that the description expects, with its article, as
    /// [`Deviation::expected`].
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns the kind of JSON value in the response, with its article, as [`Deviation::found`].
    pub fn found(&self) -> &'static str {
        self.found
    }
}

impl From<&Deviation> for ObservedDeviation {
    fn from(deviation: &Deviation) -> Self {
        Self {
            path: deviation.pattern().to_owned(),
            kind: deviation.kind(),
            expected: deviation.expected().to_owned(),
            found: deviation.found(),
        }
    }
}

/// The number of responses of an operation that deviate in one way:
/// [`Client::deviations`](crate::Client::deviations).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationCount {
    pub(super) operation: &'static str,
    pub(super) deviation: ObservedDeviation,
    pub(super) responses: u64,
    pub(super) observed: u64,
}

impl DeviationCount {
    /// Returns the ID of the operation in the API's description.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the place and the kind of the deviation.
    pub fn deviation(&self) -> &ObservedDeviation {
        &self.deviation
    }

    /// Returns the JSON path of the [deviation](Self::deviation).
    pub fn path(&self) -> &str {
        &self.deviation.path
    }

    /// Returns the number of responses that deviate in this way.
    pub fn responses(&self) -> u64 {
        self.responses
    }

    /// Returns the number of responses of this operation that were decoded.
    pub fn observed(&self) -> u64 {
        self.observed
    }
}

impl fmt::Display for DeviationCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, deviation, responses, observed } = self;
        let ObservedDeviation { path, expected, found, .. } = deviation;
        write!(
            f,
            "{operation} {path}: expected {expected}, found {found}, in {responses} of {observed} \
             responses"
        )
    }
}

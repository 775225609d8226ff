//! [`Finding`]: a difference between responses and their description.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::explanation::{Explanation, Topic};
use crate::observe::format::Format;
use crate::observe::infer;
use crate::observe::json_type::JsonType;
use crate::observe::node::Node;

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $drift:literal: $meaning:literal, $reason:literal, $action:literal;)+) => {
        /// What sort of difference a finding is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])+ $name,)+
        }

        impl Code {
            /// All of them, in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// Whether the responses have what the description does not allow or know;
            /// otherwise the description has what was not seen.
            #[must_use]
            pub fn is_drift(self) -> bool {
                match self {
                    $(Self::$name => $drift,)+
                }
            }

            /// What the code means.
            #[must_use]
            pub fn explanation(self) -> Explanation {
                let (meaning, reason, action) = match self {
                    $(Self::$name => ($meaning, $reason, $action),)+
                };
                Explanation {
                    code: self.code(),
                    topic: Topic::Observe,
                    meaning,
                    reason,
                    action,
                    reference: None,
                }
            }
        }
    };
}

codes! {
    /// A response has a field that the description does not have.
    UnknownField = "unknown-field", true: "A response has a field that the description does not have.", "The client keeps it, but has no name for it.", "Add the field: `observe --write` proposes its schema.";
    /// A value has a type that the description does not allow.
    TypeMismatch = "type-mismatch", true: "A value has a type that the description does not allow.", "The client keeps the value and reads the field as absent.", "Add the type, or report it to the vendor if it is a defect.";
    /// A value is null, and the description does not allow it.
    NullNotAllowed = "null-not-allowed", true: "A value is null, and the description does not allow it.", "Clients of other generators refuse the response.", "Allow null.";
    /// A text is not in the list of the description.
    UnknownValue = "unknown-value", true: "A text is not in the list of the description.", "The client has it as an unknown value, which callers can't match by name.", "Add the value, after a look at it: `--show-values PATH`.";
    /// A date has a shape other than the described one.
    DateShape = "date-shape", true: "A date has a shape other than the described one.", "Clients that parse by the format fail.", "Describe the shapes that were seen.";
    /// A text does not have the described format.
    FormatMismatch = "format-mismatch", true: "A text does not have the described format.", "Clients that parse by the format fail.", "Remove the format.";
    /// A required field is missing.
    FieldMissing = "field-missing", true: "A required field is missing.", "The client can't decode the object around it.", "Make the field optional.";
    /// A response has a status that the description does not have.
    UndescribedResponse = "undescribed-response", true: "A response has a status that the description does not have.", "The client reports an unexpected response.", "Describe it, unless a gateway sent it.";
    /// A body is not JSON.
    NotJson = "not-json", true: "A body is not JSON.", "The client reports an undecodable response.", "Find out who sent it: often a gateway.";
    /// A described field was never seen.
    FieldNeverSeen = "field-never-seen", false: "A described field was never seen.", "It may be gone, or rare.", "Nothing, unless there are many samples.";
    /// A listed value was never seen.
    ValueNeverSeen = "value-never-seen", false: "A listed value was never seen.", "It may be gone, or rare.", "Nothing, unless there are many samples.";
    /// A described type was never seen.
    TypeNeverSeen = "type-never-seen", false: "A described type was never seen.", "It may be gone, or rare.", "Nothing, unless there are many samples.";
}

/// Where a finding was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The ID of the operation.
    pub operation: String,
    /// The status of the response.
    pub status: u16,
    /// The JSON path, such as `$.output.person.experiences[*].title`.
    pub path: String,
    /// How many values or objects have the difference.
    pub seen: u64,
    /// How many values or objects there were.
    pub of: u64,
}

/// A difference between responses and their description. The same schema can be in
/// several responses: a finding is about the schema, and has all places.
///
/// It holds no personal data, and shows values only through
/// [`Finding::values`].
#[derive(Debug, Clone)]
pub struct Finding {
    /// What sort of difference it is.
    pub code: Code,
    /// The JSON pointer of the schema to correct. Empty for a response that is not
    /// described.
    pub pointer: String,
    /// The field that is unknown, missing or never seen.
    pub field: Option<String>,
    /// The type that does not match.
    pub kind: Option<JsonType>,
    /// The listed value or the type that was never seen.
    pub described: Option<String>,
    /// Where it was seen; never empty.
    pub places: Vec<Place>,
    pub(super) node: Node,
}

impl Finding {
    /// In how many values or objects the difference was seen.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.places.iter().map(|place| place.seen).sum()
    }

    /// In how many values or objects it could have been seen.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.places.iter().map(|place| place.of).sum()
    }

    /// The path of the first place.
    #[must_use]
    pub fn path(&self) -> &str {
        self.places.first().map_or("", |place| &place.path)
    }

    /// Whether one of its places has this path.
    #[must_use]
    pub fn is_at(&self, path: &str) -> bool {
        self.places.iter().any(|place| place.path == path)
    }

    /// The types that were seen, for people: `string (uuid) or null`.
    #[must_use]
    pub fn found(&self) -> String {
        infer::words(&self.node)
    }

    /// The shapes of the texts that were seen.
    pub(super) fn formats(&self) -> impl Iterator<Item = Format> {
        self.node.formats.keys().copied()
    }

    /// The schema of what was seen. With `values`, a closed set is listed: only
    /// after consent, because it holds the values.
    #[must_use]
    pub fn schema(&self, values: bool) -> Value {
        infer::schema(&self.node, values)
    }

    /// How many distinct texts there are, if they look like a small set that a
    /// person may want to see. Texts that the description lists do not count.
    #[must_use]
    pub fn small_set(&self) -> Option<usize> {
        let values = &self.node.values;
        let is_set = match self.code {
            Code::UnknownValue => values.is_small(),
            Code::UnknownField => values.is_closed(),
            _ => false,
        };
        is_set.then(|| values.distinct())
    }

    /// The texts of a small set with their counts: to be shown only after consent.
    /// None if it is not a small set, or if the texts are not known because they
    /// come from a file without them.
    #[must_use]
    pub fn values(&self) -> Option<&BTreeMap<String, u64>> {
        self.small_set().and_then(|_| self.node.values.texts())
    }
}

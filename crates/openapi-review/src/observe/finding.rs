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
        /// The kind of a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])+ $name,)+
        }

        impl Code {
            /// All codes, in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// Returns whether responses contain something that the description does not allow or
            /// know. Otherwise, the description contains something that was not observed.
            #[must_use]
            pub fn is_drift(self) -> bool {
                match self {
                    $(Self::$name => $drift,)+
                }
            }

            /// Returns the explanation of the code.
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
    UnknownValue = "unknown-value", true: "A text is not in the list of the description.", "The \
        client decodes it as an unknown value, which callers can't match by name.", "Review the \
        value with `--show-values PATH`, then add it.";
    /// A date has a format other than the described one.
    DateShape = "date-shape", true: "A date has a format other than the described one.", "Clients \
        that parse by the format fail.", "Describe the observed formats.";
    /// A text does not have the described format.
    FormatMismatch = "format-mismatch", true: "A text does not have the described format.", "Clients that parse by the format fail.", "Remove the format.";
    /// A required field is missing.
    FieldMissing = "field-missing", true: "A required field is missing.", "The client can't decode the object around it.", "Make the field optional.";
    /// A response has a status that the description does not have.
    UndescribedResponse = "undescribed-response", true: "A response has a status that the description does not have.", "The client reports an unexpected response.", "Describe it, unless a gateway sent it.";
    /// A body is not JSON.
    NotJson = "not-json", true: "A body is not JSON.", "The client reports an undecodable \
        response.", "Find out what sent it: often a gateway.";
    /// A described field was never seen.
    FieldNeverSeen = "field-never-seen", false: "A described field was never seen.", "It may be gone, or rare.", "Nothing, unless there are many samples.";
    /// A listed value was never seen.
    ValueNeverSeen = "value-never-seen", false: "A listed value was never seen.", "It may be gone, or rare.", "Nothing, unless there are many samples.";
    /// A described type was never seen.
    TypeNeverSeen = "type-never-seen", false: "A described type was never seen.", "It may be gone, or rare.", "Nothing, unless there are many samples.";
}

/// The place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The ID of the operation.
    pub operation: String,
    /// The status of the response.
    pub status: u16,
    /// The JSON path, such as `$.output.person.experiences[*].title`.
    pub path: String,
    /// The number of values or objects with the difference.
    pub seen: u64,
    /// The number of all values or objects at the place.
    pub of: u64,
}

/// A difference between responses and their description. The same schema can occur in several
/// responses: a finding is about the schema, and contains all places.
///
/// It contains no personal data, and shows values only through [`Finding::values`].
#[derive(Debug, Clone)]
pub struct Finding {
    /// The kind of the finding.
    pub code: Code,
    /// The JSON pointer of the schema to correct. Empty for a response that is not
    /// described.
    pub pointer: String,
    /// The field that is unknown, missing or never observed.
    pub field: Option<String>,
    /// The type that does not match.
    pub kind: Option<JsonType>,
    /// The listed value or the type that was never observed.
    pub described: Option<String>,
    /// The places at which the difference was observed; never empty.
    pub places: Vec<Place>,
    pub(super) node: Node,
}

impl Finding {
    /// Returns the number of values or objects with the difference.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.places.iter().map(|place| place.seen).sum()
    }

    /// Returns the number of values or objects that could have the difference.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.places.iter().map(|place| place.of).sum()
    }

    /// Returns the path of the first place.
    #[must_use]
    pub fn path(&self) -> &str {
        self.places.first().map_or("", |place| &place.path)
    }

    /// Returns whether one of its places has this path.
    #[must_use]
    pub fn is_at(&self, path: &str) -> bool {
        self.places.iter().any(|place| place.path == path)
    }

    /// Returns the observed types, for people: `string (uuid) or null`.
    #[must_use]
    pub fn found(&self) -> String {
        infer::words(&self.node)
    }

    /// Returns the observed formats of the texts.
    pub(super) fn formats(&self) -> impl Iterator<Item = Format> {
        self.node.formats.keys().copied()
    }

    /// Returns the schema of the observations. With `values`, a closed set is listed; this requires
    /// consent, because the schema then contains the values.
    #[must_use]
    pub fn schema(&self, values: bool) -> Value {
        infer::schema(&self.node, values)
    }

    /// Returns the number of distinct texts, if they look like a small set that a person may want
    /// to see. Texts that the description lists do not count.
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

    /// Returns the texts of a small set with their counts. Show them only after consent. `None` if
    /// they are not a small set, or are not known because they come from a file without them.
    #[must_use]
    pub fn values(&self) -> Option<&BTreeMap<String, u64>> {
        self.small_set().and_then(|_| self.node.values.texts())
    }
}

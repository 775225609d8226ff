//! [`Observations`]: the observed contents of responses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::observe::description::Description;
use crate::observe::node::Node;

/// The value of the first member of a file.
const FORMAT: &str = "openapi-observations";
/// The version of files that this program writes.
const VERSION: u32 = 1;

/// The observed contents of responses, by operation, status and JSON path: types and counts.
///
/// The memory is bounded by the number of distinct paths, not by that of responses. Names of
/// members that are data (IDs, addresses) are not stored. Only values that look like members of a
/// small set are stored, and a file contains none of them unless their path is allowed.
///
/// ```
/// use openapi_review::observe::{Description, Observations};
/// use serde_json::json;
///
/// let description = Description::new(&json!({"paths": {"/pet": {"get": {
///     "operationId": "getPet",
///     "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}},
/// }}}}));
/// let mut seen = Observations::default();
/// seen.add(&description, "getPet", 200, &json!({"name": "Ada"}))?;
/// let file = seen.to_json(&|_path| false);
/// assert!(!file.contains("Ada"));
/// assert_eq!(Observations::from_json(&file)?.samples(), 1);
/// # Ok::<(), openapi_review::observe::ObserveError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations {
    responses: BTreeMap<(String, u16), Seen>,
}

/// The observations of the responses of an operation with one status.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    /// The number of bodies that are not JSON.
    pub(super) unreadable: u64,
    pub(super) root: Node,
}

/// One operation and status in a file.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    operation: String,
    status: u16,
    #[serde(default)]
    unreadable: u64,
    body: Node,
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    responses: Vec<Entry>,
}

/// The reason why a response was not counted, or a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObserveError {
    /// The description has no operation with this ID.
    UnknownOperation(String),
    /// The file does not contain observations.
    NotObservations(String),
    /// The file was written by a later version.
    LaterVersion(u32),
}

impl std::fmt::Display for ObserveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownOperation(id) => write!(f, "the description has no operation `{id}`"),
            Self::NotObservations(why) => write!(f, "not a file of observations: {why}"),
            Self::LaterVersion(version) => write!(
                f,
                "the observations have version {version}; this program reads version {VERSION}. \
                 Update it"
            ),
        }
    }
}

impl std::error::Error for ObserveError {}

impl Observations {
    /// Counts the JSON body of a response.
    ///
    /// # Errors
    ///
    /// [`ObserveError::UnknownOperation`]; in this case, nothing is counted.
    pub fn add(
        &mut self,
        description: &Description,
        operation: &str,
        status: u16,
        body: &Value,
    ) -> Result<(), ObserveError> {
        let seen = self.seen(description, operation, status)?;
        let expected = description.response(operation, status).flatten();
        seen.root.add(body, description.schemas(), expected);
        Ok(())
    }

    /// Counts a response whose body is not JSON.
    ///
    /// # Errors
    ///
    /// [`ObserveError::UnknownOperation`]; in this case, nothing is counted.
    pub fn add_unreadable(
        &mut self,
        description: &Description,
        operation: &str,
        status: u16,
    ) -> Result<(), ObserveError> {
        self.seen(description, operation, status)?.unreadable += 1;
        Ok(())
    }

    fn seen(
        &mut self,
        description: &Description,
        operation: &str,
        status: u16,
    ) -> Result<&mut Seen, ObserveError> {
        if !description.has_operation(operation) {
            return Err(ObserveError::UnknownOperation(operation.to_owned()));
        }
        Ok(self.responses.entry((operation.to_owned(), status)).or_default())
    }

    /// Adds other observations.
    pub fn merge(&mut self, other: &Self) {
        for (key, seen) in &other.responses {
            let mine = self.responses.entry(key.clone()).or_default();
            mine.unreadable += seen.unreadable;
            mine.root.merge(&seen.root);
        }
    }

    /// Returns the number of counted responses, whether or not their bodies are JSON.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.responses.values().map(|seen| seen.root.total() + seen.unreadable).sum()
    }

    /// Returns the number of counted responses, by operation and status.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u16, u64)> {
        self.responses.iter().map(|((operation, status), seen)| {
            (operation.as_str(), *status, seen.root.total() + seen.unreadable)
        })
    }

    pub(super) fn responses(&self) -> impl Iterator<Item = (&str, u16, &Seen)> {
        self.responses.iter().map(|((operation, status), seen)| (operation.as_str(), *status, seen))
    }

    /// Returns the observations without names of members that are data, judging by their number.
    /// Reports and files are created from the result.
    pub(super) fn folded(&self) -> Self {
        let mut folded = self.clone();
        folded.responses.values_mut().for_each(|seen| seen.root.fold());
        folded
    }

    /// Returns a file of the observations, in JSON with a stable order. It contains the values that
    /// the description lists, and otherwise only those at the paths that `may_show` allows, such as
    /// `$.output.person.seniority`.
    #[must_use]
    pub fn to_json(&self, may_show: &dyn Fn(&str) -> bool) -> String {
        let mut folded = self.folded();
        folded.responses.values_mut().for_each(|seen| seen.root.publish("$", may_show));
        let responses = folded.responses.into_iter().map(|((operation, status), seen)| Entry {
            operation,
            status,
            unreadable: seen.unreadable,
            body: seen.root,
        });
        let (format, responses) = (FORMAT.to_owned(), responses.collect());
        let file = File { format, version: VERSION, responses };
        // Serializing texts and numbers can't fail.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }

    /// Reads what [`Observations::to_json`] writes.
    ///
    /// # Errors
    ///
    /// [`ObserveError::NotObservations`] and [`ObserveError::LaterVersion`].
    pub fn from_json(text: &str) -> Result<Self, ObserveError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let failed = |why: serde_json::Error| ObserveError::NotObservations(why.to_string());
        let head: Head = serde_json::from_str(text).map_err(failed)?;
        if head.format != FORMAT {
            let why = format!("`format` is not `{FORMAT}`");
            return Err(ObserveError::NotObservations(why));
        }
        if head.version > VERSION {
            return Err(ObserveError::LaterVersion(head.version));
        }
        let file: File = serde_json::from_str(text).map_err(failed)?;
        let mut observations = Self::default();
        for Entry { operation, status, unreadable, body } in file.responses {
            let seen = observations.responses.entry((operation, status)).or_default();
            seen.unreadable += unreadable;
            seen.root.merge(&body);
        }
        Ok(observations)
    }

    /// Returns whether a text begins like a file of observations.
    #[must_use]
    pub fn is_file(beginning: &[u8]) -> bool {
        let beginning = String::from_utf8_lossy(beginning);
        let plain: String = beginning.chars().filter(|c| !c.is_whitespace()).take(64).collect();
        plain.starts_with(&format!("{{\"format\":\"{FORMAT}\""))
    }
}

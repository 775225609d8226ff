//! Explains the codes of changes and findings.

use crate::diff::{ClientKind, Kind};
#[cfg(feature = "lint")]
use crate::lint;
use crate::observe::Code;

pub use crate::explanation::{Explanation, Topic};

/// Returns the explanations of the codes of `diff`, `lint` and `observe`, each once per topic.
#[must_use]
pub fn all() -> Vec<Explanation> {
    let api = Kind::ALL.iter().map(|kind| kind.explanation());
    let client = ClientKind::ALL.iter().map(|kind| kind.explanation());
    let observed = Code::ALL.iter().map(|code| code.explanation());
    #[cfg(feature = "lint")]
    let observed = lint::explanations().chain(observed);
    api.chain(client).chain(observed).collect()
}

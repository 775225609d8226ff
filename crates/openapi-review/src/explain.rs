//! What the codes of changes and findings mean.

use crate::diff::{ClientKind, Kind};
use crate::lint;

pub use crate::explanation::{Explanation, Topic};

/// The codes of `diff` and `lint`, each once per topic.
#[must_use]
pub fn all() -> Vec<Explanation> {
    let api = Kind::ALL.iter().map(|kind| kind.explanation());
    let client = ClientKind::ALL.iter().map(|kind| kind.explanation());
    api.chain(client).chain(lint::explanations()).collect()
}

//! [`Query`]: what the commands that launch jobs need of a query.

use waterfall::{Error, JobQuery};

use crate::card::Shown;

/// A query that one launch serves however it is written.
pub(crate) trait Query: JobQuery<Kind: Shown> {
    /// Equal for queries that one launch serves. The error lists all problems of the query.
    fn key(&self) -> Result<String, Error>;
}

//! The names of commands with special hints for failures.

pub(crate) const CREATE_KEY: &str = "keys create";
pub(crate) const TITLES: &str = "titles";
pub(crate) const VERIFY: &str = "verify";

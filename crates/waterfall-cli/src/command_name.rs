//! The names of commands whose failures have hints of their own.

pub(crate) const CREATE_KEY: &str = "keys create";
pub(crate) const TITLES: &str = "titles";
pub(crate) const VERIFY: &str = "verify";

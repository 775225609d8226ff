//! One query, as options, a word or a JSON object describe it.

pub(crate) mod columns;
mod parse;
mod spec;
mod word;

pub(crate) use self::parse::{object, parse};
pub(crate) use self::spec::QuerySpec;

#[cfg(test)]
mod tests;

//! One query, as options, a word or a JSON object describe it.

pub(crate) mod columns;
pub(crate) mod company;
mod parse;
pub(crate) mod prospector;
mod spec;
mod word;

pub(crate) use self::parse::parse;
pub(crate) use self::spec::QuerySpec;

#[cfg(test)]
mod tests;

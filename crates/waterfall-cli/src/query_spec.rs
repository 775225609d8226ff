//! One query, described by options, a word or a JSON object.

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

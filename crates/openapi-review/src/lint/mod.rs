//! Lint rules: description problems that degrade the client. Each has its module.
//!
//! A rule has a code, which never changes, and a reason. What is known and
//! accepted is written down in a file of [`Exceptions`] with its own reason.

mod answers;
mod clashes;
mod dates;
mod descriptions;
mod examples;
mod exceptions;
mod free_form;
mod inline;
mod references;
mod report;
mod rule;
mod rules;
mod undefined;
mod unused;

pub use self::exceptions::Exceptions;
pub use self::report::{report, summary};
pub use self::rule::{Finding, Rule, UNUSED_EXCEPTION, sort};
pub use self::rules::{RULES, explanations, lint, reason};

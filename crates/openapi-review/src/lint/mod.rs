//! Lint rules: description problems that degrade the client. Each rule has a module.
//!
//! A rule has a code, which never changes, and a reason. Accepted findings are listed in a file of
//! [`Exceptions`], each with a reason.

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

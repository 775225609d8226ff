//! What in a description makes a client worse, each rule in its module.
//!
//! A rule has a code, which never changes, and a reason. What is known and
//! accepted is written down in a file of [`Exceptions`] with its own reason.

mod exceptions;

mod answers;
mod clashes;
mod dates;
mod descriptions;
mod examples;
mod free_form;
mod inline;
mod references;
mod undefined;
mod unused;

use openapi_document::diagnostic::{self, Severity, Sources};
use openapi_document::document::{Document, Problem};

pub use self::exceptions::{CODE as UNUSED_EXCEPTION, Exceptions};

/// One thing to look for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name in messages, in exceptions and on the command line.
    pub code: &'static str,
    /// Why it makes a client worse.
    pub reason: &'static str,
    check: fn(&Document) -> Vec<Problem>,
}

/// The rules, in the order of their codes.
pub const RULES: &[Rule] = &[
    references::DANGLING,
    dates::RULE,
    clashes::ENUM_VALUES,
    answers::ERROR_WITHOUT_SCHEMA,
    free_form::OBJECT,
    inline::RULE,
    examples::RULE,
    examples::INVALID_SCHEMA,
    descriptions::RULE,
    clashes::OPERATION_IDS,
    references::WITHOUT_ID,
    clashes::PROPERTIES,
    clashes::SCHEMAS,
    answers::SUCCESS_WITHOUT_SCHEMA,
    undefined::SECURITY,
    undefined::TAG,
    free_form::ANYTHING,
    unused::RULE,
];

/// A place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// What was found, where, and what to do.
    pub problem: Problem,
}

/// Applies all rules, and orders what they find by place.
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES
        .iter()
        .flat_map(|rule| {
            (rule.check)(document).into_iter().map(|problem| Finding { code: rule.code, problem })
        })
        .collect();
    sort(&mut findings);
    findings
}

/// Orders findings by file and line, then by code.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        let place = finding.problem.place.clone();
        let place = place.map(|place| (place.file, place.line, place.column));
        (place, finding.code, finding.problem.message.clone())
    });
}

/// Why the rule with this code is there.
#[must_use]
pub fn reason(code: &str) -> Option<&'static str> {
    if code == exceptions::CODE {
        return Some(exceptions::REASON);
    }
    RULES.iter().find(|rule| rule.code == code).map(|rule| rule.reason)
}

/// The findings as messages, and how many there are of each kind.
pub fn report(findings: &[Finding], severity: Severity, sources: &mut Sources) -> String {
    findings
        .iter()
        .map(|finding| {
            let mut problem = finding.problem.clone();
            problem.help = problem.help.or_else(|| reason(finding.code).map(str::to_owned));
            diagnostic::render(severity, Some(finding.code), &problem, sources) + "\n"
        })
        .collect()
}

/// How many findings there are, and of which codes: `3 warnings: 2 a, 1 b`.
#[must_use]
pub fn summary(findings: &[Finding], severity: Severity) -> String {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for finding in findings {
        *counts.entry(finding.code).or_default() += 1;
    }
    let kinds: Vec<String> = counts.iter().map(|(code, count)| format!("{count} {code}")).collect();
    match findings.len() {
        0 => "nothing found".to_owned(),
        1 => format!("1 {severity}: {}", kinds.join(", ")),
        count => format!("{count} {severity}s: {}", kinds.join(", ")),
    }
}

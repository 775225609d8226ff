//! The list of all rules, and their application.

use openapi_document::document::Document;

use crate::explanation::{Explanation, Topic};

use crate::lint::rule::{Finding, Rule, UNUSED_EXCEPTION, UNUSED_EXCEPTION_REASON, sort};
use crate::lint::{
    answers, clashes, dates, descriptions, examples, free_form, inline, references, undefined,
    unused,
};

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

/// Applies all rules, and sorts their findings by place.
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES
        .iter()
        .flat_map(|rule| {
            (rule.check)(document)
                .into_iter()
                .map(|diagnostic| Finding { code: rule.code, diagnostic })
        })
        .collect();
    sort(&mut findings);
    findings
}

/// Returns the explanations of the codes of all findings.
pub fn explanations() -> impl Iterator<Item = Explanation> {
    let unused = Explanation {
        code: UNUSED_EXCEPTION,
        topic: Topic::Lint,
        meaning: "An exception in the file of accepted findings matches no finding.",
        reason: UNUSED_EXCEPTION_REASON,
        action: "Delete the exception.",
        reference: None,
    };
    RULES.iter().map(Rule::explanation).chain([unused])
}

/// Returns the reason for the rule with this code.
#[must_use]
pub fn reason(code: &str) -> Option<&'static str> {
    if code == UNUSED_EXCEPTION {
        return Some(UNUSED_EXCEPTION_REASON);
    }
    RULES.iter().find(|rule| rule.code == code).map(|rule| rule.reason)
}

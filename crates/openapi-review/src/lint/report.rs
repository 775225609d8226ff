//! Formats findings as text.

use openapi_document::render::{self, Severity, Sources};

use crate::lint::rule::Finding;
use crate::lint::rules::reason;

/// Returns the findings as messages, with a count of each code.
pub fn report(findings: &[Finding], severity: Severity, sources: &mut Sources) -> String {
    findings
        .iter()
        .map(|finding| {
            let mut diagnostic = finding.diagnostic.clone();
            diagnostic.help = diagnostic.help.or_else(|| reason(finding.code).map(str::to_owned));
            render::render(severity, Some(finding.code), &diagnostic, sources) + "\n"
        })
        .collect()
}

/// Returns the number of findings with their codes: `3 warnings: 2 a, 1 b`.
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

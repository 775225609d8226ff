//! Selects the findings to correct.

use crate::observe::finding::{Code, Finding};
use crate::observe::report::{Shown, of_finding};

/// Selects every finding that differs from the description.
const ALL: &str = "all";

/// Returns the findings that `names` select, each a code, a path or `all`, and the names that
/// select nothing.
#[must_use]
pub fn by_name(findings: Vec<Finding>, names: &[String]) -> (Vec<Finding>, Vec<String>) {
    let fits = |finding: &Finding, name: &str| {
        finding.code.is_drift()
            && (name == ALL || name == finding.code.code() || finding.is_at(name))
    };
    let is_idle = |name: &String| name != ALL && !findings.iter().any(|one| fits(one, name));
    let idle = names.iter().filter(|name| is_idle(name)).cloned().collect();
    let is_selected = |finding: &Finding| names.iter().any(|name| fits(finding, name));
    (findings.into_iter().filter(is_selected).collect(), idle)
}

/// Asks about each finding that can be corrected: whether to correct it, and before that, whether
/// the values of a small set may be shown. Consent is recorded in `shown`.
pub fn by_asking(
    findings: Vec<Finding>,
    shown: &mut Shown,
    ask: &mut dyn FnMut(&str) -> bool,
) -> Vec<Finding> {
    let mut selected = Vec::new();
    for finding in findings {
        if !finding.code.is_drift()
            || matches!(finding.code, Code::NotJson | Code::UndescribedResponse)
        {
            continue;
        }
        let mut question = of_finding(&finding, shown.allows(&finding));
        if let Some(count) = finding.values().filter(|_| !shown.allows(&finding)).map(|it| it.len())
            && ask(&format!("{question}Show its {count} distinct values?"))
        {
            shown.values.push(finding.path().to_owned());
            question = of_finding(&finding, true);
        }
        if ask(&format!("{question}Correct the description?")) {
            selected.push(finding);
        }
    }
    selected
}

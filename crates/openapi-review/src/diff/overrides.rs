//! A repository's decisions about changes: other severities for some codes, and accepted changes,
//! each with a reason.
//!
//! ```yaml
//! severity:
//!   - code: operation-id
//!     verdict: breaking # or compatible, docs only; for the client `step:`
//!     reason: Our other SDKs name their methods by it.
//! accepted:
//!   - code: field-removed
//!     at: /components/schemas/Person/properties/nickname # a segment `*` is any
//!     reason: It was never sent.
//! ```

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::pointer::child;
use serde_json::Value;

use crate::diff::change::Verdict;
use crate::diff::client_change::Step;
use crate::diff::kind::{ClientKind, Kind};
use crate::diff::report::Report;
use crate::pattern::matches;

/// The decisions of one file.
#[derive(Debug, Clone)]
pub struct Overrides {
    document: Document,
    severities: Vec<Severity>,
    accepted: Vec<Accepted>,
}

/// The severities of changes by code.
#[derive(Debug, Clone)]
struct Severity {
    code: String,
    verdict: Option<Verdict>,
    step: Option<Step>,
}

/// Changes that are accepted.
#[derive(Debug, Clone)]
struct Accepted {
    code: String,
    /// JSON pointers, or items such as `types/Person`.
    at: Vec<String>,
    reason: String,
}

impl Overrides {
    /// Reads the decisions from a file.
    pub fn read(document: Document) -> Result<Self, Diagnostic> {
        let mut overrides = Self { document, severities: Vec::new(), accepted: Vec::new() };
        let document = &overrides.document;
        for (at, item) in items(document, "severity") {
            let verdicts = [Verdict::Breaking, Verdict::Compatible, Verdict::DocsOnly];
            let steps = [Step::Major, Step::Minor, Step::Patch];
            let named = |name: &str| item[name].as_str().unwrap_or_default();
            let verdict = verdicts.into_iter().find(|known| known.as_str() == named("verdict"));
            let step = steps.into_iter().find(|known| known.as_str() == named("step"));
            if verdict.is_none() && step.is_none() {
                let message = "a severity has a `verdict` or a `step`";
                let help = "a verdict is `breaking`, `compatible` or `docs only`; a step is \
                            `major`, `minor` or `patch`";
                return Err(document.diagnostic(&at, message).help(help));
            }
            text(document, item, &at, "reason")?;
            overrides.severities.push(Severity { code: code(document, item, &at)?, verdict, step });
        }
        for (at, item) in items(document, "accepted") {
            let places = match &item["at"] {
                Value::Array(list) => {
                    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                }
                _ => vec![text(document, item, &at, "at")?],
            };
            let (code, reason) = (code(document, item, &at)?, text(document, item, &at, "reason")?);
            overrides.accepted.push(Accepted { code, at: places, reason });
        }
        Ok(overrides)
    }

    /// Applies the decisions. For an accepted change that does not occur, the report contains a
    /// note, because the entry may hide a future change.
    pub fn apply(&self, report: &mut Report) {
        for severity in &self.severities {
            for change in report.api.iter_mut().filter(|change| severity.code == change.kind.code())
            {
                change.verdict = severity.verdict.unwrap_or(change.verdict);
            }
            let client = report.client.changes.iter_mut();
            for change in client.filter(|change| severity.code == change.kind.code()) {
                change.step = severity.step.unwrap_or(change.step);
            }
        }
        for (index, accepted) in self.accepted.iter().enumerate() {
            for at in &accepted.at {
                if !accept(report, &accepted.code, at, &accepted.reason) {
                    let place = self.document.place(&child("/accepted", index));
                    let place = place.map_or_else(String::new, |place| format!("{place}: "));
                    let code = &accepted.code;
                    report
                        .notes
                        .push(format!("{place}no `{code}` at `{at}` to accept: delete the entry"));
                }
            }
        }
        report.sort();
    }
}

/// Marks the changes as accepted. Returns `false` if there are none.
fn accept(report: &mut Report, code: &str, at: &str, reason: &str) -> bool {
    let mut found = false;
    for change in &mut report.api {
        if change.kind.code() == code && matches(at, &change.pointer) {
            change.accepted = Some(reason.to_owned());
            found = true;
        }
    }
    for change in &mut report.client.changes {
        if change.kind.code() == code && matches(at, &change.item) {
            change.accepted = Some(reason.to_owned());
            found = true;
        }
    }
    found
}

fn items<'d>(document: &'d Document, name: &str) -> Vec<(String, &'d Value)> {
    let at = child("", name);
    let items = document.root[name].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().enumerate().map(|(index, item)| (child(&at, index), item)).collect()
}

fn text(document: &Document, item: &Value, at: &str, name: &str) -> Result<String, Diagnostic> {
    let message = format!("an entry needs a text `{name}`");
    item[name].as_str().map(str::to_owned).ok_or_else(|| document.diagnostic(at, message))
}

fn code(document: &Document, item: &Value, at: &str) -> Result<String, Diagnostic> {
    let code = text(document, item, at, "code")?;
    let is_known = Kind::ALL.iter().any(|kind| kind.code() == code)
        || ClientKind::ALL.iter().any(|kind| kind.code() == code);
    if is_known {
        return Ok(code);
    }
    let message = format!("no change has the code `{code}`");
    Err(document.diagnostic(&child(at, "code"), message))
}

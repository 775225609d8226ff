//! Formats findings as text and JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::observe::finding::{Code, Finding, Place};
use crate::observe::observations::Observations;

/// The contents of a report.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The paths whose values may be shown, if they look like small sets.
    pub values: Vec<String>,
    /// Whether to list what is described but was never observed.
    pub never_seen: bool,
}

impl Shown {
    /// Returns whether the values of a finding may be shown.
    #[must_use]
    pub fn allows(&self, finding: &Finding) -> bool {
        self.values.iter().any(|path| finding.is_at(path))
    }
}

/// The maximum number of places that are listed for a finding.
const PLACES: usize = 3;

/// Writes a report for a terminal: the inputs, and each finding with its places and counts.
#[must_use]
pub fn text(observations: &Observations, findings: &[Finding], shown: &Shown) -> String {
    let mut page = String::new();
    for (operation, status, count) in observations.counts() {
        // Writing to a string can't fail.
        let _ = writeln!(page, "{operation} {status}: {}", number(count, "response"));
    }
    if observations.samples() == 0 {
        return "no responses were found; nothing was compared\n".to_owned();
    }
    for finding in findings {
        if finding.code.is_drift() || shown.never_seen {
            let _ = write!(page, "\n{}", of_finding(finding, shown.allows(finding)));
        }
    }
    page + "\n" + &summary(findings, shown)
}

/// Formats a finding in a few lines, with its values only if `values` is set.
#[must_use]
pub fn of_finding(finding: &Finding, values: bool) -> String {
    let mut text = format!("{}: {}\n", finding.code.code(), finding.path());
    let _ = writeln!(text, "  {}", evidence(finding));
    for Place { operation, status, path, seen, of } in finding.places.iter().take(PLACES) {
        let _ = writeln!(text, "  {operation} {status} {path}: {seen} of {of}");
    }
    if finding.places.len() > PLACES {
        let _ = writeln!(text, "  … and {} more places", finding.places.len() - PLACES);
    }
    if let Some(count) = finding.small_set() {
        let line = match finding.values().filter(|_| values) {
            Some(values) => {
                let values: Vec<String> =
                    values.iter().map(|(value, count)| format!("{value} ({count})")).collect();
                format!("values: {}", values.join(", "))
            }
            None if values => "values: not in the files that were read".to_owned(),
            None => format!(
                "{}; --show-values '{}' shows them",
                number(count as u64, "distinct value"),
                finding.path()
            ),
        };
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// Describes the observations in a sentence without values, as the reason for a correction.
#[must_use]
pub fn evidence(finding: &Finding) -> String {
    let (seen, of) = (finding.seen(), finding.of());
    let found = finding.found();
    let field = finding.field.as_deref().unwrap_or("*");
    let described = finding.described.as_deref().unwrap_or_default();
    match finding.code {
        Code::UnknownField => format!("`{field}` is in {seen} of {of} objects, as {found}"),
        Code::TypeMismatch => format!("seen as {found} in {seen} of {of} values"),
        Code::NullNotAllowed => format!("seen as null in {seen} of {of} values"),
        Code::UnknownValue => format!("values that are not listed in {seen} of {of} texts"),
        Code::DateShape => format!("seen in other shapes in {seen} of {of} texts"),
        Code::FormatMismatch => format!("seen without the format in {seen} of {of} texts"),
        Code::FieldMissing => format!("`{field}` is missing in {seen} of {of} objects"),
        Code::UndescribedResponse => format!("{of} responses have a status that is not described"),
        Code::NotJson => format!("{seen} of {of} bodies are not JSON"),
        Code::FieldNeverSeen => format!("none of {of} objects has `{field}`"),
        Code::ValueNeverSeen => format!("none of {of} texts is `{described}`"),
        Code::TypeNeverSeen => format!("none of {of} values is of type {described}"),
    }
}

fn summary(findings: &[Finding], shown: &Shown) -> String {
    let mut counts = BTreeMap::<Code, u64>::new();
    for finding in findings {
        *counts.entry(finding.code).or_default() += 1;
    }
    let list = |is_drift: bool| {
        let counts = counts.iter().filter(|(code, _)| code.is_drift() == is_drift);
        let list: Vec<String> =
            counts.map(|(code, count)| format!("{count} {}", code.code())).collect();
        list.join(", ")
    };
    let mut text = match list(true) {
        none if none.is_empty() => "the responses match the description\n".to_owned(),
        list => format!("{list}\n"),
    };
    let never = list(false);
    if !never.is_empty() && !shown.never_seen {
        let _ = writeln!(text, "never seen: {never}; --all lists them");
    }
    text
}

/// Writes the report for programs, in a stable order: `responses`, and `findings` with `code`,
/// `pointer`, `field`, `described`, `seen`, `of`, `found`, `schema`, `distinct_values`, `values`
/// and `places`.
#[must_use]
pub fn json(observations: &Observations, findings: &[Finding], shown: &Shown) -> Value {
    let responses: Vec<Value> = observations
        .counts()
        .map(|(operation, status, count)| {
            json!({"operation": operation, "status": status, "count": count})
        })
        .collect();
    let listed = findings.iter().filter(|one| one.code.is_drift() || shown.never_seen);
    let findings: Vec<Value> = listed.map(|one| object(one, shown.allows(one))).collect();
    json!({"responses": responses, "findings": findings})
}

fn object(finding: &Finding, values: bool) -> Value {
    let place = |place: &Place| {
        let Place { operation, status, path, seen, of } = place;
        json!({"operation": operation, "status": status, "path": path, "seen": seen, "of": of})
    };
    json!({
        "code": finding.code.code(),
        "pointer": finding.pointer,
        "field": finding.field,
        "described": finding.described,
        "seen": finding.seen(),
        "of": finding.of(),
        "found": finding.found(),
        "schema": finding.schema(values),
        "distinct_values": finding.small_set(),
        "values": finding.values().filter(|_| values),
        "places": finding.places.iter().map(place).collect::<Vec<_>>(),
    })
}

fn number(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

//! Reports how the responses of a command deviated from the API's description.

use std::collections::BTreeSet;

use serde::Serialize;
use waterfall::{DeviationCount, DeviationKind};

use crate::{output, terminal_text};

/// The maximum number of places in the line for people.
const MAX_PLACES: usize = 3;

/// All deviations, for programs.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename = "drift")]
struct Event {
    deviations: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    operation: &'static str,
    path: String,
    deviation: &'static str,
    expected: String,
    found: &'static str,
    responses: u64,
    observed: u64,
}

/// Reports the deviations on stderr, if there are any. Values of unexpected types are omitted if
/// they were reported with each result.
pub(crate) fn report(counts: &[DeviationCount], is_each_noted: bool, json: bool) {
    let is_addition = |kind| matches!(kind, DeviationKind::NewField | DeviationKind::NewValue);
    let counts =
        counts.iter().filter(|count| !is_each_noted || is_addition(count.deviation().kind()));
    let counts: Vec<&DeviationCount> = counts.collect();
    if counts.is_empty() {
        return;
    }
    if !json {
        return output::stderr(&note(&counts));
    }
    let event = Event { deviations: counts.into_iter().map(entry).collect() };
    // Serializing strings and numbers can't fail.
    output::stderr(&serde_json::to_string(&event).unwrap_or_default());
}

fn entry(count: &DeviationCount) -> Entry {
    Entry {
        operation: count.operation(),
        path: count.path().to_owned(),
        deviation: count.deviation().kind().as_str(),
        expected: count.deviation().expected().to_owned(),
        found: count.deviation().found(),
        responses: count.responses(),
        observed: count.observed(),
    }
}

/// Formats the line for people.
fn note(counts: &[&DeviationCount]) -> String {
    let (mut fields, mut values, mut types) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for count in counts {
        let kind = count.deviation().kind();
        if !seen.insert((kind, count.path())) {
            continue;
        }
        match kind {
            DeviationKind::NewField => fields.push(count.path()),
            DeviationKind::NewValue => values.push(count.path()),
            _ => types.push(count.path()),
        }
    }
    let parts = [
        part(
            &fields,
            "field of the responses is",
            "fields of the responses are",
            "not in the API's description",
        ),
        part(&values, "field has", "fields have", "values that it does not list"),
        part(&types, "field has", "fields have", "an unexpected type"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    terminal_text::clean(&format!("note: {}; `waterfall drift` has details", parts.join("; ")))
}

fn part(paths: &[&str], one: &str, many: &str, what: &str) -> Option<String> {
    let subject = match paths.len() {
        0 => return None,
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    let mut places: Vec<String> =
        paths.iter().take(MAX_PLACES).map(|path| (*path).to_owned()).collect();
    if let Some(more) = paths.len().checked_sub(MAX_PLACES).filter(|more| *more > 0) {
        places.push(format!("{more} more"));
    }
    Some(format!("{subject} {what}: {}", places.join(", ")))
}

//! Reports values of unexpected types in a result.

use serde::Serialize;
use waterfall::{Deviation, JobId};

use crate::{output, terminal_text};

/// The maximum number of places in a line for people; `--json` lists all.
const MAX_PLACES: usize = 3;

/// One deviation, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    path: String,
    expected: String,
    found: &'static str,
}

/// All deviations of a result, for programs.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename = "deviations")]
struct Event {
    job_id: Option<JobId>,
    deviations: Vec<Entry>,
}

/// Formats the line for people, which refers to `source` for the values. `None` if there is no
/// deviation.
pub(crate) fn note(deviations: &[Deviation], source: &str) -> Option<String> {
    let (fields, whose) = match deviations.len() {
        0 => return None,
        1 => ("1 field has".to_owned(), "its value is"),
        count => (format!("{count} fields have"), "their values are"),
    };
    let place = |deviation: &Deviation| {
        let (expected, found) = (deviation.expected(), deviation.found());
        format!("{} (expected {expected}, found {found})", deviation.path())
    };
    let mut places: Vec<String> = deviations.iter().take(MAX_PLACES).map(place).collect();
    if let Some(more) = deviations.len().checked_sub(MAX_PLACES).filter(|more| *more > 0) {
        places.push(format!("{more} more"));
    }
    let note =
        format!("note: {fields} an unexpected type: {}; {whose} in {source}", places.join(", "));
    Some(terminal_text::clean(&note))
}

/// Returns the deviations for programs.
pub(crate) fn entries(deviations: &[Deviation]) -> Vec<Entry> {
    deviations
        .iter()
        .map(|deviation| Entry {
            path: deviation.path().to_owned(),
            expected: deviation.expected().to_owned(),
            found: deviation.found(),
        })
        .collect()
}

/// Reports the deviations of one result on stderr.
pub(crate) fn report(job_id: Option<JobId>, deviations: &[Deviation], source: &str, json: bool) {
    let Some(note) = note(deviations, source) else { return };
    if !json {
        return output::stderr(&note);
    }
    let event = Event { job_id, deviations: entries(deviations) };
    // Serializing strings can't fail.
    output::stderr(&serde_json::to_string(&event).unwrap_or_default());
}

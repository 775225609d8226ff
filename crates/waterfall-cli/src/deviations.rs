//! Values of unexpected types in a result, on one line.

use serde::Serialize;
use waterfall::{Deviation, JobId, Snapshot};

use crate::{output, text};

/// A line names this many places; `--json` lists all of them.
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
    job_id: JobId,
    deviations: Vec<Entry>,
}

/// Whether a result has something in the place of a person that is none, or
/// around it. It is not known then that nobody was found.
pub(crate) fn hide_person(snapshot: &Snapshot) -> bool {
    let around = ["$.output", "$.output.person"];
    snapshot.deviations().iter().any(|deviation| around.contains(&deviation.path()))
}

/// For people; nothing if the result matches its description.
pub(crate) fn note(deviations: &[Deviation]) -> Option<String> {
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
        format!("note: {fields} an unexpected type: {}; {whose} in --json", places.join(", "));
    Some(text::clean(&note))
}

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

/// Reports those of one result on stderr.
pub(crate) fn report(snapshot: &Snapshot, json: bool) {
    let Some(note) = note(snapshot.deviations()) else { return };
    if !json {
        return output::stderr(&note);
    }
    let deviations = entries(snapshot.deviations());
    let event = Event { job_id: snapshot.job_id(), deviations };
    // Texts alone: there is nothing that could fail.
    output::stderr(&serde_json::to_string(&event).unwrap_or_default());
}

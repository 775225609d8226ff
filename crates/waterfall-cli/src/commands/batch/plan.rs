//! `waterfall batch plan`: how a file is read, and what would be launched. Sends nothing.

use serde_json::json;

use super::input::{Decision, Rows};
use crate::args::batch::Plan;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::terminal_text::{clean, count, cut};

/// How many requests are displayed.
const MAX_REQUESTS: usize = 5;

/// How many problems are displayed.
const MAX_PROBLEMS: usize = 20;

/// The maximum width of a value, in columns.
const VALUE_COLUMNS: usize = 30;

/// The requests per minute that a key allows, and how many a row needs: a launch and its reads.
const REQUESTS_PER_MINUTE: usize = 50;
const REQUESTS_PER_ROW: usize = 3;

/// Counts of decisions.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) launches: usize,
    pub(super) duplicates: usize,
    pub(super) invalid: usize,
    pub(super) blank: usize,
}

impl Counts {
    pub(super) fn of(decisions: &[Decision]) -> Self {
        let mut counts = Self::default();
        for decision in decisions {
            match decision {
                Decision::Launch(_) => counts.launches += 1,
                Decision::Duplicate(_) => counts.duplicates += 1,
                Decision::Invalid(_) => counts.invalid += 1,
                Decision::Blank => counts.blank += 1,
            }
        }
        counts
    }

    pub(super) fn line(&self) -> String {
        let Self { launches, duplicates, invalid, blank } = *self;
        let rows = count(launches + duplicates + invalid + blank, "row");
        let twice = count(duplicates, "duplicate");
        format!("{rows}: {launches} to launch, {twice}, {invalid} invalid, {blank} blank")
    }

    fn exit(&self) -> Exit {
        match (self.launches, self.invalid) {
            (0, _) => Exit::Usage,
            (_, 0) => Exit::Found,
            _ => Exit::SomeFailed,
        }
    }
}

pub(super) fn run(args: &Plan, json: bool) -> Result<Exit, Failure> {
    let rows = Rows::read(&args.input)?;
    let decisions = rows.decisions();
    let counts = Counts::of(&decisions);
    let text = match json {
        true => objects(&rows, &decisions),
        false => text(&rows, &decisions, &args.input.input.display().to_string()),
    };
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    if json {
        let Counts { launches, duplicates, invalid, blank } = counts;
        let event = json!({
            "event": "plan", "rows": decisions.len(), "launches": launches,
            "duplicates": duplicates, "invalid": invalid, "blank": blank,
        });
        output::stderr(&event.to_string());
    }
    Ok(counts.exit())
}

/// One object per row.
fn objects(rows: &Rows, decisions: &[Decision]) -> String {
    let line = |(position, decision): (usize, &Decision)| {
        let (what, request, of, error) = match decision {
            Decision::Launch(query) => ("launch", request(query), None, None),
            Decision::Duplicate(first) => ("duplicate", None, Some(first + 1), None),
            Decision::Invalid(problem) => ("invalid", None, None, Some(problem)),
            Decision::Blank => ("blank", None, None, None),
        };
        let request: Option<serde_json::Value> =
            request.and_then(|request| serde_json::from_str(&request).ok());
        let object = json!({
            "row": position + 1, "line": rows.file.rows[position].line, "decision": what,
            "request": request, "duplicate_of": of, "error": error,
        });
        format!("{object}\n")
    };
    decisions.iter().enumerate().map(line).collect()
}

fn request(query: &waterfall::ContactQuery) -> Option<String> {
    serde_json::to_string(&query.normalized().ok()?).ok()
}

fn text(rows: &Rows, decisions: &[Decision], name: &str) -> String {
    let mut text = format!("{name}: {}", rows.file.format.description());
    match rows.file.preamble {
        0 => text.push('\n'),
        1 => text.push_str("; the line before the header is left out\n"),
        lines => text.push_str(&format!("; {lines} lines before the header are left out\n")),
    }
    text.push_str(&mapping(rows));
    let launches = decisions.iter().enumerate().filter_map(|(position, decision)| match decision {
        Decision::Launch(query) => Some((position, request(query)?)),
        _ => None,
    });
    text.push_str("\nRequests:\n");
    for (position, request) in launches.take(MAX_REQUESTS) {
        text.push_str(&format!("  {}: {}\n", rows.label(position), clean(&request)));
    }
    let problems = problems(rows, decisions, MAX_PROBLEMS);
    if !problems.is_empty() {
        text.push_str("\nNot launched:\n");
        problems.iter().for_each(|problem| text.push_str(&format!("  {problem}\n")));
    }
    let counts = Counts::of(decisions);
    let minutes = (counts.launches * REQUESTS_PER_ROW).div_ceil(REQUESTS_PER_MINUTE);
    text.push_str(&format!(
        "\n{}; about {} at {REQUESTS_PER_MINUTE} requests per minute; nothing was sent\n",
        counts.line(),
        match minutes {
            0..=120 => count(minutes, "minute"),
            minutes => count(minutes.div_ceil(60), "hour"),
        },
    ));
    text
}

/// Which columns mean what, with values.
fn mapping(rows: &Rows) -> String {
    let sample = rows.file.sample(50);
    let mut text = "\nColumns:\n".to_owned();
    for (field, columns) in rows.mapping.fields() {
        for column in columns {
            let name = rows.file.format.columns.get(*column).map(|name| clean(name));
            let values = sample.iter().filter_map(|cells| cells.get(*column));
            let values: Vec<String> = values
                .filter(|value| !value.trim().is_empty())
                .take(2)
                .map(|value| cut(&clean(value), VALUE_COLUMNS))
                .collect();
            text.push_str(&format!(
                "  {:<11} `{}` (#{}): {}\n",
                field.as_str(),
                name.unwrap_or_default(),
                column + 1,
                values.join(", "),
            ));
        }
    }
    text
}

/// The rows that are not launched, at most this many.
pub(super) fn problems(rows: &Rows, decisions: &[Decision], most: usize) -> Vec<String> {
    let all = decisions.iter().enumerate().filter_map(|(position, decision)| {
        let why = match decision {
            Decision::Launch(_) => return None,
            Decision::Duplicate(first) => format!("duplicate of row {}", first + 1),
            Decision::Blank => "blank".to_owned(),
            Decision::Invalid(problem) => clean(problem),
        };
        Some(format!("{}: {why}", rows.label(position)))
    });
    let all: Vec<String> = all.collect();
    let more = all.len().saturating_sub(most);
    let mut shown: Vec<String> = all.into_iter().take(most).collect();
    if more > 0 {
        shown.push(format!("... and {}", count(more, "other row")));
    }
    shown
}

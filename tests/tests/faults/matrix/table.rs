//! The tables: columns are separated by two or more spaces.

use std::iter::repeat_n;

/// A call and its expected outcome.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// In the sandbox's notation; several are separated by `;`.
    pub(crate) fault: String,
    pub(crate) call: Call,
    pub(crate) expected: Columns,
}

/// The call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Launch,
    Fetch,
    Wait,
    /// A launch that succeeds, and a wait that fails.
    Enrich,
    /// A launch; launching is stopped half a second later.
    Stop,
}

impl Call {
    /// Returns whether the call starts a job.
    pub(crate) fn launches(self) -> bool {
        matches!(self, Self::Launch | Self::Enrich | Self::Stop)
    }
}

/// The outcome of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    /// `ok`, or the kind of the error.
    pub(crate) ends: String,
    /// `again` for a retryable error, `doubt` for a launch that may have started a job, `no` for
    /// neither.
    pub(crate) safe: String,
    /// The number of requests that the server received.
    pub(crate) sent: String,
    /// The number of jobs that it started.
    pub(crate) jobs: String,
    /// The duration of the call on the paused clock.
    pub(crate) seconds: String,
    /// Further facts about the outcome.
    pub(crate) carries: String,
}

const HEAD: [&str; 8] = ["fault", "call", "ends", "safe", "sent", "jobs", "seconds", "carries"];

/// Parses a table. Lines that begin with `#` and empty lines are ignored.
pub(crate) fn rows(table: &str) -> Vec<Row> {
    let is_row = |line: &&str| !line.is_empty() && !line.starts_with('#');
    table.lines().filter(is_row).map(row).collect()
}

fn row(line: &str) -> Row {
    let columns: Vec<_> = line.split("  ").map(str::trim).filter(|text| !text.is_empty()).collect();
    let [fault, call, ends, safe, sent, jobs, seconds, carries] = columns[..] else {
        panic!("{} columns instead of {}: {line}", columns.len(), HEAD.len());
    };
    let call = match call {
        "launch" => Call::Launch,
        "fetch" => Call::Fetch,
        "wait" => Call::Wait,
        "enrich" => Call::Enrich,
        "stop" => Call::Stop,
        other => panic!("there is no call {other}: {line}"),
    };
    let [ends, safe, sent, jobs, seconds, carries] =
        [ends, safe, sent, jobs, seconds, carries].map(str::to_owned);
    let expected = Columns { ends, safe, sent, jobs, seconds, carries };
    Row { fault: fault.to_owned(), call, expected }
}

pub(super) type Line = [String; HEAD.len()];

pub(super) fn line(row: &Row, columns: &Columns) -> Line {
    let Columns { ends, safe, sent, jobs, seconds, carries } = columns.clone();
    let call = format!("{:?}", row.call).to_lowercase();
    [row.fault.clone(), call, ends, safe, sent, jobs, seconds, carries]
}

/// Formats aligned columns, with a text at the end of each line if there are texts.
pub(super) fn aligned(lines: Vec<Line>, texts: Vec<&str>) -> String {
    let head = HEAD.map(str::to_owned);
    let rows = std::iter::once(&head).chain(&lines);
    let widths: [usize; HEAD.len()] = std::array::from_fn(|column| {
        rows.clone().map(|row| row[column].chars().count()).max().unwrap_or(0)
    });
    let texts = std::iter::once("").chain(texts).chain(repeat_n("", lines.len()));
    let shown = rows.zip(texts).map(|(row, text)| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let cells = cells.chain([text.to_owned()]).collect::<Vec<_>>().join("  ");
        format!("{}\n", cells.trim_end())
    });
    shown.collect()
}

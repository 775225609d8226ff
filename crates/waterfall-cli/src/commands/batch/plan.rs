//! `waterfall batch plan`: displays how a file is read and what would be launched. Sends nothing.

use std::io::{BufWriter, Write};

use serde_json::{Value, json};
use waterfall_batch::Usd;

use super::input::{Checked, Counts, Decision, Rows, label};
use super::kind::{RowQuery, with_query};
use super::problems::Problems;
use crate::args::batch::Plan;
use crate::args::batch_kind::Kind;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::table::FileRow;
use crate::terminal_text::{clean, count, cut, money};

/// The number of requests that are displayed.
const MAX_REQUESTS: usize = 5;

/// The number of problems that are displayed.
const MAX_PROBLEMS: usize = 20;

/// The number of rows from which values are displayed.
const VALUES_FROM: usize = 50;

/// The maximum width of a value, in columns.
const VALUE_COLUMNS: usize = 30;

/// The requests per minute that a key allows, and the number that a row needs: a launch and its
/// reads.
const REQUESTS_PER_MINUTE: usize = 50;
const REQUESTS_PER_ROW: usize = 3;

pub(super) fn run(args: &Plan, json: bool) -> Result<Exit, Failure> {
    let kind = args.input.kind.unwrap_or(Kind::Contact);
    with_query!(kind, Q => plan::<Q>(args, kind, json))
}

fn plan<Q: RowQuery>(args: &Plan, kind: Kind, json: bool) -> Result<Exit, Failure> {
    let rows = Rows::<Q>::read(&args.input, kind)?;
    let counts = match json {
        true => objects(&rows, args.price, kind)?,
        false => text(&rows, args, kind)?,
    };
    Ok(match (counts.launches, counts.invalid) {
        (0, _) => Exit::Usage,
        (_, 0) => Exit::Found,
        _ => Exit::SomeFailed,
    })
}

/// Writes one object per row to stdout.
fn objects<Q: RowQuery>(rows: &Rows<Q>, price: Option<Usd>, kind: Kind) -> Result<Counts, Failure> {
    let (mut stdout, mut written) = (BufWriter::new(output::Stdout), Ok(()));
    let counts = rows.check(|checked| {
        if written.is_ok() {
            written = writeln!(stdout, "{}", object(rows, checked));
        }
    })?;
    let written = written.and_then(|()| stdout.flush());
    written.map_err(|error| Failure::NotWritten { error, job_id: None })?;
    let Counts { launches, duplicates, invalid, blank } = counts;
    let results = rows.options.max_results(kind).map(|each| each * launches);
    let event = json!({
        "event": "plan", "rows": counts.rows(), "launches": launches,
        "duplicates": duplicates, "invalid": invalid, "blank": blank,
        "minutes": minutes(counts),
        "max_cost_usd": price.zip(results).map(|(price, most)| price.to_f64() * most as f64),
    });
    output::stderr(&event.to_string());
    Ok(counts)
}

fn object<Q: RowQuery>(rows: &Rows<Q>, Checked { position, row, decision }: &Checked) -> Value {
    let (what, request, of, error) = match decision {
        Decision::Launch => ("launch", request(rows, row), None, None),
        Decision::Duplicate(first) => ("duplicate", None, Some(first + 1), None),
        Decision::Invalid(problem) => ("invalid", None, None, Some(problem)),
        Decision::Blank => ("blank", None, None, None),
    };
    let request: Option<Value> = request.and_then(|request| serde_json::from_str(&request).ok());
    json!({
        "row": position + 1, "line": row.line, "decision": what,
        "request": request, "duplicate_of": of, "error": error,
    })
}

/// Returns the body of the launch of a row.
fn request<Q: RowQuery>(rows: &Rows<Q>, row: &FileRow) -> Option<String> {
    String::from_utf8(rows.input_row(row).request()?.to_vec()).ok()
}

/// Writes to stdout how the file is read, and the first requests and problems.
fn text<Q: RowQuery>(rows: &Rows<Q>, args: &Plan, kind: Kind) -> Result<Counts, Failure> {
    let (mut requests, mut problems) = (Vec::new(), Problems::new(MAX_PROBLEMS));
    let counts = rows.check(|checked| {
        problems.add(checked);
        if matches!(checked.decision, Decision::Launch)
            && requests.len() < MAX_REQUESTS
            && let Some(request) = request(rows, &checked.row)
        {
            requests.push(format!(
                "  {}: {}\n",
                label(checked.position, &checked.row),
                clean(&request)
            ));
        }
    })?;
    let mut text = format!("{}: {}", args.input.input.display(), rows.file.description());
    match rows.file.preamble {
        0 => text.push('\n'),
        1 => text.push_str("; the line before the header is omitted\n"),
        lines => text.push_str(&format!("; {lines} lines before the header are omitted\n")),
    }
    text.push_str(&mapping(rows)?);
    text.push_str("\nRequests:\n");
    text.extend(requests);
    let problems = problems.lines();
    if !problems.is_empty() {
        text.push_str("\nNot launched:\n");
        problems.iter().for_each(|problem| text.push_str(&format!("  {problem}\n")));
    }
    text.push_str(&format!(
        "\n{}; about {} at {REQUESTS_PER_MINUTE} requests per minute; nothing was sent\n",
        counts.line(),
        match minutes(counts) {
            minutes @ 0..=120 => count(minutes, "minute"),
            minutes => count(minutes.div_ceil(60), "hour"),
        },
    ));
    let results = rows.options.max_results(kind).map(|each| each * counts.launches);
    text.push_str(&ceiling(results, args.price));
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    Ok(counts)
}

/// Estimates how long the launches take.
fn minutes(counts: Counts) -> usize {
    (counts.launches * REQUESTS_PER_ROW).div_ceil(REQUESTS_PER_MINUTE)
}

/// Returns the maximum cost of the launches: only results that are found are billed.
fn ceiling(results: Option<usize>, price: Option<Usd>) -> String {
    let Some(results) = results else {
        return "A launch can find several results, and each may be billed; `run --max-spend` sets a \
                limit\n"
            .to_owned();
    };
    let most = count(results, "result");
    match price {
        Some(price) => {
            let cost = money(price.to_f64() * results as f64);
            format!("At most {most}, {cost}; `run --max-spend` sets a limit\n")
        }
        None => format!(
            "At most {most}; pass the price of a result with --price to display the maximum cost\n"
        ),
    }
}

/// Formats the meaning of the columns, with sample values.
fn mapping<Q: RowQuery>(rows: &Rows<Q>) -> Result<String, Failure> {
    let sample = rows.sample(VALUES_FROM)?;
    let mut text = "\nColumns:\n".to_owned();
    for (field, columns) in rows.mapping.fields() {
        for column in columns {
            let name = match rows.file.format.columns.get(*column).map(String::as_str) {
                // Lines of a list that are not objects.
                Some("") if rows.file.format.is_json() => Some("contact".to_owned()),
                name => name.map(clean),
            };
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
    Ok(text)
}

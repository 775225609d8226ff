//! `--dry-run`: displays the decision on each query, without a request.

use std::future::poll_fn;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::batch::input::Input;
use crate::batch::inputs::Inputs;
use crate::batch::prepared::{Parse, Prepared};
use crate::batch::query::LaunchQuery;
use crate::batch::record::given;
use crate::batch::rows;
use crate::batch::seen::{FirstInput, Key, Known, Seen};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::json::of_query;
use crate::{output, terminal_text};

/// The maximum width of an input, in columns.
const INPUT_COLUMNS: usize = 44;

/// Decides on one query, or on those of `words`.
pub(super) async fn run<Q: LaunchQuery>(
    query: Option<Q>,
    words: &[String],
    parse: &Parse<Q>,
    allow_duplicates: bool,
    json: bool,
) -> Result<Exit, Failure> {
    let mut plan = Plan::new(json, allow_duplicates);
    plan.begin()?;
    let outcome = match query {
        Some(query) => plan.add(of_options(query)),
        None => add_all(&mut plan, Inputs::open(words, parse)?).await,
    };
    // Queries before a read error are counted.
    plan.end();
    outcome.map(|()| plan.exit())
}

async fn add_all<Q: LaunchQuery>(plan: &mut Plan, mut inputs: Inputs<Q>) -> Result<(), Failure> {
    while let Some(prepared) = poll_fn(|cx| inputs.poll_next(cx)).await {
        plan.add(prepared.map_err(rows::failure)?)?;
    }
    Ok(())
}

/// Returns the one query that the options describe.
fn of_options<Q: LaunchQuery>(query: Q) -> Prepared<Q> {
    let text = serde_json::to_string(&query).unwrap_or_default();
    let key = query.key().map_err(|error| error.messages().join("; "));
    let wanted = key.map(|key| (query, key));
    Prepared { input: Input { index: 0, line: None, text }, wanted }
}

/// The decision on a query.
enum Decision {
    Launch { request: String, warnings: Vec<String> },
    Duplicate(FirstInput),
    Rejected(String),
}

/// Decides like a batch in which all launches succeed.
struct Plan {
    json: bool,
    seen: Option<Seen>,
    /// The queries that would be launched, by their position.
    firsts: Vec<FirstInput>,
    duplicates: usize,
    rejected: usize,
}

impl Plan {
    fn new(json: bool, allow_duplicates: bool) -> Self {
        let seen = (!allow_duplicates).then(Seen::default);
        Self { json, seen, firsts: Vec::new(), duplicates: 0, rejected: 0 }
    }

    fn begin(&self) -> Result<(), Failure> {
        if self.json { Ok(()) } else { write(&row("ROW", "INPUT", "DECISION")) }
    }

    fn add<Q: LaunchQuery>(&mut self, prepared: Prepared<Q>) -> Result<(), Failure> {
        let Prepared { input, wanted } = prepared;
        let decision = match wanted {
            Ok((query, key)) => self.decide(&input, &query, &key),
            Err(problem) => Decision::Rejected(problem),
        };
        if matches!(decision, Decision::Rejected(_)) {
            self.rejected += 1;
        }
        write(&if self.json { json_line(&input, decision) } else { text_line(&input, decision) })
    }

    fn decide<Q: LaunchQuery>(&mut self, input: &Input, query: &Q, key: &Key) -> Decision {
        let seen = self.seen.as_mut();
        let known = seen.and_then(|seen| seen.take(key, input, self.firsts.len()));
        if let Some(Known::Pending(position)) = known
            && let Some(first) = self.firsts.get(position)
        {
            self.duplicates += 1;
            return Decision::Duplicate(*first);
        }
        self.firsts.push(FirstInput { index: input.index, number: input.number() });
        Decision::Launch {
            request: query.request().unwrap_or_default(),
            warnings: query.warnings(),
        }
    }

    fn end(&self) {
        let Self { duplicates, rejected, .. } = *self;
        let launches = self.firsts.len();
        let inputs = launches + duplicates + rejected;
        if self.json {
            let event = Event { event: "dry_run", inputs, launches, duplicates, rejected };
            output::stderr(&serde_json::to_string(&event).unwrap_or_default());
        } else {
            let queries = if inputs == 1 { "query" } else { "queries" };
            let twice = terminal_text::count(duplicates, "duplicate");
            output::stderr(&format!(
                "{inputs} {queries}: {launches} to launch, {twice}, {rejected} rejected; nothing \
                 was sent"
            ));
        }
    }

    /// Returns the exit code of a batch in which all launches succeed.
    fn exit(&self) -> Exit {
        match (self.firsts.len(), self.rejected) {
            (_, 0) => Exit::Found,
            (0, _) => Exit::Usage,
            _ => Exit::SomeFailed,
        }
    }
}

fn write(line: &str) -> Result<(), Failure> {
    output::stdout(line.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })
}

fn text_line(input: &Input, decision: Decision) -> String {
    let decision = match decision {
        Decision::Launch { request, warnings } if warnings.is_empty() => {
            format!("launch {request}")
        }
        Decision::Launch { request, warnings } => {
            format!("launch {request}; note: {}", warnings.join("; "))
        }
        Decision::Duplicate(FirstInput { number, .. }) => format!("duplicate of {number}"),
        Decision::Rejected(problem) => format!("rejected: {problem}"),
    };
    row(
        &input.number().to_string(),
        &terminal_text::clean(&input.text),
        &terminal_text::clean(&decision),
    )
}

fn row(number: &str, input: &str, decision: &str) -> String {
    let input = terminal_text::cut(input, INPUT_COLUMNS);
    let pad = " ".repeat(INPUT_COLUMNS.saturating_sub(terminal_text::width(&input)));
    format!("{number:>6}  {input}{pad}  {decision}\n")
}

fn json_line(input: &Input, decision: Decision) -> String {
    let mut line = Line {
        index: input.index,
        line: input.line,
        input: given(&input.text),
        decision: "launch",
        request: None,
        warnings: Vec::new(),
        duplicate_of: None,
        error: None,
    };
    let raw = |text: String| RawValue::from_string(text).ok();
    match decision {
        Decision::Launch { request, warnings } => {
            line.request = raw(request);
            line.warnings = warnings;
        }
        Decision::Duplicate(first) => {
            line.decision = "duplicate";
            line.duplicate_of = Some(first.index);
        }
        Decision::Rejected(problem) => {
            line.decision = "rejected";
            line.error = raw(of_query(&problem));
        }
    }
    // Serializing strings, numbers and raw JSON can't fail.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

/// The keys are stable and always present.
#[derive(Serialize)]
struct Line {
    index: usize,
    line: Option<u64>,
    input: Box<RawValue>,
    decision: &'static str,
    request: Option<Box<RawValue>>,
    warnings: Vec<String>,
    duplicate_of: Option<usize>,
    error: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct Event {
    event: &'static str,
    inputs: usize,
    launches: usize,
    duplicates: usize,
    rejected: usize,
}

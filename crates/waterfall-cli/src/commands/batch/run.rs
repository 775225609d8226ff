//! `waterfall batch run`: launches the rows of a file, or continues a batch.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use waterfall::JobQuery;
use waterfall_batch::{
    Batch, BatchEvent, BatchKind, BatchOptions, Limits, Outcome, RowState, Run, RunEnd, Usd,
};

use super::account::ApiAccount;
use super::import::import;
use super::input::{Counts, Rows};
use super::kind::{RowQuery, with_query};
use super::output_fields::OutputFields;
use super::place::{OTHER_OUTPUT, Place, default_name, kind_of_run, settings};
use super::problems::{Problems, problem};
use super::reporter::Reporter;
use super::settings::Settings;
use super::{doubts, export, status};
use crate::args::batch;
use crate::args::batch_kind::Kind;
use crate::client_options::MINUTE;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output;
use crate::session::Session;

/// The number of row problems that are reported; `plan` reports all.
const MAX_PROBLEMS: usize = 10;

/// The interval at which the output is written during a run, unless writing takes too large a part
/// of it.
const WRITE_PAUSE: Duration = Duration::from_secs(30);
const WRITE_SHARE: u32 = 20;

/// The minimum of a lease: longer than two heartbeats and a request.
const HEARTBEATS_PER_LEASE: u32 = 6;
const REQUESTS_PER_LEASE: u32 = 2;

pub(super) async fn run(args: &batch::Run, session: &Session) -> Result<Exit, Failure> {
    session.note_sandbox();
    if args.connection.share.is_some() {
        return Err(Failure::Config {
            what: "--share has no effect on a batch".to_owned(),
            hint: "All processes that use the journal share the limit. Set it with --rate-limit.",
        });
    }
    if is_same(&args.input.input, &args.output) {
        return Err(Failure::Config {
            what: "the output is the input".to_owned(),
            hint: "The input is never changed. Choose another --output.",
        });
    }
    if is_workbook(&args.output) {
        return Err(Failure::Config {
            what: format!("{} can't be written: workbooks can't be output", args.output.display()),
            hint: "Choose a table (.csv) or JSON lines (.jsonl).",
        });
    }
    let place = Place::new(args.journal.as_deref(), &args.output);
    let name = args.name.clone().unwrap_or_else(|| default_name(&args.output));
    let stored = kind_of_run(&place, &name).await?;
    let kind = args.input.kind.or(stored).unwrap_or(Kind::Contact);
    if let Some(stored) = stored.filter(|stored| *stored != kind) {
        return Err(Failure::Batch {
            what: format!("the batch `{name}` is of the kind {stored}, and this run is of {kind}"),
            hint: OTHER_OUTPUT.to_owned(),
        });
    }
    let run = NewRun { args, session, place, name, kind };
    with_query!(kind, Q => run.run::<Q>().await)
}

/// A run with checked arguments.
struct NewRun<'a> {
    args: &'a batch::Run,
    session: &'a Session,
    place: Place,
    name: String,
    kind: Kind,
}

impl NewRun<'_> {
    async fn run<Q: RowQuery>(self) -> Result<Exit, Failure> {
        let Self { args, session, place, name, kind } = self;
        let rows = Rows::<Q>::read(&args.input, kind)?;
        if check_rows(&rows, session.json)?.launches == 0 {
            return Err(Failure::Config {
                what: "no row can be launched".to_owned(),
                hint: "`waterfall batch plan` displays the problem of each row.",
            });
        }
        let interrupts = Interrupts::listen()?;
        let client = session.connect_with_timeout(args.lease / REQUESTS_PER_LEASE)?;
        let journal = place.open().await?;
        let fields = OutputFields::of(kind);
        let mut wanted = wanted(args, &rows, fields.chosen(args.fields.as_deref())?, session);
        let options = batch_options(args, session, name, &wanted);
        let options = match session.sandbox {
            None => options.account(ApiAccount(client.clone(), kind)),
            Some(_) => options,
        };
        let batch = Batch::<<Q as JobQuery>::Kind>::open_shared(client, journal, options).await?;
        let stored = batch.record().await?;
        check(&settings(&stored)?, &wanted)?;
        if args.fields.is_none() {
            wanted.fields = settings(&stored)?.fields;
        }
        import(&batch, &rows, &stored, args.accept_changed_input).await?;
        drop(rows);
        let output = Output { settings: &wanted, fields, kind, written: Cell::default() };
        output.write(&batch).await?;
        if batch.status().await?.open() == 0 {
            return conclude(&batch, &output, session, RunEnd::Complete, false).await;
        }
        let running = Running {
            batch: &batch,
            output: &output,
            reporter: Reporter::new(session.json, session.verbose.is_some()),
            written: (Instant::now(), WRITE_PAUSE),
        };
        let (end, killed) = running.finish(interrupts).await?;
        conclude(&batch, &output, session, end, killed).await
    }
}

/// The destination and the format of the rows.
struct Output<'a> {
    settings: &'a Settings,
    fields: &'static OutputFields,
    kind: Kind,
    /// The state of the journal when the rows were written.
    written: Cell<Option<Mark>>,
}

/// Differs if the rows of a batch differ: its counts by state and outcome, launches and costs.
type Mark = (Vec<(RowState, Option<Outcome>, u64)>, u64, Usd);

impl Output<'_> {
    /// Writes the rows, unless this run has already written the same rows.
    async fn write<K: BatchKind>(&self, batch: &Batch<K>) -> Result<(), Failure> {
        let Self { settings, fields, written, .. } = self;
        let status = batch.status().await?;
        let mark = (status.counts, status.batch.launches, status.batch.spent);
        if written.take().as_ref() != Some(&mark) || !settings.output.exists() {
            export::to_file(batch, settings, fields, &settings.output).await?;
        }
        written.set(Some(mark));
        Ok(())
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (fs::canonicalize(one), fs::canonicalize(other));
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

fn is_workbook(path: &Path) -> bool {
    let extension = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|it| ["xlsx", "xlsm", "xlsb", "xls", "ods"].contains(&&*it))
}

/// Checks all rows and reports those that are not launched.
fn check_rows<Q: RowQuery>(rows: &Rows<Q>, json: bool) -> Result<Counts, Failure> {
    if json {
        return rows.check(|checked| {
            if let Some(problem) = problem(checked) {
                let line = json!({ "event": "not_launched", "message": problem });
                output::stderr(&line.to_string());
            }
        });
    }
    let mut problems = Problems::new(MAX_PROBLEMS);
    let counts = rows.check(|checked| problems.add(checked))?;
    output::stderr(&counts.line());
    if counts.invalid + counts.blank > 0 {
        for problem in problems.lines() {
            output::stderr(&format!("  not launched: {problem}"));
        }
    }
    Ok(counts)
}

fn wanted<Q>(
    args: &batch::Run,
    rows: &Rows<Q>,
    fields: Vec<String>,
    session: &Session,
) -> Settings {
    Settings {
        format: rows.file.format.clone(),
        mapping: rows.mapping.clone(),
        options: rows.options.clone(),
        output: args.output.clone(),
        fields,
        target: session.target.name(),
    }
}

fn batch_options(
    args: &batch::Run,
    session: &Session,
    name: String,
    wanted: &Settings,
) -> BatchOptions {
    let mut limits = Limits::default();
    limits.max_launches = args.max_launches;
    limits.max_spend = args.max_spend;
    limits.stop_below_balance = args.stop_below_balance;
    let mut options = BatchOptions::new(name)
        .limits(limits)
        .settings(wanted.to_json())
        .lease(args.lease)
        .heartbeat(args.lease / HEARTBEATS_PER_LEASE);
    if let Some(limit) = session.requests_per_minute() {
        options = options.rate_limit(limit, MINUTE);
    }
    if let Some(policy) = &args.policy {
        options = options.poll_policy(policy.clone());
    }
    options
}

/// Rows in the journal were read and launched with its settings.
fn check(stored: &Settings, wanted: &Settings) -> Result<(), Failure> {
    let what = if stored.target != wanted.target {
        format!("the batch is for {}, but this run is for {}", stored.target, wanted.target)
    } else if stored.options.include_phones != wanted.options.include_phones {
        "the batch was started with another --include-phones".to_owned()
    } else if stored.options != wanted.options {
        "the batch was started with another --title-filter or --limit".to_owned()
    } else if stored.mapping != wanted.mapping && stored.format.columns == wanted.format.columns {
        "the columns have other meanings in the batch than in this run".to_owned()
    } else if stored.format.columns != wanted.format.columns {
        "the columns of the input have changed since the start of the batch".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::Batch { what, hint: OTHER_OUTPUT.to_owned() })
}

/// A run with its progress and its output.
struct Running<'a, K: BatchKind> {
    batch: &'a Batch<K>,
    output: &'a Output<'a>,
    reporter: Reporter,
    /// The times of the last and the next writing of the output.
    written: (Instant, Duration),
}

impl<K: BatchKind> Running<'_, K> {
    /// Runs to the end. The second value states whether a second signal ended the run.
    async fn finish(mut self, mut interrupts: Interrupts) -> Result<(RunEnd, bool), Failure> {
        let mut run = self.batch.run().await?;
        let mut stopping = false;
        let outcome = loop {
            let event = tokio::select! {
                biased;
                () = interrupts.next() => {
                    if stopping {
                        break Ok((RunEnd::Stopped, true));
                    }
                    stopping = true;
                    self.stop(&run);
                    continue;
                }
                event = run.next() => event,
            };
            match event {
                None => break Ok((RunEnd::Stopped, false)),
                Some(BatchEvent::RunEnded(end)) => break Ok((end, false)),
                Some(event) => self.event(event),
            }
            if let Err(failure) = self.write_sometimes().await {
                // The results are still in the journal.
                self.reporter.note(&format!("the output could not be written: {failure:?}"));
            }
        };
        self.reporter.end();
        outcome
    }

    fn stop(&self, run: &Run) {
        run.stop();
        self.reporter
            .note("stopping: waiting for requests in flight; ctrl-c again to stop at once");
    }

    fn event(&mut self, event: BatchEvent) {
        match event {
            BatchEvent::Progress(progress) => self.reporter.progress(&progress),
            BatchEvent::Blocked(why) => self.reporter.note(&format!("waiting: {why}")),
            BatchEvent::Unblocked => self.reporter.note("the journal can be used again"),
            BatchEvent::InDoubt { row, error } => {
                self.reporter.note(&format!("row {} is in doubt: {error}", row + 1));
            }
            _ => {}
        }
    }

    async fn write_sometimes(&mut self) -> Result<(), Failure> {
        let (last, pause) = self.written;
        if last.elapsed() < pause {
            return Ok(());
        }
        let begin = Instant::now();
        let written = self.output.write(self.batch).await;
        self.written = (Instant::now(), WRITE_PAUSE.max(begin.elapsed() * WRITE_SHARE));
        written
    }
}

/// Writes the output, and reports how the run ended and how to continue it.
async fn conclude<K: BatchKind>(
    batch: &Batch<K>,
    to: &Output<'_>,
    session: &Session,
    end: RunEnd,
    killed: bool,
) -> Result<Exit, Failure> {
    let state = match &end {
        RunEnd::Journal(_) => None,
        _ => {
            to.write(batch).await?;
            Some(batch.status().await?)
        }
    };
    if let Some(state) = &state {
        if session.json {
            let mut object = status::object(state, to.kind);
            object["end"] = end.as_str().into();
            output::stdout(format!("{object}\n").as_bytes())
                .map_err(|error| Failure::NotWritten { error, job_id: None })?;
        } else {
            output::stderr(&status::summary(state));
            output::stderr(&format!("the output is {}", to.settings.output.display()));
        }
        if state.count(RowState::InDoubt) > 0 && !session.json {
            let counted = batch.count_doubts().await.ok().and_then(doubts::counted);
            output::stderr(&counted.unwrap_or_default());
            let output = to.settings.output.display();
            output::stderr(&format!(
                "`waterfall batch doubts {output}` explains the rows in doubt"
            ));
        }
    }
    let note = |text: &str| {
        if !session.json {
            output::stderr(text);
        }
    };
    match end {
        RunEnd::Complete => Ok(state.as_ref().map_or(Exit::Found, status::exit)),
        RunEnd::Stopped => {
            note(match killed {
                true => {
                    "stopped at once: launches in flight may be in doubt. The same command \
                    continues"
                }
                false => "stopped: the same command continues",
            });
            Ok(Exit::Interrupted)
        }
        RunEnd::Refused(error) | RunEnd::TooManyDoubts(error) => {
            note("nothing more was launched; the same command continues");
            Err(Failure::Client(error))
        }
        RunEnd::Journal(error) => Err(error.into()),
        end => {
            note(&format!("{end}; the same command continues"));
            Ok(Exit::Incomplete)
        }
    }
}

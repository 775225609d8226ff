//! `waterfall batch run`: launches the rows of a file, or continues that.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use waterfall::{Client, ContactEnrichment};
use waterfall_batch::{
    Batch, BatchEvent, BatchOptions, BatchRecord, Journal, Limits, RowState, Run, RunEnd,
};

use super::account::ApiAccount;
use super::import::import;
use super::input::{Counts, Rows};
use super::place::{OTHER_OUTPUT, Place, default_name, settings};
use super::problems::{Problems, problem};
use super::reporter::Reporter;
use super::settings::{DEFAULT_FIELDS, Settings};
use super::{doubts, export, status};
use crate::args::batch;
use crate::client_options::MINUTE;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output;
use crate::session::Session;

/// How many problems of rows are reported; `plan` has all.
const MAX_PROBLEMS: usize = 10;

/// How often the output is written during a run, if that takes less than a part of this.
const WRITE_PAUSE: Duration = Duration::from_secs(30);
const WRITE_SHARE: u32 = 20;

/// A lease must be longer than two heartbeats and a request.
const HEARTBEATS_PER_LEASE: u32 = 6;
const REQUESTS_PER_LEASE: u32 = 2;

pub(super) async fn run(args: &batch::Run, session: &Session) -> Result<Exit, Failure> {
    session.note_sandbox();
    if args.connection.share.is_some() {
        return Err(Failure::Config {
            what: "--share has no effect on a batch".to_owned(),
            hint: "All processes that use the journal share the limit. Set it by --rate-limit.",
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
            what: format!("{} can't be written: it would be a workbook", args.output.display()),
            hint: "The output is a table (.csv) or JSON lines (.jsonl).",
        });
    }
    let rows = Rows::read(&args.input)?;
    if check_rows(&rows, session.json)?.launches == 0 {
        return Err(Failure::Config {
            what: "no row can be launched".to_owned(),
            hint: "`waterfall batch plan` displays the problem of each row.",
        });
    }
    let interrupts = Interrupts::listen()?;
    let client = session.connect_with_timeout(args.lease / REQUESTS_PER_LEASE)?;
    let place = Place::new(args.journal.as_deref(), &args.output);
    let journal = place.open().await?;
    let mut wanted = wanted(args, &rows, session);
    let (batch, stored) = open(args, session, client, journal, &wanted).await?;
    if args.fields.is_none() {
        wanted.fields = settings(&stored)?.fields;
    }
    import(&batch, &rows, &stored, args.accept_changed_input).await?;
    export::to_file(&batch, &wanted, &args.output).await?;
    if batch.status().await?.open() == 0 {
        return conclude(&batch, &wanted, session, RunEnd::Complete, false).await;
    }
    let running = Running {
        batch: &batch,
        settings: &wanted,
        reporter: Reporter::new(session.json, session.verbose.is_some()),
        written: (Instant::now(), WRITE_PAUSE),
    };
    let (end, killed) = running.finish(interrupts).await?;
    conclude(&batch, &wanted, session, end, killed).await
}

fn is_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (fs::canonicalize(one), fs::canonicalize(other));
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

fn is_workbook(path: &Path) -> bool {
    let extension = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|it| ["xlsx", "xlsm", "xlsb", "xls", "ods"].contains(&&*it))
}

/// Checks all rows, and reports those that are not launched.
fn check_rows(rows: &Rows, json: bool) -> Result<Counts, Failure> {
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

fn wanted(args: &batch::Run, rows: &Rows, session: &Session) -> Settings {
    let default = || DEFAULT_FIELDS.map(str::to_owned).to_vec();
    Settings {
        format: rows.file.format.clone(),
        mapping: rows.mapping.clone(),
        include_phones: args.input.include_phones,
        output: args.output.clone(),
        fields: args.fields.clone().unwrap_or_else(default),
        target: session.target.name(),
    }
}

async fn open(
    args: &batch::Run,
    session: &Session,
    client: Client,
    journal: Arc<dyn Journal>,
    wanted: &Settings,
) -> Result<(Batch<ContactEnrichment>, BatchRecord), Failure> {
    let name = args.name.clone().unwrap_or_else(|| default_name(&args.output));
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
    if session.sandbox.is_none() {
        options = options.account(ApiAccount(client.clone()));
    }
    let batch = Batch::open_shared(client, journal, options).await?;
    let stored = batch.record().await?;
    check(&settings(&stored)?, wanted)?;
    Ok((batch, stored))
}

/// Rows that are in the journal were read and launched by its settings.
fn check(stored: &Settings, wanted: &Settings) -> Result<(), Failure> {
    let what = if stored.target != wanted.target {
        format!("the batch is of {}, and this run is for {}", stored.target, wanted.target)
    } else if stored.include_phones != wanted.include_phones {
        "the batch was begun with another --include-phones".to_owned()
    } else if stored.mapping != wanted.mapping && stored.format.columns == wanted.format.columns {
        "the columns of the batch have other meanings than those of this run".to_owned()
    } else if stored.format.columns != wanted.format.columns {
        "the columns of the input have changed since the batch was begun".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::Batch { what, hint: OTHER_OUTPUT.to_owned() })
}

/// A run, its progress and its output.
struct Running<'a> {
    batch: &'a Batch<ContactEnrichment>,
    settings: &'a Settings,
    reporter: Reporter,
    /// When the output was written, and when it is next.
    written: (Instant, Duration),
}

impl Running<'_> {
    /// Runs to the end. The second value is whether a second signal ended it.
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
                // The results are in the journal all the same.
                self.reporter.note(&format!("the output could not be written: {failure:?}"));
            }
        };
        self.reporter.end();
        outcome
    }

    fn stop(&self, run: &Run) {
        run.stop();
        self.reporter
            .note("stopping: requests in flight are waited for; a second ctrl-c ends immediately");
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
        let written = export::to_file(self.batch, self.settings, &self.settings.output).await;
        self.written = (Instant::now(), WRITE_PAUSE.max(begin.elapsed() * WRITE_SHARE));
        written.map(|_| ())
    }
}

/// Writes the output, and reports how the run ended and how to continue.
async fn conclude(
    batch: &Batch<ContactEnrichment>,
    settings: &Settings,
    session: &Session,
    end: RunEnd,
    killed: bool,
) -> Result<Exit, Failure> {
    let state = match &end {
        RunEnd::Journal(_) => None,
        _ => {
            export::to_file(batch, settings, &settings.output).await?;
            Some(batch.status().await?)
        }
    };
    if let Some(state) = &state {
        if session.json {
            let mut object = status::object(state);
            object["end"] = end.as_str().into();
            output::stdout(format!("{object}\n").as_bytes())
                .map_err(|error| Failure::NotWritten { error, job_id: None })?;
        } else {
            output::stderr(&status::summary(state));
            output::stderr(&format!("the output is {}", settings.output.display()));
        }
        if state.count(RowState::InDoubt) > 0 && !session.json {
            let counted = batch.count_doubts().await.ok().and_then(doubts::counted);
            output::stderr(&counted.unwrap_or_default());
            let output = settings.output.display();
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
                    "ended at once: launches in flight may be in doubt. The same command continues"
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

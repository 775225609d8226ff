//! Several jobs of one kind: their launches, their results, and what is left after an interrupt.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use waterfall::{BatchItem, Error, ErrorKind, JobId};

use crate::batch::input::Input;
use crate::batch::progress_state::Counts;
use crate::batch::record::{Record, given, line_of_job};
use crate::batch::reporter::summary;
use crate::batch::stop::refuses_all;
use crate::batch::task::Task;
use crate::card::Shown;
use crate::commands::launch::inputs::Parsed;
use crate::commands::launch::query::Query;
use crate::commands::launch::single::Waiting;
use crate::event::Event;
use crate::exit::Exit;
use crate::failure::{Failure, NotLaunched};
use crate::interrupt::Interrupts;
use crate::output;
use crate::session::Session;

/// Where the launch of a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    /// The launch was sent, and has no id yet.
    Launching,
    Launched(JobId),
    Done,
}

/// A query, and the inputs that get its result.
struct Row {
    inputs: Vec<Input>,
    stage: Stage,
}

#[derive(Clone)]
struct Rows(Arc<Mutex<Vec<Row>>>);

impl Rows {
    fn lock(&self) -> MutexGuard<'_, Vec<Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the stage of a row, and returns its first input.
    fn set(&self, position: usize, stage: Stage) -> Option<Input> {
        let mut rows = self.lock();
        let row = rows.get_mut(position)?;
        row.stage = stage;
        row.inputs.first().cloned()
    }

    fn is_launching(&self) -> bool {
        self.lock().iter().any(|row| row.stage == Stage::Launching)
    }
}

/// Why launching stops.
enum Stop {
    Interrupted,
    Refused(Error),
    NotWritten(io::Error),
}

pub(super) async fn run<Q: Query>(
    inputs: Vec<Parsed<Q>>,
    waiting: Waiting<'_>,
    session: &Session,
) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let client = session.connect()?;
    let mut run = Run::new(session.json, session.verbose.is_some());
    let queries = run.admit(inputs)?;
    let (changed, at_launching, at_launched) =
        (Arc::new(Notify::new()), run.rows.clone(), run.rows.clone());
    let (has_changed, reports) = (changed.clone(), run.reports);
    let mut batch = client
        .enrich_each(queries)
        .on_launching_of(move |position, _: &Q| {
            if let Some(input) = at_launching.set(position, Stage::Launching) {
                reports.launching(&input);
            }
        })
        .on_launched(move |position, job| {
            if let Some(input) = at_launched.set(position, Stage::Launched(job.id())) {
                reports.launched(&input, job.id());
            }
            has_changed.notify_one();
        });
    if let Some(deadline) = waiting.deadline {
        batch = batch.max_wait(deadline);
    }
    if let Some(policy) = waiting.policy {
        batch = batch.policy(policy.clone());
    }
    let mut give_up: Option<Instant> = None;
    while give_up.is_none() || run.rows.is_launching() {
        tokio::select! {
            item = batch.next() => match item {
                Some(item) => run.settle(item),
                None => break,
            },
            () = interrupts.next() => {
                if give_up.is_some() {
                    break;
                }
                give_up = Some(Instant::now() + waiting.grace);
                run.stop = Some(Stop::Interrupted);
            }
            () = changed.notified() => continue,
            () = sleep_until(give_up.unwrap_or_else(Instant::now)), if give_up.is_some() => break,
        }
        if run.stop.is_some() {
            batch.stop_launching();
        }
        if matches!(run.stop, Some(Stop::NotWritten(_))) {
            give_up.get_or_insert_with(|| Instant::now() + waiting.grace);
        }
    }
    run.end()
}

/// The events of launches on stderr.
#[derive(Debug, Clone, Copy)]
struct Reports {
    json: bool,
    verbose: bool,
}

impl Reports {
    fn launching(self, input: &Input) {
        let (index, line) = (input.index, input.line);
        self.launch(&Event::Launching { index, line, input: Some(given(&input.text)) }, || {
            format!("{}: launching", input.label())
        });
    }

    fn launched(self, input: &Input, job_id: JobId) {
        self.launch(&Event::Launched { index: input.index, line: input.line, job_id }, || {
            format!("{}: job {job_id} launched", input.label())
        });
    }

    fn launch(self, event: &Event, text: impl FnOnce() -> String) {
        if self.json || self.verbose {
            self.report(event, text);
        }
    }

    fn report(self, event: &Event, text: impl FnOnce() -> String) {
        output::stderr(&if self.json { event.line() } else { text() });
    }
}

struct Run {
    reports: Reports,
    rows: Rows,
    counts: Counts,
    /// The exit codes of all failures.
    failures: Vec<Exit>,
    stop: Option<Stop>,
}

impl Run {
    fn new(json: bool, verbose: bool) -> Self {
        let rows = Rows(Arc::default());
        let reports = Reports { json, verbose };
        Self { reports, rows, counts: Counts::default(), failures: Vec::new(), stop: None }
    }

    /// Returns the queries to launch, each once, and writes the records of invalid inputs.
    fn admit<Q: Query>(&mut self, inputs: Vec<Parsed<Q>>) -> Result<Vec<Q>, Failure> {
        let (mut queries, mut seen) = (Vec::new(), HashMap::new());
        self.counts.inputs = inputs.len();
        for Parsed { input, query } in inputs {
            match query {
                Ok((query, key)) => {
                    let mut rows = self.rows.lock();
                    let position = *seen.entry(key).or_insert(rows.len());
                    match rows.get_mut(position) {
                        Some(row) => {
                            row.inputs.push(input);
                            self.counts.duplicates += 1;
                        }
                        None => {
                            rows.push(Row { inputs: vec![input], stage: Stage::Waiting });
                            queries.push(query);
                        }
                    }
                }
                Err(problem) => {
                    self.counts.failed += 1;
                    self.failures.push(Exit::Usage);
                    let record = Record::Invalid(&problem);
                    self.write(&match self.reports.json {
                        true => record.json(&input),
                        false => record.text(&input, Task::Launch),
                    })
                    .map_err(|error| Failure::NotWritten { error, job_id: None })?;
                }
            }
        }
        Ok(queries)
    }

    fn write(&self, line: &str) -> io::Result<()> {
        output::stdout_or_broken_pipe(line.as_bytes())
    }

    /// Writes a result for each input that gets it.
    fn settle<K: Shown>(&mut self, item: BatchItem<(), K>) {
        let BatchItem { index, job_id, result, .. } = item;
        let error = result.as_ref().err();
        if error.is_some_and(|error| error.kind() == ErrorKind::Stopped) {
            self.rows.set(index, Stage::Waiting);
            return;
        }
        let inputs = match self.rows.lock().get_mut(index) {
            Some(row) => {
                row.stage = Stage::Done;
                row.inputs.clone()
            }
            None => return,
        };
        let (Some(first), reports) = (inputs.first(), self.reports) else { return };
        self.counts.launched += usize::from(job_id.is_some());
        match &result {
            Ok(found) => {
                self.counts.reads += found.reads() as usize;
                match K::is_found(found) {
                    true => self.counts.found += 1,
                    false => self.counts.nobody += 1,
                }
            }
            Err(error) => {
                self.counts.reads += error.reads().unwrap_or(0) as usize;
                self.counts.failed += 1;
                self.failures.push(Exit::of_error(error));
                if job_id.is_none() && reports.json {
                    let may_have_launched = error.may_have_launched();
                    let (index, line) = (first.index, first.line);
                    let event = Event::Failed { index, line, may_have_launched };
                    output::stderr(&event.line());
                }
            }
        }
        for input in &inputs {
            let same = (input.index != first.index).then_some(first);
            let line = line_of_job(input, result.as_ref(), same, reports.json);
            if let Err(error) = self.write(&line) {
                self.left(input, job_id);
                self.stop = Some(Stop::NotWritten(error));
                return;
            }
        }
        if let Some(error) = error.filter(|error| refuses_all(error) && self.stop.is_none()) {
            self.stop = Some(Stop::Refused(error.clone()));
        }
    }

    fn left(&self, input: &Input, job_id: Option<JobId>) {
        let event = Event::Left { index: input.index, line: input.line, job_id };
        self.reports.report(&event, || match job_id {
            Some(id) => format!("{}: job {id} is not shown", input.label()),
            None => format!("{}: a job may have been launched", input.label()),
        });
    }

    /// Reports what is left, and the counts.
    fn end(mut self) -> Result<Exit, Failure> {
        let (mut left, mut not_launched) = (0, NotLaunched::default());
        let rows = std::mem::take(&mut *self.rows.lock());
        for row in &rows {
            let job_id = match row.stage {
                Stage::Done => continue,
                Stage::Launched(id) => Some(id),
                Stage::Launching | Stage::Waiting => None,
            };
            left += usize::from(row.stage != Stage::Waiting);
            for input in &row.inputs {
                if row.stage != Stage::Waiting {
                    self.left(input, job_id);
                    continue;
                }
                not_launched.add(input.index, input.number());
                if self.reports.json {
                    let (index, line) = (input.index, input.line);
                    let input = given(&input.text);
                    output::stderr(&Event::NotLaunched { index, line, input }.line());
                }
            }
        }
        not_launched.launched = self.counts.launched + left;
        self.counts.not_launched = not_launched.queries;
        let counts = self.counts;
        self.reports.report(&Event::Ended(counts), || summary(&counts, Task::Launch));
        let exit = self.exit();
        match self.stop {
            None => Ok(exit),
            Some(Stop::Interrupted) => Err(Failure::Stopped { left, launched: true, not_launched }),
            Some(Stop::Refused(error)) => Err(Failure::Refused { error, not_launched, exit }),
            Some(Stop::NotWritten(error)) => Err(Failure::NotWritten { error, job_id: None }),
        }
    }

    /// As for `enrich`: a failure that all inputs have in common, or that some failed.
    fn exit(&self) -> Exit {
        let Counts { found, nobody, .. } = self.counts;
        match self.failures.first() {
            None => Exit::of_result(found > 0 || nobody == 0),
            Some(first) if found + nobody == 0 && self.failures.iter().all(|it| it == first) => {
                *first
            }
            Some(_) => Exit::SomeFailed,
        }
    }
}

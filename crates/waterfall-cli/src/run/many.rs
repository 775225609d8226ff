//! Several queries of `waterfall enrich`, or jobs of `waterfall get`: a line for each, as
//! they come.

pub(super) mod inputs;
mod jobs;
pub(crate) mod ledger;
pub(super) mod line;
mod news;
mod queries;
pub(super) mod rows;
pub(super) mod seen;

use std::io;
use std::iter;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use waterfall::{
    Batch, BatchItem, Client, Error, ErrorCategory, ErrorKind, Job, JobId, PollPolicy,
};

use self::inputs::{Input, Inputs, Prepared, Task};
use self::ledger::{First, Ledger, Settled, Shared, Verdict, lock};
use self::line::Done;
use self::news::News;
use self::queries::{Aside, Queries};
use super::cannot_listen_to_signals;
use crate::args::{Enrich, Get};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::progress::Progress;
use crate::session::Session;
use crate::wish::Wish;

pub(super) async fn run(args: &Enrich, session: &Session) -> Result<Exit, Failure> {
    let options = Wish::of(args);
    let inputs = Inputs::open(&args.queries, &options)?.checked()?;
    let interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let client = session.connect()?;
    let ledger: Shared = Arc::new(Mutex::new(Ledger::new(args.allow_duplicates)));
    let news = news(session, Task::Launch, &ledger, inputs.total(), &client);
    let (asides, aside) = mpsc::unbounded_channel();
    let queries = Queries::new(inputs, options, ledger.clone(), asides);
    let at_launch = news.clone();
    let batch = client
        .enrich_all(queries)
        .on_launched(move |place, job| at_launch.launched(place, job.id()));
    let batch = with_options(batch, args.deadline, args.policy.as_ref());
    Run { batch, aside, interrupts, news, ledger, stop: None }.finish().await
}

/// `waterfall get` with several jobs.
pub(super) async fn wait(args: &Get, session: &Session) -> Result<Exit, Failure> {
    if !args.wait {
        return Err(Failure::Config {
            what: "several jobs can only be waited for".to_owned(),
            hint: "Add --wait.",
        });
    }
    let inputs = jobs::open(&args.job_ids)?;
    let interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let client = session.connect()?;
    let ledger: Shared = Arc::new(Mutex::new(Ledger::new(false)));
    let news = news(session, Task::Wait, &ledger, Some(inputs.len()), &client);
    let (asides, aside) = mpsc::unbounded_channel();
    let batch = client.wait_all(to_wait_for(inputs, &client, &ledger, &asides));
    let batch = with_options(batch, args.deadline, args.policy.as_ref());
    Run { batch, aside, interrupts, news, ledger, stop: None }.finish().await
}

/// What is told while it goes on, in which way.
fn news(
    session: &Session,
    task: Task,
    ledger: &Shared,
    total: Option<usize>,
    client: &Client,
) -> News {
    if let Some(labels) = &session.verbose {
        labels.of(ledger.clone());
    }
    let progress = Progress::start(session, ledger, total, client.rate_limiter());
    News { task, json: session.json, progress, ledger: ledger.clone() }
}

fn to_wait_for(
    inputs: Vec<Prepared<JobId>>,
    client: &Client,
    ledger: &Shared,
    asides: &mpsc::UnboundedSender<Aside>,
) -> Vec<Job> {
    let mut jobs = Vec::new();
    for prepared in inputs {
        let aside = match lock(ledger).take_job(prepared) {
            Verdict::Take(id) => {
                jobs.push(client.job(id));
                continue;
            }
            Verdict::Follows => continue,
            Verdict::Duplicate(input, first, outcome) => Aside::Duplicate(input, first, outcome),
            Verdict::Invalid(input, problem) => Aside::Invalid(input, problem),
        };
        // Who receives them begins later.
        let _ = asides.send(aside);
    }
    jobs
}

fn with_options(
    mut batch: Batch,
    deadline: Option<Duration>,
    policy: Option<&PollPolicy>,
) -> Batch {
    if let Some(deadline) = deadline {
        batch = batch.max_wait(deadline);
    }
    if let Some(policy) = policy {
        batch = batch.policy(policy.clone());
    }
    batch
}

struct Run {
    batch: Batch,
    aside: mpsc::UnboundedReceiver<Aside>,
    interrupts: Interrupts,
    news: News,
    ledger: Shared,
    stop: Option<Stop>,
}

/// Why nothing more is launched though there may be more inputs.
enum Stop {
    Interrupted,
    /// Every launch would be refused like this.
    Refused(Error),
    NotWritten(io::Error),
    NotRead(io::Error),
}

impl Run {
    async fn finish(mut self) -> Result<Exit, Failure> {
        while !self.is_given_up() {
            tokio::select! {
                Some(aside) = self.aside.recv() => self.take_aside(aside),
                done = self.batch.next() => match done {
                    Some(done) => self.settle(done),
                    None => break,
                },
                () = self.interrupts.next() => {
                    let is_second = matches!(self.stop, Some(Stop::Interrupted));
                    self.stop(Stop::Interrupted);
                    if is_second || self.news.task == Task::Wait {
                        break;
                    }
                }
            }
        }
        while let Ok(aside) = self.aside.try_recv() {
            self.take_aside(aside);
        }
        self.end()
    }

    /// Without anybody who reads them, results are not waited for; ids are.
    fn is_given_up(&self) -> bool {
        matches!(self.stop, Some(Stop::NotWritten(_))) && !lock(&self.ledger).is_launching()
    }

    fn take_aside(&mut self, aside: Aside) {
        match aside {
            Aside::Duplicate(input, first, outcome) => {
                let done = match &outcome {
                    Some(outcome) => Done::Job((**outcome).as_ref(), Some(first)),
                    None => Done::Duplicate(first),
                };
                self.show(&input, &done);
            }
            Aside::Invalid(input, problem) => {
                self.show(&input, &Done::Invalid(&problem));
            }
            Aside::NotRead(error) => self.stop(Stop::NotRead(error)),
        }
    }

    fn settle(&mut self, done: BatchItem) {
        let result = Arc::new(done.result);
        let settled = lock(&self.ledger).done(done.index, &result);
        if let Some(Settled { input, followers }) = settled {
            let first = First { index: input.index, number: input.number() };
            let all = iter::once((input, None))
                .chain(followers.into_iter().zip(iter::repeat(Some(first))));
            for (input, first) in all {
                if !self.show(&input, &Done::Job((*result).as_ref(), first)) {
                    self.news.not_written(&input, done.job_id);
                } else if let (Ok(found), None) = (&*result, first) {
                    self.news.deviations(&input, found);
                }
            }
        }
        if let Err(error) = &*result
            && refuses_all(error)
        {
            self.stop(Stop::Refused(error.clone()));
        }
    }

    /// Whether it could be written.
    fn show(&mut self, input: &Input, done: &Done<'_>) -> bool {
        let written = self.news.show(input, done);
        written.map_err(|error| self.stop(Stop::NotWritten(error))).is_ok()
    }

    /// Launches nothing more. An interrupt goes before what stopped it already.
    fn stop(&mut self, why: Stop) {
        if let Some(place) = self.batch.stop_launching() {
            lock(&self.ledger).withdraw(place);
        }
        let is_first = !matches!(self.stop, Some(Stop::Interrupted));
        if matches!(why, Stop::Interrupted) && is_first && self.news.task == Task::Launch {
            self.news.stopping();
        }
        if self.stop.is_none() || matches!(why, Stop::Interrupted) {
            self.stop = Some(why);
        }
    }

    fn end(self) -> Result<Exit, Failure> {
        let left = self.news.left();
        self.news.end();
        match self.stop {
            None => Ok(lock(&self.ledger).exit()),
            Some(Stop::Interrupted) => {
                Err(Failure::Stopped { left, launched: self.news.task == Task::Launch })
            }
            Some(Stop::Refused(error)) => Err(Failure::Client(error)),
            Some(Stop::NotWritten(error)) => Err(Failure::NotWritten { error, job_id: None }),
            Some(Stop::NotRead(error)) => Err(rows::failure(error)),
        }
    }
}

/// Whether the key, the account or the connection is refused, and not this query.
fn refuses_all(error: &Error) -> bool {
    if error.connect_failure().is_some() {
        return true;
    }
    let status = error.status().map_or(0, |status| status.as_u16());
    error.kind() == ErrorKind::Api
        && matches!(status, 401..=403)
        && error.category() != Some(&ErrorCategory::Permission)
}

//! A process that works on the batch until it is killed.

use std::env;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use waterfall::{BoxFuture, Client};
use waterfall_batch::{
    Batch, BatchEvent, BatchOptions, Event, Journal, JournalError, PostgresJournal, Record, RunEnd,
    SqliteJournal,
};

use crate::hooked::{Hook, Hooked};

const URL: &str = "WATERFALL_KILL_URL";
const JOURNAL: &str = "WATERFALL_KILL_JOURNAL";
const RE_ENQUEUE: &str = "WATERFALL_KILL_RE_ENQUEUE";

pub(crate) const NAME: &str = "kill";
pub(crate) const LEASE: Duration = Duration::from_millis(2_000);
const HEARTBEAT: Duration = Duration::from_millis(250);
const REQUEST_TIMEOUT: Duration = Duration::from_millis(1_000);

/// The settings that a process gets from its environment.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) url: String,
    pub(crate) journal: String,
    pub(crate) re_enqueue: bool,
}

impl Settings {
    pub(crate) fn from_env() -> Option<Self> {
        let (url, journal) = (env::var(URL).ok()?, env::var(JOURNAL).ok()?);
        Some(Self { url, journal, re_enqueue: env::var_os(RE_ENQUEUE).is_some() })
    }

    pub(crate) fn to_env(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![(URL, self.url.clone()), (JOURNAL, self.journal.clone())];
        if self.re_enqueue {
            variables.push((RE_ENQUEUE, "1".to_owned()));
        }
        variables
    }

    pub(crate) async fn open(&self) -> Result<Batch, Box<dyn std::error::Error>> {
        let mut journal: Arc<dyn Journal> = match self.journal.starts_with("postgres:") {
            true => Arc::new(PostgresJournal::open(&self.journal).await?),
            false => Arc::new(SqliteJournal::open(&self.journal).await?),
        };
        if self.re_enqueue {
            journal = Arc::new(Hooked::new(journal, Arc::new(ReEnqueue)));
        }
        let client = Client::builder().api_key("test").base_url(&self.url).timeout(REQUEST_TIMEOUT);
        let options = BatchOptions::new(NAME)
            .lease(LEASE)
            .heartbeat(HEARTBEAT)
            .max_doubts(u32::MAX)
            .rate_limit(5_000, Duration::from_secs(1));
        Ok(Batch::open_shared(client.build()?, journal, options).await?)
    }
}

/// Consents to every doubt, like a queue that repeats unacknowledged work.
struct ReEnqueue;

impl Hook for ReEnqueue {
    fn after<'a>(
        &'a self,
        journal: &'a dyn Journal,
        method: &'static str,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            if !["bury_dead", "leave"].contains(&method) {
                return Ok(());
            }
            for batch in journal.batches().await? {
                for doubt in journal.doubts(batch.id, 0, 1_000).await? {
                    let attempt = doubt.fence.attempt;
                    let record = Record::new(batch.id, doubt.fence.row, Event::Consent { attempt });
                    journal.record(record).await?;
                }
            }
            Ok(())
        })
    }
}

/// Runs the batch repeatedly, and prints each row whose end was acknowledged.
pub(crate) fn main(settings: Settings) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        loop {
            if let Err(error) = work(&settings).await {
                eprintln!("{error}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
}

async fn work(settings: &Settings) -> Result<(), Box<dyn std::error::Error>> {
    let batch = settings.open().await?;
    loop {
        let mut run = batch.run().await?;
        while let Some(event) = run.next().await {
            match event {
                BatchEvent::Ended { row, .. } => {
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "ended {row}")?;
                    out.flush()?;
                }
                BatchEvent::RunEnded(RunEnd::Complete) => {}
                BatchEvent::RunEnded(end) => eprintln!("{end}"),
                _ => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

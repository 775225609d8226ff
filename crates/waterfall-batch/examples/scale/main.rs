//! Measures the time and memory of an import, a status and an export of many rows.
//!
//! ```sh
//! cargo run --release -p waterfall-batch --example scale -- --rows 1000000
//! cargo run --release -p waterfall-batch --example scale -- --rows 1000000 --simulate
//! cargo build --release -p waterfall-cli
//! cargo run --release -p waterfall-batch --example scale -- --rows 1000000 --program target/release/waterfall
//! ```
//!
//! With `--program`, measures the commands of `waterfall batch` on a table with or without quoted
//! cells. With `--simulate`, runs the whole batch in virtual time against a mock server, on a
//! journal in memory, with several workers that share the rate limit of one key.

mod program;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use waterfall::{Client, Clock, ContactQuery};
use waterfall_batch::{
    Batch, BatchOptions, InputRow, MemoryJournal, RowState, RunEnd, SqliteJournal,
};
use waterfall_sandbox::{JobTime, Sandbox};

/// Measure imports, status, exports and simulated runs of many rows.
#[derive(Debug, Parser)]
struct Options {
    /// Number of rows.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Length of a result in bytes.
    #[arg(long, default_value_t = 1_500)]
    result: usize,
    /// Run the whole batch in virtual time instead.
    #[arg(long)]
    simulate: bool,
    /// Measure the commands of this program instead.
    #[arg(long, conflicts_with = "simulate")]
    program: Option<PathBuf>,
    /// Limit of the key in the simulation, in requests per minute.
    #[arg(long, default_value_t = 5_000)]
    limit: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    if let Some(program) = &options.program {
        return program::measure(program, &options);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(options.simulate)
        .build()?;
    if options.simulate {
        runtime.block_on(simulate(&options))
    } else {
        runtime.block_on(measure(&options))
    }
}

fn people(rows: u64) -> impl Iterator<Item = InputRow<waterfall::ContactEnrichment>> {
    (0..rows).map(|number| {
        // The API rejects addresses with many digits in a row.
        let (thousands, rest) = (number / 1_000, number % 1_000);
        let company = number % 5_000;
        let email = format!("person{thousands}.{rest}@company{company}.example.com");
        let raw = format!("Person {number};{email};Head of Sales;Berlin;https://example.com\r\n");
        InputRow::launch(&ContactQuery::email(email)).raw(raw)
    })
}

async fn measure(options: &Options) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("scale.journal");
    let journal = SqliteJournal::open(&path).await?;
    let client = Client::builder().api_key("test").base_url("http://127.0.0.1:9").build()?;
    let batch = Batch::open(client, journal, BatchOptions::new("scale")).await?;

    let began = Instant::now();
    let added = batch.add(people(options.rows)).await?;
    batch.seal().await?;
    report("import", began.elapsed());
    assert_eq!(added.pending, options.rows);

    let began = Instant::now();
    let status = batch.status().await?;
    report("status", began.elapsed());
    assert_eq!(status.count(RowState::Pending), options.rows);

    store_results(&path, options.result)?;
    let began = Instant::now();
    let status = batch.status().await?;
    report("status, all done", began.elapsed());
    assert_eq!(status.count(RowState::Done), options.rows);

    let (began, mut export, mut rows, mut bytes) = (Instant::now(), batch.export(), 0, 0);
    while let Some(row) = export.next().await? {
        rows += 1;
        bytes += row.body.map_or(0, |body| body.len());
    }
    report("export", began.elapsed());
    assert_eq!(rows, options.rows);
    println!("{rows} rows, {} MB of results", bytes / 1_000_000);
    println!("{} MB on disk", std::fs::metadata(&path)?.len() / 1_000_000);
    Ok(())
}

/// Ends all rows at once, as weeks of running would.
pub(crate) fn store_results(path: &Path, length: usize) -> Result<(), Box<dyn Error>> {
    let start = r#"{"status":"SUCCEEDED","input":{"task":{"custom_fields":{"waterfall_batch":"00000000000000000000000000000001/1/1"}}},"output":{"person":{"title":""#;
    let body = format!("{start}{}\"}}}}}}", "x".repeat(length.saturating_sub(start.len() + 5)));
    let connection = rusqlite::Connection::open(path)?;
    connection.execute_batch(&format!(
        "BEGIN; \
         UPDATE row SET state = 4, outcome = 0, attempt = 1, attempts = 1, job = randomblob(16); \
         INSERT INTO launch (batch, ord, attempt, worker, token, intent_at, job, ended) \
            SELECT batch, ord, 1, 1, randomblob(16), 0, job, 2 FROM row; \
         INSERT INTO result (batch, ord, attempt, http_status, body, cost, ended_at) \
            SELECT batch, ord, 1, 200, CAST('{body}' AS BLOB), 100000, 0 FROM row; \
         COMMIT; PRAGMA wal_checkpoint(TRUNCATE);"
    ))?;
    Ok(())
}

/// Prints the duration of a step, and the peak memory of the process.
fn report(what: &str, took: Duration) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!(
        "{what:<18} {:>7.2} s, peak memory {}",
        took.as_secs_f64(),
        peak.unwrap_or("?").trim()
    );
}

async fn simulate(options: &Options) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let sandbox = Sandbox::builder()
        .job_time(JobTime::default())
        .rate_limit(options.limit)
        .max_jobs(usize::try_from(options.rows)?)
        .build();
    let journal = MemoryJournal::with_clock(Clock::tokio());
    let open = || async {
        let client = Client::builder().api_key("test").transport(sandbox.transport());
        let settings = BatchOptions::new("scale")
            .rate_limit(options.limit, Duration::from_secs(60))
            .clock(Clock::tokio());
        <Batch>::open(client.clock(Clock::tokio()).build()?, journal.clone(), settings)
            .await
            .map_err(Box::<dyn Error>::from)
    };
    let batch = open().await?;
    batch.add(people(options.rows)).await?;
    let virtual_start = tokio::time::Instant::now();
    let end = open().await?.run().await?.finish().await;
    assert!(matches!(end, RunEnd::Complete), "{end}");
    let hours = virtual_start.elapsed().as_secs_f64() / 3_600.0;
    let launches = sandbox.launches_total();
    assert_eq!(launches, options.rows, "each row is launched once");
    println!(
        "{} rows in {hours:.1} simulated hours, {:.1} rows per minute, {} requests",
        options.rows,
        options.rows as f64 / hours / 60.0,
        sandbox.requests_total(),
    );
    report("simulation", began.elapsed());
    Ok(())
}

//! Measures the cost of waiting: `cargo run --release -p job-polling --example simulate -- --help`.

mod args;
mod batch;
mod optimum;
mod play;
mod run;
mod times;

use std::io::{self, Write};

use clap::{CommandFactory, Parser, error::ErrorKind};
use job_polling::limiter::Limit;
use serde_json::json;

use args::Args;
use run::{AFTER_SHIFT, Report};

fn main() -> io::Result<()> {
    let args = Args::parse();
    if let Err(why) = args.check() {
        Args::command().error(ErrorKind::ArgumentConflict, why).exit();
    }
    let report = run::run(&args);
    let mut text = if args.json { as_json(&report, &args) } else { as_text(&report, &args) };
    if !args.json
        && let Some(batch) = &report.batch
    {
        text += &of_batch(batch, &args);
    }
    io::stdout().lock().write_all(text.as_bytes())
}

fn as_json(report: &Report, args: &Args) -> String {
    let mut object = json!({
        "reads_per_job": report.cost.reads,
        "mean_lag_seconds": report.cost.lag,
        "p95_lag_seconds": report.p95_lag,
        "cost": report.cost.seconds(args.read_cost),
        "optimum_cost": report.optimum.seconds(args.read_cost),
    });
    if let Some(excess) = report.held_excess {
        object["held_excess"] = excess.into();
    }
    if let Some(excess) = report.shift_excess {
        object["shift_excess"] = excess.into();
    }
    if let Some(batch) = &report.batch {
        object["jobs_per_minute"] = batch.jobs_per_minute.into();
        object["first_result_seconds"] = batch.first_result.into();
        object["mean_result_seconds"] = batch.mean_result.into();
        object["even_split_mean_seconds"] = batch.even_split_mean.into();
        object["total_seconds"] = batch.total.into();
        object["ceiling_jobs_per_minute"] = args.ceiling().into();
        object["refused"] = batch.refused.into();
        object["bytes_per_job"] = batch::BYTES_PER_JOB.into();
    }
    format!("{object}\n")
}

fn of_batch(batch: &run::Together, args: &Args) -> String {
    let Limit { requests, window, .. } = args.limit;
    format!(
        "\nas a batch, {requests} requests in any {} s: {:.2} jobs a minute of {:.2}, {} refused,\n\
         {} pending at most, {} bytes each\n\
         the first result after {:.1} s, the mean after {:.1} s, the last after {:.1} s\n\
         (the mean of an even split of each window: {:.1} s)\n",
        window.as_secs(),
        batch.jobs_per_minute,
        args.ceiling(),
        batch.refused,
        batch.most_pending,
        batch::BYTES_PER_JOB,
        batch.first_result,
        batch.mean_result,
        batch.total,
        batch.even_split_mean,
    )
}

fn as_text(report: &Report, args: &Args) -> String {
    let (cost, optimum) = (report.cost, report.optimum);
    let seconds = [cost, optimum].map(|cost| cost.seconds(args.read_cost));
    let excess = |share: f64| format!("{:.1} % over the optimum", share * 100.0);
    let row = |name: &str, [this, best]: [f64; 2], unit: &str| {
        format!("{name:<16}{this:>9.3}{best:>10.3}  {unit}\n")
    };
    let mut text = format!(
        "{} jobs, {} seeds, a read is worth {} s\n\n{:<16}{:>9}{:>10}\n",
        args.jobs,
        args.seeds,
        args.read_cost,
        "",
        "this",
        if args.batch { "no limit" } else { "optimum" },
    );
    text += &row("reads a job", [cost.reads, optimum.reads], "");
    text += &row("mean lag", [cost.lag, optimum.lag], "s");
    text += &row("95 % of lags", [report.p95_lag, report.optimum_p95_lag], "s or less");
    text += &row("cost a job", seconds, "s");
    if !args.batch {
        text += &format!("\nall jobs: {}\n", excess(seconds[0] / seconds[1] - 1.0));
    }
    if let (Some(jobs), Some(held)) = (args.held_after, report.held_excess) {
        text += &format!("the schedule held after {jobs} jobs: {}\n", excess(held));
    }
    if let Some(held) = report.shift_excess {
        text += &format!("held {AFTER_SHIFT} jobs after the shift: {}\n", excess(held));
    }
    text
}

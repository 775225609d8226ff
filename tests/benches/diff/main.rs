//! Measures the cost of `diff` on two versions of a large document.
//!
//! `cargo bench -p waterfall-tests --bench diff` runs a release build of xtask and fails above a
//! limit. Peak memory is measured on Linux only.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use waterfall_tests::top;

#[path = "../generate/document.rs"]
mod document;
#[path = "../generate/program.rs"]
mod program;
#[path = "../generate/revision.rs"]
mod revision;

/// The number of resources in a document of about 2.2 MB.
const RESOURCES: usize = 165;
/// The number of edits between the versions.
const EDITS: usize = 60;
/// The number of runs of each comparison. The best figures count.
const ROUNDS: usize = 3;

/// The limits of a comparison on both levels.
const BOTH: Limit = Limit { time: Duration::from_millis(2_500), megabytes: 400 };
/// The limits of a comparison of the API only.
const API: Limit = Limit { time: Duration::from_millis(1_500), megabytes: 400 };

/// The maximum time and memory of a comparison.
struct Limit {
    time: Duration,
    megabytes: u64,
}

fn main() -> ExitCode {
    let program = program::xtask(&["--release"]);
    let old = document::with_resources(RESOURCES);
    let new = revision::revised(&old, 1, EDITS);
    let size = format!("{:.1} MB", old.len() as f64 / 1e6);
    let (old, new) = (write("diff-old.json", &old), write("diff-new.json", &new));
    let arguments = ["diff", &old, "--spec", &new];
    let mut within = row(&format!("diff, {size}"), &program, &arguments, &BOTH);
    let alone = [&arguments[..], &["--api-only"]].concat();
    within &= row(&format!("diff --api-only, {size}"), &program, &alone, &API);
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints one line of the table.
fn row(what: &str, program: &Path, arguments: &[&str], limit: &Limit) -> bool {
    let runs = (0..ROUNDS).map(|_| run(program, arguments));
    let (time, megabytes) =
        runs.fold((Duration::MAX, u64::MAX), |best, run| (best.0.min(run.0), best.1.min(run.1)));
    let within = time <= limit.time && megabytes <= limit.megabytes;
    println!(
        "{what:<28} {:>6.2} s {megabytes:>6} MB   {:.1} s and {} MB at most{}",
        time.as_secs_f64(),
        limit.time.as_secs_f64(),
        limit.megabytes,
        if within { "" } else { "   TOO MUCH" },
    );
    within
}

/// Returns the duration and the peak memory of a run.
fn run(program: &Path, arguments: &[&str]) -> (Duration, u64) {
    let start = Instant::now();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(top()).stdout(Stdio::null());
    let mut child = command.spawn().expect("xtask");
    let mut peak = 0;
    loop {
        peak = peak_megabytes(child.id()).unwrap_or_default().max(peak);
        if let Some(status) = child.try_wait().expect("xtask") {
            assert!(status.success(), "{command:?} fails");
            return (start.elapsed(), peak);
        }
        sleep(Duration::from_millis(2));
    }
}

fn peak_megabytes(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kilobytes / 1024)
}

fn write(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("a file to write");
    path.display().to_string()
}

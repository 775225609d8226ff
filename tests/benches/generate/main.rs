//! Measures the cost of generating a client from this project's description and from a large
//! document.
//!
//! `cargo bench -p waterfall-tests --bench generate` runs the xtask that `cargo xtask` builds, and
//! compares the time of all stages with that of progenitor for the normalized document. It fails
//! above a limit.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::report::Report;
use openapi_client_codegen::{emit, generate, pipeline};
use openapi_document::document::Document;
use openapi_document::load;
use waterfall_tests::{repo, top};

mod document;
mod program;

/// The time limit of `generate` and of `check` if everything has been built.
const OURS: Duration = Duration::from_millis(100);
/// The number of runs of a short command. The best time counts.
const RUNS: usize = 20;

/// The number of resources in a document of about 4 MB.
const LARGE: usize = 300;
/// The maximum time of all stages, as a multiple of progenitor's.
const STAGES: f64 = 2.0;
/// The number of runs of the stages. The best time counts.
const ROUNDS: usize = 3;

/// The time limit of `cargo xtask generate --spec` for a document of about 2 MB. Its memory is
/// limited to 2 GB.
const GUARDED: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let mut within = own();
    within &= large();
    within &= guarded();
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints one line of the table.
fn row(what: &str, figure: &str, limit: &str, within: bool) -> bool {
    println!("{what:<52} {figure:>10}   {limit}{}", if within { "" } else { "   TOO MUCH" });
    within
}

/// Measures the commands on this project's description. The time in which cargo checks the build is
/// displayed separately, because it depends only on cargo and the machine.
fn own() -> bool {
    assert!(xtask(&["check"]), "the generated files are stale: run `cargo xtask generate` first");
    let program = program::xtask(&[]);
    let mut within = true;
    for command in ["generate", "check"] {
        let time = best(|| with(Command::new(&program), &[command]));
        within &= row(&format!("xtask {command}"), &ms(time), "100 ms at most", time <= OURS);
    }
    for arguments in [["xtask", "check"], ["xtask", "--help"]] {
        let time = best(|| with(Command::new("cargo"), &arguments));
        row(&format!("  cargo {}", arguments.join(" ")), &ms(time), "", true);
    }
    within
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn ms(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}

fn best(command: impl Fn() -> Command) -> Duration {
    let times = (0..RUNS).map(|_| {
        let mut command = command();
        let start = Instant::now();
        assert!(runs(&mut command), "{command:?} fails");
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

/// Returns whether `cargo xtask` succeeded.
fn xtask(arguments: &[&str]) -> bool {
    runs(Command::new("cargo").arg("xtask").args(arguments))
}

fn runs(command: &mut Command) -> bool {
    let command = command.current_dir(top()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Compares all stages with progenitor on the same document.
fn large() -> bool {
    let (path, size) = write("large.json", LARGE);
    let normalized = normalized(&path);
    let mut times = [f64::MAX; 2];
    for _ in 0..ROUNDS {
        let plain = seconds(|| plain(&normalized));
        let ours = seconds(|| client(&path));
        times = [times[0].min(plain), times[1].min(ours)];
    }
    let [plain, ours] = times;
    row(&format!("progenitor, {size} normalized"), &format!("{plain:.2} s"), "", true);
    row(&format!("all stages, {size} as they came"), &format!("{ours:.2} s"), "", true);
    let ratio = ours / plain;
    row("  as a multiple of progenitor's", &format!("{ratio:.2}"), "2 at most", ratio <= STAGES)
}

fn plain(normalized: &Document) -> String {
    let made = emit::progenitor(normalized, false);
    prettyplease::unparse(&made.unwrap_or_else(|diagnostic| panic!("{diagnostic}")))
}

fn client(path: &Path) -> String {
    let made = generate::generate(path, None, &Selection::default(), &repo::config())
        .unwrap_or_else(|diagnostic| panic!("{diagnostic}"));
    assert!(made.report.dropped.is_empty(), "operations were dropped");
    made.code
}

/// Returns the document in the form that progenitor accepts.
fn normalized(path: &Path) -> Document {
    let text = fs::read_to_string(path).expect("the document");
    let prepared = load::load("large.json", &text).and_then(|mut document| {
        let mut report = Report::default();
        pipeline::prepare(&mut document, &Selection::default(), &mut report)?;
        Ok(document)
    });
    let prepared = prepared.unwrap_or_else(|diagnostic| panic!("{diagnostic}"));
    Document::new(prepared.root, HashMap::new())
}

/// Measures the usual build of the command with a large document.
fn guarded() -> bool {
    let (path, size) = write("half.json", LARGE / 2);
    let out = path.with_extension("rs");
    let arguments =
        ["generate", "--spec", &path.to_string_lossy(), "--out", &out.to_string_lossy()];
    let start = Instant::now();
    assert!(xtask(&arguments), "the command failed on {}", path.display());
    let time = start.elapsed();
    let what = format!("cargo xtask generate --spec, {size}");
    row(&what, &format!("{:.1} s", time.as_secs_f64()), "60 s and 2 GB at most", time <= GUARDED)
}

fn write(name: &str, resources: usize) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let text = document::with_resources(resources);
    fs::write(&path, &text).expect("a file to write");
    (path, format!("{:.1} MB", text.len() as f64 / 1e6))
}

/// Returns the CPU time of this thread, which other programs hardly affect.
fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let (start, at_work) = (Instant::now(), at_work());
    black_box(work());
    match at_work.zip(self::at_work()) {
        Some((before, after)) => (after - before) as f64 / 1e9,
        None => start.elapsed().as_secs_f64(),
    }
}

/// Returns the CPU time of this thread in nanoseconds; available on Linux only.
fn at_work() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

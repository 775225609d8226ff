//! Compares the build time of a program that uses the generated client with that of a program that
//! uses a hand-written client with the same operations, types and fields.
//!
//! `cargo bench -p waterfall-tests --bench build` builds both programs from scratch with all
//! dependencies, and again after a change in the program. It needs no network access beyond that of
//! a build of the workspace, and fails if the clean build exceeds the limit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use waterfall_tests::top;

#[allow(dead_code, unreachable_pub, unused_imports)]
mod by_hand;

/// The maximum CPU time of a clean build, as a multiple of that with the hand-written client.
const MAX_RATIO: f64 = 1.05;
/// The number of builds of each program. The fastest build counts.
const ROUNDS: usize = 2;

/// A package to build: name, dependencies, and files with their code.
type Package = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const PACKAGES: [Package; 3] = [
    (
        "by_hand",
        &["jiff", "reqwest", "serde", "serde_json", "uuid"],
        &[
            ("lib.rs", include_str!("by_hand/mod.rs")),
            ("error.rs", include_str!("by_hand/error.rs")),
            ("jobs.rs", include_str!("by_hand/jobs.rs")),
            ("requests.rs", include_str!("by_hand/requests.rs")),
            ("results.rs", include_str!("by_hand/results.rs")),
        ],
    ),
    ("uses_by_hand", &["by_hand", "tokio"], &[("main.rs", include_str!("uses_by_hand.rs"))]),
    (
        "uses_ours",
        &["reqwest", "tokio", "waterfall-api"],
        &[("main.rs", include_str!("uses_ours.rs"))],
    ),
];

fn main() -> ExitCode {
    by_hand_reads_the_sample();
    let workspace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("consumers");
    write(&workspace).expect("a workspace to build");
    let mut clean = [f64::MAX; 2];
    let mut again = [f64::MAX; 2];
    for _ in 0..ROUNDS {
        for (index, package) in ["uses_by_hand", "uses_ours"].into_iter().enumerate() {
            let target = workspace.join("target").join(package);
            // The folder may not exist yet.
            let _ = fs::remove_dir_all(&target);
            clean[index] = clean[index].min(build(&workspace, &target, package));
            touch(&workspace.join(package).join("src/main.rs")).expect("a file to touch");
            again[index] = again[index].min(build(&workspace, &target, package));
            let _ = fs::remove_dir_all(&target);
        }
    }
    let ratio = clean[1] / clean[0];
    let within = ratio <= MAX_RATIO;
    println!("{:<40} {:>9} {:>9} {:>6}", "CPU seconds", "by hand", "ours", "ratio");
    let [hand, ours] = clean;
    let verdict = if within { "" } else { ": EXCEEDED" };
    println!(
        "{:<40} {hand:>9.2} {ours:>9.2} {ratio:>6.3}   limit {MAX_RATIO:.2}{verdict}",
        "clean"
    );
    let [hand, ours] = again;
    println!(
        "{:<40} {hand:>9.2} {ours:>9.2} {:>6.3}",
        "after a change in the program",
        ours / hand
    );
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Checks that both clients decode the same response.
fn by_hand_reads_the_sample() {
    let examples = openapi_document::examples::collect(&waterfall_tests::description());
    let sample = examples.into_iter().find(|example| example.name == "succeeded").expect("it");
    let job: by_hand::ContactEnrichmentJob =
        serde_json::from_value(sample.value).expect("a job as the finder sends it");
    assert!(job.start_date.instant().is_some() && job.output.is_some());
}

/// Writes the workspace. Its dependencies have the same versions as in this workspace.
fn write(workspace: &Path) -> std::io::Result<()> {
    let api = top().join("crates/waterfall-api").canonicalize()?;
    let mut dependencies = dependencies(&fs::read_to_string(top().join("Cargo.toml"))?);
    dependencies +=
        &format!("by_hand = {{ path = \"by_hand\" }}\nwaterfall-api = {{ path = {api:?} }}\n");
    let names: Vec<&str> = PACKAGES.iter().map(|(name, ..)| *name).collect();
    let root = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {names:?}\n\n[workspace.dependencies]\n{dependencies}"
    );
    fs::create_dir_all(workspace)?;
    fs::write(workspace.join("Cargo.toml"), root)?;
    fs::copy(top().join("Cargo.lock"), workspace.join("Cargo.lock"))?;
    for (name, needs, files) in PACKAGES {
        let needs: String = needs.iter().map(|need| format!("{need}.workspace = true\n")).collect();
        let manifest =
            format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[dependencies]\n{needs}");
        let source = workspace.join(name).join("src");
        fs::create_dir_all(&source)?;
        fs::write(workspace.join(name).join("Cargo.toml"), manifest)?;
        for (file, code) in files {
            fs::write(source.join(file), code)?;
        }
    }
    Ok(())
}

/// Returns the dependencies in the manifest of this workspace, without its own crates.
fn dependencies(manifest: &str) -> String {
    let section = manifest.split("[workspace.dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.contains("path = ")).map(|line| format!("{line}\n")).collect()
}

fn touch(file: &Path) -> std::io::Result<()> {
    let mut code = fs::read_to_string(file)?;
    code.push_str("// Changed.\n");
    fs::write(file, code)
}

/// Returns the CPU seconds of a build, or the elapsed seconds on systems that don't report CPU
/// time.
fn build(workspace: &Path, target: &PathBuf, package: &str) -> f64 {
    let (start, before) = (Instant::now(), of_children());
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--offline", "--package", package])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .status();
    assert!(status.expect("cargo").success(), "{package} does not build");
    match before.zip(of_children()) {
        Some((before, after)) => after - before,
        None => start.elapsed().as_secs_f64(),
    }
}

/// Returns the CPU seconds of the ended child processes; on Linux only.
fn of_children() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, in parentheses.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let [user, system] = [13, 14].map(|index| fields.get(index)?.parse::<f64>().ok());
    Some((user? + system?) / 100.0)
}

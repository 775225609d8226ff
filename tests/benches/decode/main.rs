//! Compares the cost of decoding the finder's sample with that of progenitor's types.
//!
//! `cargo bench -p waterfall-tests --bench decode` counts instructions if valgrind is installed,
//! and measures time otherwise. progenitor's types can't decode date-times without an offset, so an
//! offset is added to the sample for both.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

#[rustfmt::skip]
#[allow(missing_docs, dead_code, unreachable_pub, clippy::all)]
mod plain;

const ROUNDS: u64 = 2_000;

/// The maximum cost of decoding, as a multiple of that with progenitor's types.
const MAX_RATIO: f64 = 1.05;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, which, rounds] = &arguments[..]
        && flag == "--run"
    {
        return run(which, rounds.parse().expect("a number of rounds"));
    }
    println!("sample: {} bytes", sample().len());
    let counted = ["plain", "ours"].map(instructions);
    if let [Some(plain), Some(ours)] = counted {
        println!("progenitor's types: {plain} instructions a decode");
        println!("ours:               {ours} instructions a decode");
        let ratio = ours as f64 / plain as f64;
        println!("ratio:              {ratio:.3}, limit {MAX_RATIO:.2}");
        assert!(ratio <= MAX_RATIO, "decoding costs too much");
    } else {
        println!("valgrind is not installed; by time:");
        let [plain, ours] = ["plain", "ours"].map(time);
        println!("progenitor's types: {plain:.0} ns a decode");
        println!("ours:               {ours:.0} ns a decode");
        println!("ratio:              {:.3}", ours / plain);
    }
}

fn run(which: &str, rounds: u64) {
    let sample = sample();
    for _ in 0..rounds {
        let bytes = black_box(sample.as_bytes());
        if which == "plain" {
            let job: plain::types::ContactEnrichmentJob =
                serde_json::from_slice(bytes).expect("a job");
            black_box(job);
        } else {
            let (job, deviations) =
                waterfall_api::decode::<waterfall_api::types::ContactEnrichmentJob>(bytes)
                    .expect("a job");
            assert!(deviations.is_empty(), "the sample matches");
            black_box(job);
        }
    }
}

fn sample() -> String {
    let examples = openapi_document::examples::collect(&waterfall_tests::description());
    let mut value =
        examples.into_iter().find(|example| example.name == "succeeded").expect("the sample").value;
    for field in ["start_date", "stop_date"] {
        value[field] = format!("{}Z", value[field].as_str().unwrap_or_default()).into();
    }
    value.to_string()
}

/// Returns the number of instructions of one decoding: the difference between many rounds and none.
fn instructions(which: &str) -> Option<u64> {
    let many = count(which, ROUNDS)?;
    Some((many - count(which, 0)?) / ROUNDS)
}

fn count(which: &str, rounds: u64) -> Option<u64> {
    let this = std::env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["--run", which, &rounds.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

fn time(which: &str) -> f64 {
    let best = (0..5).map(|_| {
        let start = Instant::now();
        run(which, ROUNDS);
        start.elapsed()
    });
    best.min().unwrap_or_default().as_nanos() as f64 / ROUNDS as f64
}

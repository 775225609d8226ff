//! Compares the cost of reading a finished job with that of a hand-written client.
//!
//! `cargo bench -p waterfall-tests --bench read` counts instructions with valgrind, fails above the
//! limits, and then measures time. Both clients read the same response from a local server, each
//! over one connection. Our client has a rate limiter, retries, and spans without a subscriber.
//!
//! The hand-written client does not do the following work of our client:
//!
//! - decode: it distinguishes absent and null fields, and keeps unknown fields and values. The
//!   benchmark uses the decoder that decodes responses. Deserialization by other means, such as
//!   `serde_json::from_slice`, uses the slower decoder, which keeps values that do not match. Its
//!   count is displayed but not limited.
//! - call: two time limits; a limit for the body, whose beginning is kept if it is cut off; a
//!   permit and the rate-limit headers of the response; the user agent; sums of costs and counts of
//!   deviations.
//! - wait: the dates of the job; its duration, for later waits; the plan of the read; its deadline;
//!   and a boxed read, which continues if the wait is polled elsewhere. The hand-written client has
//!   no counterpart, so this is not limited.
//!
//! While instructions are counted, the responses report a rate limit. While time is measured, they
//! don't: a rate limiter spaces requests once half of its budget is used, so these pauses would be
//! measured.

use std::hint::black_box;
use std::process::{Command, ExitCode};

use criterion::Criterion;
use tokio::runtime::Runtime;
use uuid::Uuid;
use waterfall::api::types::ContactEnrichmentJob;
use waterfall::{JobId, RateLimiter};

#[allow(missing_docs, dead_code, unreachable_pub, unused_imports)]
#[path = "../build/by_hand/mod.rs"]
mod by_hand;
mod server;

/// The maximum cost of decoding and of a call, as a multiple of that of the hand-written client.
const MAX_RATIO: f64 = 1.10;

/// The number of measured rounds, and of the rounds before them, which open connections and
/// allocate memory.
const ROUNDS: u64 = 400;
const WARM_UP: u64 = 50;

/// The limit that the server reports. It is the highest possible limit.
const REQUESTS_PER_MINUTE: u32 = 100_000;

const KEY: &str = "wf_bench";
const JOB: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// A part of a read, implemented by both clients, and whether its cost is limited.
const PARTS: [(&str, [What; 2], bool); 4] = [
    ("decode", [What::DecodeByHand, What::Decode], true),
    ("decode by serde_json::from_slice", [What::DecodeByHand, What::DecodeBySerde], false),
    ("call: decode, HTTP, limiter, retries", [What::CallByHand, What::Call], true),
    ("wait: call, schedule, durations", [What::CallByHand, What::Wait], false),
];

/// The measured operation.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    DecodeByHand,
    Decode,
    DecodeBySerde,
    CallByHand,
    Call,
    Wait,
}

impl What {
    const ALL: [Self; 6] = [
        Self::DecodeByHand,
        Self::Decode,
        Self::DecodeBySerde,
        Self::CallByHand,
        Self::Call,
        Self::Wait,
    ];
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let body = server::body();
    if let [_, flag, base, part, side, rounds] = &arguments[..]
        && flag == "--run"
    {
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let what = PARTS[number(part)].1[number(side)];
        let mut client = Client::new(base, body, RateLimiter::per_minute(REQUESTS_PER_MINUTE));
        (0..number(rounds)).for_each(|_| client.round(what));
        return ExitCode::SUCCESS;
    }
    let base = server::start();
    println!("the body has {} bytes\n", body.len());
    let within = counted(&base);
    timed(&base, &body);
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the instructions of each part. Returns whether they are within the limit.
fn counted(base: &str) -> bool {
    let mut within = true;
    let count = |part, side| instructions(base, part, side);
    println!("{:<40}{:>10}{:>10}{:>8}", "instructions", "by hand", "ours", "ratio");
    for (part, (name, _, limited)) in PARTS.iter().enumerate() {
        let (Some(by_hand), Some(ours)) = (count(part, 0), count(part, 1)) else {
            println!("valgrind is not installed, so instructions are not counted\n");
            return true;
        };
        let ratio = ours as f64 / by_hand as f64;
        let exceeded = *limited && ratio > MAX_RATIO;
        let mark = match (limited, exceeded) {
            (true, true) => format!("  limit {MAX_RATIO:.2}: EXCEEDED"),
            (true, false) => format!("  limit {MAX_RATIO:.2}"),
            (false, _) => String::new(),
        };
        println!("{name:<40}{by_hand:>10}{ours:>10}{ratio:>8.3}{mark}");
        within &= !exceeded;
    }
    println!();
    within
}

/// Returns the number of instructions of one round: the difference between many rounds and few.
fn instructions(base: &str, part: usize, side: usize) -> Option<u64> {
    let few = count(base, part, side, WARM_UP)?;
    let many = count(base, part, side, WARM_UP + ROUNDS)?;
    Some((many - few) / ROUNDS)
}

fn count(base: &str, part: usize, side: usize, rounds: u64) -> Option<u64> {
    let this = std::env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["--run", base, &part.to_string(), &side.to_string(), &rounds.to_string()])
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

/// Measures the time of each round.
fn timed(base: &str, body: &str) {
    let mut criterion = Criterion::default().configure_from_args();
    for what in What::ALL {
        let mut client = Client::new(base, body.to_owned(), RateLimiter::unlimited());
        criterion.bench_function(&format!("{what:?}"), |bench| bench.iter(|| client.round(what)));
    }
    criterion.final_summary();
}

/// The clients to compare.
struct Client {
    runtime: Runtime,
    by_hand: by_hand::Client,
    ours: waterfall::Client,
    job: Uuid,
    body: String,
}

impl Client {
    fn new(base: &str, body: String, rate_limiter: RateLimiter) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let builder = waterfall::Client::builder().api_key(KEY).base_url(base);
        Self {
            runtime: runtime.expect("a runtime"),
            by_hand: by_hand::Client::new(base, KEY),
            ours: builder.rate_limiter(rate_limiter).build().expect("a client"),
            job: JOB.parse().expect("an id"),
            body,
        }
    }

    fn round(&mut self, what: What) {
        let bytes = black_box(self.body.as_bytes());
        let job = JobId::from(self.job);
        match what {
            What::DecodeByHand => {
                let job: by_hand::ContactEnrichmentJob =
                    serde_json::from_slice(bytes).expect("a job");
                black_box(job);
            }
            What::Decode => {
                let decoded = waterfall::api::decode::<ContactEnrichmentJob>(bytes);
                black_box(decoded.expect("a job"));
            }
            What::DecodeBySerde => {
                let job: ContactEnrichmentJob = serde_json::from_slice(bytes).expect("a job");
                black_box(job);
            }
            What::CallByHand => {
                let read = self.runtime.block_on(self.by_hand.find_contact_enrichment(&self.job));
                black_box(read.expect("a job"));
            }
            What::Call => {
                let read = self.runtime.block_on(self.ours.job(job).fetch());
                black_box(read.expect("a job"));
            }
            What::Wait => {
                let waited = self.runtime.block_on(self.ours.job(job).wait().into_future());
                black_box(waited.expect("a job"));
            }
        }
    }
}

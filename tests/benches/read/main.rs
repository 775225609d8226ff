//! What reading a finished job costs, against a client written by hand.
//!
//! `cargo bench -p waterfall-tests --bench read` counts instructions if valgrind
//! is there, and fails above the limit; the clock's figures follow. Both clients
//! read the same answer from a server in another process, over one connection.
//! Ours does so with its meter, its retries and its spans, to which nobody
//! subscribes.
//!
//! What ours takes beyond the other: in a decode, telling absent from null and
//! keeping the fields that are not known; in a call, two time limits (one cuts
//! a body and keeps its start), a slot and what the answer's headers say of the
//! budget, and the user agent; in a wait, the dates that job times are learnt from, the
//! plan of the read, its deadline, and what is boxed so that it can be dropped and
//! gone on with at any await.

use std::hint::black_box;
use std::process::{Command, ExitCode};

use criterion::Criterion;
use tokio::runtime::Runtime;
use uuid::Uuid;
use waterfall::{JobId, RateLimiter};

#[allow(missing_docs, dead_code, unreachable_pub)]
#[path = "../build/by_hand.rs"]
mod by_hand;
mod server;

/// What decoding and a call may cost, as a multiple of those by hand.
const MOST: f64 = 1.10;

/// Rounds that are counted, and those before them, in which connections are made
/// and memory is got.
const ROUNDS: u64 = 400;
const WARM_UP: u64 = 50;

const KEY: &str = "wf_bench";
const JOB: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// A part of a read, by both clients, and whether it is limited.
const PARTS: [(&str, [What; 2], bool); 3] = [
    ("decode", [What::DecodeByHand, What::Decode], true),
    ("call: decode, HTTP, meter, retries", [What::CallByHand, What::Call], true),
    ("wait: call, schedule, job times", [What::CallByHand, What::Wait], false),
];

/// What is done again and again.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    DecodeByHand,
    Decode,
    CallByHand,
    Call,
    Wait,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let answer = server::answer();
    if let [_, flag, base, part, side, rounds] = &arguments[..]
        && flag == "--run"
    {
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let what = PARTS[number(part)].1[number(side)];
        let mut client = Client::new(base, answer);
        (0..number(rounds)).for_each(|_| client.round(what));
        return ExitCode::SUCCESS;
    }
    let base = server::start();
    println!("the answer has {} bytes\n", answer.len());
    let within = counted(&base);
    timed(&base, &answer);
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what each part takes by instructions, and tells whether that is
/// within the limit.
fn counted(base: &str) -> bool {
    let mut within = true;
    let count = |part, side| instructions(base, part, side);
    println!("{:<40}{:>10}{:>10}{:>8}", "instructions", "by hand", "ours", "ratio");
    for (part, (name, _, limited)) in PARTS.iter().enumerate() {
        let (Some(by_hand), Some(ours)) = (count(part, 0), count(part, 1)) else {
            println!("valgrind is not there, so none are counted\n");
            return true;
        };
        let ratio = ours as f64 / by_hand as f64;
        let too_much = *limited && ratio > MOST;
        let mark = match (limited, too_much) {
            (true, true) => format!("  {MOST} at most: TOO MUCH"),
            (true, false) => format!("  {MOST} at most"),
            (false, _) => String::new(),
        };
        println!("{name:<40}{by_hand:>10}{ours:>10}{ratio:>8.3}{mark}");
        within &= !too_much;
    }
    println!();
    within
}

/// Instructions of one round: the difference between many and few.
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

/// The same by the clock.
fn timed(base: &str, answer: &str) {
    let mut criterion = Criterion::default().configure_from_args();
    for what in [What::DecodeByHand, What::Decode, What::CallByHand, What::Call, What::Wait] {
        let mut client = Client::new(base, answer.to_owned());
        criterion.bench_function(&format!("{what:?}"), |bench| bench.iter(|| client.round(what)));
    }
    criterion.final_summary();
}

/// Both clients.
struct Client {
    runtime: Runtime,
    by_hand: by_hand::Client,
    ours: waterfall::Client,
    job: Uuid,
    answer: String,
}

impl Client {
    fn new(base: &str, answer: String) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let builder = waterfall::Client::builder().api_key(KEY).base_url(base);
        // The server's answers say 100,000 as well; benches need many reads.
        let rate_limiter = RateLimiter::per_minute(100_000);
        Self {
            runtime: runtime.expect("a runtime"),
            by_hand: by_hand::Client::new(base, KEY),
            ours: builder.rate_limiter(rate_limiter).build().expect("a client"),
            job: JOB.parse().expect("an id"),
            answer,
        }
    }

    fn round(&mut self, what: What) {
        let bytes = black_box(self.answer.as_bytes());
        let job = JobId::from(self.job);
        match what {
            What::DecodeByHand => {
                let job: by_hand::ContactEnrichmentJob =
                    serde_json::from_slice(bytes).expect("a job");
                black_box(job);
            }
            What::Decode => {
                let job: waterfall::ContactEnrichmentJob =
                    serde_json::from_slice(bytes).expect("a job");
                black_box(job);
            }
            What::CallByHand => {
                let read = self.runtime.block_on(self.by_hand.find(&self.job));
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

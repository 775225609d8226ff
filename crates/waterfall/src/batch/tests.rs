//! The scheduler and the meter's window in virtual time, against a server that
//! counts.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use proptest::prelude::*;

use super::run::Entry;
use super::scheduler::{After, MOST_PENDING, Place, Read, Scheduler, Step, bytes_per_job};
use crate::meter::simulated::{End, Limit, Rule, Taken, Told, Window};
use crate::schedule::{Outlook, Planner, Scarcity, Start};
use crate::{JobTimes, PollPolicy};

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn log_normal(random: &mut fastrand::Rng, median: f64, sigma: f64) -> f64 {
    let (u, v) = (1.0 - random.f64(), random.f64());
    median * (sigma * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()).exp()
}

/// 97 % around 5 s, 3 % around 45 s.
fn job_time(random: &mut fastrand::Rng) -> f64 {
    if random.f64() < 0.97 { log_normal(random, 5.0, 0.6) } else { log_normal(random, 45.0, 0.5) }
}

#[derive(Debug, Clone, Copy)]
enum What {
    Launch(usize),
    Read(Place, usize),
}

/// What came of a simulation.
#[derive(Debug, Default)]
struct Report {
    took: Duration,
    launches: Vec<u32>,
    ends: Vec<u32>,
    reads: usize,
    refused: usize,
    most_pending: usize,
    lags: Vec<f64>,
}

struct Simulation {
    random: fastrand::Rng,
    planner: Planner,
    scheduler: Scheduler<usize>,
    window: Window,
    /// By when it is answered; where it arrived is between.
    under_way: BinaryHeap<Reverse<(Duration, usize)>>,
    requests: Vec<Option<(What, Duration, Duration, Taken)>>,
    arrivals: VecDeque<Duration>,
    /// How long each job takes, and when it is over.
    times: Vec<Duration>,
    ends_at: Vec<Duration>,
    now: Duration,
    limit: u32,
    failing: f64,
    report: Report,
}

impl Simulation {
    fn new(jobs: usize, limit: u32, failing: f64, seed: u64) -> Self {
        let rule = Rule::Told(Limit::new(limit, Duration::from_secs(60)));
        let report = Report { launches: vec![0; jobs], ends: vec![0; jobs], ..Report::default() };
        Self {
            random: fastrand::Rng::with_seed(seed),
            planner: Planner::new(JobTimes::new()),
            scheduler: Scheduler::new(PollPolicy::default(), Duration::from_secs(300)),
            window: Window::new(rule),
            under_way: BinaryHeap::new(),
            requests: Vec::new(),
            arrivals: VecDeque::new(),
            times: vec![Duration::ZERO; jobs],
            ends_at: vec![Duration::ZERO; jobs],
            now: Duration::ZERO,
            limit,
            failing,
            report,
        }
    }

    fn run(mut self) -> Report {
        let mut taken = 0;
        loop {
            if self.scheduler.wants_input() {
                if taken < self.ends_at.len() {
                    taken += 1;
                    self.scheduler.offer();
                } else {
                    let scarcity = Scarcity::new(self.window.scarcity(self.now, 0));
                    let planner = &mut self.planner;
                    self.scheduler.end_inputs(self.now, Outlook { planner, scarcity, unit: 0.5 });
                }
            }
            self.report.most_pending = self.report.most_pending.max(self.scheduler.pending());
            let wake = match self.scheduler.next(self.now) {
                Step::Done => break,
                Step::Idle => None,
                Step::Wait(at) => Some(at),
                step => match self.window.take(self.now, 1) {
                    Some(slot) => {
                        self.send(step, slot, taken);
                        continue;
                    }
                    None => self.window.opening(self.now, 1),
                },
            };
            let answer = self.under_way.peek().map(|next| next.0.0);
            let next = wake.into_iter().chain(answer).min().expect("something is to happen");
            assert!(next >= self.now, "time runs backwards");
            self.now = next;
            if answer == Some(next) {
                self.answer();
            }
        }
        self.report.took = self.now;
        self.report
    }

    fn send(&mut self, step: Step, slot: Taken, taken: usize) {
        let what = match step {
            Step::Read(place) => {
                What::Read(place, *self.scheduler.read(self.now, place).expect("a job"))
            }
            _ => {
                self.scheduler.launch();
                self.report.launches[taken - 1] += 1;
                What::Launch(taken - 1)
            }
        };
        let took = seconds(0.05 + 0.25 * self.random.f64());
        let arrives = self.now + took / 2;
        self.requests.push(Some((what, arrives, took, slot)));
        self.under_way.push(Reverse((self.now + took, self.requests.len() - 1)));
    }

    /// Arrivals are counted when they are answered, in the order of arriving as
    /// far as a window needs it.
    fn arrive(&mut self, at: Duration) {
        while self.arrivals.front().is_some_and(|first| *first + Duration::from_secs(60) <= at) {
            self.arrivals.pop_front();
        }
        self.arrivals.push_back(at);
        if self.arrivals.len() > self.limit as usize {
            self.report.refused += 1;
        }
    }

    fn answer(&mut self) {
        let Some(Reverse((_, number))) = self.under_way.pop() else { return };
        let Some((what, arrived, took, slot)) = self.requests[number].take() else { return };
        self.arrive(arrived);
        self.window.end(self.now, slot, End::Answered(Told::default()));
        let scarcity = Scarcity::new(self.window.scarcity(self.now, 0));
        let outlook = Outlook { planner: &mut self.planner, scarcity, unit: 0.5 };
        let fails = self.random.f64() < self.failing;
        match what {
            What::Launch(job) if fails => {
                self.scheduler.launch_failed();
                self.report.ends[job] += 1;
            }
            What::Launch(job) => {
                self.times[job] = seconds(job_time(&mut self.random));
                self.ends_at[job] = arrived + self.times[job];
                let start = Start::Launched { age: Duration::ZERO, took };
                self.scheduler.launched(self.now, job, start, false, outlook);
            }
            What::Read(place, job) => {
                self.report.reads += 1;
                let end = self.ends_at[job];
                let read = if fails {
                    Read::Failed { retry_after: None }
                } else if end <= arrived {
                    self.report.lags.push((self.now - end).as_secs_f64());
                    Read::Over { lasted: Some(self.times[job]) }
                } else {
                    Read::Running { age: None }
                };
                let after = self.scheduler.answered(self.now, place, took, read, outlook);
                if let Some(After::Ended { .. }) = after {
                    self.report.ends[job] += 1;
                }
            }
        }
    }
}

fn once(counts: &[u32]) -> bool {
    counts.iter().all(|&count| count == 1)
}

#[test]
fn the_budget_goes_into_jobs() {
    let jobs = 5_000;
    let mut report = Simulation::new(jobs, 50, 0.0, 1).run();
    let a_minute = jobs as f64 / report.took.as_secs_f64() * 60.0;
    let reads = report.reads as f64 / jobs as f64;
    report.lags.sort_unstable_by(f64::total_cmp);
    let p95 = report.lags[report.lags.len() * 95 / 100];
    println!("{a_minute:.2} jobs a minute, {reads:.3} reads a job, 95 % of lags {p95:.1} s");
    assert_eq!(report.refused, 0);
    assert!(once(&report.launches) && once(&report.ends));
    assert!(a_minute >= 24.0, "{a_minute}");
    assert!(reads <= 1.04, "{reads}");
    // Spending the window in bursts brings about 58 s.
    assert!(p95 < 55.0, "{p95}");
}

#[test]
fn few_jobs_are_read_as_soon_as_it_is_worth_it() {
    let report = Simulation::new(5, 50, 0.0, 3).run();
    let mean = report.lags.iter().sum::<f64>() / report.lags.len() as f64;
    assert!(mean < 6.0, "{:?}", report.lags);
}

#[test]
fn a_pending_job_takes_little_memory() {
    let bytes = bytes_per_job::<Entry>();
    println!("{bytes} bytes a pending job");
    assert!(bytes <= 512, "{bytes}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn each_job_is_launched_once_and_ends_once(
        jobs in 0_usize..120,
        limit in 1_u32..80,
        failing in 0.0..0.4,
        seed: u64,
    ) {
        let report = Simulation::new(jobs, limit, failing, seed).run();
        prop_assert!(once(&report.launches) && once(&report.ends), "{:?}", report);
        prop_assert_eq!(report.refused, 0);
        prop_assert!(report.most_pending <= MOST_PENDING);
    }
}

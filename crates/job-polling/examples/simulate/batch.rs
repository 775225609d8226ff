//! Simulates many jobs on one key: the scheduler and the window in virtual time, against a server
//! that counts requests.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use job_polling::batch::{JobSlot, Read, ReadOutcome, Scheduler, Step, bytes_per_job};
use job_polling::limiter::{
    Limit, LimitPolicy, RateLimitHeaders, RequestOutcome, Reservation, SlidingWindow,
};
use job_polling::schedule::{Planner, QuotaPressure};
use job_polling::wait_state::{JobOrigin, PollContext};
use job_polling::{DurationHistory, PollPolicy};

use crate::times::Times;

/// The memory of the scheduler for each pending job, including its index.
pub(crate) const BYTES_PER_JOB: usize = bytes_per_job::<usize>();

/// The maximum wait for each job.
const MAX_WAIT: Duration = Duration::from_secs(48 * 60 * 60);

/// The range of a request's duration: from the first value up to the sum of both. It arrives
/// halfway.
const LATENCY: [f64; 2] = [0.05, 0.25];

/// Returns the mean time to a result, in seconds, if launches and reads share each window evenly,
/// each is sent as soon as that allows, and each job is read at its end. This is the result of a
/// schedule that knows the duration of each job.
pub(crate) fn even_split(limit: Limit, draws: &[f64]) -> f64 {
    let latency = LATENCY[0] + LATENCY[1] / 2.0;
    // A slot returns a window after its response.
    let round = limit.window.as_secs_f64() + latency;
    let window = |request: usize| (request / limit.requests as usize) as f64 * round;
    let result = |(job, time): (usize, &f64)| {
        let over = window(2 * job) + latency / 2.0 + time;
        over.max(window(2 * job + 1) + latency / 2.0) + latency / 2.0
    };
    draws.iter().enumerate().map(result).sum::<f64>() / draws.len() as f64
}

/// The parameters of a simulation.
pub(crate) struct Setup<'a> {
    pub(crate) times: &'a Times,
    pub(crate) jobs: usize,
    pub(crate) limit: Limit,
    pub(crate) policy: PollPolicy,
    pub(crate) stop_dates: bool,
    /// The share of requests with transient failures.
    pub(crate) failing: f64,
    pub(crate) seed: u64,
}

/// The result of a simulation.
#[derive(Debug, Default)]
pub(crate) struct Played {
    /// The duration of the batch.
    pub(crate) took: Duration,
    pub(crate) reads: usize,
    /// Requests that exceeded the limit, as counted by the server.
    pub(crate) refused: usize,
    pub(crate) most_pending: usize,
    /// The duration of each job.
    pub(crate) draws: Vec<f64>,
    /// The time from the end of each job until a read found it.
    pub(crate) lags: Vec<f64>,
    /// When each result arrived, in order.
    pub(crate) results: Vec<f64>,
    launches: Vec<u8>,
    ends: Vec<u8>,
}

impl Played {
    /// Returns whether each job was launched once, and its wait ended once.
    pub(crate) fn is_whole(&self) -> bool {
        let once = |counts: &[u8]| counts.iter().all(|&count| count == 1);
        once(&self.launches) && once(&self.ends)
    }
}

pub(crate) fn play(setup: &Setup<'_>) -> Played {
    Simulation::new(setup).run()
}

struct Simulation<'a> {
    setup: &'a Setup<'a>,
    random: fastrand::Rng,
    planner: Planner,
    scheduler: Scheduler<usize>,
    window: SlidingWindow,
    /// The next response is on top.
    under_way: BinaryHeap<Reverse<Request>>,
    sent: u64,
    arrivals: Vec<Duration>,
    /// The time at which each job ends.
    ends_at: Vec<Duration>,
    taken: usize,
    now: Duration,
    played: Played,
}

/// A request in flight, ordered by its response.
struct Request {
    answered: Duration,
    number: u64,
    what: What,
    arrives: Duration,
    took: Duration,
    slot: Reservation,
}

enum What {
    Launch(usize),
    Read(JobSlot, usize),
}

impl<'a> Simulation<'a> {
    fn new(setup: &'a Setup<'a>) -> Self {
        let (launches, ends) = (vec![0; setup.jobs], vec![0; setup.jobs]);
        let draws = vec![0.0; setup.jobs];
        // No other process uses the key.
        let mut window = SlidingWindow::new(LimitPolicy::Reported(setup.limit));
        window.allow_bursts(true);
        Self {
            setup,
            random: fastrand::Rng::with_seed(setup.seed),
            planner: Planner::new(DurationHistory::new()),
            scheduler: Scheduler::new(setup.policy.clone(), MAX_WAIT),
            window,
            under_way: BinaryHeap::new(),
            sent: 0,
            arrivals: Vec::new(),
            ends_at: vec![Duration::ZERO; setup.jobs],
            taken: 0,
            now: Duration::ZERO,
            played: Played { draws, launches, ends, ..Played::default() },
        }
    }

    fn run(mut self) -> Played {
        loop {
            self.take_input();
            self.played.most_pending = self.played.most_pending.max(self.scheduler.pending());
            self.scheduler.supply(self.window.supply(self.now, self.scheduler.horizon()));
            let wake = match self.scheduler.next(self.now) {
                Step::Done => break,
                Step::Idle => None,
                Step::Wait(at) => Some(at),
                step => match self.window.take(self.now, 1) {
                    Some(slot) => {
                        self.send(step, slot);
                        continue;
                    }
                    None => self.window.opening(self.now, 1),
                },
            };
            let answer = self.under_way.peek().map(|request| request.0.answered);
            let Some(next) = wake.into_iter().chain(answer).min() else { break };
            self.now = next;
            if answer == Some(next) {
                self.answer();
            }
        }
        self.played.took = self.now;
        self.played.refused = self.refused();
        self.played
    }

    fn take_input(&mut self) {
        if !self.scheduler.wants_input() {
            return;
        }
        if self.taken < self.setup.jobs {
            self.taken += 1;
            self.scheduler.offer();
        } else {
            let quota_pressure = QuotaPressure::new(self.window.quota_pressure(self.now, 0));
            let planner = &mut self.planner;
            self.scheduler.end_inputs(self.now, PollContext::new(planner, quota_pressure, 0.5));
        }
    }

    fn send(&mut self, step: Step, slot: Reservation) {
        let what = match step {
            Step::Read(place) => match self.scheduler.read(self.now, place) {
                Some(&job) => What::Read(place, job),
                None => return,
            },
            _ => {
                self.scheduler.launch();
                self.played.launches[self.taken - 1] += 1;
                What::Launch(self.taken - 1)
            }
        };
        let took = Duration::from_secs_f64(LATENCY[0] + LATENCY[1] * self.random.f64());
        let (answered, arrives) = (self.now + took, self.now + took / 2);
        self.sent += 1;
        let request = Request { answered, number: self.sent, what, arrives, took, slot };
        self.under_way.push(Reverse(request));
        self.arrivals.push(arrives);
    }

    fn answer(&mut self) {
        let Some(Reverse(request)) = self.under_way.pop() else { return };
        let Request { what, arrives, took, slot, .. } = request;
        self.window.end(self.now, slot, RequestOutcome::Answered(RateLimitHeaders::default()));
        let fails = self.random.f64() < self.setup.failing;
        match what {
            What::Launch(job) if fails => {
                self.scheduler.launch_failed();
                self.played.ends[job] += 1;
            }
            What::Launch(job) => self.launched(job, arrives, took),
            What::Read(place, job) => self.read(place, job, arrives, took, fails),
        }
    }

    fn launched(&mut self, job: usize, arrived: Duration, took: Duration) {
        let time = self.setup.times.draw(&mut self.random);
        self.played.draws[job] = time;
        self.ends_at[job] = arrived + seconds(time);
        let start = JobOrigin::Launched { age: Duration::ZERO, took };
        let quota_pressure = QuotaPressure::new(self.window.quota_pressure(self.now, 0));
        let context = PollContext::new(&mut self.planner, quota_pressure, self.random.f64());
        self.scheduler.launched(self.now, job, start, false, context);
    }

    fn read(&mut self, place: JobSlot, job: usize, arrived: Duration, took: Duration, fails: bool) {
        self.played.reads += 1;
        let end = self.ends_at[job];
        let lasted = || self.setup.stop_dates.then(|| seconds(self.played.draws[job]));
        let read = if fails {
            Read::Failed { retry_after: None }
        } else if end <= arrived {
            Read::Over { lasted: lasted() }
        } else {
            Read::Running { age: None }
        };
        let quota_pressure = QuotaPressure::new(self.window.quota_pressure(self.now, 0));
        let context = PollContext::new(&mut self.planner, quota_pressure, self.random.f64());
        let after = self.scheduler.answered(self.now, place, took, read, context);
        if let Some(ReadOutcome::Ended { .. }) = after {
            self.played.ends[job] += 1;
            self.played.results.push(self.now.as_secs_f64());
            self.played.lags.push(self.now.saturating_sub(end).as_secs_f64());
        }
    }

    /// Returns how many requests arrive when as many as the limit allows have arrived less than a
    /// window earlier.
    fn refused(&mut self) -> usize {
        let Limit { requests, window, .. } = self.setup.limit;
        self.arrivals.sort_unstable();
        let earlier = self.arrivals.iter();
        let later = self.arrivals.iter().skip(requests as usize);
        earlier.zip(later).filter(|(earlier, later)| **later < **earlier + window).count()
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(MAX_WAIT)
}

impl Request {
    fn key(&self) -> (Duration, u64) {
        (self.answered, self.number)
    }
}

impl Ord for Request {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Request {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Request {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIMES: &str = "lognormal:5,0.6*0.97+lognormal:45,0.5*0.03";

    fn setup(times: &Times, jobs: usize, requests: u32) -> Setup<'_> {
        Setup {
            times,
            jobs,
            limit: Limit::new(requests, Duration::from_secs(60)),
            policy: PollPolicy::default(),
            stop_dates: true,
            failing: 0.0,
            seed: 1,
        }
    }

    #[test]
    fn few_jobs_are_read_as_soon_as_it_is_worth_it() {
        let times = TIMES.parse().unwrap();
        let played = play(&Setup { seed: 3, ..setup(&times, 5, 50) });
        let mean = played.lags.iter().sum::<f64>() / played.lags.len() as f64;
        assert!(mean < 6.0, "{:?}", played.lags);
    }

    #[test]
    fn requests_beyond_the_limit_are_counted() {
        let times = TIMES.parse().unwrap();
        let setup = setup(&times, 0, 2);
        let mut simulation = Simulation::new(&setup);
        simulation.arrivals = [0, 50, 59, 60, 110].map(Duration::from_secs).to_vec();
        assert_eq!(simulation.refused(), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn each_job_is_launched_once_and_ends_once(
            jobs in 0_usize..120,
            requests in 1_u32..80,
            failing in 0.0..0.4,
            seed: u64,
        ) {
            let times = TIMES.parse().unwrap();
            let played = play(&Setup { failing, seed, ..setup(&times, jobs, requests) });
            prop_assert!(played.is_whole(), "{played:?}");
            prop_assert_eq!(played.refused, 0);
            prop_assert!(played.most_pending <= 4_096);
        }
    }
}

//! The race: a sandbox, a client with an inbox, and the results.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use axum::http::Response;
use tokio::time::Instant;
use waterfall::webhook::{Inbox, Jwks, Verifier};
use waterfall::{Client, Clock, ContactQuery, JobId};
use waterfall_sandbox::{DeliveryFault, DeliveryOutcome, Endpoint, Fault, Sandbox};

const HOOK: &str = "https://hooks.example.com/waterfall";

/// The settings of a race.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Race {
    pub(crate) jobs: usize,
    pub(crate) lost: f64,
    pub(crate) limit: u32,
    pub(crate) latency: f64,
    pub(crate) seed: u64,
}

/// The results of a race.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) jobs: usize,
    pub(crate) took: Duration,
    pub(crate) reads: usize,
    pub(crate) refused: usize,
    pub(crate) deliveries_lost: usize,
    pub(crate) ended_by_delivery: usize,
    pub(crate) results_missing: usize,
    pub(crate) results_twice: usize,
    /// From the end of each job to its result, in seconds, shortest first.
    lags: Vec<f64>,
}

impl Report {
    pub(crate) fn jobs_per_minute(&self) -> f64 {
        self.jobs as f64 / self.took.as_secs_f64() * 60.0
    }

    pub(crate) fn reads_per_job(&self) -> f64 {
        self.reads as f64 / self.jobs as f64
    }

    pub(crate) fn mean_lag(&self) -> f64 {
        self.lags.iter().sum::<f64>() / self.lags.len().max(1) as f64
    }

    pub(crate) fn lag_at(&self, share: f64) -> f64 {
        let index = (self.lags.len() as f64 * share) as usize;
        self.lags.get(index).or(self.lags.last()).copied().unwrap_or_default()
    }
}

/// Runs a race in virtual time.
pub(crate) fn run(race: Race) -> io::Result<Report> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build()?;
    runtime.block_on(race.run()).map_err(io::Error::other)
}

impl Race {
    async fn run(self) -> Result<Report, waterfall::Error> {
        let sandbox = self.sandbox();
        let client = self.client(&sandbox)?;
        let mut random = fastrand::Rng::with_seed(self.seed);
        let queries: Vec<_> = (0..self.jobs).map(|index| query(index, &mut random)).collect();

        let start = Instant::now();
        let mut results: Vec<Vec<(JobId, Instant)>> = vec![Vec::new(); self.jobs];
        let mut report = Report { jobs: self.jobs, ..Report::default() };
        let mut batch = client.enrich_each(queries);
        while let Some(done) = batch.next().await {
            let Ok(snapshot) = done.result else { continue };
            report.ended_by_delivery += usize::from(snapshot.was_delivered());
            results[done.index].push((snapshot.job_id(), Instant::now()));
        }
        report.took = start.elapsed();
        report.evaluate(&sandbox, &results);
        Ok(report)
    }

    fn sandbox(&self) -> Sandbox {
        let latency = Fault::DelayResponse(Duration::from_secs_f64(self.latency));
        Sandbox::builder()
            .seed(self.seed)
            .rate_limit(self.limit)
            .delivery_fault_rate(DeliveryFault::Lose, self.lost)
            .fault_rate(latency, if self.latency > 0.0 { 1.0 } else { 0.0 })
            .build()
    }

    /// Returns a client with an inbox for the sandbox's deliveries.
    fn client(&self, sandbox: &Sandbox) -> Result<Client, waterfall::Error> {
        let inbox = Inbox::new();
        let keys = Jwks::builder().transport(sandbox.transport().without_key()).build()?;
        let receiver = inbox.receiver(Verifier::new(keys).clock(Clock::tokio()));
        sandbox.deliver_to(HOOK, move |request| {
            let receiver = receiver.clone();
            async move {
                let (head, body) = request.into_parts();
                let mut response = Response::new(());
                *response.status_mut() = receiver.receive(&head.headers, body).await.status();
                response
            }
        });
        Client::builder()
            .api_key("race")
            .transport(sandbox.transport())
            .rate_limiter(waterfall::RateLimiter::per_minute(self.limit))
            .webhook_url(HOOK)
            .inbox(inbox)
            .build()
    }
}

impl Report {
    fn evaluate(&mut self, sandbox: &Sandbox, results: &[Vec<(JobId, Instant)>]) {
        let arrivals = sandbox.requests();
        self.refused = arrivals.iter().filter(|arrival| arrival.refused).count();
        self.reads = arrivals.iter().filter(|one| one.endpoint == Endpoint::Find).count();
        let deliveries = sandbox.deliveries();
        let lost = |outcome: &DeliveryOutcome| *outcome == DeliveryOutcome::Lost;
        self.deliveries_lost = deliveries.iter().filter(|one| lost(&one.outcome)).count();
        let launches = sandbox.launches();
        let ends: HashMap<JobId, Instant> = launches
            .iter()
            .filter_map(|job| Some((job.job_id.into(), job.at + job.runs_for?)))
            .collect();
        // Each launch has one result, and no job has two.
        let mut seen = HashMap::new();
        for (job_id, at) in results.iter().flatten() {
            *seen.entry(job_id).or_insert(0) += 1;
            let end = ends.get(job_id).copied().unwrap_or(*at);
            self.lags.push(at.saturating_duration_since(end).as_secs_f64());
        }
        self.lags.sort_unstable_by(f64::total_cmp);
        let more = |counts: usize| counts.saturating_sub(1);
        self.results_missing = results.iter().filter(|results| results.is_empty()).count();
        self.results_missing += launches.len().abs_diff(results.len());
        self.results_twice = results.iter().map(|results| more(results.len())).sum::<usize>();
        self.results_twice += seen.values().map(|&count| more(count)).sum::<usize>();
    }
}

fn query(index: usize, random: &mut fastrand::Rng) -> ContactQuery {
    let seconds = if random.f64() < 0.97 {
        log_normal(random, 5.0, 0.6)
    } else {
        log_normal(random, 45.0, 0.5)
    };
    ContactQuery::email(format!("person{index}@example.com"))
        .custom_field("sandbox", format!("seconds={seconds}"))
}

fn log_normal(random: &mut fastrand::Rng, median: f64, sigma: f64) -> f64 {
    let (u, v) = (1.0 - random.f64(), random.f64());
    median * (sigma * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()).exp()
}

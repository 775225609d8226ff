//! A fake API that accepts any number of jobs and counts requests.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use uuid::Uuid;
use waterfall::{
    BoxFuture, Client, ClientBuilder, HeaderMap, HeaderName, HeaderValue, JobId, Method,
    PollPolicy, RateLimiter, Request, Response, StatusCode, Transport, TransportError,
};

use crate::script::KEY;

/// Its jobs take 4 s and its responses 0.1 s.
pub(crate) const TAKES: Duration = Duration::from_secs(4);
pub(crate) const LATENCY: Duration = Duration::from_millis(100);

#[derive(Clone, Default)]
pub(crate) struct FakeApi {
    shared: Arc<Mutex<Counts>>,
}

#[derive(Default)]
pub(crate) struct Counts {
    /// The jobs, and when they finish.
    jobs: HashMap<JobId, Instant>,
    /// The query that started each job.
    pub(crate) launched: Vec<(String, JobId)>,
    pub(crate) reads: HashMap<JobId, u32>,
    pub(crate) arrivals: Vec<Instant>,
    pub(crate) refused: u32,
    in_flight: usize,
    pub(crate) most_in_flight: usize,
    unread: usize,
    /// The maximum number of launched jobs whose result was not read.
    pub(crate) most_pending: usize,
    /// After a number of launches, the next ones are refused with a 429: how many, and when to retry.
    refuse: (u32, u32, Option<&'static str>),
    /// The next read panics.
    panic: bool,
}

impl FakeApi {
    /// Refuses `count` launches after the first `after`.
    pub(crate) fn refuse(&self, after: u32, count: u32, retry_after: Option<&'static str>) {
        self.shared.lock().unwrap().refuse = (after, count, retry_after);
    }

    pub(crate) fn panic_at_next_read(&self) {
        self.shared.lock().unwrap().panic = true;
    }

    /// Adds finished jobs that no client launched.
    pub(crate) fn hold(&self, ids: impl IntoIterator<Item = JobId>) {
        let over = Instant::now();
        self.shared.lock().unwrap().jobs.extend(ids.into_iter().map(|id| (id, over)));
    }

    /// Finishes all jobs.
    pub(crate) fn finish(&self) {
        let now = Instant::now();
        self.shared.lock().unwrap().jobs.values_mut().for_each(|over| *over = now);
    }

    pub(crate) fn see<T>(&self, see: impl FnOnce(&Counts) -> T) -> T {
        see(&self.shared.lock().unwrap())
    }

    /// Returns the IDs of all jobs in the order of their launches.
    pub(crate) fn ids(&self) -> Vec<JobId> {
        self.see(|counts| counts.launched.iter().map(|(_, id)| *id).collect())
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .api_key(KEY)
            .transport(self.clone())
            .poll_policy(PollPolicy::fixed(TAKES).with_jitter(0.0))
    }

    pub(crate) fn unlimited(&self) -> Client {
        self.builder().rate_limiter(RateLimiter::unlimited()).build().unwrap()
    }

    /// Returns the response to a request that arrives now.
    fn respond(&self, request: &Request) -> (u16, Option<&'static str>, String) {
        let mut counts = self.shared.lock().unwrap();
        let now = Instant::now();
        if request.http.method() == Method::GET && std::mem::take(&mut counts.panic) {
            drop(counts);
            panic!("a transport with a bug");
        }
        counts.arrivals.push(now);
        counts.in_flight += 1;
        counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
        if request.http.method() == Method::POST {
            counts.launch(now, request)
        } else {
            counts.read(now, request)
        }
    }
}

impl Counts {
    fn launch(&mut self, now: Instant, request: &Request) -> (u16, Option<&'static str>, String) {
        match &mut self.refuse {
            (0, count @ 1.., retry_after) => {
                *count -= 1;
                self.refused += 1;
                return (429, *retry_after, r#"{"status":"error","message":"no"}"#.to_owned());
            }
            (after @ 1.., ..) => *after -= 1,
            _ => {}
        }
        let body = request.http.body().and_then(|body| body.as_bytes()).unwrap_or_default();
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        let id = JobId::from(Uuid::from_u128(self.launched.len() as u128 + 1));
        self.launched.push((body["email"].as_str().unwrap_or_default().to_owned(), id));
        self.jobs.insert(id, now + TAKES);
        self.unread += 1;
        self.most_pending = self.most_pending.max(self.unread);
        (200, None, format!(r#"{{"job_id":"{id}","start_date":"2025-02-05T12:00:00Z"}}"#))
    }

    fn read(&mut self, now: Instant, request: &Request) -> (u16, Option<&'static str>, String) {
        let url = request.http.url();
        let id: JobId = url.query_pairs().find_map(|(_, id)| id.parse().ok()).unwrap();
        *self.reads.entry(id).or_default() += 1;
        let Some(over) = self.jobs.get(&id) else {
            return (404, None, r#"{"status":"error","message":"no"}"#.to_owned());
        };
        let state = if *over <= now { "SUCCEEDED" } else { "RUNNING" };
        if *over <= now {
            self.unread = self.unread.saturating_sub(1);
        }
        let start = r#""start_date":"2025-02-05T12:00:00Z""#;
        (200, None, format!(r#"{{"status":"{state}",{start},"input":{{}}}}"#))
    }
}

impl Transport for FakeApi {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let (status, retry_after, body) = self.respond(&request);
            sleep(LATENCY).await;
            self.shared.lock().unwrap().in_flight -= 1;
            let mut headers = HeaderMap::new();
            if let Some(seconds) = retry_after {
                let name = HeaderName::from_static("retry-after");
                headers.insert(name, HeaderValue::from_static(seconds));
            }
            let response =
                Response::new(StatusCode::from_u16(status).unwrap(), request.http.url().clone());
            Ok(response.with_headers(headers).with_body(body))
        })
    }
}

impl fmt::Debug for FakeApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeApi")
    }
}

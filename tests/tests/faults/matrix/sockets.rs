//! Plays rows over loopback sockets, in real time. Each row has its own server, and all rows are
//! played concurrently.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use waterfall::{Client, Job, RateLimiter};
use waterfall_sandbox::Server;

use super::outcome::{Observed, Played, check_passing};
use super::stage::{Lasting, Stage, faults, sandbox};
use super::table::{Call, Row};

/// The fault of an absent server.
const CLOSED: &str = "closed-port";

/// The maximum size of a body, so that little of an endless body is read.
const LONGEST_BODY: usize = 1 << 20;

/// The maximum number of attempts of a call.
const TRIES: u32 = 2;

pub(super) fn all(rows: Vec<Row>) -> Vec<(Row, Observed)> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut ready = Vec::new();
        for row in rows {
            let always = Ready::new(&row, Lasting::Always).await;
            let once = Ready::new(&row, Lasting::Once).await;
            ready.push((row, always, once));
        }
        // Slow setup is complete here, so that the time limits cover only the calls.
        let play = |(row, always, once): (Row, Ready, Ready)| {
            let always = tokio::spawn(always.play(row.clone()));
            (always, tokio::spawn(once.play(row.clone())), row)
        };
        let playing: Vec<_> = ready.into_iter().map(play).collect();
        let mut played = Vec::new();
        for (always, once, row) in playing {
            let observed = observed(&row, always.await.unwrap(), once.await.unwrap());
            played.push((row, observed));
        }
        played
    })
}

fn observed(row: &Row, always: Played, once: Played) -> Observed {
    if row.fault != CLOSED {
        check_passing(row, &always, &once);
    }
    let is_launch = row.call == Call::Launch;
    let (launches, jobs) = if is_launch { (2, always.jobs + once.jobs) } else { (0, 0) };
    Observed { columns: always.columns(row, false), text: blurred(&always.text()), launches, jobs }
}

/// The setup of one play of a row.
struct Ready {
    stage: Stage,
    job: Option<Job>,
    elsewhere: [Elsewhere; 2],
    _server: Server,
    _closed: Closed,
}

impl Ready {
    async fn new(row: &Row, lasting: Lasting) -> Self {
        let sandbox = sandbox(Duration::ZERO);
        let server = sandbox.listen(0).await.unwrap();
        let elsewhere = [Elsewhere::on("127.0.0.1").await, Elsewhere::on("127.0.0.2").await];
        let closed = Closed::new();
        let (url, faults) = match row.fault.as_str() {
            CLOSED => (closed.url(), Vec::new()),
            fault => {
                let fault = fault
                    .replace("{same}", &server.url())
                    .replace("{port}", &elsewhere[0].url())
                    .replace("{host}", &elsewhere[1].url());
                (server.url(), faults(&fault))
            }
        };
        let builder = Client::builder().base_url(url).timeout(limit(row)).max_body(LONGEST_BODY);
        let builder = builder.rate_limiter(RateLimiter::unlimited());
        let stage = Stage::new(sandbox, builder, TRIES);
        let job = stage.prepare(row.call).await;
        stage.befall(row.call, &faults, lasting);
        Self { stage, job, elsewhere, _server: server, _closed: closed }
    }

    async fn play(self, row: Row) -> Played {
        let played = self.stage.play(row.call, self.job).await;
        played.check(&row);
        for place in self.elsewhere {
            let reached = place.connections.load(Ordering::Relaxed);
            assert_eq!(reached, 0, "{} went to {}", row.fault, place.addr);
        }
        played
    }
}

/// Short limits for calls that are meant to time out, and long ones for all others, so
/// that the result does not depend on the speed of the machine.
fn limit(row: &Row) -> Duration {
    Duration::from_secs(if row.expected.ends == "timeout" { 2 } else { 60 })
}

/// Normalizes ports and times, which differ from run to run.
fn blurred(text: &str) -> String {
    let text = match text.split_once(" attempts in ") {
        Some((head, _)) => format!("{head} attempts in … s)"),
        None => text.to_owned(),
    };
    let parts = text.split_inclusive("http://127.0.0.").map(|part| match part.split_once(':') {
        Some((host, rest)) if host.parse::<u8>().is_ok() => {
            format!("{host}:…{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        _ => part.to_owned(),
    });
    parts.collect()
}

/// A second server, which must receive no request.
struct Elsewhere {
    addr: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Elsewhere {
    async fn on(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self { addr, connections }
    }

    fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

/// A port without a listener, reserved as long as this is held.
struct Closed(TcpSocket);

impl Closed {
    fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }
}

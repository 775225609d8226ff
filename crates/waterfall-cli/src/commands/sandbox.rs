//! `waterfall sandbox`: serves the mock API on a port of this machine.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waterfall_sandbox::{DEMO_KEY, RecordedRequest, Sandbox, Server, Webhooks};

use crate::args::sandbox::Serve;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::{output, terminal_text};

/// The maximum number of jobs in the summary.
const MAX_LISTED: usize = 20;

pub(crate) async fn run(args: &Serve, json: bool) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let sandbox = build(args, json);
    let server = sandbox.listen(args.port).await.map_err(|error| bind_failure(args.port, error))?;
    let master_key = args.master_key.map(|key| key.to_string());
    let mut keys = args.accepted_keys.iter().chain(&master_key);
    let (key, is_only) = keys.next().map_or((DEMO_KEY, false), |key| (key.as_str(), true));
    write(if json {
        announcement_as_json(&server, key)
    } else {
        announcement(&server, key, is_only)
    })?;
    interrupts.next().await;
    server.shutdown().await.map_err(|error| Failure::system("the sandbox failed", error))?;
    write(if json { summary_as_json(&sandbox) } else { summary(&sandbox) })?;
    Ok(Exit::Found)
}

pub(super) fn write(text: String) -> Result<(), Failure> {
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })
}

fn build(args: &Serve, json: bool) -> Sandbox {
    let mut builder = Sandbox::builder()
        .seed(args.seed)
        .job_time(args.job_time)
        .rate_limit(args.rate_limit)
        .quota(args.quota.unwrap_or(u64::MAX))
        .max_jobs(args.max_jobs)
        .webhooks(webhooks(args));
    if let Some(dollars) = args.balance {
        builder = builder.balance_usd(dollars);
    }
    if let Some(key) = args.master_key {
        builder = builder.master_key(key);
    }
    for feature in &args.disabled {
        builder = builder.without(*feature);
    }
    for key in &args.accepted_keys {
        builder = builder.accept_key(key);
    }
    if args.verbose {
        let start = Instant::now();
        builder = builder.on_request(move |method, path, request| {
            let line = if json { log_as_json } else { log_line };
            output::stderr(&line(start.elapsed(), method, path, request));
        });
    }
    for rule in &args.faults {
        builder = builder.fault_rule(rule.clone());
    }
    for rule in &args.webhook_faults {
        builder = builder.delivery_fault_rule(rule.clone());
    }
    builder.build()
}

fn webhooks(args: &Serve) -> Webhooks {
    let mut webhooks = Webhooks::default();
    if let Some(interval) = args.rotate_keys {
        webhooks = webhooks.rotating_every(interval);
    }
    if args.deliver_anywhere {
        webhooks = webhooks.to_any_host();
    }
    webhooks
}

fn announcement(server: &Server, key: &str, is_only: bool) -> String {
    let url = server.url();
    let others = if is_only { "" } else { "; any other key is accepted as well" };
    format!(
        "The sandbox is at {url} until ctrl-c, with an interactive page at {url}/docs.\n\
         API key: {key}{others}.\n\n\
         \x20 WATERFALL_API_KEY={key} \\\n\
         \x20   waterfall enrich --base-url {url} --linkedin jane-doe-abc123\n"
    )
}

fn announcement_as_json(server: &Server, key: &str) -> String {
    format!("{}\n", json!({ "api_key": key, "base_url": server.url() }))
}

/// Formats a request as a line: `+6.0s POST /v1/enrichment/contact 200 7d44db58-…`, without control
/// characters in the path.
fn log_line(after: Duration, method: &str, path: &str, request: &RecordedRequest) -> String {
    let status = request.status.map_or("no response".to_owned(), |status| status.to_string());
    let mut line =
        format!("+{:.1}s {method} {} {status}", after.as_secs_f64(), terminal_text::clean(path));
    let details = [request.code.map(str::to_owned), request.job_id.map(|id| id.to_string())];
    for detail in details.into_iter().flatten() {
        line += " ";
        line += &detail;
    }
    line + "\n"
}

fn log_as_json(after: Duration, method: &str, path: &str, request: &RecordedRequest) -> String {
    let line = json!({
        "event": "request",
        "seconds": after.as_secs_f64(),
        "method": method,
        "path": path,
        "status": request.status,
        "code": request.code,
        "job_id": request.job_id,
    });
    format!("{line}\n")
}

/// Formats the numbers of requests and jobs, and the last jobs.
fn summary(sandbox: &Sandbox) -> String {
    let (requests, total) = (sandbox.requests_total(), sandbox.launches_total());
    let mut text = format!("\nRequests: {requests}. Jobs launched: {total}.\n");
    let launches = sandbox.launches();
    let shown = &launches[launches.len().saturating_sub(MAX_LISTED)..];
    if (shown.len() as u64) < total {
        text += &format!("The last {MAX_LISTED}:\n");
    }
    for one in shown {
        let body = terminal_text::clean(&one.body.to_string());
        text += &format!("  {}  {:9}  {body}\n", one.job_id, one.state);
    }
    text
}

fn summary_as_json(sandbox: &Sandbox) -> String {
    let launches: Vec<Value> = sandbox
        .launches()
        .into_iter()
        .map(|one| json!({ "job_id": one.job_id, "ends_as": one.state, "body": one.body }))
        .collect();
    let line = json!({
        "requests": sandbox.requests_total(),
        "launched": sandbox.launches_total(),
        "launches": launches,
    });
    format!("{line}\n")
}

pub(super) fn bind_failure(port: u16, error: io::Error) -> Failure {
    let in_use = error.kind() == io::ErrorKind::AddrInUse;
    let what = format!("the sandbox could not listen on port {port} of 127.0.0.1");
    let hint = "Choose a different port with --port, or a free one with --port 0.";
    Failure::System { what, error, hint: in_use.then_some(hint) }
}

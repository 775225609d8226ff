//! `waterfall sandbox`: the twin on a port of this machine.

use std::io;

use serde_json::json;
use waterfall_sandbox::{DEMO_KEY, Sandbox, Server, Webhooks};

use super::cannot_listen_to_signals;
use crate::args::Serve;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output;

pub(super) async fn run(args: &Serve, json: bool) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let server = twin(args).listen(args.port).await.map_err(|error| taken(args.port, error))?;
    let welcome = if json { welcome_as_json(&server) } else { welcome(&server) };
    output::stdout(welcome.as_bytes())
        .map_err(|error| Failure::NotWritten { error, job_id: None })?;
    interrupts.next().await;
    server.shutdown().await.map_err(|error| Failure::system("the sandbox broke", error))?;
    Ok(Exit::Found)
}

fn twin(args: &Serve) -> Sandbox {
    let mut builder = Sandbox::builder()
        .seed(args.seed)
        .job_time(args.job_time)
        .rate_limit(args.rate_limit)
        .webhooks(webhooks(args));
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

fn welcome(server: &Server) -> String {
    let url = server.url();
    format!(
        "The sandbox is at {url} until ctrl-c.\n\
         Its key is {DEMO_KEY}; it takes any other as well.\n\n\
         \x20 WATERFALL_API_KEY={DEMO_KEY} \\\n\
         \x20   waterfall enrich --base-url {url} --linkedin jane-doe-abc123\n"
    )
}

fn welcome_as_json(server: &Server) -> String {
    format!("{}\n", json!({ "api_key": DEMO_KEY, "base_url": server.url() }))
}

fn taken(port: u16, error: io::Error) -> Failure {
    let in_use = error.kind() == io::ErrorKind::AddrInUse;
    let what = format!("the sandbox can't listen on port {port} of 127.0.0.1");
    let hint = "Take another port with --port, or a free one with --port 0.";
    Failure::System { what, error, hint: in_use.then_some(hint) }
}

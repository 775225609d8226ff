//! `waterfall sandbox --replay`: serves a recording on a port of this machine.

use std::path::Path;

use serde_json::json;
use waterfall_sandbox::{DEMO_KEY, Replay, Server};

use super::sandbox::{bind_failure, write};
use crate::args::sandbox::Serve;
use crate::client_options;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::terminal_text;

/// The maximum number of requests in the announcement.
const MAX_LISTED: usize = 10;

pub(super) async fn run(args: &Serve, directory: &Path, json: bool) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let mut replay = Replay::load(directory).map_err(|error| Failure::Config {
        what: with_cause(&error),
        hint: "--replay takes a directory that `waterfall ... --record DIR` has written.",
    })?;
    if let Some(file) = &args.replay_key {
        if !file.is_file() {
            return Err(Failure::Config {
                what: format!("--replay-key: there is no file {}", file.display()),
                hint: "Pass the file that --record-key created. Without it, send the requests \
                       that the recording contains.",
            });
        }
        let pseudonyms = client_options::pseudonyms(file)?;
        replay = replay.with_pseudonyms(move |text| pseudonyms.body(text));
    }
    let server = replay.listen(args.port).await.map_err(|error| bind_failure(args.port, error))?;
    write(match json {
        true => format!(
            "{}\n",
            json!({ "api_key": DEMO_KEY, "base_url": server.url(), "requests": replay.requests() })
        ),
        false => announcement(&server, &replay, directory),
    })?;
    interrupts.next().await;
    server.shutdown().await.map_err(|error| Failure::system("the replay failed", error))?;
    let missing = replay.not_recorded();
    write(match json {
        true => format!("{}\n", json!({ "not_recorded": missing })),
        false => format!("\nRequests that were not recorded: {missing}.\n"),
    })?;
    Ok(Exit::Found)
}

fn with_cause(error: &waterfall_sandbox::ReplayError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn announcement(server: &Server, replay: &Replay, directory: &Path) -> String {
    let (url, requests) = (server.url(), replay.requests());
    let mut text = format!(
        "The recording in {} is at {url} until ctrl-c, with any API key. It has these requests:\n\n",
        directory.display()
    );
    for request in requests.iter().take(MAX_LISTED) {
        text += &format!("  {}\n", terminal_text::clean(request));
    }
    if let Some(more) = requests.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        text += &format!("  and {more} more\n");
    }
    text
}

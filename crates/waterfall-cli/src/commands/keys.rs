//! `waterfall keys`: manages the API keys of the account.

use std::future::IntoFuture;
use std::io::stdout;

use serde::Serialize;
use waterfall::{Error, ManagedKey, ModifyKey};

use crate::args::keys::{Create, Keys, List, Modify};
use crate::command_name::CREATE_KEY;
use crate::commands::operation::{Operation, With};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::style::Styles;
use crate::{card, output};

/// The minimum length of a suffix that selects a key.
const MIN_END: usize = 4;

const CHOICE: &str = "`waterfall keys list` prints the ends and the notes of all keys.";

pub(super) async fn run(args: &Keys, session: &Session) -> Result<Exit, Failure> {
    match args {
        Keys::List(args) => list(args, session).await,
        Keys::Create(args) => create(args, session).await,
        Keys::Modify(args) => modify(args, session).await,
    }
}

async fn list(args: &List, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, "keys list")?;
    let keys = operation.client.api_keys();
    let keys = operation.finish(keys.list(), without_response).await?;
    let rows = keys.iter().map(|key| Row::of(key, args.show)).collect();
    show(session, &keys, &ListOfKeys { api_keys: rows }, args.show)
}

async fn create(args: &Create, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, CREATE_KEY)?;
    let request = operation.client.api_keys().create(&args.notes);
    let request = request.with(args.per_minute, |request, limit| request.per_minute(limit));
    let key = operation.finish(request.into_future(), without_response).await?;
    show(session, std::slice::from_ref(&key), &Row::of(&key, true), true)
}

async fn modify(args: &Modify, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, "keys modify")?;
    let keys = operation.client.api_keys();
    let list = operation.finish(keys.list(), without_response).await?;
    let active = (args.enable || args.disable).then_some(args.enable);
    let request = keys
        .modify(choose(&list, &args.key)?)
        .with(args.notes.clone(), ModifyKey::notes)
        .with(active, ModifyKey::active)
        .with(args.per_minute, ModifyKey::per_minute);
    let key = operation.finish(request.into_future(), without_response).await?;
    show(session, std::slice::from_ref(&key), &Row::of(&key, false), false)
}

/// Responses contain keys.
fn without_response(_: &Error) -> Option<Vec<u8>> {
    None
}

/// Returns the one key with this end or these notes.
fn choose<'a>(keys: &'a [ManagedKey], given: &str) -> Result<&'a ManagedKey, Failure> {
    let end = given.trim().trim_start_matches('…');
    let is_end = |key: &ManagedKey| end.len() >= MIN_END && key.key().expose().ends_with(end);
    let is_meant = |key: &&ManagedKey| is_end(key) || key.notes() == Some(given);
    let mut meant = keys.iter().filter(is_meant);
    let what = match (meant.next(), meant.next()) {
        (Some(key), None) => return Ok(key),
        (Some(_), Some(_)) => "more than one key has this end or these notes",
        (None, _) => "no key has this end or these notes",
    };
    Err(Failure::Config { what: what.to_owned(), hint: CHOICE })
}

fn show(
    session: &Session,
    keys: &[ManagedKey],
    json: &impl Serialize,
    complete: bool,
) -> Result<Exit, Failure> {
    let text = if session.json {
        // Serializing strings, numbers and booleans can't fail.
        serde_json::to_string(json).unwrap_or_default() + "\n"
    } else {
        card::of_keys(keys, complete, Styles::for_stream(&stdout()))
    };
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    Ok(Exit::of_result(!keys.is_empty()))
}

#[derive(Serialize)]
struct ListOfKeys<'a> {
    api_keys: Vec<Row<'a>>,
}

/// A key for programs, with the names of the API.
#[derive(Serialize)]
struct Row<'a> {
    api_key: String,
    active: Option<bool>,
    notes: Option<&'a str>,
    master: bool,
    per_interval: Option<i64>,
    interval_seconds: Option<i64>,
}

impl<'a> Row<'a> {
    fn of(key: &'a ManagedKey, complete: bool) -> Self {
        let shown = key.key();
        Self {
            api_key: if complete { shown.expose().to_owned() } else { shown.to_string() },
            active: key.active(),
            notes: key.notes(),
            master: key.is_master(),
            per_interval: key.per_interval(),
            interval_seconds: key.interval_seconds(),
        }
    }
}

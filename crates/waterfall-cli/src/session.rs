//! [`Session`]: the state that all commands share. It prints results and failures.

use std::cell::OnceCell;
use std::io::stdout;
use std::time::Duration;

use waterfall::{AnySnapshot, Client};
use waterfall_sandbox::Sandbox;

use crate::api_target::ApiTarget;
use crate::args::connection::Connection;
use crate::client_options::ClientOptions;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::state::State;
use crate::style::Styles;
use crate::verbose::Labels;
use crate::{card, deviations, drift, output, recorded, report, verbose};

/// The state that all commands share.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) json: bool,
    pub(crate) target: ApiTarget,
    /// The embedded sandbox, if that is the target.
    pub(crate) sandbox: Option<Sandbox>,
    options: ClientOptions,
    /// The client, and the file for the durations that it learns.
    learning: OnceCell<(Client, State)>,
    /// The client of the command, once it is created.
    client: OnceCell<Client>,
    /// The labels of inputs for `--verbose`.
    pub(crate) verbose: Option<Labels>,
}

impl Session {
    /// Returns the session of a command. If an option can't be used, also returns a failure, which
    /// the session reports.
    pub(crate) fn new(connection: Option<&Connection>, json: bool) -> (Self, Option<Failure>) {
        let (options, rejected) = match ClientOptions::new(connection) {
            Ok(options) => (options, None),
            Err(failure) => (ClientOptions::default(), Some(failure)),
        };
        let is_verbose = connection.is_some_and(|connection| connection.verbose);
        let verbose = is_verbose.then(|| verbose::start(json));
        let target = ApiTarget::new(connection);
        let (sandbox, learning) = (target.start_sandbox(), OnceCell::new());
        let client = OnceCell::new();
        (Self { json, target, sandbox, options, learning, client, verbose }, rejected)
    }

    /// Reminds people that results are not real.
    pub(crate) fn note_sandbox(&self) {
        if self.sandbox.is_some() && !self.json {
            output::stderr(
                "note: this is the embedded sandbox: no key, no network, invented people",
            );
        }
    }

    /// Returns the limit of the key in requests per minute, if it was given.
    pub(crate) fn requests_per_minute(&self) -> Option<u32> {
        self.options.requests_per_minute()
    }

    pub(crate) fn connect(&self) -> Result<Client, Failure> {
        self.connect_by(&self.options)
    }

    /// Returns this session with another time limit per request.
    pub(crate) fn connect_with_timeout(&self, limit: Duration) -> Result<Client, Failure> {
        self.connect_by(&self.options.with_timeout(limit))
    }

    fn connect_by(&self, options: &ClientOptions) -> Result<Client, Failure> {
        let (client, state) = self.target.connect(self.sandbox.as_ref(), options)?;
        let _ = self.client.set(client.clone());
        if let Some(state) = state {
            let _ = self.learning.set((client.clone(), state));
        }
        Ok(client)
    }

    /// Stores the learned durations for the next run, even after a failure.
    pub(crate) fn save(&self) {
        if let Some((client, state)) = self.learning.get() {
            state.save(client);
        }
    }

    /// Reports how the responses of the command deviated from the API's description, and what was
    /// recorded. `is_each_noted` states whether values of unexpected types were reported with their
    /// results.
    pub(crate) fn summarize(&self, is_each_noted: bool) {
        let counts = self.client.get().map(Client::deviations).unwrap_or_default();
        drift::report(&counts, is_each_noted, self.json);
        if let Some(recording) = self.options.recording() {
            recorded::report(recording, self.json);
        }
    }

    /// Shows a job: its result, or its state.
    pub(crate) fn show(&self, snapshot: &AnySnapshot) -> Result<Exit, Failure> {
        let written = if self.json {
            output::stdout(&as_line(snapshot.raw()))
        } else {
            let card = card::of_job(snapshot, &self.target, Styles::for_stream(&stdout()));
            output::stdout(card.as_bytes())
        };
        let job_id = Some(snapshot.job_id());
        written.map_err(|error| Failure::NotWritten { error, job_id })?;
        deviations::report(job_id, snapshot.deviations(), "--json", self.json);
        Ok(Exit::of_snapshot(snapshot))
    }

    pub(crate) fn show_failure(&self, failure: &Failure) -> Exit {
        if self.json {
            // The failure is reported even if stdout fails as well.
            let _ = failure.response().map(|response| output::stdout(&as_line(response)));
        }
        report::show(failure, &self.target, self.json)
    }
}

/// Returns a response as it was received, with a line end.
pub(crate) fn as_line(response: &[u8]) -> Vec<u8> {
    [response, b"\n"].concat()
}

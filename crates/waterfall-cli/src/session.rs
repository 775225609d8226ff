//! [`Session`]: what every command knows, and how it shows what came.

use std::cell::OnceCell;
use std::io::stdout;

use waterfall::{Client, ContactEnrichment, Snapshot};
use waterfall_sandbox::Sandbox;

use crate::access::Access;
use crate::connection::Place;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::paint::Paint;
use crate::report::Report;
use crate::state::State;
use crate::verbose::Labels;
use crate::{card, deviations, output};

/// What every command knows.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) json: bool,
    pub(crate) place: Place,
    /// What the place is, if it is embedded.
    pub(crate) twin: Option<Sandbox>,
    pub(crate) access: Access,
    /// The client, and where is kept what it learns.
    pub(crate) learning: OnceCell<(Client, State)>,
    /// Decisions are told.
    pub(crate) verbose: Option<Labels>,
}

impl Session {
    pub(crate) fn connect(&self) -> Result<Client, Failure> {
        let (client, state) = self.place.connect(self.twin.as_ref(), &self.access)?;
        if let Some(state) = state {
            let _ = self.learning.set((client.clone(), state));
        }
        Ok(client)
    }

    /// Keeps what was learned for the next run, however this one ends.
    pub(crate) fn save(&self) {
        if let Some((client, state)) = self.learning.get() {
            state.save(&client.duration_history::<ContactEnrichment>());
        }
    }

    pub(crate) fn show(&self, snapshot: &Snapshot) -> Result<Exit, Failure> {
        let written = if self.json {
            output::stdout(&as_line(snapshot.raw()))
        } else {
            let card = card::of(snapshot, &self.place, Paint::for_stream(&stdout()));
            output::stdout(card.as_bytes())
        };
        let job_id = Some(snapshot.job_id());
        written.map_err(|error| Failure::NotWritten { error, job_id })?;
        deviations::report(snapshot, self.json);
        Ok(Exit::of_snapshot(snapshot))
    }

    pub(crate) fn show_failure(&self, failure: &Failure) -> Exit {
        let report = Report { failure, place: &self.place };
        if self.json {
            // The failure is what has to be known, even if stdout fails as well.
            let _ = failure.answer().map(|answer| output::stdout(&as_line(answer)));
            report.show_as_json();
        } else {
            report.show();
        }
        report.exit()
    }
}

/// An answer as it came, and the end of its line.
fn as_line(answer: &[u8]) -> Vec<u8> {
    [answer, b"\n"].concat()
}

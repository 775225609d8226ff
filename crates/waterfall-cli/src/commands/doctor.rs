//! `waterfall doctor`: checks the requirements of requests, and reports how to fix failures.

mod checks;
mod report;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

pub(super) async fn run(session: &Session) -> Result<Exit, Failure> {
    session.note_sandbox();
    let report = checks::run(session).await;
    let text = if session.json { report.json() } else { report.text() };
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    Ok(if report.is_ok() { Exit::Found } else { Exit::CheckFailed })
}

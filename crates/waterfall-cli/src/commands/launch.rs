//! Launches jobs of any kind, and shows their results.

mod batch;
mod inputs;
mod query;
pub(crate) mod single;

use std::io::stdout;

use waterfall::Snapshot;

use self::inputs::Parsed;
pub(super) use self::query::Query;
use self::single::Waiting;
use crate::args::launch::Launch;
use crate::card::{self, Shown};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Session, as_line};
use crate::style::Styles;
use crate::{deviations, output};

impl Launch {
    fn waiting(&self) -> Waiting<'_> {
        let Self { deadline, policy, grace, .. } = self;
        Waiting { deadline: *deadline, policy: policy.as_ref(), grace: *grace }
    }
}

/// Launches the job of one query, and shows its result.
pub(super) async fn one<Q: Query>(
    query: Q,
    args: &Launch,
    session: &Session,
) -> Result<Exit, Failure> {
    query.key()?;
    session.note_sandbox();
    show(&single::run(query, args.waiting(), session).await?, session)
}

/// Launches the jobs of arguments or of the lines of stdin.
pub(super) async fn many<Q: Query>(
    words: &[String],
    parse: impl Fn(&str) -> Result<Q, String>,
    args: &Launch,
    session: &Session,
) -> Result<Exit, Failure> {
    let mut inputs = inputs::read(words, parse)?;
    match (words, inputs.pop()) {
        ([word], Some(Parsed { query: Ok((query, _)), .. })) if word != "-" => {
            one(query, args, session).await
        }
        (_, last) => {
            inputs.extend(last);
            session.note_sandbox();
            batch::run(inputs, args.waiting(), session).await
        }
    }
}

/// Shows a job: its result, or its state.
pub(super) fn show<K: Shown>(snapshot: &Snapshot<K>, session: &Session) -> Result<Exit, Failure> {
    let text = if session.json {
        as_line(snapshot.raw())
    } else {
        card::of_job(snapshot, &session.target, Styles::for_stream(&stdout())).into_bytes()
    };
    let job_id = Some(snapshot.job_id());
    output::stdout(&text).map_err(|error| Failure::NotWritten { error, job_id })?;
    deviations::report(job_id, snapshot.deviations(), "--json", session.json);
    Ok(match snapshot.is_final() {
        true => Exit::of_result(K::is_found(snapshot)),
        false => Exit::StillRunning,
    })
}

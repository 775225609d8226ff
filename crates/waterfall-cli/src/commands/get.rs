//! `waterfall get`: reads a job, or waits for one or several.

mod batch;
mod jobs;
mod single;

use waterfall::AnySnapshot;

use crate::args::get::{Get, JobArg};
use crate::commands::launch::show;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

fn kind(snapshot: &AnySnapshot) -> &'static str {
    snapshot.kind().unwrap_or("unknown")
}

pub(super) async fn run(args: &Get, session: &Session) -> Result<Exit, Failure> {
    session.note_sandbox();
    match args.job_ids[..] {
        [JobArg::Id(id)] => match single::run(id, args, session).await? {
            AnySnapshot::Contact(found) => session.show(&found),
            AnySnapshot::Phone(found) => show(&found, session),
            AnySnapshot::Company(found) => show(&found, session),
            AnySnapshot::Prospector(found) => show(&found, session),
            other => Err(Failure::Config {
                what: format!("`get` does not show jobs of the kind {}", kind(&other)),
                hint: "The command that sent the request reads its result with --job-id.",
            }),
        },
        _ => batch::run(args, session).await,
    }
}

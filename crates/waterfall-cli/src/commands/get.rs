//! `waterfall get`: reads a job, or waits for one or several.

mod batch;
mod jobs;
mod single;

use crate::args::get::{Get, JobArg};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) async fn run(args: &Get, session: &Session) -> Result<Exit, Failure> {
    session.note_sandbox();
    match args.job_ids[..] {
        [JobArg::Id(id)] => session.show(&single::run(id, args, session).await?),
        _ => batch::run(args, session).await,
    }
}

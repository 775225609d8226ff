//! `waterfall enrich`: launches jobs, and waits for their results.

mod batch;
mod dry_run;
mod single;

use crate::args::enrich::Enrich;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) async fn run(args: &Enrich, session: &Session) -> Result<Exit, Failure> {
    if args.dry_run {
        return dry_run::run(args, session.json).await;
    }
    session.note_sandbox();
    if args.is_batch() {
        return batch::run(args, session).await;
    }
    session.show(&single::run(args, session).await?)
}

//! `waterfall enrich` with one query.

use waterfall::Snapshot;

use crate::args::enrich::Enrich;
use crate::batch::prepared;
use crate::commands::launch::single::{self, Waiting};
use crate::failure::Failure;
use crate::query_spec::QuerySpec;
use crate::session::Session;

pub(super) async fn run(args: &Enrich, session: &Session) -> Result<Snapshot, Failure> {
    let query = match &args.queries[..] {
        [word] => prepared::single(word, QuerySpec::of(args))?,
        _ => QuerySpec::of(args).query()?,
    };
    let (deadline, policy, grace) = (args.deadline, args.policy.as_ref(), args.grace);
    single::run(query, Waiting { deadline, policy, grace }, session).await
}

//! Launches jobs of any kind and shows their results: one query or many.

mod batch;
mod dry_run;
mod single;

use crate::args::launch::Launch;
use crate::batch::inputs::Inputs;
use crate::batch::prepared::Parse;
use crate::batch::query::LaunchQuery;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// Launches the query of the options, or the queries of `words`. With `-`, launches those of stdin.
pub(super) async fn run<Q: LaunchQuery>(
    words: &[String],
    parse: Parse<Q>,
    of_options: impl FnOnce() -> Q,
    args: &Launch,
    session: &Session,
) -> Result<Exit, Failure> {
    if args.allow_duplicates && words.is_empty() {
        return Err(Failure::Config {
            what: "--allow-duplicates cannot be used with options that describe a single query"
                .to_owned(),
            hint: "Pass QUERYs, or `-` for stdin.",
        });
    }
    let query = match words {
        [] => Some(of_options()),
        _ => None,
    };
    if args.dry_run {
        return dry_run::run(query, words, &parse, args.allow_duplicates, session.json).await;
    }
    let query = match query {
        Some(query) => {
            query.key().map_err(|error| Failure::Operation {
                error,
                command: Q::COMMAND,
                response: None,
            })?;
            query
        }
        None => {
            let mut inputs = Inputs::open(words, &parse)?.checked()?;
            match inputs.single() {
                Some(query) => query,
                None => {
                    session.note_sandbox();
                    return batch::run(inputs, parse, args, session).await;
                }
            }
        }
    };
    session.note_sandbox();
    session.show(&single::run(query, args, session).await?)
}

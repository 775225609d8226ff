//! `waterfall enrich`: finds the data of people.

use std::sync::Arc;

use crate::args::enrich::Enrich;
use crate::batch::prepared::Parse;
use crate::commands::launch;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::query_spec::{QuerySpec, parse};
use crate::session::Session;

pub(super) async fn run(args: &Enrich, session: &Session) -> Result<Exit, Failure> {
    let include_phones = args.include_phones.then_some(true);
    let options = QuerySpec { include_phones, ..QuerySpec::of(&args.person, &args.launch) };
    let of_words = options.clone();
    let parse: Parse<_> = Arc::new(move |text| Ok(parse(text)?.or(&of_words).contact()));
    launch::run(&args.queries, parse, || options.contact(), &args.launch, session).await
}

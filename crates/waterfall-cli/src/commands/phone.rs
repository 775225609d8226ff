//! `waterfall phone`: finds the phone numbers of people.

use std::sync::Arc;

use crate::args::phone::Phone;
use crate::batch::prepared::Parse;
use crate::commands::launch;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::query_spec::{QuerySpec, parse};
use crate::session::Session;

pub(super) async fn run(args: &Phone, session: &Session) -> Result<Exit, Failure> {
    let options = QuerySpec::of(&args.person, &args.launch);
    let of_words = options.clone();
    let parse: Parse<_> = Arc::new(move |text| Ok(parse(text)?.or(&of_words).phone()));
    launch::run(&args.queries, parse, || options.phone(), &args.launch, session).await
}

//! `waterfall company`: enriches companies.

use std::sync::Arc;

use waterfall::CompanyQuery;

use crate::args::company::Company;
use crate::batch::prepared::Parse;
use crate::commands::launch;
use crate::commands::operation::With;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::query_spec::company::{CompanyExtras, parse};
use crate::session::Session;

pub(super) async fn run(args: &Company, session: &Session) -> Result<Exit, Failure> {
    let options = CompanyExtras {
        webhook_url: args.launch.webhook_url.clone(),
        custom_fields: args.launch.custom_fields.clone(),
    };
    let of_options = || {
        let query = CompanyQuery::default()
            .with(args.domain.clone(), CompanyQuery::or_domain)
            .with(args.linkedin.clone(), CompanyQuery::or_linkedin)
            .with(args.name.clone(), CompanyQuery::or_name);
        options.clone().add_to(query)
    };
    let of_words = options.clone();
    let parse: Parse<_> = Arc::new(move |text| parse(text, of_words.clone()));
    launch::run(&args.queries, parse, of_options, &args.launch, session).await
}

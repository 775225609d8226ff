//! `waterfall prospect`: finds people at a company by their titles.

use waterfall::{Error, ProspectorQuery};

use crate::args::prospect::Prospect;
use crate::commands::launch::{self, Query};
use crate::commands::operation::With;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

impl Query for ProspectorQuery {
    fn key(&self) -> Result<String, Error> {
        Ok(self.identity()?.as_str().to_owned())
    }
}

pub(super) async fn run(args: &Prospect, session: &Session) -> Result<Exit, Failure> {
    launch::one(query(args), &args.launch, session).await
}

fn query(args: &Prospect) -> ProspectorQuery {
    let query = match &args.title_filter[..] {
        [filter] => ProspectorQuery::new(&args.domain, filter),
        filters => {
            let named = |(index, filter)| (format!("filter {}", index + 1), filter);
            ProspectorQuery::with_title_filters(&args.domain, filters.iter().enumerate().map(named))
        }
    };
    let some = |texts: &Vec<String>| Some(texts.clone()).filter(|texts| !texts.is_empty());
    query
        .with(args.company_name.clone(), ProspectorQuery::company_name)
        .with(args.linkedin.clone(), ProspectorQuery::linkedin)
        .with(args.location.clone(), ProspectorQuery::location_name)
        .with(some(&args.country), ProspectorQuery::location_countries)
        .with(some(&args.exclude_name), ProspectorQuery::excluded_names)
        .with(args.limit, ProspectorQuery::limit)
        .with(args.include_phones.then_some(true), ProspectorQuery::include_phones)
        .with(args.verified_only.then_some(true), ProspectorQuery::verified_only)
        .with(args.launch.webhook_url.clone(), ProspectorQuery::webhook_url)
        .with(args.launch.custom_fields.clone(), ProspectorQuery::custom_fields)
}

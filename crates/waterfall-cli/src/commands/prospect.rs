//! `waterfall prospect`: finds people at companies by their titles.

use std::sync::Arc;

use serde_json::{Map, Value};
use waterfall::ProspectorQuery;

use crate::args::prospect::Prospect;
use crate::batch::prepared::Parse;
use crate::commands::launch;
use crate::commands::operation::With;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::query_spec::prospector::parse;
use crate::session::Session;

pub(super) async fn run(args: &Prospect, session: &Session) -> Result<Exit, Failure> {
    let is_of_one = args.company_name.is_some() || args.linkedin.is_some();
    if is_of_one && !matches!(&args.queries[..], [query] if query != "-") {
        return Err(Failure::Config {
            what: "--company-name and --linkedin apply to a single company".to_owned(),
            hint: "Pass several companies as objects with company_name and linkedin.",
        });
    }
    let has_objects = args.queries.iter().any(|query| query == "-" || query.starts_with('{'));
    if args.title_filter.is_empty() && !has_objects {
        return Err(Failure::Config {
            what: "--title-filter is missing: the titles of the people to find".to_owned(),
            hint: "Add an expression, for example --title-filter 'CFO OR Founder'.",
        });
    }
    // The members of an object take precedence over the options.
    let options = match serde_json::to_value(options(args)) {
        Ok(Value::Object(options)) => options,
        _ => Map::new(),
    };
    let parse: Parse<_> = Arc::new(move |text| parse(text, &options));
    launch::run(&args.queries, parse, ProspectorQuery::default, &args.launch, session).await
}

/// Returns a query without a company.
fn options(args: &Prospect) -> ProspectorQuery {
    let query = match &args.title_filter[..] {
        [] => ProspectorQuery::default(),
        [filter] => ProspectorQuery::default().title_filter(filter),
        filters => {
            let named = |(index, filter)| (format!("filter {}", index + 1), filter);
            ProspectorQuery::default().title_filters(filters.iter().enumerate().map(named))
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

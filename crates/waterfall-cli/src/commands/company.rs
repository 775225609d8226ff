//! `waterfall company`: enriches companies.

use serde_json::{Map, Value};
use waterfall::{CompanyQuery, Error};

use crate::args::company::Company;
use crate::args::launch::Launch;
use crate::commands::launch::{self, Query};
use crate::commands::operation::With;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

impl Query for CompanyQuery {
    fn key(&self) -> Result<String, Error> {
        Ok(self.identity()?.as_str().to_owned())
    }
}

pub(super) async fn run(args: &Company, session: &Session) -> Result<Exit, Failure> {
    if args.queries.is_empty() {
        let query = CompanyQuery::default()
            .with(args.domain.clone(), CompanyQuery::or_domain)
            .with(args.linkedin.clone(), CompanyQuery::or_linkedin)
            .with(args.name.clone(), CompanyQuery::or_name);
        return launch::one(options(query, &args.launch), &args.launch, session).await;
    }
    let parse = |text: &str| parse(text, &args.launch);
    launch::many(&args.queries, parse, &args.launch, session).await
}

fn options(query: CompanyQuery, args: &Launch) -> CompanyQuery {
    query
        .with(args.webhook_url.clone(), CompanyQuery::webhook_url)
        .with(args.custom_fields.clone(), CompanyQuery::custom_fields)
}

/// A domain, the URL of a page on LinkedIn, or an object. The error does not repeat the text.
fn parse(text: &str, args: &Launch) -> Result<CompanyQuery, String> {
    if text.starts_with('{') {
        let object: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"))?;
        let (has_url, has_fields) =
            (object.contains_key("webhook_url"), object.contains_key("custom_fields"));
        let query: CompanyQuery = serde_json::from_value(object.into())
            .map_err(|error| format!("not the object of a company: {error}"))?;
        // Its members take precedence over the options.
        return Ok(query
            .with(args.webhook_url.clone().filter(|_| !has_url), CompanyQuery::webhook_url)
            .with(
                args.custom_fields.clone().filter(|_| !has_fields),
                CompanyQuery::custom_fields,
            ));
    }
    let is_page = text.to_ascii_lowercase().contains("linkedin.com/");
    let query = if is_page { CompanyQuery::linkedin(text) } else { CompanyQuery::domain(text) };
    Ok(options(query, args))
}

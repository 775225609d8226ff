//! `waterfall phone`: finds the phone numbers of people.

use waterfall::{Error, PhoneQuery};

use crate::args::phone::Phone;
use crate::commands::launch::{self, Query};
use crate::commands::operation::With;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::query_spec::{QuerySpec, parse};
use crate::session::Session;

impl Query for PhoneQuery {
    fn key(&self) -> Result<String, Error> {
        Ok(self.identity()?.as_str().to_owned())
    }
}

pub(super) async fn run(args: &Phone, session: &Session) -> Result<Exit, Failure> {
    let options = QuerySpec {
        linkedin: args.linkedin.clone(),
        email: args.email.clone(),
        full_name: args.full_name.clone(),
        first_name: args.first_name.clone(),
        last_name: args.last_name.clone(),
        domain: args.domain.clone(),
        webhook_url: args.launch.webhook_url.clone(),
        custom_fields: args.launch.custom_fields.clone(),
        include_phones: None,
    };
    if args.queries.is_empty() {
        return launch::one(query(&options), &args.launch, session).await;
    }
    let parse = |text: &str| Ok(query(&parse(text)?.or(&options)));
    launch::many(&args.queries, parse, &args.launch, session).await
}

fn query(spec: &QuerySpec) -> PhoneQuery {
    let text = |member: &Option<String>| member.clone().unwrap_or_default();
    let is_split = spec.first_name.is_some() || spec.last_name.is_some();
    let is_named = spec.full_name.is_some() || !is_split && spec.domain.is_some();
    PhoneQuery::default()
        .with(spec.linkedin.clone(), PhoneQuery::or_linkedin)
        .with(spec.email.clone(), PhoneQuery::or_email)
        .with(is_named.then_some(()), |query, ()| {
            query.or_full_name(text(&spec.full_name), text(&spec.domain))
        })
        .with(is_split.then_some(()), |query, ()| {
            let (first, last) = (text(&spec.first_name), text(&spec.last_name));
            query.or_first_and_last_name(first, last, text(&spec.domain))
        })
        .with(spec.webhook_url.clone(), PhoneQuery::webhook_url)
        .with(spec.custom_fields.clone(), PhoneQuery::custom_fields)
}

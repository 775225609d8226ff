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
<<<<<<< HEAD

/// The options that all queries have.
#[derive(Clone)]
struct Extras {
    webhook_url: Option<String>,
    custom_fields: Option<Map<String, Value>>,
}

impl Extras {
    fn add_to(self, query: CompanyQuery) -> CompanyQuery {
        query
            .with(self.webhook_url, CompanyQuery::webhook_url)
            .with(self.custom_fields, CompanyQuery::custom_fields)
    }
}

/// A domain, the URL of a page on LinkedIn, or an object, whose members take precedence over the
/// options. The error does not repeat the text.
fn parse(text: &str, mut options: Extras) -> Result<CompanyQuery, String> {
    let query = match object(text)? {
        Some(object) => {
            options.webhook_url.take_if(|_| object.contains_key("webhook_url"));
            options.custom_fields.take_if(|_| object.contains_key("custom_fields"));
            serde_json::from_value(object.into())
                .map_err(|error| format!("not the object of a company: {error}"))?
        }
        None if text.to_ascii_lowercase().contains("linkedin.com/") => CompanyQuery::linkedin(text),
        None => domain(text)?,
    };
    Ok(options.add_to(query))
}

/// Text that can't be a domain may be a name.
fn domain(text: &str) -> Result<CompanyQuery, String> {
    let query = CompanyQuery::domain(text);
    let is_word = |c: char| c.is_alphanumeric() || " &'-,.".contains(c);
    match query.validate() {
        Err(error) if text.contains(' ') && text.chars().all(is_word) => {
            let problems = error.messages().join("; ");
            Err(format!("{problems}; pass a name as {{\"name\": \"Acme Corp\"}}, or with --name"))
        }
        _ => Ok(query),
    }
}
=======
>>>>>>> b

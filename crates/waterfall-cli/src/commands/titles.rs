//! `waterfall titles`: lists the job titles at a company.

use waterfall::api::types::CompanyTitlesJob;
use waterfall::{CompanyTitlesQuery, Completed, ImmediateRequest};

use crate::args::titles::Titles;
use crate::command_name::TITLES;
use crate::commands::operation::{Operation, Page, Wanted, With};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::style::Styles;
use crate::terminal_text::clean;

pub(super) async fn run(args: &Titles, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, TITLES)?;
    let client = operation.client.clone();
    // A limit of one result is reached by the first page, whose size can't be set.
    let limit = (!args.all).then_some(1);
    let wanted = Wanted { limit, nouns: ["title", "titles"], sized: false };
    if let Some(id) = args.job_id {
        return operation.page_again(client.company_titles_result(id), wanted, page).await;
    }
    let query = match (&args.domain, &args.company_linkedin) {
        (Some(domain), _) => CompanyTitlesQuery::domain(domain),
        (None, page) => CompanyTitlesQuery::company_linkedin(page.as_deref().unwrap_or_default()),
    };
    let query = query.with(args.operation.custom_fields.clone(), CompanyTitlesQuery::custom_fields);
    let request = args.operation.apply(client.company_titles(query));
    let request = request.with(args.page, ImmediateRequest::first_page);
    operation.pages(request, wanted, page).await
}

fn page(done: &Completed<CompanyTitlesJob>, _: Styles) -> Page {
    let titles = done.titles();
    let text = titles.iter().map(|title| clean(title) + "\n").collect();
    Page { results: titles.len(), text, has_more: done.has_more_pages() }
}

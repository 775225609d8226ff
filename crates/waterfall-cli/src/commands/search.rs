//! `waterfall search`: searches for people or companies.

use waterfall::api::types::{CompanySearchJob, ContactSearchJob};
use waterfall::{CompanySearch, Completed, ContactSearch, ImmediateRequest};

use crate::args::search::{Companies, Contacts, Search};
use crate::card;
use crate::commands::operation::{Operation, Page, Wanted, With};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::style::Styles;

/// The name of the title lists of a query, which the API requires.
const LABEL: &str = "titles";

pub(super) async fn run(args: &Search, session: &Session) -> Result<Exit, Failure> {
    match args {
        Search::Contacts(args) => contacts(args, session).await,
        Search::Companies(args) => companies(args, session).await,
    }
}

async fn contacts(args: &Contacts, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, "search contacts")?;
    let client = operation.client.clone();
    let wanted = Wanted { limit: args.pages.limit(), nouns: ["person", "people"], sized: true };
    if let Some(id) = args.pages.job_id {
        return operation.page_again(client.search_contacts_result(id), wanted, people).await;
    }
    let request = args.operation.apply(client.search_contacts(contact_search(args)));
    let request = request
        .with(args.pages.page, ImmediateRequest::first_page)
        .with(args.pages.page_size, ImmediateRequest::page_size);
    operation.pages(request, wanted, people).await
}

fn contact_search(args: &Contacts) -> ContactSearch {
    let search = match args {
        Contacts { linkedin: Some(profile), .. } => ContactSearch::person(profile),
        Contacts { domain: Some(domain), .. } => ContactSearch::at_domain(domain),
        Contacts { company_linkedin: Some(page), .. } => ContactSearch::at_company_page(page),
        Contacts { company_name: Some(name), .. } => ContactSearch::at_company_name(name),
        _ => ContactSearch::by_company(),
    };
    let filters = args.title_filter.iter().enumerate();
    let search = filters.fold(search, |search, (index, filter)| {
        search.title_filter(format!("filter {}", index + 1), filter.to_string())
    });
    let titles = Some(&args.title).filter(|titles| !titles.is_empty());
    search
        .with(titles, |search, titles| search.title_list(LABEL, titles))
        .with(args.since.clone(), ContactSearch::experience_start_date)
        .with(args.operation.custom_fields.clone(), ContactSearch::custom_fields)
        .company_countries(&args.company_country)
        .company_industries(&args.company_industry)
        .company_sizes(&args.company_size)
        .departments(&args.department)
        .seniorities(&args.seniority)
        .countries(&args.country)
        .included_names(&args.include_name)
        .excluded_names(&args.exclude_name)
}

fn people(page: &Completed<ContactSearchJob>, styles: Styles) -> Page {
    let text = card::of_people(page, styles);
    Page { results: page.persons().len(), text, has_more: false }
}

async fn companies(args: &Companies, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, "search companies")?;
    let client = operation.client.clone();
    let wanted = Wanted { limit: args.pages.limit(), nouns: ["company", "companies"], sized: true };
    if let Some(id) = args.pages.job_id {
        return operation.page_again(client.search_companies_result(id), wanted, found).await;
    }
    let search = CompanySearch::new()
        .industries(&args.industry)
        .countries(&args.country)
        .sizes(&args.size)
        .with(args.operation.custom_fields.clone(), CompanySearch::custom_fields);
    let request = args.operation.apply(client.search_companies(search));
    let request = request
        .with(args.pages.page, ImmediateRequest::first_page)
        .with(args.pages.page_size, ImmediateRequest::page_size);
    operation.pages(request, wanted, found).await
}

fn found(page: &Completed<CompanySearchJob>, styles: Styles) -> Page {
    let text = card::of_companies(page, styles);
    Page { results: page.companies().len(), text, has_more: false }
}

//! Contact search.

use serde_json::{Value, json};

use super::{company_choice, person, titles};
use crate::companies::Company;
use crate::directory::{self, Member};
use crate::endpoint::{Endpoint, JobType};
use crate::envelope::{ApiError, Code};
use crate::form::{Fields, Rule, bad_request, integer, text, texts};
use crate::operation::{Counters, Findings, JobOperation, Launch};
use crate::person_query::Query;
use crate::prices;
use crate::rng::identity;

const LIST: Rule = Rule::Texts { items: (0, 50), length: (0, 200) };
const NAMES: Rule = Rule::Texts { items: (0, 200), length: (0, 250) };
const DEFAULT_PAGE_SIZE: u64 = 10;

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::ContactSearch,
    launch: Endpoint::SearchContacts,
    find: Some(Endpoint::FindContactSearch),
    at_once: true,
    feature: None,
    form: &[
        ("contact_linkedin", Rule::Text(3, 500)),
        ("domain", Rule::Text(4, 500)),
        ("company_linkedin", Rule::Text(3, 500)),
        ("company_name", Rule::Text(3, 500)),
        ("company_location_countries", LIST),
        ("company_industries", LIST),
        ("company_employee_ranges", LIST),
        ("experience_start_date", Rule::Date),
        ("experience_start_date_new_hire", Rule::Date),
        ("title_filters", Rule::TitleFilters(0, 5)),
        ("title_lists", Rule::TitleLists(5)),
        ("excluded_names", NAMES),
        ("included_names", Rule::Texts { items: (0, 100), length: (0, 250) }),
        ("departments", LIST),
        ("seniorities", LIST),
        ("location_countries", LIST),
        ("headline", Rule::Text(0, 500)),
        ("page_number", Rule::Integer(1, 100)),
        ("page_size", Rule::Integer(1, 250)),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "search_contact_requests",
        found: "search_contact_found",
        phones: None,
    }),
    identify: |fields| {
        candidates(fields)?;
        titles::filters(fields)?;
        Ok(identity(fields))
    },
    run,
};

fn run(launch: &Launch) -> Result<Findings, ApiError> {
    let fields = &launch.fields;
    let filters = titles::filters(fields)?;
    let listed = titles::listed(fields);
    let has_title = |person: &Value| {
        let title = titles::title(person);
        filters.is_empty() && listed.is_empty()
            || filters.iter().any(|filter| filter.matches(title))
            || listed.contains(&title.to_lowercase())
    };
    let matching =
        candidates(fields)?.into_iter().filter(|person| has_title(person) && fits(fields, person));
    let size = integer(fields, "page_size", DEFAULT_PAGE_SIZE);
    let first = (integer(fields, "page_number", 1) - 1) * size;
    let page: Vec<Value> = matching.skip(first).take(size).map(person::without_channels).collect();
    let count = page.len();
    Ok(Findings::new(json!({ "persons": page })).with_persons(count, prices::FOUND_CONTACT))
}

/// Returns all people that the mode of the request selects. The three modes exclude each other in
/// the API. Here, the first mode whose fields a request has is used.
fn candidates(fields: &Fields) -> Result<Vec<Value>, ApiError> {
    if let Some(profile) = text(fields, "contact_linkedin") {
        let query = Query::by_profile("contact_linkedin", profile)?;
        return Ok(directory::find(&query, false).into_iter().collect());
    }
    if let Some(company) =
        company_choice::of(fields, ["domain", "company_linkedin", "company_name"])?
    {
        let members = company.as_ref().map(directory::members).unwrap_or_default();
        return Ok(members.into_iter().map(|member| member.person).collect());
    }
    let by = ["company_location_countries", "company_industries", "company_employee_ranges"]
        .map(|name| texts(fields, name));
    if by.iter().all(Vec::is_empty) {
        return Err(bad_request(
            "requires one of: contact_linkedin; domain, company_linkedin or company_name; \
             company_location_countries, company_industries or company_employee_ranges",
        ));
    }
    let has = |name: &str| {
        fields.get(name).and_then(Value::as_array).is_some_and(|list| !list.is_empty())
    };
    if !has("title_filters") && !has("title_lists") {
        return Err(ApiError::new(Code::MissingTitleFilters));
    }
    let teams = directory::teams().iter().filter(|team| is_selected(&team.company, &by));
    let members = teams.flat_map(|team| &team.members);
    Ok(members.map(|member: &Member| member.person.clone()).collect())
}

/// Each list that is not empty must contain the company's value.
pub(super) fn is_selected(
    company: &Company,
    [countries, industries, sizes]: &[Vec<&str>; 3],
) -> bool {
    let has = |list: &[&str], value: &str| {
        list.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(value))
    };
    has(countries, company.country)
        && has(industries, company.industry)
        && has(sizes, company.size())
}

fn fits(fields: &Fields, person: &Value) -> bool {
    let included = texts(fields, "included_names");
    let headline = text(fields, "headline").unwrap_or_default().to_lowercase();
    titles::passes(fields, "departments", person, "department")
        && titles::passes(fields, "seniorities", person, "seniority")
        && titles::passes(fields, "location_countries", person, "country")
        && !titles::is_named(person, &texts(fields, "excluded_names"))
        && (included.is_empty() || titles::is_named(person, &included))
        && titles::title(person).to_lowercase().contains(&headline)
        && started_by(fields, person)
}

/// Returns whether the person's current position began on or after the dates. The API does not
/// document how the two dates differ; here they are equivalent.
fn started_by(fields: &Fields, person: &Value) -> bool {
    let current = directory::experiences(person).find(|one| one["is_current"] == true);
    let began = current.map(|one| {
        let year = one["start_year"].as_u64().unwrap_or_default();
        format!("{year:04}-{:02}-01", one["start_month"].as_u64().unwrap_or(1))
    });
    ["experience_start_date", "experience_start_date_new_hire"].iter().all(|name| {
        text(fields, name).is_none_or(|date| began.as_deref().is_some_and(|began| began >= date))
    })
}

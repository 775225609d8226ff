//! Company search.

use serde_json::{Value, json};

use super::contact_search::is_selected;
use crate::directory;
use crate::endpoint::{Endpoint, JobType};
use crate::envelope::ApiError;
use crate::form::{Fields, Rule, bad_request, integer, texts};
use crate::operation::{Counters, Findings, JobOperation};
use crate::prices;
use crate::rng::identity;

const DEFAULT_PAGE_SIZE: u64 = 20;

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::CompanySearch,
    launch: Endpoint::SearchCompanies,
    find: Some(Endpoint::FindCompanySearch),
    at_once: true,
    feature: None,
    form: &[
        ("industries", Rule::Texts { items: (0, 50), length: (5, 57) }),
        ("location_countries", Rule::Texts { items: (0, 50), length: (4, 40) }),
        ("sizes", Rule::Texts { items: (0, 8), length: (0, 20) }),
        ("page_number", Rule::Integer(1, 100)),
        ("page_size", Rule::Integer(1, 250)),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "search_company_requests",
        found: "search_company_found",
        phones: None,
    }),
    identify: |fields| {
        criteria(fields)?;
        Ok(identity(fields))
    },
    run: |launch| {
        let fields = &launch.fields;
        let by = criteria(fields)?;
        let size = integer(fields, "page_size", DEFAULT_PAGE_SIZE);
        let first = (integer(fields, "page_number", 1) - 1) * size;
        let matching = directory::teams().iter().filter(|team| is_selected(&team.company, &by));
        let page: Vec<Value> =
            matching.skip(first).take(size).map(|team| team.company.to_json()).collect();
        let count = page.len();
        Ok(Findings::new(json!({ "companies": page })).with_companies(count, prices::COMPANY))
    },
};

/// Countries, industries and sizes, at least one of which is required.
fn criteria(fields: &Fields) -> Result<[Vec<&str>; 3], ApiError> {
    let by = ["location_countries", "industries", "sizes"].map(|name| texts(fields, name));
    if by.iter().all(Vec::is_empty) {
        return Err(bad_request("requires one of: industries, location_countries, sizes"));
    }
    Ok(by)
}

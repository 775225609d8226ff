//! Company titles: the job titles at a company.

use std::collections::BTreeSet;

use serde_json::json;

use super::{company_choice, titles};
use crate::companies::Company;
use crate::directory;
use crate::endpoint::{Endpoint, Feature, JobType};
use crate::envelope::{ApiError, Code};
use crate::form::{Fields, Rule, integer};
use crate::operation::{Findings, JobOperation};
use crate::prices;
use crate::rng::identity;

/// The number of titles on a page. The API has up to 50,000; few are enough here, so that there is
/// more than one page.
const PAGE_SIZE: usize = 5;

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::CompanyTitles,
    launch: Endpoint::ListCompanyTitles,
    find: Some(Endpoint::FindCompanyTitles),
    at_once: true,
    feature: Some(Feature::CompanyTitles),
    form: &[
        ("domain", Rule::Text(2, 500)),
        ("company_linkedin", Rule::Text(1, 500)),
        ("page_number", Rule::Integer(1, u32::MAX as u64)),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: None,
    identify: |fields| {
        company(fields)?;
        Ok(identity(fields))
    },
    run: |launch| {
        let fields = &launch.fields;
        let members = directory::members(&company(fields)?);
        let all: BTreeSet<&str> =
            members.iter().map(|member| titles::title(&member.person)).collect();
        let first = (integer(fields, "page_number", 1) - 1).saturating_mul(PAGE_SIZE);
        let page: Vec<&str> = all.iter().copied().skip(first).take(PAGE_SIZE).collect();
        let has_more_pages = first.saturating_add(PAGE_SIZE) < all.len();
        let found = usize::from(!page.is_empty());
        Ok(Findings::new(json!({ "titles": page, "has_more_pages": has_more_pages }))
            .with_companies(found, prices::COMPANY_TITLES))
    },
};

/// Unlike elsewhere, an unknown company is an error.
fn company(fields: &Fields) -> Result<Company, ApiError> {
    let company = company_choice::required(fields, ["domain", "company_linkedin", ""])?;
    company.ok_or_else(|| ApiError::new(Code::CompanyNotFound))
}

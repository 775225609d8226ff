//! Selects the company that a request is about.

use crate::companies::Company;
use crate::domain;
use crate::envelope::ApiError;
use crate::form::{Fields, bad_request, text};
use crate::person_query::profile_slug;

/// Returns the company of the first field that is present: a domain, a LinkedIn page, or a name.
/// The inner `None` means that there is no such company.
pub(super) fn of(
    fields: &Fields,
    [domain, linkedin, name]: [&str; 3],
) -> Result<Option<Option<Company>>, ApiError> {
    if let Some(value) = text(fields, domain) {
        return Ok(Some(Company::with_domain(&domain::parse(value)?)));
    }
    if let Some(value) = text(fields, linkedin) {
        let slug = profile_slug(value, "company").ok_or_else(|| {
            bad_request(format!("{linkedin}: must be the URL of a company or its last segment"))
        })?;
        return Ok(Some(Company::with_linkedin_id(&slug)));
    }
    Ok(text(fields, name).map(Company::with_name))
}

/// Like [`of`], where one of the fields is required.
pub(super) fn required(fields: &Fields, names: [&str; 3]) -> Result<Option<Company>, ApiError> {
    let listed: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    let missing = || bad_request(format!("requires one of: {}", listed.join(", ")));
    of(fields, names)?.ok_or_else(missing)
}

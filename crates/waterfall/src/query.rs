//! The queries that launch jobs, one type for each kind of jobs. Each of the other modules cleans
//! and checks one sort of value, for all kinds.

pub(crate) mod company;
mod company_name;
pub(crate) mod company_page;
pub(crate) mod contact;
pub(crate) mod custom_fields;
pub(crate) mod domain;
pub(crate) mod email;
mod extras;
pub(crate) mod identity;
pub(crate) mod linkedin;
mod linkedin_url;
pub(crate) mod name;
mod person;
pub(crate) mod phone;
pub(crate) mod prospector;
mod slug;
pub(crate) mod text;
pub(crate) mod title_filter;
pub(crate) mod web_address;

use waterfall_api::Field;

use crate::error::Error;

/// Converts to a generated type, which enforces the limits of the API description.
fn limited<T>(field: &str, text: Option<String>) -> Result<Field<T>, Error>
where
    T: for<'a> TryFrom<&'a str>,
{
    let Some(text) = text else { return Ok(Field::absent()) };
    required(field, &text).map(Field::value)
}

/// Like [`limited`], for a required member.
fn required<T>(field: &str, text: &str) -> Result<T, Error>
where
    T: for<'a> TryFrom<&'a str>,
{
    T::try_from(text)
        .map_err(|_| Error::invalid_query(vec![format!("{field} violates a rule of the API")]))
}

#[cfg(test)]
mod tests;

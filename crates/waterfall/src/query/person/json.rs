//! The JSON form of a query for a person: the launch request.

use serde::{Deserialize, Serialize};

use super::named::Named;
use crate::query::custom_fields::GivenFields;

/// The members of a launch request, and `linkedin_url`, which its echo contains.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::query) struct PersonRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) linkedin: Option<String>,
    #[serde(skip_serializing)]
    pub(in crate::query) linkedin_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) domain: Option<String>,
    /// Absent for phone enrichment, which has no such member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) include_phones: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::query) webhook_url: Option<String>,
    #[serde(skip_serializing_if = "GivenFields::is_absent")]
    pub(in crate::query) custom_fields: GivenFields,
}

impl PersonRequest {
    pub(in crate::query) fn new(named: Named) -> Self {
        let Named { email, linkedin, full_name, first_name, last_name, domain } = named;
        Self { email, linkedin, full_name, first_name, last_name, domain, ..Self::default() }
    }

    /// Takes the values that name the person.
    pub(in crate::query) fn take_named(&mut self) -> Named {
        let linkedin_url = self.linkedin_url.take();
        Named {
            email: self.email.take(),
            linkedin: self.linkedin.take().or(linkedin_url),
            full_name: self.full_name.take(),
            first_name: self.first_name.take(),
            last_name: self.last_name.take(),
            domain: self.domain.take(),
        }
    }
}

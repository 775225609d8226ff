//! [`QuerySpec`]: the unchecked members of one query.

use serde_json::{Map, Value};
use waterfall::{ContactQuery, PhoneQuery};

use crate::args::launch::Launch;
use crate::args::person::Person;

/// An unchecked query for a contact or for phone numbers: the members that both kinds have.
macro_rules! query_of_person {
    ($query:ty, $spec:expr) => {{
        let spec: &QuerySpec = $spec;
        let text = |member: &Option<String>| member.clone().unwrap_or_default();
        let mut query = <$query>::default();
        if let Some(email) = &spec.email {
            query = query.or_email(email);
        }
        if let Some(profile) = &spec.linkedin {
            query = query.or_linkedin(profile);
        }
        let is_split = spec.first_name.is_some() || spec.last_name.is_some();
        if spec.full_name.is_some() || !is_split && spec.domain.is_some() {
            query = query.or_full_name(text(&spec.full_name), text(&spec.domain));
        }
        if is_split {
            let (first, last) = (text(&spec.first_name), text(&spec.last_name));
            query = query.or_first_and_last_name(first, last, text(&spec.domain));
        }
        if let Some(url) = &spec.webhook_url {
            query = query.webhook_url(url);
        }
        if let Some(fields) = &spec.custom_fields {
            query = query.custom_fields(fields);
        }
        query
    }};
}

/// One QUERY. `None` is a member that was not given.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct QuerySpec {
    pub(crate) linkedin: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) full_name: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) include_phones: Option<bool>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) custom_fields: Option<Map<String, Value>>,
}

impl QuerySpec {
    /// Returns the query of the options.
    pub(crate) fn of(person: &Person, launch: &Launch) -> Self {
        Self {
            linkedin: person.linkedin.clone(),
            email: person.email.clone(),
            full_name: person.full_name.clone(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            domain: person.domain.clone(),
            include_phones: None,
            webhook_url: launch.webhook_url.clone(),
            custom_fields: launch.custom_fields.clone(),
        }
    }

    /// Adds the members of `others` that this query lacks, except those that identify the person.
    pub(crate) fn or(self, others: &Self) -> Self {
        let QuerySpec { include_phones, webhook_url, custom_fields, .. } = others;
        let own_url = self.webhook_url.filter(|url| !ContactQuery::is_blank(url));
        Self {
            include_phones: self.include_phones.or(*include_phones),
            webhook_url: own_url.or_else(|| webhook_url.clone()),
            custom_fields: self.custom_fields.or_else(|| custom_fields.clone()),
            ..self
        }
    }

    /// Returns whether no member identifies a person.
    pub(crate) fn identifies_no_one(&self) -> bool {
        let Self { linkedin, email, full_name, first_name, last_name, domain, .. } = self;
        let members = [linkedin, email, full_name, first_name, last_name, domain];
        members.into_iter().all(Option::is_none)
    }

    /// Returns the query for a contact, unchecked.
    pub(crate) fn contact(&self) -> ContactQuery {
        let query = query_of_person!(ContactQuery, self);
        match self.include_phones {
            Some(include) => query.include_phones(include),
            None => query,
        }
    }

    /// Returns the query for phone numbers, unchecked.
    pub(crate) fn phone(&self) -> PhoneQuery {
        query_of_person!(PhoneQuery, self)
    }
}

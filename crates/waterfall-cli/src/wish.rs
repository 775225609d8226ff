//! Whom to look for, as options, a word or a JSON object say it.

pub(crate) mod columns;
mod word;

use serde_json::{Map, Value};
use waterfall::{ContactQuery, Error};

use crate::args::Enrich;

/// One QUERY. What is `None` was not given.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wish {
    linkedin: Option<String>,
    email: Option<String>,
    full_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    domain: Option<String>,
    include_phones: Option<bool>,
    webhook_url: Option<String>,
    custom_fields: Option<Map<String, Value>>,
}

impl Wish {
    /// What the options say.
    pub(crate) fn of(args: &Enrich) -> Self {
        Self {
            linkedin: args.linkedin.clone(),
            email: args.email.clone(),
            full_name: args.full_name.clone(),
            first_name: args.first_name.clone(),
            last_name: args.last_name.clone(),
            domain: args.domain.clone(),
            include_phones: args.include_phones.then_some(true),
            webhook_url: args.webhook_url.clone(),
            custom_fields: args.custom_fields.clone(),
        }
    }

    /// A LinkedIn profile, an e-mail address, or a JSON object. The error is what
    /// is wrong with it, without its text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text == "{" || text == "[" {
            return Err(format!("`{text}` begins JSON that doesn't go on; {OBJECT}"));
        }
        if text.starts_with('{') {
            return match serde_json::from_str(text) {
                Ok(row) => columns::wish(&row),
                Err(error) => Err(format!("not a JSON object: {error}; {OBJECT}")),
            };
        }
        if text.starts_with('[') && serde_json::from_str::<Value>(text).is_ok() {
            return Err(format!("the contact is a JSON array; {ARRAY}"));
        }
        word::wish(text)
    }

    /// With what others say where this says nothing but whom to look for.
    pub(crate) fn or(self, others: &Self) -> Self {
        let Wish { include_phones, webhook_url, custom_fields, .. } = others;
        let own_url = self.webhook_url.filter(|url| !ContactQuery::is_blank(url));
        Self {
            include_phones: self.include_phones.or(*include_phones),
            webhook_url: own_url.or_else(|| webhook_url.clone()),
            custom_fields: self.custom_fields.or_else(|| custom_fields.clone()),
            ..self
        }
    }

    /// The query, checked as far as that is possible here.
    pub(crate) fn query(&self) -> Result<ContactQuery, Error> {
        let query = self.to_query();
        query.validate()?;
        Ok(query)
    }

    fn names_nobody(&self) -> bool {
        let Self { linkedin, email, full_name, first_name, last_name, domain, .. } = self;
        let members = [linkedin, email, full_name, first_name, last_name, domain];
        members.into_iter().all(Option::is_none)
    }

    fn to_query(&self) -> ContactQuery {
        let text = |member: &Option<String>| member.clone().unwrap_or_default();
        let mut query = ContactQuery::default();
        if let Some(email) = &self.email {
            query = query.or_email(email);
        }
        if let Some(profile) = &self.linkedin {
            query = query.or_linkedin(profile);
        }
        let is_split = self.first_name.is_some() || self.last_name.is_some();
        if self.full_name.is_some() || !is_split && self.domain.is_some() {
            query = query.or_full_name(text(&self.full_name), text(&self.domain));
        }
        if is_split {
            let (first, last) = (text(&self.first_name), text(&self.last_name));
            query = query.or_first_and_last_name(first, last, text(&self.domain));
        }
        if let Some(include) = self.include_phones {
            query = query.include_phones(include);
        }
        if let Some(url) = &self.webhook_url {
            query = query.webhook_url(url);
        }
        if let Some(fields) = &self.custom_fields {
            query = query.custom_fields(fields);
        }
        query
    }
}

const OBJECT: &str = "give one object a line, such as {\"email\": \"jane.doe@acme.com\"}";
const ARRAY: &str = "pass it on stdin: waterfall enrich - < contacts.json";

#[cfg(test)]
mod tests;

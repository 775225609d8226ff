//! Whom to look for, as options, a word or a JSON object say it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use waterfall::ContactQuery;

use crate::args::Enrich;

/// One QUERY. A member that is null is not there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
        let text = text.trim();
        if text.starts_with('{') {
            return serde_json::from_str(text).map_err(|error| format!("not a query: {error}"));
        }
        let named = Some(text.to_owned());
        let is_url = text.contains("://") || text.contains("linkedin.com/");
        if text.contains(char::is_whitespace) {
            Err(NO_WORD.to_owned())
        } else if text.contains('@') && !is_url {
            Ok(Self { email: named, ..Self::default() })
        } else {
            Ok(Self { linkedin: named, ..Self::default() })
        }
    }

    /// With what others say where this says nothing but whom to look for.
    pub(crate) fn or(self, others: &Self) -> Self {
        let Wish { include_phones, webhook_url, custom_fields, .. } = others;
        Self {
            include_phones: self.include_phones.or(*include_phones),
            webhook_url: self.webhook_url.or_else(|| webhook_url.clone()),
            custom_fields: self.custom_fields.or_else(|| custom_fields.clone()),
            ..self
        }
    }

    /// The query, checked as far as that is possible here.
    pub(crate) fn query(&self) -> Result<ContactQuery, waterfall::Error> {
        let query = self.person();
        query.validate()?;
        Ok(query)
    }

    /// What is wrong with the choice of members, if anything.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let ways = [&self.linkedin, &self.email, &self.full_name, &self.first_name];
        let named = ways.iter().filter(|way| way.is_some()).count();
        let by_name = self.full_name.is_some() || self.first_name.is_some();
        if named != 1 || self.first_name.is_some() != self.last_name.is_some() {
            Some(FOUR_WAYS)
        } else if by_name != self.domain.is_some() {
            Some("domain belongs beside a name, and only there")
        } else {
            None
        }
    }

    /// The same for queries that are the same: for a profile it does not matter how
    /// it is written, nor for an address which of its letters are capitals.
    pub(crate) fn key(&self) -> String {
        let same = Self {
            linkedin: self.linkedin.as_deref().map(profile),
            email: self.email.as_deref().map(|email| email.trim().to_lowercase()),
            ..self.clone()
        };
        // Texts, truth values and JSON: there is nothing that could fail.
        serde_json::to_string(&same).unwrap_or_default()
    }

    fn person(&self) -> ContactQuery {
        let text = |member: &Option<String>| member.clone().unwrap_or_default();
        let mut query = if let Some(profile) = &self.linkedin {
            ContactQuery::linkedin(profile)
        } else if let Some(email) = &self.email {
            ContactQuery::email(email)
        } else if let Some(name) = &self.full_name {
            ContactQuery::full_name(name, text(&self.domain))
        } else {
            let (first, last) = (text(&self.first_name), text(&self.last_name));
            ContactQuery::first_and_last_name(first, last, text(&self.domain))
        };
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

/// The last part of a profile's URL; another text as it is.
fn profile(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let Some((_, path)) = text.split_once("linkedin.com/in/") else { return text };
    let end = path.find(['/', '?', '#']).unwrap_or(path.len());
    path[..end].to_owned()
}

const NO_WORD: &str = "neither a LinkedIn profile nor an e-mail address; give a name as \
                       {\"full_name\": \"Jane Doe\", \"domain\": \"acme.com\"}";

const FOUR_WAYS: &str =
    "give one of linkedin, email, full_name with domain, or first_name and last_name with domain";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_objects() {
        let rows = [
            ("jane-doe-abc123", ContactQuery::linkedin("jane-doe-abc123")),
            (" jane@acme.com\r", ContactQuery::email("jane@acme.com")),
            (
                "https://www.linkedin.com/in/jane@x/",
                ContactQuery::linkedin("https://www.linkedin.com/in/jane@x/"),
            ),
            ("linkedin.com/in/jane", ContactQuery::linkedin("linkedin.com/in/jane")),
            (
                r#"{"full_name":"Jane Doe","domain":"acme.com","email":null}"#,
                ContactQuery::full_name("Jane Doe", "acme.com"),
            ),
            (
                r#"{"linkedin":"jane","include_phones":false}"#,
                ContactQuery::linkedin("jane").include_phones(false),
            ),
        ];
        for (text, query) in rows {
            let wish = Wish::parse(text).unwrap();
            assert_eq!((wish.problem(), wish.query().unwrap()), (None, query), "{text}");
        }
    }

    #[test]
    fn what_is_no_query_is_told() {
        let rows = [
            ("Jane Doe", "neither a LinkedIn"),
            ("{", "not a query: EOF"),
            (r#"{"mail":"a@b.example"}"#, "not a query: unknown field `mail`"),
            ("{}", "give one of"),
            (r#"{"linkedin":"a","email":"a@b.example"}"#, "give one of"),
            (r#"{"first_name":"Jane","domain":"acme.com"}"#, "give one of"),
            (r#"{"full_name":"Jane Doe"}"#, "domain belongs"),
            (r#"{"linkedin":"a","domain":"acme.com"}"#, "domain belongs"),
        ];
        for (text, expected) in rows {
            let problem = match Wish::parse(text) {
                Ok(wish) => wish.problem().unwrap().to_owned(),
                Err(problem) => problem,
            };
            assert!(problem.starts_with(expected), "{text}: {problem}");
        }
    }

    #[test]
    fn a_profile_and_an_address_are_the_same_however_written() {
        let key = |text: &str| Wish::parse(text).unwrap().key();
        for text in [
            "https://www.linkedin.com/in/Jane-Doe/?utm=1",
            "linkedin.com/in/jane-doe",
            "http://linkedin.com/in/jane-doe/details#a",
            r#"{"linkedin":"Jane-Doe"}"#,
        ] {
            assert_eq!(key(text), key("jane-doe"), "{text}");
        }
        assert_eq!(key("Jane@Acme.com"), key("jane@acme.com"));
        for other in ["jane-do", r#"{"linkedin":"jane-doe","include_phones":true}"#] {
            assert_ne!(key(other), key("jane-doe"));
        }
    }

    #[test]
    fn its_own_members_go_first() {
        let options = Wish::parse(r#"{"include_phones":true,"webhook_url":"https://a.b"}"#);
        let own = Wish::parse(r#"{"linkedin":"jane","include_phones":false}"#).unwrap();
        let both = own.or(&options.unwrap());
        let expected = r#"{"linkedin":"jane","include_phones":false,"webhook_url":"https://a.b"}"#;
        assert_eq!(both, Wish::parse(expected).unwrap());
    }
}

//! [`Redactor`]: decides which parts of requests and responses are replaced.

use reqwest::Url;

use super::json_text::{Position, Token, rewrite};
use super::pseudonyms::Pseudonyms;

/// The replacement of the API key.
const KEY: &str = "[key]";

/// Members with a small or closed set of values that reveal nothing about a person, with the names
/// of their enclosing objects; an empty name is the body itself. In any other object, a member of
/// this name may contain anything.
const SETS: &[(&str, &[&str])] = &[
    ("alg", &["keys"]),
    ("category", &[""]),
    ("code", &[""]),
    ("company_employee_ranges", &["", "task"]),
    ("confidence_score", &["output"]),
    ("crv", &["keys"]),
    ("department", &["person", "persons"]),
    ("departments", &["", "task"]),
    ("email_confidence", &["person", "persons"]),
    ("email_status", &["email"]),
    ("email_verified_status", &["person", "persons"]),
    ("job_change_status", &["output"]),
    ("kty", &["keys"]),
    ("linkedin_size", &["company"]),
    ("linkedin_type", &["company"]),
    ("round_name", &["funding_rounds"]),
    ("seniorities", &["", "task"]),
    ("seniority", &["person", "persons"]),
    ("size", &["companies", "company"]),
    ("sizes", &["", "task"]),
    ("status", &[""]),
    ("type", &["companies", "company", "output"]),
    ("use", &["keys"]),
];

/// The maximum length of such a member's value.
const MAX_SET_VALUE: usize = 40;

/// Suffixes of names whose numbers are counters, prices or dates.
const COUNTERS: &[&str] = &[
    "_count",
    "_usd",
    "_followers",
    "_rounds",
    "_requests",
    "_persons",
    "_phones",
    "_companies",
    "_found",
    "_verified",
    "_seconds",
    "_days",
    "_year",
    "_month",
    "_size",
    "_number",
    "founded",
    "limit",
    "per_interval",
];

/// Integers with fewer digits can't identify a person, except in an ID.
const MIN_IDENTIFYING_DIGITS: usize = 7;
/// Numbers with more decimals may be coordinates.
const MAX_DECIMALS: usize = 3;

/// Names of members whose values are domains or URLs.
const ADDRESSES: &[&str] = &["domain", "website", "url", "link", "mx_record", "host", "names"];

/// Replaces personal values by pseudonyms, and removes the API key.
pub(super) struct Redactor<'a> {
    pub(super) pseudonyms: &'a Pseudonyms,
    /// The API keys that were sent.
    pub(super) keys: &'a [String],
}

impl Redactor<'_> {
    /// Replaces the values in a body: JSON, or any other text, such as a JSON text without a
    /// structure.
    pub(super) fn body(&self, body: &str) -> String {
        if !body.trim_start().starts_with(['{', '[']) {
            return self.text(body, false);
        }
        rewrite(body, |at, token| self.token(at, token)).unwrap_or_else(|| self.text(body, false))
    }

    /// Keeps the path of an operation in the API's description. In other paths, each part may be
    /// data.
    pub(super) fn path(&self, path: &str, is_described: bool) -> String {
        if is_described { path.to_owned() } else { self.text_of_path(path) }
    }

    fn text_of_path(&self, path: &str) -> String {
        let is_version =
            |part: &str| part.strip_prefix('v').is_some_and(|n| n.parse::<u8>().is_ok());
        let part = |part: &str| match is_version(part) {
            true => part.to_owned(),
            false => self.pseudonyms.tokens(&self.without_key(part)),
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// Replaces the values in the query of a URL.
    pub(super) fn query(&self, url: &Url) -> Vec<(String, String)> {
        let pairs = url.query_pairs();
        pairs.map(|(name, value)| (self.name(&name), self.value(&name, &value))).collect()
    }

    fn token(&self, at: Position<'_>, token: Token<'_>) -> Option<String> {
        match token {
            Token::Name(name) => Some(self.name(name)).filter(|new| new != name),
            Token::Text(text)
                if is_of_set(at, text)
                    && self.keys.iter().all(|key| !text.contains(key.as_str())) =>
            {
                None
            }
            Token::Text(text) => Some(self.value(at.name, text)).filter(|new| new != text),
            Token::Number(number) => self.number(at.name, number),
        }
    }

    /// Keeps names that look like names in a description.
    fn name(&self, name: &str) -> String {
        let without = self.without_key(name);
        if without == name && is_field_name(name) {
            name.to_owned()
        } else {
            self.text(name, false)
        }
    }

    pub(super) fn value(&self, name: &str, value: &str) -> String {
        self.text(value, ADDRESSES.iter().any(|part| name.contains(part)))
    }

    fn text(&self, text: &str, is_address: bool) -> String {
        let parts: Vec<String> = self
            .without_key(text)
            .split(KEY)
            .map(|part| self.pseudonyms.text(part, is_address))
            .collect();
        parts.join(KEY)
    }

    fn without_key(&self, text: &str) -> String {
        self.keys.iter().fold(text.to_owned(), |text, key| text.replace(key.as_str(), KEY))
    }

    /// Replaces the digits of a number that may identify a person.
    fn number(&self, name: &str, number: &str) -> Option<String> {
        let holds_key = self.keys.iter().any(|key| number.contains(key.as_str()));
        let is_counter = COUNTERS.iter().any(|end| name.ends_with(end));
        if number.contains(['e', 'E']) || (is_counter && !holds_key) {
            return None;
        }
        let (sign, digits) = number.split_at(usize::from(number.starts_with('-')));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        if decimals.len() > MAX_DECIMALS {
            return Some(format!("{sign}{whole}.{}", self.pseudonyms.digits(decimals)));
        }
        let is_id = name == "id" || name.ends_with("_id");
        let identifies = decimals.is_empty() && (is_id || whole.len() >= MIN_IDENTIFYING_DIGITS);
        (identifies || holds_key).then(|| {
            let end = &digits[whole.len()..];
            format!("{sign}{}{end}", self.pseudonyms.digits(whole))
        })
    }
}

fn is_of_set(at: Position<'_>, text: &str) -> bool {
    let is_listed =
        SETS.iter().any(|(name, parents)| *name == at.name && parents.contains(&at.parent));
    let is_plain = |c: char| c.is_alphanumeric() || " _-+&/,.()".contains(c);
    is_listed
        && text.len() <= MAX_SET_VALUE
        && text.chars().all(is_plain)
        && text.chars().filter(char::is_ascii_digit).count() < MIN_IDENTIFYING_DIGITS + 4
}

/// Returns whether a name looks like that of a field and not like data: an identifier with few
/// digits that begins in lower case.
fn is_field_name(name: &str) -> bool {
    const MAX_LENGTH: usize = 48;
    const MAX_DIGITS: usize = 3;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    name.len() <= MAX_LENGTH
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_' || c == '$')
        && name.chars().all(is_allowed)
        && name.chars().filter(char::is_ascii_digit).count() <= MAX_DIGITS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::recording::pseudonyms::KEY_BYTES;

    fn redacted(body: &Value) -> Value {
        let keys = ["sesame-0001".to_owned()];
        let pseudonyms = Pseudonyms::new([7; KEY_BYTES]);
        let redactor = Redactor { pseudonyms: &pseudonyms, keys: &keys };
        serde_json::from_str(&redactor.body(&body.to_string())).unwrap()
    }

    #[test]
    fn sets_counters_dates_and_prices_stay() {
        let body = json!({
            "status": "PAUSED_FOR_NOW",
            "code": "VALIDATION_BAD_DOMAIN",
            "start_date": "2024-01-15T12:00:00.000000+00:00",
            "output": {
                "person": {
                    "seniority": "CXO", "department": "C-Suite", "domain_age_days": 12_345_678,
                    "email_verified": true, "email_verified_status": "safe", "nothing": null,
                    "experiences": [{"start_year": 2014}],
                },
                "company": {"size": "51-200", "linkedin_followers": 98_765_432, "founded": 1999},
                "usage": {"total_usd": 0.1, "persons_count": 1},
            },
        });
        assert_eq!(redacted(&body), body);
    }

    /// Returns the texts of the bodies in the API's description: the names of each member and its
    /// enclosing object, and whether its values are listed.
    fn described() -> BTreeMap<(String, String), bool> {
        let root: Value = serde_json::from_str(waterfall_sandbox::DESCRIPTION).unwrap();
        let mut found = BTreeMap::new();
        let operations = root["paths"].as_object().unwrap().values().flat_map(members);
        for (_, operation) in operations {
            let bodies = members(&operation["responses"]).map(|(_, response)| response);
            for body in bodies.chain([&operation["requestBody"]]) {
                for (_, media) in members(&resolved(&root, body)["content"]) {
                    collect(&root, &media["schema"], ["", ""], 0, &mut found);
                }
            }
        }
        found
    }

    fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
        value.as_object().into_iter().flatten()
    }

    fn resolved<'a>(root: &'a Value, mut node: &'a Value) -> &'a Value {
        while let Some(reference) = node["$ref"].as_str() {
            node = root.pointer(&reference[1..]).unwrap();
        }
        node
    }

    fn collect(
        root: &Value,
        schema: &Value,
        [name, parent]: [&str; 2],
        depth: usize,
        found: &mut BTreeMap<(String, String), bool>,
    ) {
        const DEEPEST: usize = 12;
        let schema = resolved(root, schema);
        if depth > DEEPEST {
            return;
        }
        let is_text = match &schema["type"] {
            Value::Array(types) => types.contains(&json!("string")),
            only => only == "string",
        };
        if is_text {
            *found.entry((name.to_owned(), parent.to_owned())).or_default() |=
                schema["enum"].is_array();
        }
        let parts =
            ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|list| schema[list].as_array());
        for part in parts.flatten().chain([&schema["items"]]) {
            collect(root, part, [name, parent], depth + 1, found);
        }
        for (member, schema) in members(&schema["properties"]) {
            collect(root, schema, [member, name], depth + 1, found);
        }
    }

    #[test]
    fn sets_are_those_of_the_description() {
        let described = described();
        let is_listed = |name: &str, parent: &str| {
            SETS.iter().any(|(set, parents)| *set == name && parents.contains(&parent))
        };
        let mut lists = 0;
        for ((name, parent), _) in described.iter().filter(|(_, has_values)| **has_values) {
            assert!(is_listed(name, parent), "`{name}` in `{parent}` lists its values");
            lists += 1;
        }
        assert!(lists > 5, "{described:?}");
        for (name, parents) in SETS {
            for parent in *parents {
                let place = ((*name).to_owned(), (*parent).to_owned());
                assert!(described.contains_key(&place), "no body has `{name}` in `{parent}`");
            }
        }
    }

    #[test]
    fn everything_else_is_replaced_wherever_it_is() {
        let body = json!({
            "message": "jane@acme.com is invalid, key sesame-0001",
            "status": "jane@acme.com",
            "sesame-0001": "x",
            "output": {
                "person": {"seniority": "jane@acme.com", "id": 123, "lead": "hot", "spouse": {"status": "Roe"},
                    "code": 123_456_789, "where": [48.856_613, 2.352_222]},
                "jane@acme.com": {"Jane Doe": 1, "Jane": 2, "jane-doe-7": 3},
            },
        });
        let other = redacted(&body).to_string();
        for text in
            ["jane", "Jane", "acme", "Doe", "Roe", "hot", "sesame", "invalid", "123", "856613"]
        {
            assert!(!other.contains(text), "{text}: {other}");
        }
        assert!(other.contains("[key]"), "{other}");
        assert!(other.contains("\"seniority\""), "{other}");
    }

    #[test]
    fn a_key_of_digits_is_no_number_either() {
        let keys = ["55512".to_owned()];
        let pseudonyms = Pseudonyms::new([7; KEY_BYTES]);
        let redactor = Redactor { pseudonyms: &pseudonyms, keys: &keys };
        for body in ["{\"total_usd\":55512}", "{\"a\":55512.5}", "55512", "{\"status\":\"55512\"}"]
        {
            assert!(!redactor.body(body).contains("55512"), "{body}");
        }
    }
}

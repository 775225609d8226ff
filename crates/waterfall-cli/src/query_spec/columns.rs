//! Recognizes the members of a JSON object that identify a person by the names of their columns.

use serde_json::{Map, Value};
use waterfall::ContactQuery;

use crate::query_spec::spec::QuerySpec;
use crate::terminal_text;

/// The maximum number of member names that an error lists.
const MAX_LISTED: usize = 6;

/// Names of columns in addition to the API's own, reduced to lower-case letters and digits. The
/// API's names take precedence; then these apply in order.
const EMAIL: &[&str] = &[
    "email",
    "emailaddress",
    "workemail",
    "workemailaddress",
    "professionalemail",
    "businessemail",
    "corporateemail",
    "companyemail",
    "primaryemail",
    "contactemail",
    "personemail",
    "emailwork",
    "email1",
    "mail",
    "personalemail",
];
const LINKEDIN: &[&str] = &[
    "linkedin",
    "linkedinurl",
    "linkedinprofile",
    "linkedinprofileurl",
    "linkedinlink",
    "personlinkedinurl",
    "personlinkedin",
    "contactlinkedinurl",
    "contactlinkedin",
    "contactlinkedinprofileurl",
    "linkedinpublicurl",
    "publicprofileurl",
    "profileurl",
    "linkedinslug",
    "linkedinusername",
    "linkedinhandle",
    "publicidentifier",
    "profile",
    "url",
];
const FULL_NAME: &[&str] =
    &["fullname", "name", "contactname", "contactfullname", "personname", "displayname"];
const FIRST_NAME: &[&str] =
    &["firstname", "givenname", "forename", "contactfirstname", "fname", "first"];
const LAST_NAME: &[&str] =
    &["lastname", "surname", "familyname", "contactlastname", "lname", "last"];
const DOMAIN: &[&str] = &[
    "domain",
    "companydomain",
    "companydomainname",
    "domainname",
    "emaildomain",
    "companywebsite",
    "companywebsiteurl",
    "website",
    "websiteurl",
    "websitedomain",
    "companyurl",
    "employerdomain",
    "organizationdomain",
];
const PERSONAL_EMAIL: &[&str] = &[
    "personalemail",
    "personalemailaddress",
    "privateemail",
    "privateemailaddress",
    "homeemail",
    "emailpersonal",
    "emailprivate",
];
const COMPANY_LINKEDIN: &[&str] = &[
    "companylinkedin",
    "companylinkedinurl",
    "companylinkedinpage",
    "linkedincompanyurl",
    "linkedincompanypage",
    "organizationlinkedinurl",
    "accountlinkedinurl",
    "linkedin",
    "linkedinurl",
    "linkedinpage",
];
const COMPANY_NAME: &[&str] = &[
    "companyname",
    "company",
    "organizationname",
    "organization",
    "organisation",
    "accountname",
    "account",
    "employer",
    "name",
];
const TITLE_FILTER: &[&str] = &["titlefilter"];
const IP: &[&str] = &[
    "ip",
    "ipaddress",
    "ipv4",
    "ipv4address",
    "clientip",
    "visitorip",
    "remoteip",
    "remoteaddr",
    "remoteaddress",
];
const PERSON: [&[&str]; 6] = [EMAIL, LINKEDIN, FULL_NAME, FIRST_NAME, LAST_NAME, DOMAIN];

/// Other columns that are common in lists of people.
const BESIDE: &[&str] = &[
    "company",
    "companyname",
    "title",
    "jobtitle",
    "position",
    "phone",
    "city",
    "country",
    "notes",
    "id",
    "location",
    "seniority",
    "status",
    "connectedon",
];

/// Returns the form in which names of columns and members are compared.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the names of columns for a field of the API, reduced to lower-case letters and digits,
/// the most likely one first.
pub(crate) fn names_of(field: &str) -> &'static [&'static str] {
    match field {
        "email" => EMAIL,
        "linkedin" => LINKEDIN,
        "full_name" => FULL_NAME,
        "first_name" => FIRST_NAME,
        "last_name" => LAST_NAME,
        "domain" => DOMAIN,
        "personal_email" => PERSONAL_EMAIL,
        "company_linkedin" => COMPANY_LINKEDIN,
        "company_name" => COMPANY_NAME,
        "title_filter" => TITLE_FILTER,
        "ip" => IP,
        _ => &[],
    }
}

/// Returns whether a column of this name identifies a person.
pub(crate) fn identifies_a_person(column: &str) -> bool {
    let column = folded(column);
    PERSON.iter().any(|names| names.contains(&column.as_str()))
}

/// Returns whether a column of this name is common in lists of contacts.
pub(crate) fn is_usual(column: &str) -> bool {
    identifies_a_person(column) || BESIDE.contains(&folded(column).as_str())
}

/// Returns the query of a row.
pub(super) fn parse(row: &Map<String, Value>) -> Result<QuerySpec, String> {
    let row = Row(row);
    let spec = QuerySpec {
        email: row.text("email", EMAIL)?,
        linkedin: row.text("linkedin", LINKEDIN)?,
        full_name: row.text("full_name", FULL_NAME)?,
        first_name: row.text("first_name", FIRST_NAME)?,
        last_name: row.text("last_name", LAST_NAME)?,
        domain: row.text("domain", DOMAIN)?,
        include_phones: row.flag("include_phones")?,
        webhook_url: row.text("webhook_url", &["webhookurl"])?,
        custom_fields: row.object("custom_fields")?,
    };
    if spec.identifies_no_one() { Err(row.unidentified()) } else { Ok(spec) }
}

struct Row<'a>(&'a Map<String, Value>);

impl<'a> Row<'a> {
    /// Returns the value of the API's own member, or of the first column that has one. Columns may
    /// have values of any type; those that are not strings are ignored.
    fn text(&self, field: &str, columns: &[&str]) -> Result<Option<String>, String> {
        let exact = match self.0.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(other) => return Err(format!("{field} is {}; pass a string", kind(other))),
        };
        let is_value = |text: &str| !ContactQuery::is_blank(text);
        let by_column = |is_wanted: &dyn Fn(&str) -> bool| {
            let mut columns = columns.iter().flat_map(|column| self.column(column));
            columns.find(|text| is_wanted(text)).map(str::to_owned)
        };
        // A placeholder may be a name, and an empty member shows which field was intended.
        Ok(exact
            .filter(|text| is_value(text))
            .cloned()
            .or_else(|| by_column(&is_value))
            .or_else(|| exact.cloned())
            .or_else(|| by_column(&|_| true)))
    }

    /// Returns the texts in columns of this name.
    fn column(&self, column: &str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(name, _)| folded(name) == column);
        named.filter_map(|(_, value)| value.as_str()).filter(move |text| fits(column, text))
    }

    fn flag(&self, field: &str) -> Result<Option<bool>, String> {
        match self.named(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" => Ok(Some(true)),
                "false" | "no" => Ok(Some(false)),
                _ if ContactQuery::is_blank(text) => Ok(None),
                _ => Err(format!("{field} is a string; pass true or false")),
            },
            Some(other) => Err(format!("{field} is {}; pass true or false", kind(other))),
        }
    }

    fn object(&self, field: &str) -> Result<Option<Map<String, Value>>, String> {
        match self.named(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(fields.clone())),
            Some(Value::String(text)) if ContactQuery::is_blank(text) => Ok(None),
            Some(other) => {
                Err(format!("{field} is {}; pass an object such as {{\"id\": 7}}", kind(other)))
            }
        }
    }

    fn named(&self, field: &str) -> Option<&'a Value> {
        let by_column = || {
            let field = folded(field);
            self.0.iter().find(|(name, _)| folded(name) == field).map(|(_, value)| value)
        };
        self.0.get(field).or_else(by_column)
    }

    fn unidentified(&self) -> String {
        let mut names: Vec<String> = self
            .0
            .keys()
            .take(MAX_LISTED)
            .map(|name| terminal_text::cut(&terminal_text::clean(name), 30))
            .collect();
        if self.0.len() > MAX_LISTED {
            names.push("…".to_owned());
        }
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        format!(
            "no member identifies a person (members: {names}); pass email, linkedin, full_name with \
             domain, or first_name and last_name with domain"
        )
    }
}

/// Columns with these names contain a profile only if the value is one.
fn fits(column: &str, text: &str) -> bool {
    match column {
        "url" | "profile" | "profileurl" => text.to_ascii_lowercase().contains("linkedin.com/in/"),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

//! [`RowQuery`]: a query of each kind of jobs, from the row of a file.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use waterfall::{
    CompanyQuery, CompanyTitlesQuery, ContactQuery, JobChangeQuery, JobQuery, PhoneQuery,
    ProspectorQuery, RevealQuery, api,
};
use waterfall_batch::BatchKind;

use crate::args::batch::Input;
use crate::args::batch_kind::Kind;
use crate::commands::operation::With;
use crate::query_spec::company::CompanyExtras;
use crate::query_spec::{QuerySpec, company, parse, prospector};
use crate::table::{Field, Given, Values};

/// What all rows of a batch request in addition to their own columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowOptions {
    pub(super) include_phones: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    title_filters: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

impl RowOptions {
    /// Returns an option that the kind does not have as an error.
    pub(super) fn new(args: &Input, kind: Kind) -> Result<Self, &'static str> {
        let title_filters: Vec<String> =
            args.title_filter.iter().map(ToString::to_string).collect();
        let options =
            Self { include_phones: args.include_phones, title_filters, limit: args.limit };
        let has_phones = matches!(kind, Kind::Contact | Kind::Prospect);
        let is_prospect = kind == Kind::Prospect;
        match options {
            _ if args.include_phones && !has_phones => Err("--include-phones"),
            _ if !args.title_filter.is_empty() && !is_prospect => Err("--title-filter"),
            _ if args.limit.is_some() && !is_prospect => Err("--limit"),
            options => Ok(options),
        }
    }

    /// Returns the maximum number of billed results of one launch; `None` if it is unlimited.
    pub(super) fn max_results(&self, kind: Kind) -> Option<usize> {
        match kind {
            Kind::Phone => None,
            Kind::Prospect => self.limit.map(|limit| limit as usize),
            _ => Some(1),
        }
    }

    /// Returns the options as the members of a prospector query.
    fn of_prospector(&self) -> Map<String, Value> {
        let query = match &self.title_filters[..] {
            [] => ProspectorQuery::default(),
            [filter] => ProspectorQuery::default().title_filter(filter),
            filters => {
                let named = |(index, filter)| (format!("filter {}", index + 1), filter);
                ProspectorQuery::default().title_filters(filters.iter().enumerate().map(named))
            }
        };
        let query = query
            .with(self.limit, ProspectorQuery::limit)
            .with(self.include_phones.then_some(true), ProspectorQuery::include_phones);
        match serde_json::to_value(query) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }
}

/// A query that is created from a row of a file. The library performs its checks.
pub(super) trait RowQuery: JobQuery<Kind: BatchKind> + Sized {
    /// The fields that columns can have.
    const FIELDS: &'static [Field];

    /// Whether [`of_text`](Self::of_text) parses JSON objects. Otherwise their members are columns.
    const READS_OBJECTS: bool = false;

    /// Creates the query of a word or a JSON object. The error does not repeat the text.
    fn of_text(text: &str, options: &RowOptions) -> Result<Self, String>;

    /// Creates the query of columns.
    fn of_values(values: &Values<'_>, options: &RowOptions) -> Result<Self, String>;

    /// Creates the query of a row; `Ok(None)` for a blank one.
    fn of_row(given: Given<'_>, options: &RowOptions) -> Result<Option<Self>, String> {
        match given {
            Given::Blank => Ok(None),
            Given::Text(text) => Self::of_text(&text, options).map(Some),
            Given::Values(values) => Self::of_values(&values, options).map(Some),
        }
    }
}

/// Evaluates an expression with the type of the queries of a kind.
macro_rules! with_query {
    ($kind:expr, $query:ident => $body:expr) => {
        $crate::commands::batch::kind::with_query! { $kind, $query => $body;
            Contact: ContactQuery, Phone: PhoneQuery, Company: CompanyQuery,
            Prospect: ProspectorQuery, JobChange: JobChangeQuery, Reveal: RevealQuery,
            Titles: CompanyTitlesQuery
        }
    };
    ($kind:expr, $query:ident => $body:expr; $($variant:ident: $each:ident),*) => {
        match $kind {
            $($crate::args::batch_kind::Kind::$variant => {
                type $query = ::waterfall::$each;
                $body
            })*
        }
    };
}
pub(super) use with_query;

/// Returns the name of a kind in the journal.
pub(super) fn stored_name(kind: Kind) -> &'static str {
    with_query!(kind, Q => <<Q as JobQuery>::Kind as api::JobKind>::NAME)
}

/// Returns the kind with this name in a journal.
pub(super) fn of_stored_name(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| stored_name(*kind) == name)
}

/// The columns of people.
const PERSON: &[Field] = &[
    Field::Email,
    Field::Linkedin,
    Field::FullName,
    Field::FirstName,
    Field::LastName,
    Field::Domain,
    Field::Contact,
];

fn spec_of_values(values: &Values<'_>) -> QuerySpec {
    QuerySpec {
        email: values.get(Field::Email),
        linkedin: values.get(Field::Linkedin),
        full_name: values.get(Field::FullName),
        first_name: values.get(Field::FirstName),
        last_name: values.get(Field::LastName),
        domain: values.get(Field::Domain),
        custom_fields: values.custom_fields(),
        ..QuerySpec::default()
    }
}

fn contact(mut spec: QuerySpec, options: &RowOptions) -> ContactQuery {
    if options.include_phones && spec.include_phones.is_none() {
        spec.include_phones = Some(true);
    }
    spec.contact()
}

impl RowQuery for ContactQuery {
    const FIELDS: &'static [Field] = PERSON;
    const READS_OBJECTS: bool = true;

    fn of_text(text: &str, options: &RowOptions) -> Result<Self, String> {
        Ok(contact(parse(text)?, options))
    }

    fn of_values(values: &Values<'_>, options: &RowOptions) -> Result<Self, String> {
        Ok(contact(spec_of_values(values), options))
    }
}

impl RowQuery for PhoneQuery {
    const FIELDS: &'static [Field] = PERSON;
    const READS_OBJECTS: bool = true;

    fn of_text(text: &str, _: &RowOptions) -> Result<Self, String> {
        Ok(parse(text)?.phone())
    }

    fn of_values(values: &Values<'_>, _: &RowOptions) -> Result<Self, String> {
        Ok(spec_of_values(values).phone())
    }
}

impl RowQuery for CompanyQuery {
    const FIELDS: &'static [Field] =
        &[Field::Domain, Field::CompanyLinkedin, Field::CompanyName, Field::Contact];
    const READS_OBJECTS: bool = true;

    fn of_text(text: &str, _: &RowOptions) -> Result<Self, String> {
        company::parse(text, CompanyExtras::default())
    }

    fn of_values(values: &Values<'_>, _: &RowOptions) -> Result<Self, String> {
        Ok(Self::default()
            .with(values.get(Field::Domain), Self::or_domain)
            .with(values.get(Field::CompanyLinkedin), Self::or_linkedin)
            .with(values.get(Field::CompanyName), Self::or_name)
            .with(values.custom_fields(), Self::custom_fields))
    }
}

impl RowQuery for ProspectorQuery {
    const FIELDS: &'static [Field] = &[
        Field::Domain,
        Field::CompanyLinkedin,
        Field::CompanyName,
        Field::TitleFilter,
        Field::Contact,
    ];
    const READS_OBJECTS: bool = true;

    fn of_text(text: &str, options: &RowOptions) -> Result<Self, String> {
        prospector::parse(text, &options.of_prospector())
    }

    fn of_values(values: &Values<'_>, options: &RowOptions) -> Result<Self, String> {
        let text = |field| values.get(field).filter(|text| !ContactQuery::is_blank(text));
        let domain = values.get(Field::Domain).unwrap_or_default();
        Ok(prospector::of_domain(&domain, &options.of_prospector())?
            .with(text(Field::CompanyLinkedin), Self::linkedin)
            .with(text(Field::CompanyName), Self::company_name)
            .with(text(Field::TitleFilter), Self::title_filter)
            .with(values.custom_fields(), Self::custom_fields))
    }
}

impl RowQuery for JobChangeQuery {
    const FIELDS: &'static [Field] = &[
        Field::Email,
        Field::PersonalEmail,
        Field::Linkedin,
        Field::FullName,
        Field::Domain,
        Field::CompanyLinkedin,
        Field::Contact,
    ];

    /// Only an address at the company is sufficient as a word.
    fn of_text(text: &str, _: &RowOptions) -> Result<Self, String> {
        Ok(Self::new().professional_email(text))
    }

    fn of_values(values: &Values<'_>, _: &RowOptions) -> Result<Self, String> {
        Ok(Self::new()
            .with(values.get(Field::Domain), Self::company_domain)
            .with(values.get(Field::CompanyLinkedin), Self::company_linkedin)
            .with(values.get(Field::Linkedin), Self::linkedin)
            .with(values.get(Field::Email), Self::professional_email)
            .with(values.get(Field::PersonalEmail), Self::personal_email)
            .with(values.get(Field::FullName), Self::full_name)
            .with(values.custom_fields(), Self::custom_fields))
    }
}

impl RowQuery for RevealQuery {
    const FIELDS: &'static [Field] = &[Field::Ip, Field::Contact];

    fn of_text(text: &str, _: &RowOptions) -> Result<Self, String> {
        Ok(Self::new(text))
    }

    fn of_values(values: &Values<'_>, _: &RowOptions) -> Result<Self, String> {
        let query = Self::new(values.get(Field::Ip).unwrap_or_default());
        Ok(query.with(values.custom_fields(), Self::custom_fields))
    }
}

impl RowQuery for CompanyTitlesQuery {
    const FIELDS: &'static [Field] = &[Field::Domain, Field::CompanyLinkedin, Field::Contact];

    fn of_text(text: &str, _: &RowOptions) -> Result<Self, String> {
        Ok(match text.to_ascii_lowercase().contains("linkedin.com/") {
            true => Self::company_linkedin(text),
            false => Self::domain(text),
        })
    }

    fn of_values(values: &Values<'_>, _: &RowOptions) -> Result<Self, String> {
        let domain = values.get(Field::Domain).filter(|text| !ContactQuery::is_blank(text));
        let query = match (domain, values.get(Field::CompanyLinkedin)) {
            (None, Some(page)) => Self::company_linkedin(page),
            (domain, _) => Self::domain(domain.unwrap_or_default()),
        };
        Ok(query.with(values.custom_fields(), Self::custom_fields))
    }
}

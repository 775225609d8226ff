//! [`Field`]: the possible meanings of a column.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::query_spec::columns::{folded, names_of};
use crate::table::cell_kind::{is_address, is_company_page, is_domain, is_ip, is_profile};

/// The meaning of a column. The kind of jobs determines which of these a file can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    Email,
    PersonalEmail,
    Linkedin,
    FullName,
    FirstName,
    LastName,
    Domain,
    CompanyLinkedin,
    CompanyName,
    TitleFilter,
    Ip,
    /// The fields of a list without a header: a profile, an address, a domain.
    Contact,
}

impl Field {
    pub(crate) const ALL: [Self; 12] = [
        Self::Email,
        Self::PersonalEmail,
        Self::Linkedin,
        Self::FullName,
        Self::FirstName,
        Self::LastName,
        Self::Domain,
        Self::CompanyLinkedin,
        Self::CompanyName,
        Self::TitleFilter,
        Self::Ip,
        Self::Contact,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PersonalEmail => "personal_email",
            Self::Linkedin => "linkedin",
            Self::FullName => "full_name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Domain => "domain",
            Self::CompanyLinkedin => "company_linkedin",
            Self::CompanyName => "company_name",
            Self::TitleFilter => "title_filter",
            Self::Ip => "ip",
            Self::Contact => "contact",
        }
    }

    /// Returns this field, or the one of the same name among those of a kind of jobs: the profile
    /// and the name of a company are its `linkedin` and `name`.
    pub(super) fn among(self, fields: &[Self]) -> Option<Self> {
        let same = match self {
            Self::Linkedin => Self::CompanyLinkedin,
            Self::FullName => Self::CompanyName,
            other => other,
        };
        [self, same].into_iter().find(|field| fields.contains(field))
    }

    /// Returns the parts of names that make a column a candidate, if its content agrees.
    pub(super) const fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["email", "mail"],
            Self::Linkedin => &["linkedin", "profile"],
            Self::CompanyLinkedin => &["linkedin"],
            Self::Domain => &["domain", "website", "webseite", "homepage"],
            _ => &[],
        }
    }

    /// Returns whether a value looks like one of this field; `None` if that can't be determined.
    pub(super) fn fits(self, value: &str) -> Option<bool> {
        match self {
            Self::Email | Self::PersonalEmail => Some(is_address(value)),
            Self::Linkedin => Some(is_profile(value)),
            Self::CompanyLinkedin => Some(is_company_page(value)),
            Self::Domain => Some(is_domain(value) && !is_profile(value) && !is_company_page(value)),
            Self::Ip => Some(is_ip(value)),
            _ => None,
        }
    }

    /// Returns whether the content of a column alone is sufficient to identify this field, in a
    /// file with these possible fields. Many values look like a domain, so people are not
    /// recognized by one.
    pub(super) fn is_seen(self, fields: &[Self]) -> bool {
        match self {
            Self::Email | Self::Linkedin | Self::CompanyLinkedin | Self::Ip => true,
            Self::Domain => !fields.contains(&Self::Email),
            _ => false,
        }
    }

    /// Returns the names of columns with this field, the most likely one first.
    pub(super) fn names(self) -> &'static [&'static str] {
        names_of(self.as_str())
    }
}

/// Returns whether a column of this name has one of these fields.
pub(super) fn is_name_of(fields: &[Field], column: &str) -> bool {
    let column = folded(column);
    fields.iter().any(|field| field.names().contains(&column.as_str()))
}

/// Returns whether a cell has a value of one of these fields, rather than the name of a column.
pub(super) fn is_value_of(fields: &[Field], cell: &str) -> bool {
    let fits = |field: &Field| field.is_seen(fields) && field.fits(cell) == Some(true);
    fields.iter().any(fits) && !is_name_of(fields, cell)
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = folded(text);
        let name = match name.as_str() {
            "professionalemail" => "email",
            "companydomain" => "domain",
            "name" => "fullname",
            name => name,
        };
        Self::ALL.into_iter().find(|field| folded(field.as_str()) == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("{text} is not a field; the fields are {names}")
        })
    }
}

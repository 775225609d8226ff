//! [`Kind`]: the kinds of jobs that a batch can have.

use std::fmt;

use clap::ValueEnum;

/// The kind of the jobs of a batch, with the name of the command that launches one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// The data of people, as by `enrich`
    #[value(alias = "enrich")]
    Contact,
    /// The phone numbers of people
    Phone,
    /// The data of companies
    Company,
    /// People at companies, by their titles
    #[value(alias = "prospector")]
    Prospect,
    /// Whether people still work at a company
    JobChange,
    /// The companies of IP addresses
    #[value(alias = "company-reveal")]
    Reveal,
    /// The titles of companies: the first page
    #[value(alias = "company-titles")]
    Titles,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Contact,
        Self::Phone,
        Self::Company,
        Self::Prospect,
        Self::JobChange,
        Self::Reveal,
        Self::Titles,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::Prospect => "prospect",
            Self::JobChange => "job-change",
            Self::Reveal => "reveal",
            Self::Titles => "titles",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name() {
        assert_eq!(Kind::ALL, Kind::value_variants());
        for kind in Kind::ALL {
            assert_eq!(Kind::from_str(kind.as_str(), false), Ok(kind));
        }
    }
}

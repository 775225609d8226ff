//! [`Finding`]: whether a job of any kind found what was requested.

use waterfall::AnySnapshot;

/// Whether a completed job found what was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    Found,
    Nothing,
    /// The member of this name has an unexpected type, so it is unknown whether anything was found.
    Hidden(&'static str),
}

impl Finding {
    pub(crate) fn of(job: &AnySnapshot) -> Self {
        match job {
            AnySnapshot::Contact(job) if job.person().is_some() => Self::Found,
            AnySnapshot::Contact(_) => Self::nothing_in(job, "person", &["person"]),
            AnySnapshot::Phone(job) if !job.phone_numbers().is_empty() => Self::Found,
            AnySnapshot::Phone(_) => Self::nothing_in(
                job,
                "person",
                &["person", "person.mobile_phone", "person.phone_numbers"],
            ),
            AnySnapshot::Company(job) if job.company().is_some() => Self::Found,
            AnySnapshot::Company(_) => Self::nothing_in(job, "company", &["company"]),
            AnySnapshot::Prospector(job) if !job.persons().is_empty() => Self::Found,
            AnySnapshot::Prospector(_) => Self::nothing_in(job, "list of people", &["persons"]),
            _ if !job.is_success() => Self::Nothing,
            other => Self::of_immediate(other).unwrap_or(Self::Nothing),
        }
    }

    /// Returns the finding of an immediate operation's job.
    fn of_immediate(job: &AnySnapshot) -> Option<Self> {
        let is_found = match job {
            AnySnapshot::ContactSearch(job) => {
                !job.job().output.as_ref()?.persons.as_ref()?.is_empty()
            }
            AnySnapshot::CompanySearch(job) => {
                !job.job().output.as_ref()?.companies.as_ref()?.is_empty()
            }
            AnySnapshot::CompanyTitles(job) => {
                !job.job().output.as_ref()?.titles.as_ref()?.is_empty()
            }
            AnySnapshot::JobChange(job) => job.job().output.as_ref()?.job_change_status.is_some(),
            // A company without fields was not found.
            AnySnapshot::CompanyReveal(job) => {
                *job.job().output.as_ref()?.company.as_ref()? != Default::default()
            }
            _ => return None,
        };
        Some(if is_found { Self::Found } else { Self::Nothing })
    }

    /// Returns `Nothing`, unless one of these members of the output, or its parent, has an
    /// unexpected type.
    fn nothing_in(job: &AnySnapshot, name: &'static str, members: &[&str]) -> Self {
        let is_hiding = |path: &str| {
            let Some(path) = path.strip_prefix("$.output") else { return false };
            let is_within = |rest: &str| rest.is_empty() || rest.starts_with('[');
            path.is_empty()
                || path.strip_prefix('.').is_some_and(|path| {
                    members.iter().any(|name| path.strip_prefix(name).is_some_and(is_within))
                })
        };
        match job.deviations().iter().any(|deviation| is_hiding(deviation.path())) {
            true => Self::Hidden(name),
            false => Self::Nothing,
        }
    }
}

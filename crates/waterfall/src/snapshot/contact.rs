//! The accessors of contact-enrichment snapshots.

use waterfall_api::types::{ContactEnrichmentTask, DomainAgeDays, Person};

use super::Snapshot;

impl Snapshot {
    /// Returns the person who was found. `None` while the job is running, and for a job that found
    /// nobody, which is a normal outcome and not billed.
    pub fn person(&self) -> Option<&Person> {
        self.job().output.as_ref()?.person.as_ref()
    }

    /// Returns the age of the domain of the person's company, in days. The API sends it as a number
    /// or as text. `None` if the age is not known, or the text is not a number.
    pub fn domain_age_days(&self) -> Option<i64> {
        match self.person()?.domain_age_days.as_ref()? {
            DomainAgeDays::Integer(days) => Some(*days),
            DomainAgeDays::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Returns the query as the API repeats it, with the `custom_fields` of the launch.
    pub fn query(&self) -> Option<&ContactEnrichmentTask> {
        self.job().input.as_ref()?.task.as_ref()
    }
}

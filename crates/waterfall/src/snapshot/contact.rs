//! The accessors of contact-enrichment snapshots.

use waterfall_api::types::{ContactEnrichmentTask, DomainAgeDays, Person};

use super::Snapshot;

impl Snapshot {
    /// The person who was found. `None` while the job is running, and for a job that found nobody,
    /// which is a normal outcome and not billed.
    pub fn person(&self) -> Option<&Person> {
        self.job().output.as_ref()?.person.as_ref()
    }

    /// The age in days of the domain of the person's company, whether the API sent it as a number
    /// or as text. `None` if it is not known, or the text is not a number.
    pub fn domain_age_days(&self) -> Option<i64> {
        match self.person()?.domain_age_days.as_ref()? {
            DomainAgeDays::Integer(days) => Some(*days),
            DomainAgeDays::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The query as the API repeats it, with the `custom_fields` of the launch.
    pub fn query(&self) -> Option<&ContactEnrichmentTask> {
        self.job().input.as_ref()?.task.as_ref()
    }
}

//! The accessors of prospector snapshots.

use waterfall_api::jobs::Prospector;
use waterfall_api::types::{Person, ProspectorCompany, ProspectorTask};

use super::Snapshot;

impl Snapshot<Prospector> {
    /// Returns the company, whose fields differ from those of a company enrichment. `None` while
    /// the job is running.
    pub fn company(&self) -> Option<&ProspectorCompany> {
        self.job().output.as_ref()?.company.as_ref()
    }

    /// Returns the people who were found. Empty while the job is running, and for a job that found
    /// nobody, which is a normal outcome.
    pub fn persons(&self) -> &[Person] {
        let output = self.job().output.as_ref();
        output.and_then(|output| output.persons.as_deref()).unwrap_or_default()
    }

    /// Returns the query as the API repeats it, with the `custom_fields` of the launch.
    pub fn query(&self) -> Option<&ProspectorTask> {
        self.job().input.as_ref()?.task.as_ref()
    }
}

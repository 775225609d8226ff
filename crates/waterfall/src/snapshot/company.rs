//! The accessors of company-enrichment snapshots.

use waterfall_api::jobs::CompanyEnrichment;
use waterfall_api::types::{Company, CompanyEnrichmentTask};

use super::Snapshot;

impl Snapshot<CompanyEnrichment> {
    /// Returns the company that was found. `None` while the job is running, and for a job that
    /// found none, which is a normal outcome and not billed.
    pub fn company(&self) -> Option<&Company> {
        self.job().output.as_ref()?.company.as_ref()
    }

    /// Returns the query as the API repeats it, with the `custom_fields` of the launch.
    pub fn query(&self) -> Option<&CompanyEnrichmentTask> {
        self.job().input.as_ref()?.task.as_ref()
    }
}

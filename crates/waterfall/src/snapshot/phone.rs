//! The accessors of phone-enrichment snapshots.

use waterfall_api::jobs::PhoneEnrichment;
use waterfall_api::types::{Person, PhoneEnrichmentTask};

use super::Snapshot;

impl Snapshot<PhoneEnrichment> {
    /// Returns the person who was found. Fewer fields are set than for a contact enrichment. `None`
    /// while the job is running, and for a job that found nobody, which is not billed.
    pub fn person(&self) -> Option<&Person> {
        self.job().output.as_ref()?.person.as_ref()
    }

    /// Returns the phone numbers that were found, in the format E.164, the main number first. Empty
    /// while the job is running, and for a job that found none, which is a normal outcome and not
    /// billed.
    pub fn phone_numbers(&self) -> Vec<&str> {
        let Some(person) = self.person() else { return Vec::new() };
        let mut numbers: Vec<&str> = person.mobile_phone.as_deref().into_iter().collect();
        for number in person.phone_numbers.iter().flat_map(|numbers| numbers.iter()) {
            if !numbers.contains(&number.as_str()) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// Returns the query as the API repeats it, with the `custom_fields` of the launch.
    pub fn query(&self) -> Option<&PhoneEnrichmentTask> {
        self.job().input.as_ref()?.task.as_ref()
    }
}

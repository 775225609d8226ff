//! The rows for the results of each kind of jobs.

use waterfall::{
    AnySnapshot, CompanyEnrichment, ContactEnrichment, PhoneEnrichment, Prospector, Snapshot,
};

use crate::card::layout::Card;
use crate::card::person;
use crate::finding::Finding;

impl Card {
    /// Adds the result of a job, with at most `max` people of a list.
    pub(super) fn add_found(&mut self, job: &AnySnapshot, max: usize) {
        match (job, Finding::of(job)) {
            (_, Finding::Hidden(name)) => {
                self.title("The result can't be displayed");
                self.add_query_of(job);
                self.gap();
                self.paragraph(&format!(
                    "Its {name} has an unexpected type. --json prints the response."
                ));
            }
            (AnySnapshot::Contact(contact), _) => self.add_contact(contact),
            (AnySnapshot::Phone(phone), _) => self.add_phone(phone),
            (AnySnapshot::Company(company), _) => self.add_found_company(company),
            (AnySnapshot::Prospector(people), _) => self.add_people(people, max),
            (other, _) => self.add_other(other),
        }
    }

    fn add_contact(&mut self, contact: &Snapshot<ContactEnrichment>) {
        if let Some(person) = contact.person() {
            return self.add_person(person);
        }
        self.title("No person found");
        self.add_query(contact);
        self.gap();
        self.paragraph(
            "Another of the four ways to identify a person may succeed: LinkedIn profile, e-mail \
             address, full name and domain, or first name, last name and domain.",
        );
    }

    fn add_phone(&mut self, phone: &Snapshot<PhoneEnrichment>) {
        if phone.phone_numbers().is_empty() {
            self.title("No phone number found");
        }
        if let Some(person) = phone.person() {
            self.add_person(person);
        }
    }

    fn add_found_company(&mut self, found: &Snapshot<CompanyEnrichment>) {
        match found.company() {
            Some(company) => self.add_company(company),
            None => self.title("No company found"),
        }
    }

    /// Adds at most `max` people, with their addresses and numbers.
    fn add_people(&mut self, found: &Snapshot<Prospector>, max: usize) {
        let people = found.persons();
        let company = found.company().and_then(|company| company.company_name.as_deref());
        let at = company.map(|name| format!(" at {name}")).unwrap_or_default();
        match people.len() {
            0 => self.title(&format!("No people found{at}")),
            1 => self.title(&format!("1 person found{at}")),
            count => self.title(&format!("{count} people found{at}")),
        }
        self.gap();
        for person in people.iter().take(max) {
            self.paragraph(&person::line(person));
        }
        if people.len() > max {
            self.paragraph(&format!("and {} more", people.len() - max));
        }
    }

    /// Adds a note about a kind without a card.
    fn add_other(&mut self, job: &AnySnapshot) {
        let kind = job.kind().unwrap_or("unknown");
        self.title(&format!("{kind}: {}", job.state()));
        self.row("Reason", job.error_message().unwrap_or_default());
        self.gap();
        match command(kind).filter(|_| !job.was_delivered()) {
            Some(command) => {
                let id = job.job_id();
                self.line("Print its result with:");
                self.line(&format!("  waterfall {command} --job-id {id}"));
            }
            None => self.paragraph("--json prints the body."),
        }
    }

    fn add_query_of(&mut self, job: &AnySnapshot) {
        if let AnySnapshot::Contact(contact) = job {
            self.add_query(contact);
        }
    }

    /// Returns the query of a contact enrichment, as the API returns it.
    pub(super) fn add_query(&mut self, contact: &Snapshot<ContactEnrichment>) {
        let Some(query) = contact.query() else { return };
        self.gap();
        let linkedin = query.linkedin_url.as_deref().or(query.linkedin.as_deref());
        self.row("LinkedIn", linkedin.unwrap_or_default());
        self.row("E-mail", query.email.as_deref().unwrap_or_default());
        self.row("Name", query.full_name.as_deref().unwrap_or_default());
        let names = [query.first_name.as_deref(), query.last_name.as_deref()];
        self.row("Name", &names.into_iter().flatten().collect::<Vec<_>>().join(" "));
        self.row("Domain", query.domain.as_deref().unwrap_or_default());
    }
}

/// Returns the command that prints results of this kind.
fn command(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "contact-search" => "search contacts",
        "company-search" => "search companies",
        "job-change" => "job-change",
        "company-reveal" => "reveal",
        "company-titles" => "titles",
        _ => return None,
    })
}

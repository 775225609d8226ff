//! The card of a webhook delivery.

use waterfall::webhook::Delivery;
use waterfall::{
    AnySnapshot, CompanyEnrichment, ContactEnrichment, PhoneEnrichment, Prospector, Snapshot,
};

use crate::card::layout::Card;
use crate::card::person::line;
use crate::style::Styles;
use crate::terminal_text;

/// The maximum of people on a card; `--json` has all.
const MAX_PEOPLE: usize = 10;

/// Like the card of a job, with the signature instead of the number of reads.
pub(crate) fn of_delivery(delivery: &Delivery, styles: Styles) -> String {
    let mut card = Card::new(styles);
    let snapshot = delivery.snapshot();
    match snapshot {
        AnySnapshot::Unknown(_) => card.add_unknown(snapshot),
        AnySnapshot::Contact(contact) if contact.person().is_some() => card.add_contact(contact),
        _ if !snapshot.is_success() => card.add_state(snapshot),
        AnySnapshot::Contact(contact) => card.add_contact(contact),
        AnySnapshot::Phone(phone) => card.add_phone(phone),
        AnySnapshot::Company(company) => card.add_found_company(company),
        AnySnapshot::Prospector(prospector) => card.add_people(prospector),
        other => card.add_other(other),
    }
    card.gap();
    card.add_usage(snapshot.usage());
    card.add_delivery(delivery);
    card.into_text()
}

impl Card {
    fn add_unknown(&mut self, snapshot: &AnySnapshot) {
        self.title(&format!("Unknown kind of job: {}", snapshot.state()));
        self.row("Reason", snapshot.error_message().unwrap_or_default());
        self.gap();
        self.paragraph(
            "Neither the path nor the content of the delivery has the kind of its job. --json prints \
             the body.",
        );
    }

    /// A job that did not succeed.
    fn add_state(&mut self, snapshot: &AnySnapshot) {
        self.title(snapshot.state().as_str());
        self.row("Reason", snapshot.error_message().unwrap_or_default());
        if let AnySnapshot::Contact(contact) = snapshot {
            self.add_query(contact.query());
        }
    }

    fn add_contact(&mut self, contact: &Snapshot<ContactEnrichment>) {
        match contact.person() {
            Some(person) => self.add_person(person),
            None => self.add_not_found(contact),
        }
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
        let Some(company) = found.company() else { return self.title("No company found") };
        self.add_company(company);
    }

    fn add_people(&mut self, found: &Snapshot<Prospector>) {
        let people = found.persons();
        let company = found.company().and_then(|company| company.company_name.as_deref());
        let at = company.map(|name| format!(" at {name}")).unwrap_or_default();
        match people.len() {
            0 => self.title(&format!("No people found{at}")),
            1 => self.title(&format!("1 person found{at}")),
            count => self.title(&format!("{count} people found{at}")),
        }
        self.gap();
        for person in people.iter().take(MAX_PEOPLE) {
            self.paragraph(&line(person));
        }
        if people.len() > MAX_PEOPLE {
            self.paragraph(&format!("and {} more", people.len() - MAX_PEOPLE));
        }
    }

    /// A kind without a card.
    fn add_other(&mut self, snapshot: &AnySnapshot) {
        let kind = snapshot.kind().unwrap_or("unknown");
        self.title(&format!("{kind}: {}", snapshot.state()));
        self.gap();
        self.paragraph("--json prints the body.");
    }

    fn add_delivery(&mut self, delivery: &Delivery) {
        let id = delivery.job_id().map_or_else(|| "without an id".to_owned(), |id| id.to_string());
        let took = delivery.snapshot().elapsed().filter(|_| delivery.snapshot().is_final());
        let parts: Vec<String> =
            [Some(id), took.map(|time| format!("took {}", terminal_text::time(time)))]
                .into_iter()
                .flatten()
                .collect();
        self.row("Job", &parts.join(", "));
        match delivery.verified().key_id() {
            Some(key) => self.row("Signed", &format!("with {key}")),
            None => self.row("Signed", "no; anyone may have sent this"),
        }
    }
}

//! The cards and lines of jobs of each kind.

use waterfall::{CompanyEnrichment, JobKind, PhoneEnrichment, Prospector, Snapshot};

use crate::api_target::ApiTarget;
use crate::card::layout::Card;
use crate::card::{company, person};
use crate::style::Styles;
use crate::terminal_text::{clean, count, time};

/// The maximum of people on a card of a delivery; `--json` has all.
const MAX_PEOPLE: usize = 10;

/// A kind of jobs whose results are shown.
pub(crate) trait Shown: JobKind {
    /// Whether the job found what was asked for.
    fn is_found(snapshot: &Snapshot<Self>) -> bool;

    /// The result on one line; what was not found, if nothing was.
    fn line(snapshot: &Snapshot<Self>) -> String;

    /// The result without its job.
    fn result(snapshot: &Snapshot<Self>, styles: Styles) -> String;
}

/// The card of a job: its result, or its state.
pub(crate) fn of_job<K: Shown>(
    snapshot: &Snapshot<K>,
    target: &ApiTarget,
    styles: Styles,
) -> String {
    let mut card = Card::new(styles);
    if snapshot.is_final() {
        card.line(K::result(snapshot, styles).trim_end());
    } else {
        card.add_state_of(snapshot);
        card.add_wait(snapshot, target);
    }
    card.gap();
    card.add_usage(snapshot.usage());
    card.add_job(snapshot);
    card.into_text()
}

impl Shown for PhoneEnrichment {
    fn is_found(snapshot: &Snapshot<Self>) -> bool {
        !snapshot.phone_numbers().is_empty()
    }

    fn line(snapshot: &Snapshot<Self>) -> String {
        let numbers = snapshot.phone_numbers();
        if numbers.is_empty() {
            return "no phone number found".to_owned();
        }
        let name = snapshot.person().map(person::name).unwrap_or_default();
        clean(&format!("{name}, {}", numbers.join(", ")))
    }

    fn result(snapshot: &Snapshot<Self>, styles: Styles) -> String {
        let mut card = Card::new(styles);
        card.add_phone(snapshot);
        card.into_text()
    }
}

impl Shown for CompanyEnrichment {
    fn is_found(snapshot: &Snapshot<Self>) -> bool {
        snapshot.company().is_some()
    }

    fn line(snapshot: &Snapshot<Self>) -> String {
        let line = snapshot.company().map(|found| clean(&company::line(found)));
        line.unwrap_or_else(|| "no company found".to_owned())
    }

    fn result(snapshot: &Snapshot<Self>, styles: Styles) -> String {
        let mut card = Card::new(styles);
        card.add_found_company(snapshot);
        card.into_text()
    }
}

impl Shown for Prospector {
    fn is_found(snapshot: &Snapshot<Self>) -> bool {
        !snapshot.persons().is_empty()
    }

    fn line(snapshot: &Snapshot<Self>) -> String {
        match snapshot.persons() {
            [] => "no people found".to_owned(),
            [one] => person::line(one),
            people => format!("{} people", people.len()),
        }
    }

    fn result(snapshot: &Snapshot<Self>, styles: Styles) -> String {
        let mut card = Card::new(styles);
        card.add_people_of(snapshot, usize::MAX);
        card.into_text()
    }
}

impl Card {
    pub(super) fn add_phone(&mut self, phone: &Snapshot<PhoneEnrichment>) {
        if phone.phone_numbers().is_empty() {
            self.title("No phone number found");
        }
        if let Some(person) = phone.person() {
            self.add_person(person);
        }
    }

    pub(super) fn add_found_company(&mut self, found: &Snapshot<CompanyEnrichment>) {
        match found.company() {
            Some(company) => self.add_company(company),
            None => self.title("No company found"),
        }
    }

    pub(super) fn add_people(&mut self, found: &Snapshot<Prospector>) {
        self.add_people_of(found, MAX_PEOPLE);
    }

    /// At most `max` people, with their addresses and numbers.
    fn add_people_of(&mut self, found: &Snapshot<Prospector>, max: usize) {
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

    pub(super) fn add_state_of<K: JobKind>(&mut self, snapshot: &Snapshot<K>) {
        let state = clean(snapshot.state().as_str());
        match snapshot.elapsed() {
            Some(age) => self.title(&format!("{state} for {}", time(age))),
            None => self.title(&state),
        }
    }

    pub(super) fn add_wait<K: JobKind>(&mut self, snapshot: &Snapshot<K>, target: &ApiTarget) {
        if let Some(command) = target.wait_command(snapshot.job_id()) {
            self.gap();
            self.line("Wait for it with:");
            self.line(&format!("  {command}"));
        }
    }

    pub(super) fn add_job<K: JobKind>(&mut self, snapshot: &Snapshot<K>) {
        let mut parts = vec![snapshot.job_id().to_string()];
        if let (true, Some(elapsed)) = (snapshot.is_final(), snapshot.elapsed()) {
            parts.push(format!("took {}", time(elapsed)));
        }
        parts.push(count(snapshot.reads() as usize, "read"));
        self.row("Job", &parts.join(", "));
    }
}

//! The card and the line of a job of any kind.

use waterfall::{AnySnapshot, Usage};

use crate::api_target::ApiTarget;
use crate::card::layout::Card;
use crate::card::{company, person};
use crate::finding::Finding;
use crate::style::Styles;
use crate::terminal_text::{clean, count, money, time};

/// Returns the card of a job: its result, or its state.
pub(crate) fn of_job(job: &AnySnapshot, target: &ApiTarget, styles: Styles) -> String {
    let mut card = Card::new(styles);
    if job.is_final() {
        card.add_found(job, usize::MAX);
    } else {
        card.add_state(job);
        if let AnySnapshot::Contact(contact) = job {
            card.add_query(contact);
        }
        card.add_wait(job, target);
    }
    card.gap();
    card.add_usage(job.usage());
    card.add_job(job);
    card.into_text()
}

/// Formats the result of a job on one line.
pub(crate) fn line(job: &AnySnapshot) -> String {
    if let Finding::Hidden(name) = Finding::of(job) {
        return format!("error: the {name} has an unexpected type");
    }
    match job {
        AnySnapshot::Contact(contact) => {
            contact.person().map_or_else(|| "no person found".to_owned(), person::line)
        }
        AnySnapshot::Phone(phone) => match &phone.phone_numbers()[..] {
            [] => "no phone number found".to_owned(),
            numbers => {
                let name = phone.person().map(person::name).unwrap_or_default();
                clean(&format!("{name}, {}", numbers.join(", ")))
            }
        },
        AnySnapshot::Company(found) => found
            .company()
            .map_or_else(|| "no company found".to_owned(), |it| clean(&company::line(it))),
        AnySnapshot::Prospector(found) => match found.persons() {
            [] => "no people found".to_owned(),
            [one] => person::line(one),
            people => format!("{} people", people.len()),
        },
        other => match Finding::of(other) {
            Finding::Found => "found; --json prints the result".to_owned(),
            Finding::Nothing | Finding::Hidden(_) => "nothing found".to_owned(),
        },
    }
}

impl Card {
    fn add_state(&mut self, job: &AnySnapshot) {
        let state = clean(job.state().as_str());
        match job.elapsed() {
            Some(age) => self.title(&format!("{state} for {}", time(age))),
            None => self.title(&state),
        }
    }

    fn add_wait(&mut self, job: &AnySnapshot, target: &ApiTarget) {
        if let Some(command) = target.wait_command(job.job_id()) {
            self.gap();
            self.line("Wait for it with:");
            self.line(&format!("  {command}"));
        }
    }

    pub(super) fn add_usage(&mut self, usage: Option<&Usage>) {
        let Some(usage) = usage else { return };
        let price = usage.total_usd.map(money);
        let balance = usage.balance_remaining_usd.map(|left| format!("{} left", money(left)));
        let known: Vec<String> = [price, balance].into_iter().flatten().collect();
        self.row("Cost", &known.join(", "));
    }

    fn add_job(&mut self, job: &AnySnapshot) {
        let mut parts = vec![job.job_id().to_string()];
        if let (true, Some(elapsed)) = (job.is_final(), job.elapsed()) {
            parts.push(format!("took {}", time(elapsed)));
        }
        parts.push(count(job.reads() as usize, "read"));
        self.row("Job", &parts.join(", "));
    }
}

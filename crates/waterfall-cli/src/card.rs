//! A job as a card for people, with what there is and without what isn't.

mod delivery;
mod facts;

pub(crate) use self::delivery::of_delivery;
use waterfall::{ContactEnrichmentTask, Snapshot, Usage};

pub(crate) use self::facts::line;

use crate::connection::Place;
use crate::deviations;
use crate::paint::Paint;
use crate::text::{self, COLUMNS, clean};

/// Labels are aligned to this many columns, the indentation included.
const LABEL: usize = 14;

pub(crate) fn of(snapshot: &Snapshot, place: &Place, paint: Paint) -> String {
    let mut card = Card { paint, text: String::new() };
    match snapshot.person() {
        _ if !snapshot.is_final() => card.add_running(snapshot, place),
        Some(person) => card.add_person(person),
        None => card.add_nobody(snapshot),
    }
    card.gap();
    card.add_usage(snapshot.usage());
    card.add_job(snapshot);
    card.text
}

struct Card {
    paint: Paint,
    text: String,
}

impl Card {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn gap(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn paragraph(&mut self, text: &str) {
        for line in text::wrap(&clean(text), COLUMNS) {
            self.line(&line);
        }
    }

    fn title(&mut self, text: &str) {
        for line in text::wrap(&clean(text), COLUMNS) {
            let line = self.paint.strong(&line);
            self.line(&line);
        }
    }

    /// A labelled value; nothing if there is no value.
    fn row(&mut self, label: &str, value: &str) {
        let value = clean(value);
        if !value.is_empty() {
            self.rows(label, &text::wrap(&value, COLUMNS - LABEL));
        }
    }

    /// A label and lines that fit.
    fn rows(&mut self, label: &str, lines: &[String]) {
        let mut label = self.paint.faint(&format!("  {label:<width$}", width = LABEL - 2));
        for line in lines {
            self.line(format!("{label}{line}").trim_end());
            label = " ".repeat(LABEL);
        }
    }

    fn add_running(&mut self, snapshot: &Snapshot, place: &Place) {
        let state = clean(snapshot.state().as_str());
        match snapshot.elapsed() {
            Some(age) => self.title(&format!("{state}, for {} so far", text::time(age))),
            None => self.title(&state),
        }
        self.add_question(snapshot.query());
        if let Some(command) = place.go_on(snapshot.job_id()) {
            self.gap();
            self.line("Wait for it with:");
            self.line(&format!("  {command}"));
        }
    }

    fn add_nobody(&mut self, snapshot: &Snapshot) {
        if deviations::hide_person(snapshot) {
            self.title("A result that can't be shown");
            self.add_question(snapshot.query());
            self.gap();
            self.paragraph("Its person has an unexpected type. --json prints what came.");
            return;
        }
        self.title("Nobody found");
        self.add_question(snapshot.query());
        self.gap();
        self.paragraph(
            "Another of the four ways may find somebody: LinkedIn profile, e-mail address, full \
             name and domain, or first name, last name and domain.",
        );
    }

    /// What was asked, as the API echoes it.
    fn add_question(&mut self, query: Option<&ContactEnrichmentTask>) {
        let Some(query) = query else { return };
        self.gap();
        let linkedin = query.linkedin_url.as_deref().or(query.linkedin.as_deref());
        self.row("LinkedIn", linkedin.unwrap_or_default());
        self.row("E-mail", query.email.as_deref().unwrap_or_default());
        self.row("Name", query.full_name.as_deref().unwrap_or_default());
        let names = [query.first_name.as_deref(), query.last_name.as_deref()];
        self.row("Name", &names.into_iter().flatten().collect::<Vec<_>>().join(" "));
        self.row("Domain", query.domain.as_deref().unwrap_or_default());
    }

    fn add_usage(&mut self, usage: Option<&Usage>) {
        let Some(usage) = usage else { return };
        let price = usage.total_usd.map(text::money);
        let balance = usage.balance_remaining_usd.map(|left| format!("{} left", text::money(left)));
        let known: Vec<String> = [price, balance].into_iter().flatten().collect();
        self.row("Cost", &known.join(", "));
    }

    fn add_job(&mut self, snapshot: &Snapshot) {
        let mut facts = vec![snapshot.job_id().to_string()];
        if let (true, Some(time)) = (snapshot.is_final(), snapshot.elapsed()) {
            facts.push(format!("took {}", text::time(time)));
        }
        facts.push(text::count(snapshot.reads() as usize, "read"));
        self.row("Job", &facts.join(", "));
    }
}

//! The card of a contact enrichment job.

use waterfall::{ContactEnrichmentTask, Snapshot, Usage};

use crate::api_target::ApiTarget;
use crate::card::layout::Card;
use crate::deviations;
use crate::style::Styles;
use crate::terminal_text;

/// The card of a job: its result, or its state.
pub(crate) fn of_snapshot(snapshot: &Snapshot, target: &ApiTarget, styles: Styles) -> String {
    let mut card = Card::new(styles);
    match snapshot.person() {
        _ if !snapshot.is_final() => {
            card.add_state_of(snapshot);
            card.add_query(snapshot.query());
            card.add_wait(snapshot, target);
        }
        Some(person) => card.add_person(person),
        None => card.add_not_found(snapshot),
    }
    card.gap();
    card.add_usage(snapshot.usage());
    card.add_job(snapshot);
    card.into_text()
}

impl Card {
    pub(super) fn add_not_found(&mut self, snapshot: &Snapshot) {
        if deviations::hide_person(snapshot) {
            self.title("The result can't be displayed");
            self.add_query(snapshot.query());
            self.gap();
            self.paragraph("Its person has an unexpected type. --json prints the response.");
            return;
        }
        self.title("No person found");
        self.add_query(snapshot.query());
        self.gap();
        self.paragraph(
            "Another of the four ways to identify a person may succeed: LinkedIn profile, e-mail \
             address, full name and domain, or first name, last name and domain.",
        );
    }

    /// The query, as the API returns it.
    pub(super) fn add_query(&mut self, query: Option<&ContactEnrichmentTask>) {
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

    pub(super) fn add_usage(&mut self, usage: Option<&Usage>) {
        let Some(usage) = usage else { return };
        let price = usage.total_usd.map(terminal_text::money);
        let balance =
            usage.balance_remaining_usd.map(|left| format!("{} left", terminal_text::money(left)));
        let known: Vec<String> = [price, balance].into_iter().flatten().collect();
        self.row("Cost", &known.join(", "));
    }
}

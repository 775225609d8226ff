//! The card of a webhook delivery.

use waterfall::webhook::Delivery;

use crate::card::layout::Card;
use crate::style::Styles;
use crate::terminal_text;

/// Like the card of a job, with the signature instead of the number of reads.
pub(crate) fn of_delivery(delivery: &Delivery, styles: Styles) -> String {
    let mut card = Card::new(styles);
    let snapshot = delivery.snapshot();
    match snapshot.person() {
        Some(person) => card.add_person(person),
        None if snapshot.is_success() => card.add_not_found(snapshot),
        None => {
            card.title(&terminal_text::clean(snapshot.state().as_str()));
            card.row("Reason", snapshot.error_message().unwrap_or_default());
            card.add_query(snapshot.query());
        }
    }
    card.gap();
    card.add_usage(snapshot.usage());
    card.add_delivery(delivery);
    card.into_text()
}

impl Card {
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

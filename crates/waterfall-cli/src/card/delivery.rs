//! What a webhook brought.

use waterfall::webhook::Delivery;

use super::Card;
use crate::paint::Paint;
use crate::text;

/// As the card of a job, with how it came instead of how often it was asked for.
pub(crate) fn of_delivery(delivery: &Delivery, paint: Paint) -> String {
    let mut card = Card { paint, text: String::new() };
    let snapshot = delivery.snapshot();
    match snapshot.person() {
        Some(person) => card.add_person(person),
        None if snapshot.is_success() => card.add_nobody(snapshot),
        None => {
            card.title(&text::clean(snapshot.state().as_str()));
            card.row("Reason", snapshot.error_message().unwrap_or_default());
            card.add_question(snapshot.query());
        }
    }
    card.gap();
    card.add_usage(snapshot.usage());
    card.add_delivery(delivery);
    card.text
}

impl Card {
    fn add_delivery(&mut self, delivery: &Delivery) {
        let id = delivery.job_id().map_or_else(|| "without an id".to_owned(), |id| id.to_string());
        let took = delivery.snapshot().elapsed().filter(|_| delivery.snapshot().is_final());
        let facts: Vec<String> = [Some(id), took.map(|time| format!("took {}", text::time(time)))]
            .into_iter()
            .flatten()
            .collect();
        self.row("Job", &facts.join(", "));
        match delivery.verified().key_id() {
            Some(key) => self.row("Signed", &format!("with {key}")),
            None => self.row("Signed", "no: anybody may have sent this"),
        }
    }
}

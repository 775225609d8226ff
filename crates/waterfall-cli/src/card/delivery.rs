//! The card of a webhook delivery.

use waterfall::AnySnapshot;
use waterfall::webhook::Delivery;

use crate::card::layout::Card;
use crate::finding::Finding;
use crate::style::Styles;
use crate::terminal_text;

/// The maximum number of people on a card of a delivery; `--json` prints all.
const MAX_PEOPLE: usize = 10;

/// Returns a card like that of a job, with the signature instead of the number of reads.
pub(crate) fn of_delivery(delivery: &Delivery, styles: Styles) -> String {
    let mut card = Card::new(styles);
    let snapshot = delivery.snapshot();
    match snapshot {
        AnySnapshot::Unknown(_) => card.add_unknown(snapshot),
        _ if snapshot.is_success() || Finding::of(snapshot) == Finding::Found => {
            card.add_found(snapshot, MAX_PEOPLE);
        }
        _ => card.add_failure(snapshot),
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
            "Neither the path nor the content of the delivery shows the kind of its job. --json \
            prints \
             the body.",
        );
    }

    /// Describes a job that did not succeed.
    fn add_failure(&mut self, snapshot: &AnySnapshot) {
        self.title(snapshot.state().as_str());
        self.row("Reason", snapshot.error_message().unwrap_or_default());
        if let AnySnapshot::Contact(contact) = snapshot {
            self.add_query(contact);
        }
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

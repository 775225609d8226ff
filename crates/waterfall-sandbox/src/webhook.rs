//! Webhooks: jobs that were launched with a `webhook_url` are delivered there
//! when they are over, signed with keys of a set that is served and rotates.

mod courier;
mod fault;
mod keyring;
mod outbox;
mod record;
mod settings;
mod token;
mod way;

pub(crate) use keyring::Keyring;
pub(crate) use outbox::Outbox;
pub(crate) use record::told;
pub(crate) use way::{Receivers, Sender};

pub use fault::{DeliveryFault, DeliveryRule};
pub use record::{DeliveryAttempt, DeliveryOutcome};
pub use settings::Webhooks;

//! Webhooks: when a job that was launched with a `webhook_url` ends, it is delivered there. The
//! delivery is signed with a key from the published key set, which rotates.

pub(crate) mod destination;
mod dispatcher;
pub(crate) mod fault;
pub(crate) mod keyring;
pub(crate) mod outbox;
pub(crate) mod record;
pub(crate) mod settings;
mod token;

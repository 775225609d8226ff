//! [`Outcome`]: the outcome of a request of a batch, even if its task is lost.

use job_polling::batch::JobSlot;
use tokio::time::Instant;
use tracing::Span;

use super::entry::Entry;
use crate::client::Client;
use crate::error::{Error, RequestKind};
use crate::job::launch::Unclaimed;
use crate::kind::{JobKind, Query};
use crate::snapshot::Snapshot;

/// The outcome of a request.
pub(in crate::batch) enum Outcome<K: JobKind> {
    Launch { index: usize, query: Query<K>, result: Unclaimed<K>, span: Span },
    Read { slot: JobSlot, entry: Entry<K>, since: Instant, at: Instant, result: ReadResult<K> },
}

pub(super) type ReadResult<K> = Result<Snapshot<K>, Error>;

/// A request in flight. Provides the outcome if its task is lost.
pub(super) enum InFlight<K: JobKind> {
    Launch { index: usize, query: Query<K>, span: Span },
    Read { slot: JobSlot, entry: Entry<K>, since: Instant },
}

impl<K: JobKind> InFlight<K> {
    pub(super) fn lost(self, client: &Client) -> Outcome<K> {
        match self {
            Self::Launch { index, query, span } => {
                let error = Error::abandoned(&client.call(RequestKind::Launch));
                let result = Unclaimed::new(client, Err(error.of_launch(query.clone(), None)));
                Outcome::Launch { index, query, result, span }
            }
            Self::Read { slot, entry, since } => {
                let result = Err(Error::abandoned(&client.call(RequestKind::Read(entry.id))));
                Outcome::Read { slot, entry, since, at: Instant::now(), result }
            }
        }
    }
}

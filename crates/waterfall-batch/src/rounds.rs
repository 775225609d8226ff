//! [`Round`]: the periodic queries of a run: jobs without an owner, rows that ended elsewhere,
//! counts, and the account.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::account::Account;
use crate::error::JournalError;
use crate::journal::{AccountRecord, Counter, EndedRow, LaunchedRow, Status};
use crate::requests::Sender;

/// The minimum interval between counts of the rows.
const STATUS: Duration = Duration::from_secs(5);

/// The minimum interval between counts if there is nothing else to do.
const STATUS_WHEN_IDLE: Duration = Duration::from_secs(1);

/// Counting takes at most this fraction of the time.
const SHARE_OF_TIME: u32 = 10;

/// The interval between queries of the account.
const ACCOUNT: Duration = Duration::from_secs(60);

/// The results of a round.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) claimed: Vec<LaunchedRow>,
    pub(crate) ended: Vec<EndedRow>,
    pub(crate) status: Option<Status>,
}

/// Performs the queries, and remembers when it did.
pub(crate) struct Round {
    sender: Arc<Sender>,
    account: Option<Arc<dyn Account>>,
    last: Mutex<Last>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Last {
    status: Option<Instant>,
    status_took: Duration,
    account: Option<Instant>,
}

impl Round {
    pub(crate) fn new(sender: Arc<Sender>, account: Option<Arc<dyn Account>>) -> Self {
        Self { sender, account, last: Mutex::default() }
    }

    /// Performs the due queries. Counts the rows if a count is due; `is_idle` states that there is
    /// nothing else to do.
    pub(crate) async fn look(&self, room: usize, is_idle: bool) -> Result<Found, JournalError> {
        let Sender { journal, worker, batch, .. } = &*self.sender;
        let last = *self.last.lock();
        let claimed = match room {
            0 => Vec::new(),
            room => journal.claim(*batch, worker.id(), room).await?,
        };
        let ended = journal.ended_elsewhere(*batch, worker.id()).await?;
        let least = if is_idle { STATUS_WHEN_IDLE } else { STATUS };
        let interval = least.max(last.status_took * SHARE_OF_TIME);
        let status = match last.status.is_none_or(|at| at.elapsed() >= interval) {
            true => Some(self.count().await?),
            false => None,
        };
        if last.account.is_none_or(|at| at.elapsed() >= ACCOUNT) {
            self.ask_account(status.as_ref()).await?;
        }
        Ok(Found { claimed, ended, status })
    }

    async fn count(&self) -> Result<Status, JournalError> {
        let began = Instant::now();
        let status = self.sender.journal.status(self.sender.batch).await?;
        let mut last = self.last.lock();
        (last.status, last.status_took) = (Some(began), began.elapsed());
        Ok(status)
    }

    async fn ask_account(&self, status: Option<&Status>) -> Result<(), JournalError> {
        let Some(account) = &self.account else { return Ok(()) };
        let report = match account.read().await {
            Ok(report) => report,
            Err(error) => {
                tracing::warn!("the account could not be read: {error}");
                return Ok(());
            }
        };
        let mut record = AccountRecord { balance: report.balance, counter: None };
        // A count is comparable only if it is known which launches it includes.
        let is_settled = |status: &&Status| status.batch.launches == status.batch.confirmed;
        if let (Some(period), Some(counted), Some(status)) =
            (report.period, report.launches, status.filter(is_settled))
        {
            record.counter = Some(Counter::new(period, counted, status.batch.confirmed));
        }
        self.sender.journal.set_account(self.sender.batch, record).await?;
        self.last.lock().account = Some(Instant::now());
        Ok(())
    }
}

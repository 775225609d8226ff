//! [`Round`]: what a run looks up now and then: jobs that nobody reads, rows that ended elsewhere,
//! counts, and the account.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::account::Account;
use crate::error::JournalError;
use crate::journal::{AccountRecord, Counter, EndedRow, LaunchedRow, Status};
use crate::requests::Sender;

/// How often rows are counted, at most.
const STATUS: Duration = Duration::from_secs(5);

/// The same if nothing else is to be done.
const STATUS_WHEN_IDLE: Duration = Duration::from_secs(1);

/// Counting takes at most one part of this many of the time.
const SHARE_OF_TIME: u32 = 10;

/// How often the account is asked.
const ACCOUNT: Duration = Duration::from_secs(60);

/// What a round found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) claimed: Vec<LaunchedRow>,
    pub(crate) ended: Vec<EndedRow>,
    pub(crate) status: Option<Status>,
}

/// Looks things up, and remembers when it did.
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

    /// Looks. Counts the rows if it is time to; `is_idle` states that nothing else is to be done.
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
        // A count is comparable only if it is known which launches are in it.
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

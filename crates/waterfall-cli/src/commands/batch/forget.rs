//! `waterfall batch forget`: deletes a batch with all personal data in its journal.

use waterfall_batch::BatchKind;

use super::confirm::confirm;
use super::place::{Existing, Place};
use super::status::is_active;
use crate::args::batch::Forget;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::terminal_text::count;

pub(super) async fn run<K: BatchKind>(args: &Forget, opened: Existing<K>) -> Result<Exit, Failure> {
    let status = opened.batch.status().await?;
    if let Some(worker) = status.workers.iter().find(|worker| is_active(worker, &status)) {
        return Err(Failure::Batch {
            what: format!("process {} on {} may be running the batch", worker.pid, worker.host),
            hint: format!("Run `waterfall batch stop`, or wait until {:.0}.", worker.until),
        });
    }
    let rows = count(status.batch.rows as usize, "row");
    let question = format!(
        "delete the batch `{}`, with {rows} and all results, from the journal? A later run would \
         launch, and pay for, all rows again",
        status.batch.name
    );
    confirm(&question, args.yes)?;
    opened.batch.forget().await?;
    let is_last = opened.journal.batches().await?.is_empty();
    drop(opened.journal);
    if is_last {
        opened.place.delete();
    }
    let file = matches!(opened.place, Place::File(_)) && is_last;
    output::stderr(&format!(
        "{rows} deleted from the journal{}; the output is not changed",
        if file { ", and its file" } else { "" },
    ));
    Ok(Exit::Found)
}

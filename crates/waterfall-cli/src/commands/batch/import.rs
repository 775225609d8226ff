//! Adds the rows of a file to a batch, after its existing rows.

use waterfall::JobQuery;
use waterfall_batch::{Batch, BatchRecord};

use super::input::{Rows, label};
use super::kind::RowQuery;
use super::place::OTHER_OUTPUT;
use crate::failure::Failure;

/// Adds the rows that are not in the journal yet. The existing rows must not have changed.
pub(super) async fn import<Q: RowQuery>(
    batch: &Batch<<Q as JobQuery>::Kind>,
    rows: &Rows<Q>,
    stored: &BatchRecord,
    accept_changed_input: bool,
) -> Result<(), Failure> {
    let (known, given) = (stored.rows as usize, rows.file.count);
    if known > given {
        return Err(changed(&format!("it now has {given} rows instead of {known}")));
    }
    if stored.is_sealed && given > known && !accept_changed_input {
        return Err(Failure::Batch {
            what: format!(
                "the input has {} more rows than at the start of the batch",
                given - known
            ),
            hint: "Pass --accept-changed-input to add them.".to_owned(),
        });
    }
    let mut input = rows.iter()?;
    let mut exported = batch.export();
    while let Some(stored) = exported.next().await? {
        match input.next() {
            Some(row) => {
                let (position, row) = row?;
                if row.raw.as_bytes() != stored.raw {
                    return Err(changed(&format!("{} differs", label(position, &row))));
                }
            }
            None => return Err(changed("rows were removed while it was read")),
        }
    }
    let mut failed = None;
    let added = input.map_while(|row| match row {
        Ok((_, row)) => Some(rows.input_row(&row).raw(row.raw)),
        Err(failure) => {
            failed = Some(failure);
            None
        }
    });
    batch.add(added).await?;
    match failed {
        Some(failure) => Err(failure),
        None => Ok(batch.seal().await?),
    }
}

fn changed(what: &str) -> Failure {
    Failure::Batch {
        what: format!("the input has changed since the start of the batch: {what}"),
        hint: format!("Restore it, or start another batch. {OTHER_OUTPUT}"),
    }
}

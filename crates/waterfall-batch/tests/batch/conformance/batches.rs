//! Tests of whole batches: their rows, their flags and reads.

use waterfall_batch::{
    AccountRecord, BatchId, Counter, Event, Halt, IntentToken, Intention, JournalErrorKind, Limits,
    NewBatch, NewRow, Outcome, Record, RowContent, RowState, Usd,
};

use super::{LONG, batch_of, launch, launched, worker};
use crate::engines::{Engine, on_every_engine};

on_every_engine![
    a_batch_is_found_by_its_name,
    rows_are_added_once_and_duplicates_are_not_launched,
    an_interrupted_import_continues,
    the_account_is_stored_and_its_first_counter_stays,
    a_stopped_batch_launches_nothing,
    a_forgotten_batch_is_gone,
    pages_are_in_input_order_and_complete,
    unknown_batches_and_rows_are_conflicts,
];

async fn a_batch_is_found_by_its_name(engine: Engine) {
    let mut new = NewBatch::new("contacts", "contact_enrichment");
    (new.input, new.settings) = (Some("abc".to_owned()), "{}".to_owned());
    let first = engine.journal.open_batch(new.clone()).await.unwrap();
    new.settings = "other".to_owned();
    let again = engine.journal.open_batch(new).await.unwrap();
    assert_eq!(first, again);
    assert_eq!((again.input.as_deref(), &*again.settings), (Some("abc"), "{}"));
    engine.journal.open_batch(NewBatch::new("others", "phone_enrichment")).await.unwrap();
    let names = engine.journal.batches().await.unwrap();
    assert_eq!(names.iter().map(|batch| &*batch.name).collect::<Vec<_>>(), ["contacts", "others"]);
}

async fn rows_are_added_once_and_duplicates_are_not_launched(engine: Engine) {
    let batch = batch_of(&engine, 3).await;
    let skip = RowContent::Skip { why: Outcome::Invalid, detail: Some("no at sign".to_owned()) };
    let rows = vec![launch(1), NewRow::new("bad", skip), launch(7), launch(7)];
    let added = engine.journal.add_rows(batch, 3, rows).await.unwrap();
    assert_eq!((added.pending, added.duplicates, added.skipped), (1, 2, 1));
    let page = engine.journal.page(batch, 3, 10).await.unwrap();
    assert_eq!(page[0].duplicate_of, Some(1));
    assert_eq!(page[0].state.outcome, Some(Outcome::Duplicate));
    assert_eq!(page[0].raw, b"row 1");
    assert_eq!(page[1].state.outcome, Some(Outcome::Invalid));
    assert_eq!(page[1].detail.as_deref(), Some("no at sign"));
    assert_eq!((page[2].state.state, page[3].duplicate_of), (RowState::Pending, Some(5)));
    let status = engine.journal.status(batch).await.unwrap();
    assert_eq!((status.count(RowState::Pending), status.count(RowState::Skipped)), (4, 3));
    assert_eq!((status.batch.rows, status.open()), (7, 4));
}

async fn an_interrupted_import_continues(engine: Engine) {
    let batch = batch_of(&engine, 2).await;
    // The response to the first call was lost, so the call is repeated with more rows.
    let added = engine.journal.add_rows(batch, 0, (0..5).map(launch).collect()).await.unwrap();
    assert_eq!((added.pending, added.duplicates), (3, 0));
    let error = engine.journal.add_rows(batch, 9, vec![launch(9)]).await.unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Conflict);
    engine.journal.seal(batch, true).await.unwrap();
    let status = engine.journal.status(batch).await.unwrap();
    assert_eq!((status.batch.rows, status.batch.is_sealed), (5, true));
}

async fn the_account_is_stored_and_its_first_counter_stays(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    for counted in [10, 20] {
        let mut account = AccountRecord::default();
        account.balance = Some(Usd::from_micros(counted));
        account.counter = Some(Counter::new("2026-03", counted as u64, 3));
        engine.journal.set_account(batch, account).await.unwrap();
    }
    engine.journal.set_account(batch, AccountRecord::default()).await.unwrap();
    let stored = engine.journal.status(batch).await.unwrap().batch;
    assert_eq!(stored.balance, Some(Usd::from_micros(20)));
    assert_eq!(stored.counter, Some(Counter::new("2026-03", 10, 3)));
}

async fn a_stopped_batch_launches_nothing(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    engine.journal.set_stopped(batch, true).await.unwrap();
    let intend = || engine.journal.intend(batch, me, IntentToken::random(), Limits::default());
    assert!(matches!(intend().await.unwrap(), Intention::Halted(Halt::Stopped)));
    assert!(engine.journal.status(batch).await.unwrap().batch.is_stopped);
    engine.journal.set_stopped(batch, false).await.unwrap();
    assert!(matches!(intend().await.unwrap(), Intention::Begun { .. }));
}

async fn a_forgotten_batch_is_gone(engine: Engine) {
    let batch = batch_of(&engine, 3).await;
    let other = engine.journal.open_batch(NewBatch::new("other", "kind")).await.unwrap().id;
    engine.journal.add_rows(other, 0, vec![launch(1)]).await.unwrap();
    let me = worker(&engine, LONG).await;
    launched(&engine, batch, me).await;
    engine.journal.forget(batch).await.unwrap();
    let error = engine.journal.status(batch).await.unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Conflict);
    assert_eq!(engine.journal.page(other, 0, 10).await.unwrap().len(), 1);
    let replacement = batch_of(&engine, 1).await;
    assert_ne!(replacement, batch);
}

async fn pages_are_in_input_order_and_complete(engine: Engine) {
    let batch = batch_of(&engine, 25).await;
    let me = worker(&engine, LONG).await;
    launched(&engine, batch, me).await;
    let mut rows = Vec::new();
    loop {
        let page = engine.journal.page(batch, rows.len() as u64, 10).await.unwrap();
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), (0..25).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.raw == format!("row {}", row.row).as_bytes()));
    assert_eq!(rows[0].state.owner, Some(me));
}

async fn unknown_batches_and_rows_are_conflicts(engine: Engine) {
    let (unknown, me) = (BatchId::random(), worker(&engine, LONG).await);
    let journal = &engine.journal;
    let kinds = [
        journal.status(unknown).await.unwrap_err().kind(),
        journal.page(unknown, 0, 1).await.unwrap_err().kind(),
        journal.seal(unknown, true).await.unwrap_err().kind(),
        journal.set_stopped(unknown, true).await.unwrap_err().kind(),
        journal.forget(unknown).await.unwrap_err().kind(),
        journal.add_rows(unknown, 0, Vec::new()).await.unwrap_err().kind(),
        journal.claim(unknown, me, 1).await.unwrap_err().kind(),
        journal
            .intend(unknown, me, IntentToken::random(), Limits::default())
            .await
            .unwrap_err()
            .kind(),
    ];
    assert_eq!(kinds, [JournalErrorKind::Conflict; 8]);
    let batch = batch_of(&engine, 1).await;
    let record = Record::new(batch, 5, Event::Retry { attempt: 1 });
    assert_eq!(journal.record(record).await.unwrap_err().kind(), JournalErrorKind::Conflict);
}

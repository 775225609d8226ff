//! Tests every transition as a table, and properties of any sequence of events.

use proptest::prelude::*;

use super::*;

const ME: WorkerId = worker(1);
const OTHER: WorkerId = worker(2);

const fn worker(number: u128) -> WorkerId {
    WorkerId::from_number(number)
}

const fn job(number: u128) -> JobKey {
    JobKey::from_number(number)
}

/// Returns a row in each state, at its second of two attempts unless it is new.
fn row(state: RowState) -> Row {
    let second = Row { state, attempt: 2, attempts: 2, ..Row::PENDING };
    match state {
        RowState::Pending => second,
        RowState::Launching => Row { owner: Some(ME), ..second },
        RowState::Launched => Row { owner: Some(ME), job: Some(job(2)), ..second },
        RowState::InDoubt => second,
        RowState::Done => Row { job: Some(job(2)), outcome: Some(Outcome::Found), ..second },
        RowState::Skipped => Row::skipped(Outcome::Duplicate),
    }
}

fn events() -> Vec<(&'static str, Event)> {
    let outcome = Outcome::NotFound;
    let delivered = |attempt| Event::Delivered { attempt, job: Some(job(9)), outcome };
    vec![
        ("intend", Event::Intend { worker: ME }),
        ("not launched", Event::NotLaunched { attempt: 2 }),
        ("not launched, late", Event::NotLaunched { attempt: 1 }),
        ("refused", Event::Refused { attempt: 2 }),
        ("refused, late", Event::Refused { attempt: 1 }),
        ("launched", Event::Launched { attempt: 2, job: job(9) }),
        ("launched, late", Event::Launched { attempt: 1, job: job(9) }),
        ("launched, unknown attempt", Event::Launched { attempt: 3, job: job(9) }),
        ("doubt", Event::Doubt { attempt: 2 }),
        ("doubt, late", Event::Doubt { attempt: 1 }),
        ("bury", Event::Bury { worker: ME }),
        ("bury another", Event::Bury { worker: OTHER }),
        ("release", Event::Release { worker: ME }),
        ("release by another", Event::Release { worker: OTHER }),
        ("claim", Event::Claim { worker: OTHER }),
        ("finished", Event::Finished { attempt: 2, outcome }),
        ("finished, late", Event::Finished { attempt: 1, outcome }),
        ("delivered", delivered(2)),
        ("delivered, late", delivered(1)),
        ("delivered, unknown attempt", delivered(3)),
        ("consent", Event::Consent { attempt: 2 }),
        ("consent to an earlier doubt", Event::Consent { attempt: 1 }),
        ("give up", Event::GiveUp { attempt: 2 }),
        ("give up an earlier doubt", Event::GiveUp { attempt: 1 }),
        ("retry", Event::Retry { attempt: 2 }),
        ("retry an earlier attempt", Event::Retry { attempt: 1 }),
    ]
}

fn shown(verdict: Verdict) -> String {
    let row = match verdict {
        Verdict::Noted => return "noted".to_owned(),
        Verdict::Rejected => return "-".to_owned(),
        Verdict::Moved(row) => row,
    };
    let mut text = format!("{} #{}", row.state, row.attempt);
    if row.attempts != 2 {
        text += &format!(" of {}", row.attempts);
    }
    if let Some(owner) = row.owner {
        text += if owner == ME { ", owner me" } else { ", owner other" };
    }
    if let Some(outcome) = row.outcome {
        text += &format!(", {outcome}");
    }
    if row.settled > 0 {
        text += &format!(", settled {}", row.settled);
    }
    text
}

#[test]
fn each_event_in_each_state() {
    let mut table = String::new();
    for (name, event) in events() {
        table += &format!("{name}\n");
        for state in RowState::ALL {
            let verdict = row(state).apply(event);
            if !matches!(verdict, Verdict::Rejected) {
                table += &format!("    {state:<9} → {}\n", shown(verdict));
            }
            if matches!(verdict, Verdict::Moved(_)) {
                assert!(event.leaves().contains(&state), "{name} moved {state}");
            }
        }
    }
    insta::assert_snapshot!("each_event_in_each_state", table);
}

#[test]
fn special_rows() {
    let outcome = Outcome::Found;
    let late = Event::Launched { attempt: 2, job: job(9) };
    let delivery = Event::Delivered { attempt: 2, job: None, outcome };
    let done = |outcome| Row { outcome: Some(outcome), ..row(RowState::Done) };
    let retried = Row { settled: 2, ..row(RowState::Pending) };
    let rows = [
        ("given up, late id", done(Outcome::GivenUp), late, "launched #2"),
        ("expired, late id", done(Outcome::Expired), late, "noted"),
        ("expired, then delivered", done(Outcome::Expired), delivery, "done #2, found"),
        ("given up, then delivered", done(Outcome::GivenUp), delivery, "done #2, found"),
        ("failed, then delivered", done(Outcome::Failed), delivery, "noted"),
        ("retried, late id", retried, late, "noted"),
        ("retried, delivered again", retried, delivery, "noted"),
        (
            "retried, launched",
            retried,
            Event::Intend { worker: ME },
            "launching #3 of 3, owner me, settled 2",
        ),
        ("a new row", Row::PENDING, Event::Intend { worker: ME }, "launching #1 of 1, owner me"),
        (
            "an abandoned job",
            Row { owner: None, ..row(RowState::Launched) },
            Event::Claim { worker: OTHER },
            "launched #2, owner other",
        ),
    ];
    for (name, row, event, expected) in rows {
        assert_eq!(shown(row.apply(event)), expected, "{name}");
    }
}

#[test]
fn codes_and_words_are_read_back() {
    for state in RowState::ALL {
        assert_eq!(RowState::from_code(state.code()), Some(state));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
    }
    assert_eq!((RowState::from_code(99), Outcome::from_code(-1)), (None, None));
}

fn any_event() -> impl Strategy<Value = Event> {
    let outcome = prop::sample::select(&Outcome::ALL[..7]);
    let workers = prop::sample::select(vec![ME, OTHER]);
    (0_usize..13, workers, 0_u32..5, outcome, any::<bool>()).prop_map(
        |(which, worker, attempt, outcome, has_job)| {
            let key = job(u128::from(attempt) + 100);
            match which {
                0 => Event::Intend { worker },
                1 => Event::NotLaunched { attempt },
                2 => Event::Refused { attempt },
                3 => Event::Launched { attempt, job: key },
                4 => Event::Doubt { attempt },
                5 => Event::Bury { worker },
                6 => Event::Release { worker },
                7 => Event::Claim { worker },
                8 => Event::Finished { attempt, outcome },
                9 => Event::Delivered { attempt, job: has_job.then_some(key), outcome },
                10 => Event::Consent { attempt },
                11 => Event::GiveUp { attempt },
                _ => Event::Retry { attempt },
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_sequence_of_events_keeps_the_promises(
        events in prop::collection::vec(any_event(), 1..60),
    ) {
        let mut row = Row::PENDING;
        for event in events {
            let Verdict::Moved(next) = row.apply(event) else { continue };
            prop_assert!(event.leaves().contains(&row.state), "{event:?} left {row:?}");
            prop_assert!(next.attempt <= next.attempts && next.settled <= next.attempts);
            // Attempts are only added one by one, and only in the pending state.
            let begins = matches!(event, Event::Intend { .. });
            prop_assert_eq!(next.attempts, row.attempts + u32::from(begins));
            prop_assert_eq!(begins, row.state == RowState::Pending && next.state == RowState::Launching);
            if row.state == RowState::InDoubt {
                let by_decision = matches!(event, Event::Consent { .. } | Event::GiveUp { .. });
                let by_news = matches!(event, Event::Launched { .. } | Event::Delivered { .. });
                prop_assert!(by_decision || by_news, "{event:?} ended a doubt");
                prop_assert_eq!(
                    next.state == RowState::Pending,
                    matches!(event, Event::Consent { .. }),
                );
            }
            // Only the operator replaces an outcome that a job reported.
            if row.state == RowState::Done && row.outcome.is_some_and(Outcome::is_of_job) {
                let is_retry = matches!(event, Event::Retry { .. });
                prop_assert!(is_retry, "{event:?} replaced {:?}", row.outcome);
            }
            // Only a row in progress has an owner.
            let has_owner = next.owner.is_some();
            match next.state {
                RowState::Launching => prop_assert!(has_owner),
                RowState::Launched | RowState::Done => {}
                _ => prop_assert!(!has_owner, "{next:?} after {event:?}"),
            }
            prop_assert_eq!(next.outcome.is_some(), next.state == RowState::Done);
            if next.state == RowState::Launched {
                prop_assert!(next.job.is_some());
            }
            row = next;
        }
    }

    #[test]
    fn an_event_that_is_repeated_changes_nothing_more(
        events in prop::collection::vec(any_event(), 1..40),
    ) {
        let mut row = Row::PENDING;
        for event in events {
            let Verdict::Moved(next) = row.apply(event) else { continue };
            if let Verdict::Moved(again) = next.apply(event) {
                prop_assert_eq!(again, next, "{:?}", event);
            }
            row = next;
        }
    }
}

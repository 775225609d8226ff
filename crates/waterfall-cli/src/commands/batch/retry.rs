//! `waterfall batch retry`: schedules rows to be launched again in the next run.

use jiff::{SignedDuration, Timestamp};
use waterfall_batch::{BatchKind, Outcome};

use super::place::Existing;
use crate::args::batch::Retried;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::terminal_text::count;

pub(super) async fn run<K: BatchKind>(
    chosen: &Retried,
    opened: &Existing<K>,
) -> Result<Exit, Failure> {
    let now = Timestamp::now();
    let rows =
        opened.batch.retry(|row| is_chosen(chosen, (row.state.outcome, row.ended_at), now)).await?;
    let rows = count(rows as usize, "row");
    output::stderr(&format!("the next run launches {rows} again; each launch may be billed"));
    Ok(Exit::Found)
}

fn is_chosen(
    chosen: &Retried,
    (outcome, ended_at): (Option<Outcome>, Option<Timestamp>),
    now: Timestamp,
) -> bool {
    use Outcome::{Expired, Failed, NotFound, Refused, Unreadable};
    let Some(outcome) = outcome else { return false };
    let is_wanted = match outcome {
        Failed | Refused | Expired | Unreadable => chosen.failed,
        NotFound => chosen.not_found,
        _ => false,
    };
    let is_any = !chosen.failed && !chosen.not_found;
    let is_old = chosen.older_than.is_none_or(|age| {
        let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
        ended_at.is_some_and(|ended| now.duration_since(ended) > age)
    });
    (is_wanted || is_any) && is_old
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn rows_are_chosen_by_outcome_and_age() {
        let day = 24 * 3_600;
        let chosen = |failed, not_found, days: Option<u64>| Retried {
            failed,
            not_found,
            older_than: days.map(|days| Duration::from_secs(days * day)),
        };
        let rows = [
            (chosen(true, false, None), [true, false, false]),
            (chosen(false, true, None), [false, true, false]),
            (chosen(true, true, Some(30)), [false, true, false]),
            (chosen(false, false, Some(30)), [false, true, true]),
            (chosen(false, false, Some(90)), [false, false, false]),
        ];
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let ages = [(Outcome::Failed, 1), (Outcome::NotFound, 40), (Outcome::Found, 40)];
        for (chosen, expected) in rows {
            let found = ages.map(|(outcome, age)| {
                let ended = now - SignedDuration::from_hours(age * 24);
                is_chosen(&chosen, (Some(outcome), Some(ended)), now)
            });
            assert_eq!(found, expected, "{chosen:?}");
        }
        assert!(!is_chosen(&chosen(true, true, None), (None, None), now), "it has not ended");
    }
}

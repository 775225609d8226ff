use job_polling::limiter::RateLimitHeaders;
use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const WINDOW: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(30);

fn request(requests: u32) -> PermitRequest {
    let policy = LimitPolicy::Reported(Limit::new(requests, WINDOW));
    let request = PermitRequest::new(KeyHash::new(b"key"), WorkerId::from_number(1), TIMEOUT);
    PermitRequest { policy, ..request }
}

fn answered() -> RequestOutcome {
    RequestOutcome::Answered(RateLimitHeaders::default())
}

fn stored(budget: &Budget) -> Budget {
    serde_json::from_str(&serde_json::to_string(budget).unwrap()).unwrap()
}

fn granted(answer: PermitAnswer) -> Option<PermitId> {
    match answer {
        PermitAnswer::Granted(permit, _) => Some(permit),
        PermitAnswer::Wait(..) => None,
    }
}

#[test]
fn the_permit_of_a_dead_worker_returns_one_window_after_its_request_has_ended() {
    let mut budget = Budget::new(request(1).policy);
    assert!(granted(budget.take(SECOND, &request(1))).is_some());
    let mut budget = stored(&budget);
    let free = SECOND + TIMEOUT + WINDOW;
    let PermitAnswer::Wait(pause, _) = budget.take(SECOND * 2, &request(1)) else { panic!() };
    assert_eq!(pause, RECHECK, "its response may come at any time");
    let PermitAnswer::Wait(pause, _) = budget.take(SECOND * 40, &request(1)) else { panic!() };
    assert_eq!(SECOND * 40 + pause, free);
    assert!(granted(budget.take(free, &request(1))).is_some());
    assert_eq!(budget.in_flight(), 1);
}

#[test]
fn an_answered_permit_returns_one_window_later_and_an_unsent_one_at_once() {
    let mut budget = Budget::new(request(1).policy);
    let permit = granted(budget.take(SECOND, &request(1))).unwrap();
    budget.end(SECOND * 2, permit, RequestOutcome::NotSent);
    let permit = granted(budget.take(SECOND * 2, &request(1))).unwrap();
    budget.end(SECOND * 3, permit, answered());
    budget.end(SECOND * 4, permit, answered());
    let PermitAnswer::Wait(pause, _) = budget.take(SECOND * 4, &request(1)) else { panic!() };
    assert_eq!(SECOND * 4 + pause, SECOND * 3 + WINDOW);
}

#[test]
fn a_429_pauses_every_process() {
    let mut budget = Budget::new(request(50).policy);
    let permit = granted(budget.take(SECOND, &request(50))).unwrap();
    let mut headers = RateLimitHeaders::default();
    headers.rate_limited = Some(Some(SECOND * 20));
    budget.end(SECOND * 2, permit, RequestOutcome::Answered(headers));
    let answer = stored(&budget).take(SECOND * 3, &request(50));
    let PermitAnswer::Wait(pause, outlook) = answer else { panic!() };
    assert!(pause >= SECOND * 19, "{pause:?}");
    assert_eq!(outlook.paused_for, SECOND * 19);
}

#[test]
fn a_clock_that_is_set_back_neither_frees_slots_nor_blocks_them() {
    let mut budget = Budget::new(request(1).policy);
    let permit = granted(budget.take(SECOND * 5_000, &request(1))).unwrap();
    budget.end(SECOND * 5_001, permit, answered());
    let PermitAnswer::Wait(pause, _) = budget.take(SECOND * 100, &request(1)) else { panic!() };
    assert_eq!(pause, WINDOW);
    assert!(granted(budget.take(SECOND * 160, &request(1))).is_some());
}

#[test]
fn a_hash_does_not_show_its_key_and_differs_between_keys() {
    let (one, other) = (KeyHash::new(b"wf_0123"), KeyHash::new(b"wf_0124"));
    assert_ne!(one, other);
    assert_eq!(one, KeyHash::new(b"wf_0123"));
    assert!(!format!("{one:?}").contains("wf_0123"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Three processes with jitter, one of which occasionally dies with a permit. The server never
    /// receives more requests in a window than the limit allows.
    #[test]
    fn no_window_has_more_requests_than_the_limit(
        steps in prop::collection::vec((0_u64..2_000, 0_u64..200, 0_u8..10), 1..300),
        limit in 1_u32..20,
    ) {
        let mut budget = Budget::new(request(limit).policy);
        let millis = Duration::from_millis;
        let (mut now, mut arrivals, mut open) = (SECOND, Vec::new(), Vec::new());
        for (pause, flight, fate) in steps {
            now += millis(pause);
            open.retain(|(at, permit)| {
                let is_over = *at <= now;
                if is_over {
                    budget.end(now, *permit, answered());
                }
                !is_over
            });
            if let Some(permit) = granted(budget.take(now, &request(limit))) {
                // It arrives at any time while it is in flight.
                arrivals.push(now + millis(flight));
                if fate > 0 {
                    open.push((now + millis(flight * 2), permit));
                }
            }
            budget = stored(&budget);
        }
        arrivals.sort_unstable();
        for (index, first) in arrivals.iter().enumerate() {
            let within = arrivals[index..].iter().filter(|at| **at < *first + WINDOW).count();
            prop_assert!(within <= limit as usize, "{within} of {limit} from {first:?} on");
        }
    }
}

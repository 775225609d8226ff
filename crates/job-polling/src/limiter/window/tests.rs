mod learning;
mod sharing;

use super::*;

const W: f64 = 60.0;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn of(requests: u32) -> SlidingWindow {
    SlidingWindow::new(LimitPolicy::Reported(Limit::new(requests, seconds(W))))
}

fn no_headers() -> RateLimitHeaders {
    RateLimitHeaders::default()
}

fn refused(pause: Option<f64>) -> RequestOutcome {
    RequestOutcome::Answered(RateLimitHeaders {
        rate_limited: Some(pause.map(seconds)),
        ..no_headers()
    })
}

/// Takes all slots that are available at a time.
fn take_all(window: &mut SlidingWindow, now: f64) -> Vec<Reservation> {
    std::iter::from_fn(|| window.take(seconds(now), 0)).collect()
}

/// Returns when requests are sent that all wait from the start, if responses take this long.
fn departures(window: &mut SlidingWindow, count: usize, waiting: usize, answer: f64) -> Vec<f64> {
    let mut now = Duration::ZERO;
    let mut flying: VecDeque<(Duration, Reservation)> = VecDeque::new();
    let mut times = Vec::new();
    while times.len() < count {
        let opening = window.opening(now, waiting);
        let landing = flying.front().map(|(at, _)| *at);
        match (opening, landing) {
            (Some(at), landing) if landing.is_none_or(|landing| at < landing) => {
                now = at;
                flying.push_back((now + seconds(answer), window.take(now, waiting).unwrap()));
                times.push(now.as_secs_f64());
            }
            _ => {
                let (at, taken) = flying.pop_front().unwrap();
                now = at;
                window.end(now, taken, RequestOutcome::Answered(no_headers()));
            }
        }
    }
    times
}

#[test]
fn a_slot_returns_a_window_after_its_response() {
    type Row = (&'static str, RequestOutcome, Option<f64>);
    let rows: [Row; 4] = [
        ("answered", RequestOutcome::Answered(no_headers()), Some(75.0)),
        ("given up", RequestOutcome::GivenUp, Some(75.0)),
        ("refused", refused(Some(3.0)), Some(75.0)),
        ("not sent", RequestOutcome::NotSent, Some(15.0)),
    ];
    for (name, end, expected) in rows {
        let mut window = of(1);
        let taken = window.take(seconds(10.0), 0).unwrap();
        assert_eq!(window.opening(seconds(14.0), 0), None, "{name}");
        assert_eq!(window.available(seconds(999.0)), 0, "{name}");
        window.end(seconds(15.0), taken, end);
        assert_eq!(window.opening(seconds(15.0), 0), expected.map(seconds), "{name}");
        let back = seconds(expected.unwrap());
        if back > seconds(15.0) {
            assert_eq!(window.available(back - Duration::from_nanos(1)), 0, "{name}");
        }
        assert_eq!(window.available(back), 1, "{name}");
        assert!(window.take(back, 0).is_some(), "{name}");
    }
}

#[test]
fn half_of_the_budget_is_sent_at_once_and_the_rest_is_spaced() {
    let times = departures(&mut of(50), 50, 0, 0.1);
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps[..25].iter().all(|gap| *gap == 0.0), "{gaps:?}");
    assert!(gaps[25..].is_sorted() && gaps[25] > 0.0 && gaps[48] < 1.2, "{gaps:?}");
}

#[test]
fn when_many_wait_requests_are_sent_evenly() {
    let times = departures(&mut of(50), 300, 1000, 0.1);
    for (number, pair) in times.windows(2).enumerate() {
        let gap = pair[1] - pair[0];
        let after_a_window = if number % 50 == 49 { 6.0 } else { 0.0 };
        assert!((gap - 1.08 - after_a_window).abs() < 0.2, "{gap} s after request {number}");
    }
}

#[test]
fn pacing_costs_no_throughput() {
    for answer in [0.0, 0.1, 0.3, 1.0, 5.0] {
        let times = departures(&mut of(50), 1050, 1000, answer);
        let spent = times[1049] - times[49];
        let ceiling = 50.0 / (W + answer);
        let rate = 1000.0 / spent;
        assert!(rate > 0.999 * ceiling, "{rate} of {ceiling} a second");
    }
}

#[test]
fn without_a_limit_nothing_waits_and_nothing_is_stored() {
    let mut window = SlidingWindow::new(LimitPolicy::Unlimited);
    for number in 0..1000 {
        let taken = window.take(Duration::ZERO, 0).unwrap();
        let limited = RateLimitHeaders { limit: Some(1), remaining: Some(0), ..no_headers() };
        window.end(seconds(f64::from(number)), taken, RequestOutcome::Answered(limited));
    }
    assert_eq!(window.ended.len(), 0);
    assert_eq!((window.available(Duration::ZERO), window.limit()), (u32::MAX, None));
    assert_eq!(window.quota_pressure(Duration::ZERO, 1000), 0.0);
}

#[test]
fn a_429_without_a_limit_pauses_requests_and_spaces_those_after_it() {
    let mut window = SlidingWindow::new(LimitPolicy::Unlimited);
    let taken = window.take(Duration::ZERO, 0).unwrap();
    let change = window.end(Duration::ZERO, taken, refused(Some(7.0)));
    assert_eq!(change.paused_for, Some(seconds(7.0)));
    assert_eq!(window.available(seconds(6.9)), 0);
    assert_eq!(window.quota_pressure(seconds(6.9), 0), 1.0);
    let times = departures(&mut window, 3, 0, 1.0);
    assert_eq!(times, [7.0, 7.1, 7.2]);
    assert_eq!(take_all_count(&mut window, 100.0, 500), 500);
}

fn take_all_count(window: &mut SlidingWindow, now: f64, most: usize) -> usize {
    (0..most).map_while(|_| window.take(seconds(now), 0)).count()
}

#[test]
fn quota_pressure_grows_with_each_request_and_each_waiter() {
    let mut window = of(50);
    assert_eq!(window.quota_pressure(Duration::ZERO, 0), 0.0);
    let mut last = 0.0;
    for _ in 0..26 {
        let _under_way = window.take(Duration::ZERO, 0).unwrap();
        let quota_pressure = window.quota_pressure(Duration::ZERO, 0);
        assert!(
            quota_pressure > last && quota_pressure - last < 0.021,
            "{last} to {quota_pressure}"
        );
        last = quota_pressure;
    }
    assert_eq!(window.quota_pressure(Duration::ZERO, 12), 0.76);
    assert_eq!(window.quota_pressure(Duration::ZERO, 10_000), 1.0);
}

#[test]
fn time_that_runs_backwards_stands_still() {
    let mut window = of(1);
    let taken = window.take(seconds(3600.0), 0).unwrap();
    window.end(seconds(10.0), taken, RequestOutcome::Answered(no_headers()));
    assert_eq!(window.opening(Duration::ZERO, 0), Some(seconds(3660.0)));
    assert!(window.take(seconds(70.0), 0).is_none());
    assert!(window.take(seconds(3660.0), 0).is_some());
}

#[test]
fn a_window_with_bursts_sends_all_requests_at_once() {
    let mut window = of(50);
    window.allow_bursts(true);
    let times = departures(&mut window, 100, 1000, 0.1);
    assert!(times[..50].iter().all(|time| *time == 0.0), "{times:?}");
    assert!(times[50..].iter().all(|time| (*time - 60.1).abs() < 1e-9), "{times:?}");
    // After a 429 they are spaced evenly nevertheless.
    let mut window = of(50);
    window.allow_bursts(true);
    let taken = window.take(Duration::ZERO, 0).unwrap();
    window.end(seconds(1.0), taken, refused(Some(2.0)));
    let times = departures(&mut window, 5, 0, 0.1);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] > 1.1), "{times:?}");
}

#[test]
fn the_supply_is_what_can_be_sent_within_the_horizon() {
    let mut window = of(50);
    let interval = seconds(1.2);
    let supply = |window: &SlidingWindow, now: f64, within: f64| {
        let supply = window.supply(seconds(now), seconds(within));
        assert_eq!(supply.interval, interval);
        supply.requests
    };
    assert_eq!((supply(&window, 0.0, 0.0), supply(&window, 0.0, 50.0)), (50, 50));
    let taken: Vec<_> = (0..20).map(|_| window.take(Duration::ZERO, 0).unwrap()).collect();
    assert_eq!(supply(&window, 0.0, 10.0), 30, "those in flight return later");
    for taken in taken {
        window.end(seconds(0.1), taken, RequestOutcome::Answered(no_headers()));
    }
    // Within four intervals more than asked for.
    let rows =
        [(0.1, 10.0, 30), (0.1, 55.0, 30), (0.1, 55.3, 50), (50.0, 5.0, 30), (50.0, 6.0, 50)];
    for (now, within, expected) in rows {
        assert_eq!(supply(&window, now, within), expected, "{within} s from {now} s on");
    }
    // Beyond a window, slots return again.
    assert_eq!(supply(&window, 0.1, 115.2), 100);
    assert_eq!(of(1).supply(Duration::ZERO, Duration::ZERO).requests, 1);
    let unlimited = SlidingWindow::new(LimitPolicy::Unlimited);
    assert_eq!(unlimited.supply(Duration::ZERO, Duration::MAX), Supply::UNLIMITED);
}

/// A budget in a database is stored after each change.
#[test]
#[cfg(feature = "serde")]
fn a_stored_window_continues_unchanged() {
    fn stored<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }
    let (mut kept, mut window) = (of(5), of(5));
    let mut held = std::collections::VecDeque::new();
    for step in 0..500 {
        let now = seconds(f64::from(step) * 3.7);
        let taken = (kept.take(now, step as usize % 7), window.take(now, step as usize % 7));
        assert_eq!(taken.0.is_some(), taken.1.is_some(), "at step {step}");
        if let (Some(one), Some(other)) = taken {
            held.push_back((one, stored(&other)));
        }
        window = stored(&window);
        if step % 3 == 0
            && let Some((one, other)) = held.pop_front()
        {
            let outcome = match step % 5 {
                0 => refused(Some(2.0)),
                1 => RequestOutcome::NotSent,
                2 => RequestOutcome::GivenUp,
                _ => RequestOutcome::Answered(no_headers()),
            };
            assert_eq!(kept.end(now, one, outcome), window.end(now, other, outcome));
        }
        assert_eq!(kept.opening(now, 3), window.opening(now, 3));
    }
}

#[test]
fn a_new_policy_keeps_the_slots_that_are_taken() {
    let mut window = of(5);
    assert_eq!(take_all(&mut window, 0.0).len(), 3, "beyond half of it they are spaced");
    window.set_policy(LimitPolicy::AtMost(Limit::new(4, seconds(W))));
    assert_eq!(
        (window.limit(), window.available(seconds(0.0))),
        (Some(Limit::new(4, seconds(W))), 1)
    );
    window.set_policy(LimitPolicy::Unlimited);
    assert_eq!(window.limit(), None);
}

#[test]
fn a_clock_that_was_set_back_moves_all_times() {
    let mut window = of(1);
    let taken = window.take(seconds(1_000.0), 0).unwrap();
    window.end(seconds(1_001.0), taken, refused(Some(30.0)));
    window.rebase(seconds(900.0));
    assert_eq!(window.latest(), seconds(101.0));
    assert_eq!(window.paused_for(seconds(101.0)), seconds(30.0));
    assert_eq!(window.opening(seconds(101.0), 0), Some(seconds(161.0)));
}

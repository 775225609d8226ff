//! Tests of the effects of responses: pauses, limits, and requests of other processes.

use super::*;

#[test]
fn after_a_429_requests_are_spaced_evenly_for_a_window() {
    let mut window = of(50);
    let mut taken = take_all(&mut window, 0.0);
    assert_eq!(taken.len(), 26);
    let change = window.end(seconds(1.0), taken.pop().unwrap(), refused(Some(9.0)));
    assert_eq!(change.paused_for, Some(seconds(9.0)));
    for taken in taken {
        window.end(seconds(1.0), taken, RequestOutcome::Answered(no_headers()));
    }
    assert_eq!(window.opening(seconds(2.0), 0), Some(seconds(10.0)));
    let times = departures(&mut window, 24, 0, 0.5);
    for (number, at) in times.iter().enumerate() {
        let expected = 10.0 + 1.2 * number as f64;
        assert!((at - expected).abs() < 1e-6, "request {number} at {at}");
    }
}

/// Returns the pauses after consecutive 429s, all with this `Retry-After`.
fn pauses(retry_after: Option<f64>, count: usize) -> Vec<f64> {
    let mut window = of(50);
    let mut now = Duration::ZERO;
    let mut pauses = Vec::new();
    for _ in 0..count {
        now = window.opening(now, 0).unwrap();
        let taken = window.take(now, 0).unwrap();
        let change = window.end(now, taken, refused(retry_after));
        pauses.push(change.paused_for.unwrap().as_secs_f64());
    }
    pauses
}

#[test]
fn pauses_of_429s_without_retry_after_double() {
    assert_eq!(pauses(None, 9), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]);
    assert_eq!(pauses(Some(0.0), 3), [0.0; 3]);
    assert_eq!(pauses(Some(5.0), 3), [5.0; 3]);
    assert_eq!(pauses(Some(1e9), 1), [3600.0]);
}

#[test]
fn simultaneous_429s_count_once() {
    let mut window = of(50);
    for taken in take_all(&mut window, 0.0) {
        window.end(seconds(0.5), taken, refused(None));
    }
    assert_eq!(window.opening(seconds(0.5), 0), Some(seconds(1.5)));
    let taken = window.take(seconds(1.5), 0).unwrap();
    window.end(seconds(2.0), taken, RequestOutcome::Answered(no_headers()));
    let taken = window.take(window.opening(seconds(2.0), 0).unwrap(), 0).unwrap();
    let change = window.end(seconds(4.0), taken, refused(None));
    assert_eq!(change.paused_for, Some(seconds(1.0)), "a response in between resets the count");
}

#[test]
fn a_later_429_does_not_shorten_the_pause() {
    let mut window = of(50);
    let mut taken = take_all(&mut window, 0.0);
    window.end(seconds(1.0), taken.pop().unwrap(), refused(Some(30.0)));
    let change = window.end(seconds(2.0), taken.pop().unwrap(), refused(Some(1.0)));
    assert_eq!(change.paused_for, Some(seconds(29.0)));
}

#[test]
fn the_limit_is_learned() {
    let by = |limit, window: Option<f64>| RateLimitHeaders {
        limit,
        window: window.map(seconds),
        ..no_headers()
    };
    let reported = LimitPolicy::Reported(Limit::new(50, seconds(60.0)));
    let at_most = LimitPolicy::AtMost(Limit::new(50, seconds(60.0)));
    type Row = (LimitPolicy, RateLimitHeaders, Option<(u32, f64)>);
    let rows: [Row; 9] = [
        (reported, by(Some(120), Some(60.0)), Some((120, 60.0))),
        (reported, by(Some(2), Some(10.0)), Some((2, 10.0))),
        (reported, by(Some(2), None), Some((2, 60.0))),
        (reported, by(None, Some(30.0)), Some((50, 30.0))),
        (reported, by(Some(50), Some(60.0)), None),
        (at_most, by(Some(120), Some(60.0)), None),
        (at_most, by(Some(50), Some(10.0)), None),
        (at_most, by(Some(20), Some(60.0)), Some((20, 60.0))),
        (at_most, by(Some(120), Some(120.0)), Some((50, 120.0))),
    ];
    for (policy, headers, expected) in rows {
        let mut window = SlidingWindow::new(policy);
        let taken = window.take(Duration::ZERO, 0).unwrap();
        let change = window.end(Duration::ZERO, taken, RequestOutcome::Answered(headers));
        let expected = expected.map(|(requests, window)| Limit::new(requests, seconds(window)));
        assert_eq!(change.limit, expected, "{policy:?} {headers:?}");
        assert_eq!(window.limit().unwrap(), expected.unwrap_or_default(), "{policy:?} {headers:?}");
    }
}

#[test]
fn a_lower_limit_counts_what_was_sent_before() {
    let mut window = of(50);
    let mut taken = take_all(&mut window, 0.0);
    let lower = RateLimitHeaders { limit: Some(10), ..no_headers() };
    window.end(seconds(1.0), taken.pop().unwrap(), RequestOutcome::Answered(lower));
    assert_eq!(window.available(seconds(1.0)), 0);
    assert_eq!(window.opening(seconds(1.0), 0), None);
    for taken in taken.drain(..) {
        window.end(seconds(2.0), taken, RequestOutcome::Answered(no_headers()));
    }
    assert_eq!(window.opening(seconds(2.0), 0), Some(seconds(62.0)));
    assert_eq!(window.available(seconds(62.0)), 10);
}

#[test]
fn requests_of_others_reduce_the_budget() {
    let rows = [(49, 0), (40, 9), (0, 49), (50, 0), (99, 0)];
    for (remaining, foreign) in rows {
        let mut window = of(50);
        let taken = window.take(Duration::ZERO, 0).unwrap();
        let headers = RateLimitHeaders { remaining: Some(remaining), ..no_headers() };
        let change = window.end(seconds(1.0), taken, RequestOutcome::Answered(headers));
        assert_eq!(change.foreign, foreign, "{remaining} left");
        assert_eq!(window.available(seconds(1.0)), 49 - foreign, "{remaining} left");
        assert_eq!(window.available(seconds(61.0)), 50, "{remaining} left");
    }
}

#[test]
fn own_requests_are_not_counted_as_foreign() {
    let mut window = of(50);
    let taken = take_all(&mut window, 0.0);
    let sent = taken.len() as u32;
    for (number, taken) in taken.into_iter().enumerate() {
        let headers = RateLimitHeaders { remaining: Some(50 - sent), ..no_headers() };
        let change = window.end(seconds(number as f64), taken, RequestOutcome::Answered(headers));
        assert_eq!(change.foreign, 0);
    }
    // The server has counted a request whose slot returned while this one was in flight.
    let slow = window.take(seconds(59.0), 0).unwrap();
    assert_eq!(window.available(seconds(62.0)), 26);
    let headers = RateLimitHeaders { remaining: Some(50 - sent - 1), ..no_headers() };
    assert_eq!(window.end(seconds(62.0), slow, RequestOutcome::Answered(headers)).foreign, 0);
}

#[test]
fn requests_of_others_are_noticed_after_slots_have_returned() {
    let mut window = of(50);
    for taken in take_all(&mut window, 0.0) {
        window.end(seconds(0.0), taken, RequestOutcome::Answered(no_headers()));
    }
    let taken = window.take(seconds(100.0), 0).unwrap();
    let headers = RateLimitHeaders { remaining: Some(40), ..no_headers() };
    let change = window.end(seconds(101.0), taken, RequestOutcome::Answered(headers));
    assert_eq!(change.foreign, 9);
}

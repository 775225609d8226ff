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

/// Takes all that can be taken at a time.
fn take_all(window: &mut SlidingWindow, now: f64) -> Vec<Reservation> {
    std::iter::from_fn(|| window.take(seconds(now), 0)).collect()
}

/// When requests leave that are all there from the start, with answers that
/// take so long.
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
fn a_slot_comes_back_a_window_after_its_answer() {
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
fn half_of_the_budget_goes_at_once_and_the_rest_ever_slower() {
    let times = departures(&mut of(50), 50, 0, 0.1);
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps[..25].iter().all(|gap| *gap == 0.0), "{gaps:?}");
    assert!(gaps[25..].is_sorted() && gaps[25] > 0.0 && gaps[48] < 1.2, "{gaps:?}");
}

#[test]
fn when_many_wait_requests_leave_evenly() {
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
fn without_a_limit_nothing_waits_and_nothing_is_kept() {
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
fn a_429_without_a_limit_stops_everything_and_is_no_stampede() {
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
fn after_a_429_requests_leave_evenly_for_a_window() {
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

/// How long each 429 in a row, all with this `Retry-After`, pauses all requests.
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
fn a_429_that_does_not_say_how_long_stops_longer_each_time() {
    assert_eq!(pauses(None, 9), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]);
    assert_eq!(pauses(Some(0.0), 3), [0.0; 3]);
    assert_eq!(pauses(Some(5.0), 3), [5.0; 3]);
    assert_eq!(pauses(Some(1e9), 1), [3600.0]);
}

#[test]
fn refusals_of_one_moment_count_once() {
    let mut window = of(50);
    for taken in take_all(&mut window, 0.0) {
        window.end(seconds(0.5), taken, refused(None));
    }
    assert_eq!(window.opening(seconds(0.5), 0), Some(seconds(1.5)));
    let taken = window.take(seconds(1.5), 0).unwrap();
    window.end(seconds(2.0), taken, RequestOutcome::Answered(no_headers()));
    let taken = window.take(window.opening(seconds(2.0), 0).unwrap(), 0).unwrap();
    let change = window.end(seconds(4.0), taken, refused(None));
    assert_eq!(change.paused_for, Some(seconds(1.0)), "an answer in between ends the row");
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
fn the_limit_is_learnt() {
    let by = |limit, window: Option<f64>| RateLimitHeaders {
        limit,
        window: window.map(seconds),
        ..no_headers()
    };
    let told_rule = LimitPolicy::Reported(Limit::new(50, seconds(60.0)));
    let at_most = LimitPolicy::AtMost(Limit::new(50, seconds(60.0)));
    type Row = (LimitPolicy, RateLimitHeaders, Option<(u32, f64)>);
    let rows: [Row; 9] = [
        (told_rule, by(Some(120), Some(60.0)), Some((120, 60.0))),
        (told_rule, by(Some(2), Some(10.0)), Some((2, 10.0))),
        (told_rule, by(Some(2), None), Some((2, 60.0))),
        (told_rule, by(None, Some(30.0)), Some((50, 30.0))),
        (told_rule, by(Some(50), Some(60.0)), None),
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
fn what_others_use_is_left_to_them() {
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
fn our_own_requests_are_not_taken_for_those_of_others() {
    let mut window = of(50);
    let taken = take_all(&mut window, 0.0);
    let sent = taken.len() as u32;
    for (number, taken) in taken.into_iter().enumerate() {
        let headers = RateLimitHeaders { remaining: Some(50 - sent), ..no_headers() };
        let change = window.end(seconds(number as f64), taken, RequestOutcome::Answered(headers));
        assert_eq!(change.foreign, 0);
    }
    // One that the server counted, and whose slot came back while this one was
    // under way.
    let slow = window.take(seconds(59.0), 0).unwrap();
    assert_eq!(window.available(seconds(62.0)), 26);
    let headers = RateLimitHeaders { remaining: Some(50 - sent - 1), ..no_headers() };
    assert_eq!(window.end(seconds(62.0), slow, RequestOutcome::Answered(headers)).foreign, 0);
}

#[test]
fn scarcity_grows_with_every_request_and_everyone_who_waits() {
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

fn share_of(policy: LimitPolicy, share: f64) -> Option<u32> {
    SlidingWindow::with_share(policy, share).limit().map(|limit| limit.requests)
}

#[test]
fn a_share_is_of_the_limit_that_is_known() {
    let rows = [
        (50, 0.5, 25),
        (50, 1.0, 50),
        (50, 0.29, 14),
        (50, 0.58, 29),
        (100, 1.0 / 3.0, 33),
        (3, 0.333_333_333_3, 1),
        (50, 0.001, 1),
        (1, 0.5, 1),
        (50, 0.0, 1),
        (50, -1.0, 1),
        (50, 7.0, 50),
        (50, f64::NAN, 50),
        (100_000, 0.5, 50_000),
    ];
    for (requests, share, expected) in rows {
        let limit = Limit::new(requests, seconds(W));
        for policy in [LimitPolicy::Reported(limit), LimitPolicy::AtMost(limit)] {
            assert_eq!(share_of(policy, share), Some(expected), "{share} of {requests}");
        }
    }
    assert_eq!(share_of(LimitPolicy::Unlimited, 0.5), None);
}

#[test]
fn a_share_follows_what_answers_report() {
    let limit = Limit::new(50, seconds(W));
    let rows = [
        (LimitPolicy::Reported(limit), 120, 60),
        (LimitPolicy::Reported(limit), 10, 5),
        (LimitPolicy::AtMost(limit), 120, 25),
        (LimitPolicy::AtMost(limit), 10, 5),
    ];
    for (policy, reported, expected) in rows {
        let mut window = SlidingWindow::with_share(policy, 0.5);
        for _ in 0..3 {
            let taken = window.take(seconds(0.0), 0).unwrap();
            let headers = RateLimitHeaders { limit: Some(reported), ..no_headers() };
            window.end(seconds(0.0), taken, RequestOutcome::Answered(headers));
        }
        assert_eq!(window.limit().unwrap().requests, expected, "{policy:?}, {reported} reported");
    }
}

/// Half of 50 is 25 for others: what they take of that costs nothing here.
#[test]
fn others_have_the_rest_of_the_limit_to_themselves() {
    let rows = [(49, 0), (30, 0), (24, 0), (23, 1), (10, 14), (0, 24)];
    for policy in [LimitPolicy::Reported, LimitPolicy::AtMost] {
        for (remaining, foreign) in rows {
            let mut window = SlidingWindow::with_share(policy(Limit::new(50, seconds(W))), 0.5);
            let taken = window.take(seconds(0.0), 0).unwrap();
            let headers =
                RateLimitHeaders { limit: Some(50), remaining: Some(remaining), ..no_headers() };
            let change = window.end(seconds(1.0), taken, RequestOutcome::Answered(headers));
            assert_eq!(change.foreign, foreign, "{remaining} left");
            assert_eq!(window.available(seconds(1.0)), 24 - foreign, "{remaining} left");
        }
    }
}

/// Two processes with half of the budget each are never refused.
#[test]
fn shares_together_stay_within_the_limit() {
    let mut windows =
        [0, 1].map(|_| SlidingWindow::with_share(LimitPolicy::Reported(Limit::default()), 0.5));
    let mut arrivals: Vec<f64> = Vec::new();
    for window in &mut windows {
        arrivals.extend(departures(window, 200, 0, 0.2));
    }
    arrivals.sort_by(f64::total_cmp);
    let most = arrivals.iter().map(|end| {
        arrivals.iter().filter(|at| (*end - W..=*end).contains(*at) && **at > end - W).count()
    });
    assert!(most.max() <= Some(50));
}

#[test]
fn a_window_for_batches_alone_lets_all_leave_at_once() {
    let mut window = of(50);
    window.allow_bursts(true);
    let times = departures(&mut window, 100, 1000, 0.1);
    assert!(times[..50].iter().all(|time| *time == 0.0), "{times:?}");
    assert!(times[50..].iter().all(|time| (*time - 60.1).abs() < 1e-9), "{times:?}");
    // After a refusal they leave evenly all the same.
    let mut window = of(50);
    window.allow_bursts(true);
    let taken = window.take(Duration::ZERO, 0).unwrap();
    window.end(seconds(1.0), taken, refused(Some(2.0)));
    let times = departures(&mut window, 5, 0, 0.1);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] > 1.1), "{times:?}");
}

#[test]
fn what_can_leave_within_a_time() {
    let mut window = of(50);
    let interval = seconds(1.2);
    let supply = |window: &SlidingWindow, now: f64, within: f64| {
        let supply = window.supply(seconds(now), seconds(within));
        assert_eq!(supply.interval, interval);
        supply.requests
    };
    assert_eq!((supply(&window, 0.0, 0.0), supply(&window, 0.0, 50.0)), (50, 50));
    let taken: Vec<_> = (0..20).map(|_| window.take(Duration::ZERO, 0).unwrap()).collect();
    assert_eq!(supply(&window, 0.0, 10.0), 30, "those under way come back later");
    for taken in taken {
        window.end(seconds(0.1), taken, RequestOutcome::Answered(no_headers()));
    }
    // Within four intervals more than asked for.
    let rows =
        [(0.1, 10.0, 30), (0.1, 55.0, 30), (0.1, 55.3, 50), (50.0, 5.0, 30), (50.0, 6.0, 50)];
    for (now, within, expected) in rows {
        assert_eq!(supply(&window, now, within), expected, "{within} s from {now} s on");
    }
    // Beyond a window, slots come back again.
    assert_eq!(supply(&window, 0.1, 115.2), 100);
    assert_eq!(of(1).supply(Duration::ZERO, Duration::ZERO).requests, 1);
    let unlimited = SlidingWindow::new(LimitPolicy::Unlimited);
    assert_eq!(unlimited.supply(Duration::ZERO, Duration::MAX), Supply::UNLIMITED);
}

/// A budget in a database is stored after each change.
#[test]
#[cfg(feature = "serde")]
fn a_stored_window_goes_on_as_if_it_had_not_been_stored() {
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

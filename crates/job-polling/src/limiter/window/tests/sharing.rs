//! Tests of shares of a limit.

use super::*;

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

/// Half of 50 leaves 25 to others, whose use does not reduce this share.
#[test]
fn others_can_use_the_rest_of_the_limit() {
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

/// Two processes with half of the budget each never exceed the limit.
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

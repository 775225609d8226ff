//! [`Lease`]: determines whether a worker may still send, without a clock or I/O.

use std::time::Duration;

use jiff::Timestamp;

/// A moment on two clocks. The monotonic clock may stop while a machine sleeps, and the calendar
/// can be set, so the elapsed time is the longer of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The time of a clock that never runs backwards, from any moment of this process.
    pub(crate) monotonic: Duration,
    /// The time of the calendar.
    pub(crate) calendar: Timestamp,
}

impl Moment {
    /// Creates a moment from both clocks.
    pub(crate) const fn new(monotonic: Duration, calendar: Timestamp) -> Self {
        Self { monotonic, calendar }
    }

    /// Returns an upper bound of the time since an earlier moment.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        let by_calendar = self.calendar.duration_since(earlier.calendar);
        let by_calendar = by_calendar.try_into().unwrap_or(Duration::ZERO);
        self.monotonic.saturating_sub(earlier.monotonic).max(by_calendar)
    }
}

/// The lease of a worker, from the worker's view.
///
/// The API can't check whether the sender of a launch still owns its row. Therefore a worker sends
/// only if the request ends before its lease does: the time since its last successful heartbeat
/// *began*, plus the maximum duration of the request, is less than the lease.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lease {
    length: Duration,
    renewed: Option<Moment>,
}

impl Lease {
    /// Creates a lease of this length that has not begun.
    pub(crate) const fn new(length: Duration) -> Self {
        Self { length, renewed: None }
    }

    /// Records that the journal renewed the lease, with a heartbeat that began at this moment.
    pub(crate) fn renew(&mut self, began: Moment) {
        self.renewed = Some(began);
    }

    /// Records that the journal refused to renew the lease.
    pub(crate) fn end(&mut self) {
        self.renewed = None;
    }

    /// Returns whether a request that takes at most this long may be sent.
    pub(crate) fn may_send(&self, now: Moment, longest: Duration) -> bool {
        self.renewed.is_some_and(|renewed| {
            now.since(renewed).checked_add(longest).is_some_and(|ends| ends < self.length)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(60);
    const TIMEOUT: Duration = Duration::from_secs(30);

    fn at(monotonic: u64, calendar: i64) -> Moment {
        Moment::new(Duration::from_secs(monotonic), Timestamp::from_second(calendar).unwrap())
    }

    #[test]
    fn a_request_is_sent_only_if_it_ends_before_the_lease() {
        let mut lease = Lease::new(LEASE);
        assert!(!lease.may_send(at(0, 0), TIMEOUT), "it has not begun");
        lease.renew(at(10, 1_000));
        let rows = [
            ("at once", at(10, 1_000), true),
            ("just in time", at(39, 1_029), true),
            ("too late", at(40, 1_030), false),
            ("the machine slept", at(11, 9_000), false),
            ("the calendar was set back", at(39, 5), true),
            ("and time has passed all the same", at(40, 5), false),
        ];
        for (name, now, expected) in rows {
            assert_eq!(lease.may_send(now, TIMEOUT), expected, "{name}");
        }
        assert!(!lease.may_send(at(10, 1_000), LEASE));
        lease.end();
        assert!(!lease.may_send(at(10, 1_000), TIMEOUT));
    }
}

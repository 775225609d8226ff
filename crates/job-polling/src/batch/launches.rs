//! [`Launches`]: decides whether an input may be launched, and whether it precedes the reads.

use std::time::Duration;

use crate::limiter::Supply;
use crate::schedule::{Planner, QuotaPressure};

/// The maximum number of wasted reads that precede a waiting launch.
const MAX_READS_IN_A_ROW: u32 = 3;

/// The minimum interval at which a launch that waits for slots is reconsidered.
const MIN_RECHECK: Duration = Duration::from_millis(100);

/// The state of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// No input is available yet, and more may follow.
    Wanted,
    /// An input is available.
    Offered,
    /// All inputs have been taken.
    Ended,
}

/// The inputs of a batch, its launches in flight, and the budget for further ones.
#[derive(Debug)]
pub(super) struct Launches {
    pub(super) input: Input,
    pub(super) supply: Supply,
    in_flight: usize,
    wasted_reads: u32,
    /// The time from the newest launch to the first read of its job, and whether its result is
    /// delivered.
    ahead: Duration,
    delivery_expected: bool,
}

impl Launches {
    pub(super) fn new() -> Self {
        Self {
            input: Input::Wanted,
            supply: Supply::UNLIMITED,
            in_flight: 0,
            wasted_reads: 0,
            ahead: Duration::ZERO,
            delivery_expected: false,
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Returns the time from a launch to the first read of its job.
    pub(super) fn ahead(&self) -> Duration {
        self.ahead
    }

    /// Records that the offered input is being launched.
    pub(super) fn sent(&mut self) {
        self.input = Input::Wanted;
        self.wasted_reads = 0;
        self.in_flight += 1;
    }

    /// Records that a launch returned a job, or failed.
    pub(super) fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Records that the job of the newest launch is first read after `ahead`.
    pub(super) fn first_read(&mut self, ahead: Duration, delivery_expected: bool) {
        (self.ahead, self.delivery_expected) = (ahead, delivery_expected);
    }

    /// Records that a read brought no result, or is an extra one.
    pub(super) fn read_wasted(&mut self) {
        self.wasted_reads += 1;
    }

    /// Records that a read found a result.
    pub(super) fn read_paid_off(&mut self) {
        self.wasted_reads = 0;
    }

    /// Returns whether a launch precedes all reads.
    pub(super) fn is_due(&self) -> bool {
        self.wasted_reads >= MAX_READS_IN_A_ROW
    }

    /// Returns whether a launch leaves slots for its own read, and for those of all `unread` jobs.
    pub(super) fn has_slots(&self, unread: usize) -> bool {
        let launching = if self.delivery_expected { 0 } else { self.in_flight };
        let jobs = unread + launching;
        jobs == 0 || self.supply.requests >= jobs + 2
    }

    /// Returns when a launch that waits for slots is reconsidered.
    pub(super) fn recheck(&self, now: Duration) -> Duration {
        now.saturating_add(self.supply.interval.max(MIN_RECHECK))
    }

    /// Returns the price of a read under this quota pressure.
    ///
    /// While an input waits for a slot, a wasted read delays all `remaining` results. Few jobs with
    /// deliveries need a read, so an extra read delays fewer results; once all inputs have been
    /// taken, slots are left to those few.
    pub(super) fn quota_pressure(
        &self,
        quota_pressure: QuotaPressure,
        remaining: usize,
        read_cost: Duration,
        delivery_expected: bool,
        planner: &Planner,
    ) -> QuotaPressure {
        match self.input {
            Input::Offered if delivery_expected => QuotaPressure::new(1.0),
            Input::Offered => {
                let delay = self.supply.interval.as_secs_f64() * remaining as f64;
                QuotaPressure::contested(delay / read_cost.as_secs_f64())
            }
            Input::Ended if delivery_expected => quota_pressure.for_share(planner.share_lost()),
            Input::Wanted | Input::Ended => quota_pressure,
        }
    }
}

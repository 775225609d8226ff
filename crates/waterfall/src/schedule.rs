//! When to read a job: how long jobs take is learnt, and each read is planned.
//!
//! [`PollPolicy`] is all that most callers need. Here are the
//! parts that it works with. They have no clock, do no I/O and draw no random
//! numbers: times go in, and the next time comes out, so that they can be
//! simulated, and driven by other loops than this crate's.

mod arrivals;
mod curve;
mod grid;
mod job_times;
mod plan;
mod planner;
mod policy;
mod prior;
mod saved;
mod scarcity;
mod shift;
mod tick;

pub use job_times::{JobTimes, Seen, Ticket};
pub use planner::Planner;
pub(crate) use policy::stretched;
pub use policy::{DEFAULT_READ_COST, PollPolicy, PollPolicyError};
pub use scarcity::Scarcity;

/// The order of work of many jobs.
pub mod batch {
    pub use crate::batch::scheduler::Scheduler;
    pub use crate::batch::step::{After, Read, Step, Waited};
    pub use crate::batch::turns::Place;
}

/// The request budget of a key.
pub mod budget {
    pub use crate::meter::{Change, End, Limit, Rule, Taken, Told, Window};
}

pub(crate) use crate::waiter::Expectation;
pub use crate::waiter::{GaveUp, Next, Outlook, Start, Waiter};

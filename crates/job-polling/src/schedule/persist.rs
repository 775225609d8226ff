//! The stored form of [`DurationHistory`]: a version, and an interval in seconds for each job,
//! the oldest first. The end of the interval is null for a job whose end was not observed.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::duration_history::{DurationHistory, End, KEPT};
use super::tick::Tick;

const VERSION: u32 = 1;

/// The longest valid delay.
const LONGEST_DELAY: f64 = 60.0 * 60.0;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    version: u32,
    delay: f64,
    jobs: Vec<(f64, Option<f64>)>,
}

impl Serialize for DurationHistory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let by = |end: End| end.was_seen().then(|| end.by.seconds());
        let mut jobs: Vec<_> = self.ends().map(|end| (end.after.seconds(), by(end))).collect();
        jobs.reverse();
        let delay = self.delay().as_secs_f64();
        Saved { version: VERSION, delay, jobs }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DurationHistory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Saved::deserialize(deserializer)?;
        checked(saved).map_err(D::Error::custom)
    }
}

fn checked(saved: Saved) -> Result<DurationHistory, String> {
    let Saved { version, delay, jobs } = saved;
    if version != VERSION {
        return Err(format!("unsupported version {version}, expected {VERSION}"));
    }
    if !(0.0..=LONGEST_DELAY).contains(&delay) {
        return Err(format!("invalid delay of {delay} s, expected 0 to {LONGEST_DELAY}"));
    }
    if jobs.len() > KEPT {
        return Err(format!("{} jobs, expected at most {KEPT}", jobs.len()));
    }
    let mut ends = Vec::with_capacity(jobs.len());
    for (index, &(after, by)) in jobs.iter().enumerate() {
        ends.push(end(after, by).ok_or_else(|| {
            format!("invalid interval of job {index}: after {after} s, by {by:?} s")
        })?);
    }
    Ok(DurationHistory::restored(ends.into_iter(), delay))
}

fn end(after: f64, by: Option<f64>) -> Option<End> {
    let last = Tick::LAST.previous();
    let valid =
        after.is_finite() && after >= 0.0 && by.is_none_or(|by| by.is_finite() && by >= after);
    let by = by.map_or(Tick::LAST, |by| Tick::nearest(by).min(last));
    valid.then(|| End { after: Tick::nearest(after).min(last), by })
}

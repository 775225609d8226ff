//! [`DeviationLedger`]: counts deviations, and passes them to the hook.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use waterfall_api::DeviationKind;

use super::observed::{DeviationCount, ObservedDeviation, ObservedResponse, Observer};

/// The maximum number of different deviations that are counted separately. Further ones are counted
/// together, by operation and kind, so that memory is bounded for any server.
const MAX_COUNTED: usize = 1024;

/// The path of deviations that are counted together.
const ANY_PATH: &str = "$..*";

/// The deviations of the responses of a client.
pub(crate) struct DeviationLedger {
    observer: Option<Arc<dyn Observer>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The number of responses by operation.
    observed: HashMap<&'static str, u64>,
    /// The number of responses that deviate.
    deviating: HashMap<(&'static str, ObservedDeviation), u64>,
}

/// The hook panicked.
#[derive(Debug)]
pub(super) struct Panicked;

impl DeviationLedger {
    pub(crate) fn new(observer: Option<Arc<dyn Observer>>) -> Self {
        Self { observer, state: Mutex::default() }
    }

    /// Counts a response. Returns the deviations that occur for the first time.
    pub(super) fn count<'a>(
        &self,
        operation: &'static str,
        deviations: &'a [ObservedDeviation],
    ) -> Vec<&'a ObservedDeviation> {
        let mut state = self.state();
        *state.observed.entry(operation).or_default() += 1;
        let mut folded = Vec::new();
        let mut new = Vec::new();
        for deviation in deviations {
            let key = (operation, deviation.clone());
            if let Some(count) = state.deviating.get_mut(&key) {
                *count += 1;
            } else if state.deviating.len() < MAX_COUNTED {
                state.deviating.insert(key, 1);
                new.push(deviation);
            } else if !folded.contains(&deviation.kind) {
                folded.push(deviation.kind);
            }
        }
        for kind in folded {
            *state.deviating.entry((operation, any(kind))).or_default() += 1;
        }
        new
    }

    /// Passes a response to the hook.
    pub(super) fn report(
        &self,
        operation: &'static str,
        deviations: &[ObservedDeviation],
    ) -> Result<(), Panicked> {
        let Some(observer) = &self.observer else { return Ok(()) };
        let response = ObservedResponse { operation, deviations };
        catch_unwind(AssertUnwindSafe(|| observer.observe(&response))).map_err(|_| Panicked)
    }

    pub(super) fn counts(&self) -> Vec<DeviationCount> {
        let state = self.state();
        let counts = state.deviating.iter().map(|((operation, deviation), responses)| {
            let observed = state.observed.get(operation).copied().unwrap_or_default();
            let deviation = deviation.clone();
            DeviationCount { operation, deviation, responses: *responses, observed }
        });
        let mut counts: Vec<_> = counts.collect();
        counts.sort_by(|one, other| {
            let key = |count: &DeviationCount| (Reverse(count.responses), count.operation);
            key(one).cmp(&key(other)).then_with(|| one.deviation.cmp(&other.deviation))
        });
        counts
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// Returns all deviations of a kind that are not counted separately.
fn any(kind: DeviationKind) -> ObservedDeviation {
    let expected = "what is described".to_owned();
    ObservedDeviation { path: ANY_PATH.to_owned(), kind, expected, found: "other values" }
}

impl fmt::Debug for DeviationLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviationLedger")
            .field("observer", &self.observer.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: String) -> ObservedDeviation {
        let kind = DeviationKind::NewField;
        ObservedDeviation { path, kind, expected: "no such field".to_owned(), found: "null" }
    }

    #[test]
    fn memory_is_bounded_and_no_response_is_missing() {
        let ledger = DeviationLedger::new(None);
        for number in 0..MAX_COUNTED + 50 {
            let deviations = [at(format!("$.a{number}")), at(format!("$.b{number}"))];
            let expected = if number < MAX_COUNTED / 2 { 2 } else { 0 };
            assert_eq!(ledger.count("find", &deviations).len(), expected);
        }
        let counts = ledger.counts();
        assert_eq!(counts.len(), MAX_COUNTED + 1);
        let rest = (MAX_COUNTED / 2 + 50) as u64;
        assert_eq!((counts[0].path(), counts[0].responses()), (ANY_PATH, rest));
        assert_eq!(counts[0].observed(), (MAX_COUNTED + 50) as u64);
    }

    #[test]
    fn the_most_frequent_deviation_comes_first() {
        let ledger = DeviationLedger::new(None);
        ledger.count("find", &[at("$.z".to_owned())]);
        ledger.count("find", &[at("$.z".to_owned()), at("$.y".to_owned())]);
        ledger.count("verify", &[at("$.a".to_owned())]);
        let counts = ledger.counts();
        let found: Vec<_> = counts
            .iter()
            .map(|one| (one.operation(), one.path(), one.responses(), one.observed()))
            .collect();
        assert_eq!(found, [("find", "$.z", 2, 2), ("find", "$.y", 1, 2), ("verify", "$.a", 1, 1)]);
    }
}

//! The events for responses that deviate from the API's description.

use waterfall_api::{Deviation, DeviationKind};

use crate::job_id::JobId;

/// A client received the first response that deviates at this place in this way.
pub(crate) fn first(
    job_id: Option<JobId>,
    operation: &'static str,
    kind: DeviationKind,
    path: &str,
    expected: &str,
    found: &'static str,
) {
    event!(
        info,
        "waterfall.deviation",
        "a response deviates from the API's description",
        job.id = job_id.map(display),
        operation.id = operation,
        json.path = path,
        json.deviation = kind.as_str(),
        json.expected = expected,
        json.found = found,
    );
}

/// A delivery contains values of unexpected types. No client counts it, because it is decoded
/// without one.
pub(crate) fn of_delivery(job_id: Option<JobId>, deviations: &[Deviation]) {
    for deviation in deviations {
        event!(
            info,
            "waterfall.deviation",
            "a delivery deviates from the API's description",
            job.id = job_id.map(display),
            json.path = deviation.pattern(),
            json.deviation = deviation.kind().as_str(),
            json.expected = deviation.expected(),
            json.found = deviation.found(),
        );
    }
}

/// The hook for deviations panicked.
pub(crate) fn observer_panicked(operation: &'static str) {
    event!(
        warn,
        "waterfall.observer.panicked",
        "the observer of responses has panicked; the response is not affected",
        operation.id = operation,
    );
}

//! Determines which states of a job are final.

use waterfall_api::types::JobState;

/// Returns whether a job in this state is finished; `None` for a state that this crate does not
/// know.
pub(crate) const fn is_final(state: &JobState) -> Option<bool> {
    match state {
        JobState::Running => Some(false),
        JobState::Succeeded | JobState::Failed | JobState::TimedOut | JobState::Aborted => {
            Some(true)
        }
        _ => None,
    }
}

/// The generated enum is non-exhaustive, so the compiler does not report a new state of the API
/// description in the match above. This test does.
const _: () = {
    let mut known = JobState::KNOWN;
    while let [state, rest @ ..] = known {
        assert!(is_final(state).is_some(), "is_final does not know a state of the description");
        known = rest;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_final_if_the_description_says_so() {
        let rows = [
            ("RUNNING", Some(false)),
            ("SUCCEEDED", Some(true)),
            ("FAILED", Some(true)),
            ("TIMED_OUT", Some(true)),
            ("ABORTED", Some(true)),
            ("PAUSED", None),
            ("succeeded", None),
        ];
        for (text, expected) in rows {
            assert_eq!(is_final(&JobState::from(text)), expected, "{text}");
        }
        let known: Vec<_> = JobState::KNOWN.iter().map(JobState::as_str).collect();
        let listed = rows.iter().filter(|row| row.1.is_some()).map(|row| row.0);
        assert_eq!(known, listed.collect::<Vec<_>>());
    }
}

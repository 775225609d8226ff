//! [`Seen`]: the queries that were launched already, and their results.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use waterfall::{AnySnapshot, Error, JobId};

use crate::batch::input::Input;

/// The outcome of a job.
pub(crate) type Outcome = Result<AnySnapshot, Error>;

/// The maximum total size of results that are kept for later inputs with the same query, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The size of a decoded response, as a multiple of its text.
const FACTOR: usize = 3;

/// A key that is equal for inputs that one launch serves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    identity: String,
    /// Whether the launch is with phones. Such a launch also serves an input without phones, but
    /// not vice versa.
    phones: bool,
}

impl Key {
    /// `phones` states whether phone numbers are requested as well.
    pub(crate) fn new(identity: &str, phones: bool) -> Self {
        Self { identity: identity.to_owned(), phones }
    }

    pub(crate) fn of_job(id: JobId) -> Self {
        Self { identity: id.to_string(), phones: false }
    }
}

/// The first input for a query or job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FirstInput {
    pub(crate) index: usize,
    pub(crate) number: u64,
}

/// The state of an input's query.
#[derive(Debug)]
pub(crate) enum Known {
    /// The input at this position is for the same query, and is not done.
    Pending(usize),
    /// The first input is done. Its outcome may be kept.
    Done(FirstInput, Option<Arc<Outcome>>),
}

#[derive(Debug)]
enum State {
    Pending(usize),
    Done(Option<Arc<Outcome>>),
}

#[derive(Debug, Default)]
pub(crate) struct Seen {
    firsts: HashMap<Key, (FirstInput, State)>,
    /// The queries whose outcomes are kept, and the size of each in bytes, oldest first.
    kept: VecDeque<(Key, usize)>,
    bytes: usize,
}

impl Seen {
    /// Returns the state of an input's query. If the query is new, the input becomes the first, at
    /// this position.
    pub(crate) fn take(&mut self, key: &Key, input: &Input, position: usize) -> Option<Known> {
        let known = self.get(key);
        if known.is_none() {
            let first = FirstInput { index: input.index, number: input.number() };
            self.firsts.insert(key.clone(), (first, State::Pending(position)));
        }
        known
    }

    /// Returns the state of the query with this key.
    pub(crate) fn get(&self, key: &Key) -> Option<Known> {
        let with_phones = Key { phones: true, ..key.clone() };
        let known = self.firsts.get(key).or_else(|| self.firsts.get(&with_phones));
        known.map(|(first, state)| match state {
            State::Pending(position) => Known::Pending(*position),
            State::Done(outcome) => Known::Done(*first, outcome.clone()),
        })
    }

    /// Records that the first input with this key is done.
    pub(crate) fn done(&mut self, key: Key, outcome: Arc<Outcome>) {
        let bytes = match &*outcome {
            Ok(found) => size_of::<AnySnapshot>() + FACTOR * found.raw().len(),
            Err(error) => size_of::<AnySnapshot>() + FACTOR * error.body().map_or(0, <[u8]>::len),
        };
        let Some((_, state)) = self.firsts.get_mut(&key) else { return };
        *state = State::Done(Some(outcome));
        self.kept.push_back((key, bytes));
        self.bytes += bytes;
        while self.bytes > MAX_BYTES
            && let Some((oldest, bytes)) = self.kept.pop_front()
        {
            self.bytes -= bytes;
            if let Some((_, state)) = self.firsts.get_mut(&oldest) {
                *state = State::Done(None);
            }
        }
    }

    /// Records that the first input with this key was not launched: the next one becomes the first.
    pub(crate) fn release(&mut self, key: &Key) {
        self.firsts.remove(key);
    }
}

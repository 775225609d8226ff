//! [`Seen`]: whom a launch was made for already, and what came of it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use waterfall::{ContactQuery, Error, JobId, Snapshot};

use super::inputs::Input;

/// What came of a job.
pub(crate) type Outcome = Result<Snapshot, Error>;

/// At most this many bytes of answers are kept for rows that come later and ask for the same
/// person.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What an answer takes beside its text, decoded.
const FACTOR: usize = 3;

/// The same for rows that one launch serves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    who: String,
    /// A launch with phones serves a row without, but not the other way round.
    phones: bool,
}

impl Key {
    pub(crate) fn of(query: &ContactQuery) -> Result<Self, Error> {
        let who = query.identity()?.as_str().to_owned();
        Ok(Self { who, phones: query.asks_for_phones() })
    }

    pub(crate) fn of_job(id: JobId) -> Self {
        Self { who: id.to_string(), phones: false }
    }
}

/// The input that another one is the same as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct First {
    pub(crate) index: usize,
    pub(crate) number: u64,
}

/// What is known of an input's person.
#[derive(Debug)]
pub(crate) enum Known {
    /// The input in this place of the batch asks for the same, and is not done.
    Pending(usize),
    /// What came of it, if that is kept.
    Done(First, Option<Arc<Outcome>>),
}

#[derive(Debug)]
enum State {
    Pending(usize),
    Done(Option<Arc<Outcome>>),
}

#[derive(Debug, Default)]
pub(crate) struct Seen {
    firsts: HashMap<Key, (First, State)>,
    /// Those whose outcomes are kept, and how many bytes each takes, oldest first.
    kept: VecDeque<(Key, usize)>,
    bytes: usize,
}

impl Seen {
    /// What is known of an input; without anything, it is the first, in this place.
    pub(crate) fn take(&mut self, key: &Key, input: &Input, place: usize) -> Option<Known> {
        let known = self.get(key);
        if known.is_none() {
            let first = First { index: input.index, number: input.number() };
            self.firsts.insert(key.clone(), (first, State::Pending(place)));
        }
        known
    }

    /// What is known of the person with this key.
    pub(super) fn get(&self, key: &Key) -> Option<Known> {
        let with_phones = Key { phones: true, ..key.clone() };
        let known = self.firsts.get(key).or_else(|| self.firsts.get(&with_phones));
        known.map(|(first, state)| match state {
            State::Pending(place) => Known::Pending(*place),
            State::Done(outcome) => Known::Done(*first, outcome.clone()),
        })
    }

    /// The first of these is done.
    pub(super) fn done(&mut self, key: Key, outcome: Arc<Outcome>) {
        let bytes = match &*outcome {
            Ok(found) => size_of::<Snapshot>() + FACTOR * found.raw().len(),
            Err(error) => size_of::<Snapshot>() + FACTOR * error.body().map_or(0, <[u8]>::len),
        };
        let Some((_, state)) = self.firsts.get_mut(&key) else { return };
        *state = State::Done(Some(outcome));
        self.kept.push_back((key, bytes));
        self.bytes += bytes;
        while self.bytes > MOST_BYTES
            && let Some((oldest, bytes)) = self.kept.pop_front()
        {
            self.bytes -= bytes;
            if let Some((_, state)) = self.firsts.get_mut(&oldest) {
                *state = State::Done(None);
            }
        }
    }

    /// The first of these was not launched, so the next one is the first.
    pub(super) fn release(&mut self, key: &Key) {
        self.firsts.remove(key);
    }
}

//! Decoding that survives values of unexpected types.
//!
//! A value is first decoded strictly, at the cost of plain serde. Only if that fails, each field,
//! element and map value is decoded on its own: what does not match keeps its JSON, and its path
//! is noted. The mode and the notes are thread-local, because serde passes no context to nested
//! decoders.

use std::cell::{Cell, RefCell};

use serde::de::{DeserializeOwned, Error, MapAccess};
use serde_json::Value;

use crate::deviation::Deviation;
use crate::failure::{self, Failure};
use crate::json_path::Segment;

/// Beyond this, not every integer has an exact `f64`.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

thread_local! {
    static STRICT: Cell<bool> = const { Cell::new(false) };
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
    static ADDITIONS: Cell<Additions> = const { Cell::new(Additions::Absent) };
}

/// Notes taken while a value is decoded.
#[derive(Default)]
pub(crate) struct Notes {
    path: Vec<Segment>,
    deviations: Vec<Failure>,
    /// The error that is being returned.
    failure: Option<Failure>,
}

/// What happens to fields and values that the description does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Additions {
    /// They are allowed; there was none yet.
    Absent,
    /// They are allowed; there was one.
    Present,
    /// They are noted, and mismatches in strict mode, so that their paths are known.
    Noted,
}

/// Whether a mismatch fails the decoding, because a slower attempt follows.
#[inline]
pub fn is_strict() -> bool {
    STRICT.get()
}

fn with_strict<R>(strict: bool, work: impl FnOnce() -> R) -> R {
    struct Restore(bool);

    impl Drop for Restore {
        fn drop(&mut self) {
            STRICT.set(self.0);
        }
    }

    let _restore = Restore(STRICT.replace(strict));
    work()
}

/// Fails at the first mismatch.
#[inline]
pub(crate) fn strictly<R>(work: impl FnOnce() -> R) -> R {
    with_strict(true, work)
}

/// Keeps values that do not match and notes them, beginning with `start`.
fn noting<R>(start: Notes, work: impl FnOnce() -> R) -> (R, Notes) {
    struct Restore(Option<Notes>);

    impl Drop for Restore {
        fn drop(&mut self) {
            NOTES.replace(self.0.take());
        }
    }

    let _restore = Restore(NOTES.replace(Some(start)));
    let outcome = with_strict(false, work);
    (outcome, NOTES.take().unwrap_or_default())
}

/// Accesses the notes, if any are being taken.
fn notes<R>(look: impl FnOnce(&mut Notes) -> R) -> Option<R> {
    NOTES.with_borrow_mut(|notes| notes.as_mut().map(look))
}

/// Notes why the decoding fails that is about to return an error; not in strict mode,
/// where a slower attempt follows.
pub(crate) fn note_failure(failure: impl FnOnce(&[Segment]) -> Failure) {
    if !is_strict() {
        notes(|notes| notes.failure = Some(failure(&notes.path)));
    }
}

/// Runs `work` one level deeper in the document.
pub(crate) fn within<R>(segment: impl FnOnce() -> Segment, work: impl FnOnce() -> R) -> R {
    struct Leave(Option<usize>);

    impl Drop for Leave {
        fn drop(&mut self) {
            if let Some(depth) = self.0 {
                notes(|notes| notes.path.truncate(depth));
            }
        }
    }

    let _leave = Leave(notes(|notes| {
        notes.path.push(segment());
        notes.path.len() - 1
    }));
    work()
}

/// Decodes a whole body that did not match strictly.
pub(crate) fn decode<T: DeserializeOwned>(body: &Value) -> (Result<T, Failure>, Vec<Deviation>) {
    let (outcome, notes) = noting(Notes::default(), || attempt(body));
    (outcome, failure::deviations(notes.deviations))
}

/// Whether `work` comes across a field or value that the description does not list.
pub(crate) fn watching_additions<R>(work: impl FnOnce() -> R) -> (R, bool) {
    let before = ADDITIONS.replace(Additions::Absent);
    let outcome = work();
    (outcome, ADDITIONS.replace(before) == Additions::Present)
}

/// The fields and values that the description does not list. The body is decoded by the slower
/// method.
pub(crate) fn additions<T: DeserializeOwned>(body: &Value) -> Vec<Deviation> {
    struct Restore(Additions);

    impl Drop for Restore {
        fn drop(&mut self) {
            ADDITIONS.set(self.0);
        }
    }

    let _restore = Restore(ADDITIONS.replace(Additions::Noted));
    let (_, mut notes) = noting(Notes::default(), || attempt::<T>(body));
    notes.deviations.retain(Failure::is_addition);
    failure::deviations(notes.deviations)
}

/// Comes across a field or value that the description does not list.
#[cold]
fn addition<E: Error>(failure: impl FnOnce(&[Segment]) -> Failure) -> Result<(), E> {
    if ADDITIONS.get() != Additions::Noted {
        ADDITIONS.set(Additions::Present);
    } else if is_strict() {
        return Err(E::custom("not described"));
    } else {
        note_deviation(failure);
    }
    Ok(())
}

/// For generated code: an open enum has no such value.
pub fn new_value<E: Error>() -> Result<(), E> {
    addition(|path| Failure::new_value(path, "a string"))
}

/// A union has no such variant.
pub(crate) fn new_variant<E: Error>(value: &Value) -> Result<(), E> {
    addition(|path| Failure::new_value(path, failure::kind(value)))
}

/// Decodes a value as `T`: strictly if it matches, otherwise keeping nested values that do not
/// match.
pub(crate) fn attempt<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    // From text, so that decoders are compiled for only one deserializer.
    let text = value.to_string();
    let read = |text: &str| serde_json::from_str::<T>(text);
    if let Ok(value) = strictly(|| read(&text)) {
        return Ok(value);
    }
    if let Some(value) = integral(value).and_then(|text| strictly(|| read(&text)).ok()) {
        return Ok(value);
    }
    let before = notes(|notes| {
        notes.failure = None;
        notes.deviations.len()
    });
    read(&text).map_err(|error| {
        let known = notes(|notes| {
            notes.deviations.truncate(before.unwrap_or_default());
            notes.failure.take().unwrap_or_else(|| Failure::of(&notes.path, &error, value))
        });
        known.unwrap_or_else(|| Failure::of(&[], &error, value))
    })
}

/// A number such as `1.0`, which is an integer to JSON Schema, as an integer.
fn integral(value: &Value) -> Option<String> {
    let number = value.as_f64().filter(|_| value.is_f64())?;
    let exact = number.fract() == 0.0 && number.abs() < EXACT_INTEGERS;
    exact.then(|| (number as i64).to_string())
}

/// The value of a field, element or member if it matches, otherwise its JSON.
pub(crate) fn keep<T: DeserializeOwned>(value: Value) -> Result<T, Value> {
    attempt(&value).map_err(|failure| {
        notes(|notes| notes.deviations.push(failure));
        value
    })
}

/// The same one level deeper.
pub(crate) fn keep_at<T: DeserializeOwned>(
    segment: impl FnOnce() -> Segment,
    value: Value,
) -> Result<T, Value> {
    within(segment, || keep(value))
}

/// Returns an error and notes its path.
pub(crate) fn fail<E: Error>(failure: Failure) -> E {
    let error = E::custom(&failure);
    notes(|notes| notes.failure = Some(failure));
    error
}

/// Decodes one variant of a union, and keeps nested values that do not match. Without success,
/// nothing is noted.
pub(crate) fn tolerantly<T>(
    value: &Value,
    variant: impl FnOnce() -> serde_json::Result<T>,
) -> Result<T, Failure> {
    let path = notes(|notes| notes.path.clone()).unwrap_or_default();
    let start = Notes { path: path.clone(), ..Notes::default() };
    let (outcome, noted) = noting(start, variant);
    match outcome {
        Ok(found) => {
            notes(|notes| notes.deviations.extend(noted.deviations));
            Ok(found)
        }
        Err(error) => Err(noted.failure.unwrap_or_else(|| Failure::of(&path, &error, value))),
    }
}

/// Notes a value that is kept though it does not match.
pub(crate) fn note_deviation(failure: impl FnOnce(&[Segment]) -> Failure) {
    notes(|notes| {
        let failure = failure(&notes.path);
        notes.deviations.push(failure);
    });
}

/// For generated code: where fields that are not described are kept.
pub trait Extra: Default {
    /// Reads the value of a field whose name has been read.
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error>;
}

impl Extra for serde_json::Map<String, Value> {
    #[inline]
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error> {
        let value = map.next_value()?;
        addition(|path| Failure::new_field(path, &name, &value))?;
        self.insert(name, value);
        Ok(())
    }
}

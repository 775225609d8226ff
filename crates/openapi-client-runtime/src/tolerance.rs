//! Decoding that tolerates values of unexpected types.
//!
//! A value is first decoded strictly, at the cost of plain serde. Only if that fails, each field,
//! element and map value is decoded separately: a value that does not match keeps its JSON, and its
//! path is noted. The mode and the notes are thread-local, because serde passes no context to
//! nested decoders.
//!
//! Generic functions are compiled for each described type in the crates that decode it. So they
//! contain little more than the call of the decoder; everything else is in functions without type
//! parameters.

use std::cell::{Cell, RefCell};

use serde::de::{DeserializeOwned, Error, MapAccess};
use serde_json::Value;

use crate::deviation::Deviation;
use crate::failure::{self, Failure};
use crate::json_path::Segment;

/// The limit up to which `f64` represents every integer exactly.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

thread_local! {
    static STRICT: Cell<bool> = const { Cell::new(false) };
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
    static ADDITIONS: Cell<Additions> = const { Cell::new(Additions::Absent) };
}

/// The notes that are taken while a value is decoded.
#[derive(Default)]
pub(crate) struct Notes {
    path: Vec<Segment>,
    deviations: Vec<Failure>,
    /// The failure behind the error that is being returned.
    failure: Option<Failure>,
}

/// The handling of fields and values that the description does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Additions {
    /// They are allowed. None has occurred.
    Absent,
    /// They are allowed. At least one has occurred.
    Present,
    /// They are noted. In strict mode they count as mismatches, so that the slower attempt notes
    /// their paths.
    Noted,
}

/// Returns whether a mismatch fails the decoding, because a slower attempt follows.
#[inline]
pub(crate) fn is_strict() -> bool {
    STRICT.get()
}

/// A guard that sets the mode of decoding until it is dropped.
pub(crate) struct Mode {
    outer: bool,
}

impl Mode {
    fn new(strict: bool) -> Self {
        Self { outer: STRICT.replace(strict) }
    }

    /// Makes decoding fail at the first mismatch.
    #[inline]
    pub(crate) fn strict() -> Self {
        Self::new(true)
    }
}

impl Drop for Mode {
    #[inline]
    fn drop(&mut self) {
        STRICT.set(self.outer);
    }
}

/// A guard that takes notes, and keeps values that do not match, until it is dropped.
struct Noting {
    outer: Option<Notes>,
    _mode: Mode,
}

impl Noting {
    fn new(start: Notes) -> Self {
        Self { outer: NOTES.replace(Some(start)), _mode: Mode::new(false) }
    }

    /// Returns the notes.
    fn finish(self) -> Notes {
        NOTES.take().unwrap_or_default()
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        NOTES.replace(self.outer.take());
    }
}

/// Accesses the notes, if any are being taken.
fn notes<R>(look: impl FnOnce(&mut Notes) -> R) -> Option<R> {
    NOTES.with_borrow_mut(|notes| notes.as_mut().map(look))
}

/// Notes the cause of the error that is about to be returned. Does nothing in strict mode, because
/// a slower attempt follows.
pub(crate) fn note_failure(failure: &dyn Fn(&[Segment]) -> Failure) {
    if !is_strict() {
        notes(|notes| notes.failure = Some(failure(&notes.path)));
    }
}

/// A guard that extends the current path by a segment until it is dropped.
pub(crate) struct Step {
    depth: Option<usize>,
}

impl Step {
    pub(crate) fn into(segment: Segment) -> Self {
        let enter = |notes: &mut Notes| {
            notes.path.push(segment);
            notes.path.len() - 1
        };
        Self { depth: notes(enter) }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(depth) = self.depth {
            notes(|notes| notes.path.truncate(depth));
        }
    }
}

/// Decodes a whole body that did not match in strict mode.
pub(crate) fn decode<T: DeserializeOwned>(body: &Value) -> (Result<T, Failure>, Vec<Deviation>) {
    let noting = Noting::new(Notes::default());
    let outcome = attempt(body);
    (outcome, failure::deviations(noting.finish().deviations))
}

/// A guard that watches for undescribed fields and values until it is dropped.
pub(crate) struct Watch {
    outer: Additions,
}

impl Watch {
    fn new(additions: Additions) -> Self {
        Self { outer: ADDITIONS.replace(additions) }
    }

    #[inline]
    pub(crate) fn start() -> Self {
        Self::new(Additions::Absent)
    }

    /// Returns whether an undescribed field or value has occurred.
    #[inline]
    pub(crate) fn has_seen(&self) -> bool {
        ADDITIONS.get() == Additions::Present
    }
}

impl Drop for Watch {
    #[inline]
    fn drop(&mut self) {
        ADDITIONS.set(self.outer);
    }
}

/// Returns the undescribed fields and values of a body. The body is decoded by the slower method.
pub(crate) fn additions<T: DeserializeOwned>(body: &Value) -> Vec<Deviation> {
    let _watch = Watch::new(Additions::Noted);
    let noting = Noting::new(Notes::default());
    // A body that does not match has no additions.
    let _ = attempt::<T>(body);
    let mut noted = noting.finish().deviations;
    noted.retain(Failure::is_addition);
    failure::deviations(noted)
}

/// Records an undescribed field or value. Returns whether decoding continues.
#[cold]
fn addition(failure: &dyn Fn(&[Segment]) -> Failure) -> bool {
    if ADDITIONS.get() != Additions::Noted {
        ADDITIONS.set(Additions::Present);
    } else if is_strict() {
        return false;
    } else {
        note_deviation(failure(&path()));
    }
    true
}

#[cold]
fn new_field(name: &str, value: &Value) -> bool {
    addition(&|path| Failure::new_field(path, name, value))
}

fn or_undescribed<E: Error>(goes_on: bool) -> Result<(), E> {
    if goes_on { Ok(()) } else { Err(E::custom("not described")) }
}

/// For generated code: records a value that an open enum does not list.
pub fn new_value<E: Error>() -> Result<(), E> {
    or_undescribed(addition(&|path| Failure::new_value(path, "a string")))
}

/// Records a value that is not a known variant of a union.
pub(crate) fn new_variant<E: Error>(value: &Value) -> Result<(), E> {
    or_undescribed(addition(&|path| Failure::new_value(path, failure::kind(value))))
}

/// Decodes a value as `T`. Tries the strict mode first; otherwise keeps nested values that do not
/// match as JSON.
pub(crate) fn attempt<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    let mut attempts = Attempts::new(value);
    loop {
        let mode = attempts.mode();
        // Always decodes from text, so that decoders are compiled for only one deserializer.
        let outcome = serde_json::from_str(&attempts.text);
        drop(mode);
        match outcome {
            Ok(value) => return Ok(value),
            Err(error) => attempts.next(&error)?,
        }
    }
}

/// The attempts to decode a value.
struct Attempts<'a> {
    value: &'a Value,
    /// The text to decode.
    text: String,
    stage: Stage,
    /// The number of deviations before the last attempt.
    before: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Strict,
    /// Strict, with a number without a fraction rewritten as an integer.
    Integer,
    /// The last attempt, in the mode of the caller.
    Keeping,
}

impl<'a> Attempts<'a> {
    fn new(value: &'a Value) -> Self {
        Self { value, text: value.to_string(), stage: Stage::Strict, before: 0 }
    }

    fn mode(&self) -> Option<Mode> {
        (self.stage != Stage::Keeping).then(Mode::strict)
    }

    /// Prepares the next attempt, or returns the failure of the last attempt.
    fn next(&mut self, error: &serde_json::Error) -> Result<(), Failure> {
        match self.stage {
            Stage::Strict => match integral(self.value) {
                Some(integer) => {
                    self.text = integer;
                    self.stage = Stage::Integer;
                }
                None => self.keep(),
            },
            Stage::Integer => {
                self.text = self.value.to_string();
                self.keep();
            }
            Stage::Keeping => return Err(self.failure(error)),
        }
        Ok(())
    }

    fn keep(&mut self) {
        self.stage = Stage::Keeping;
        let start = |notes: &mut Notes| {
            notes.failure = None;
            notes.deviations.len()
        };
        self.before = notes(start).unwrap_or_default();
    }

    fn failure(&self, error: &serde_json::Error) -> Failure {
        let known = notes(|notes| {
            notes.deviations.truncate(self.before);
            notes.failure.take().unwrap_or_else(|| Failure::of(&notes.path, error, self.value))
        });
        known.unwrap_or_else(|| Failure::of(&[], error, self.value))
    }
}

/// Returns a number such as `1.0` as an integer. JSON Schema considers it an integer.
fn integral(value: &Value) -> Option<String> {
    let number = value.as_f64().filter(|_| value.is_f64())?;
    let exact = number.fract() == 0.0 && number.abs() < EXACT_INTEGERS;
    exact.then(|| (number as i64).to_string())
}

/// Decodes a value. Returns and notes its JSON if it does not match.
pub(crate) fn keep<T: DeserializeOwned>(value: Value) -> Result<T, Value> {
    match attempt(&value) {
        Ok(kept) => Ok(kept),
        Err(failure) => {
            note_deviation(failure);
            Err(value)
        }
    }
}

/// Decodes a value one level deeper; see [`keep`].
pub(crate) fn keep_at<T: DeserializeOwned>(segment: Segment, value: Value) -> Result<T, Value> {
    let _step = Step::into(segment);
    keep(value)
}

/// Returns an error for the failure and notes the failure.
pub(crate) fn fail<E: Error>(failure: Failure) -> E {
    let error = E::custom(&failure);
    note_error(failure);
    error
}

fn note_error(failure: Failure) {
    notes(|notes| notes.failure = Some(failure));
}

/// Decodes one variant of a union and keeps nested values that do not match. Takes no notes if the
/// decoding fails.
pub(crate) fn tolerantly<T>(
    value: &Value,
    variant: fn(&Value) -> serde_json::Result<T>,
) -> Result<T, Failure> {
    let noting = Noting::new(Notes { path: path(), ..Notes::default() });
    let outcome = variant(value);
    let noted = noting.finish();
    match outcome {
        Ok(found) => {
            append(noted);
            Ok(found)
        }
        Err(error) => Err(noted.failure.unwrap_or_else(|| Failure::of(&path(), &error, value))),
    }
}

/// Returns the path of the value that is being decoded.
pub(crate) fn path() -> Vec<Segment> {
    notes(|notes| notes.path.clone()).unwrap_or_default()
}

fn append(noted: Notes) {
    notes(|notes| notes.deviations.extend(noted.deviations));
}

/// Notes a value that is kept although it does not match.
pub(crate) fn note_deviation(failure: Failure) {
    notes(|notes| notes.deviations.push(failure));
}

/// For generated code: a collection of undescribed fields.
pub trait Extra: Default {
    /// Reads the value of a field whose name has been read. Called in strict mode.
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error>;

    /// Keeps a field even if its value does not match.
    fn keep(&mut self, name: String, value: Value);
}

impl Extra for serde_json::Map<String, Value> {
    #[inline]
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error> {
        let value = map.next_value()?;
        or_undescribed(new_field(&name, &value))?;
        self.insert(name, value);
        Ok(())
    }

    fn keep(&mut self, name: String, value: Value) {
        new_field(&name, &value);
        self.insert(name, value);
    }
}

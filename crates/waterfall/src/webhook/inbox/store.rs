//! [`Store`]: who waits for which job, and what came for it. No clock, no async:
//! times are counted from the start of the inbox.
//!
//! A letter is handed over when its reader asks for the next one, not before: until
//! then it can be given back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use super::InboxOutcome;
use super::shelf::{Letter, Limits, Shelf};
use crate::JobId;

/// So many jobs are remembered whose result was handed over, to tell what comes
/// again.
const REMEMBERED: usize = 10_000;

/// A wait, or a batch of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Reader(u64);

/// A wait: which job, and the reader's own number for it.
type Wait = (JobId, u32);

/// A job that somebody waits for.
#[derive(Debug)]
struct Awaited<T> {
    by: Vec<(Reader, u32)>,
    letter: Option<Letter<T>>,
    handed_over: bool,
}

#[derive(Debug, Default)]
struct Desk {
    waits: HashSet<Wait>,
    ready: VecDeque<Wait>,
}

#[derive(Debug)]
pub(super) struct Store<T> {
    pub(super) limits: Limits,
    shelf: Shelf<T>,
    awaited: HashMap<JobId, Awaited<T>>,
    desks: HashMap<Reader, Desk>,
    opened: u64,
    ended: HashSet<JobId>,
    ended_first: VecDeque<JobId>,
}

impl<T: Clone> Store<T> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            shelf: Shelf::new(),
            awaited: HashMap::new(),
            desks: HashMap::new(),
            opened: 0,
            ended: HashSet::new(),
            ended_first: VecDeque::new(),
        }
    }

    /// How many deliveries are kept, and how many jobs are waited for.
    pub(super) fn counts(&mut self, now: Duration) -> (usize, usize) {
        self.shelf.tidy(now, self.limits);
        (self.shelf.len(), self.awaited.len())
    }

    /// Takes a delivery in. Tells the readers that have something now.
    pub(super) fn put(
        &mut self,
        now: Duration,
        job: JobId,
        content: T,
        bytes: usize,
    ) -> (InboxOutcome, Vec<Reader>) {
        self.shelf.tidy(now, self.limits);
        let letter = Letter { content, bytes, came_at: now };
        if let Some(awaited) = self.awaited.get_mut(&job) {
            if awaited.letter.is_some() {
                return (InboxOutcome::Duplicate, Vec::new());
            }
            awaited.letter = Some(letter);
            for (reader, place) in &awaited.by {
                if let Some(desk) = self.desks.get_mut(reader) {
                    desk.ready.push_back((job, *place));
                }
            }
            return (InboxOutcome::Awaited, awaited.by.iter().map(|(reader, _)| *reader).collect());
        }
        if self.ended.contains(&job) || self.shelf.has(job) {
            return (InboxOutcome::Duplicate, Vec::new());
        }
        let kept = self.shelf.keep(job, letter, self.limits);
        (if kept { InboxOutcome::Kept } else { InboxOutcome::NotKept }, Vec::new())
    }

    pub(super) fn open(&mut self) -> Reader {
        self.opened += 1;
        let reader = Reader(self.opened);
        self.desks.insert(reader, Desk::default());
        reader
    }

    /// A reader waits for a job, which it calls by this number.
    pub(super) fn expect(&mut self, now: Duration, reader: Reader, job: JobId, place: u32) {
        self.shelf.tidy(now, self.limits);
        let Some(desk) = self.desks.get_mut(&reader) else { return };
        let shelf = &mut self.shelf;
        let awaited = self.awaited.entry(job).or_insert_with(|| Awaited {
            by: Vec::with_capacity(1),
            letter: shelf.take(job),
            handed_over: false,
        });
        awaited.by.push((reader, place));
        desk.waits.insert((job, place));
        if awaited.letter.is_some() {
            desk.ready.push_back((job, place));
        }
    }

    /// Hands the reader what came for it. That ends the wait for that job.
    pub(super) fn next(&mut self, now: Duration, reader: Reader) -> Option<(u32, T)> {
        loop {
            let desk = self.desks.get_mut(&reader)?;
            let (job, place) = desk.ready.pop_front()?;
            if !desk.waits.contains(&(job, place)) {
                continue;
            }
            let Some(awaited) = self.awaited.get_mut(&job) else { continue };
            let Some(letter) = &awaited.letter else { continue };
            let content = letter.content.clone();
            awaited.handed_over = true;
            self.leave(now, reader, job, place, true);
            return Some((place, content));
        }
    }

    /// A reader waits for a job no longer, because it has the end of it or has given
    /// up. What came for it and was not taken stays for others.
    pub(super) fn leave(
        &mut self,
        now: Duration,
        reader: Reader,
        job: JobId,
        place: u32,
        has_end: bool,
    ) {
        if has_end {
            self.remember(job);
        }
        let desk = self.desks.get_mut(&reader);
        if desk.is_some_and(|desk| desk.waits.remove(&(job, place))) {
            self.depart(now, reader, (job, place));
        }
    }

    /// The reader is gone.
    pub(super) fn close(&mut self, now: Duration, reader: Reader) {
        let Some(desk) = self.desks.remove(&reader) else { return };
        desk.waits.into_iter().for_each(|wait| self.depart(now, reader, wait));
    }

    fn depart(&mut self, now: Duration, reader: Reader, (job, place): Wait) {
        let Some(awaited) = self.awaited.get_mut(&job) else { return };
        if let Some(index) = awaited.by.iter().position(|&by| by == (reader, place)) {
            awaited.by.swap_remove(index);
        }
        if !awaited.by.is_empty() {
            return;
        }
        let left = self.awaited.remove(&job).filter(|left| !left.handed_over);
        if let Some(letter) = left.and_then(|left| left.letter)
            && !self.ended.contains(&job)
        {
            self.shelf.keep(job, letter, self.limits);
        }
        self.shelf.tidy(now, self.limits);
    }

    fn remember(&mut self, job: JobId) {
        if !self.ended.insert(job) {
            return;
        }
        self.ended_first.push_back(job);
        if self.ended_first.len() > REMEMBERED
            && let Some(oldest) = self.ended_first.pop_front()
        {
            self.ended.remove(&oldest);
        }
    }
}

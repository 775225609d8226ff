//! [`Jobs`]: the jobs of a batch, launched or known, of one kind or several.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use waterfall::{Batch, JobId};

use crate::batch::seen::Outcome;
use crate::known_kind::KnownKind;

/// An input that is done.
pub(crate) struct Done {
    /// The position of the input among all accepted inputs.
    pub(crate) position: usize,
    pub(crate) job_id: Option<JobId>,
    pub(crate) result: Outcome,
}

pub(crate) trait Jobs {
    /// Returns the next result, in the order in which jobs finish.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Done>>;

    /// Stops launching. Returns the position of a query that was taken and not launched.
    fn stop_launching(&mut self) -> Option<usize>;
}

impl<K: KnownKind> Jobs for Batch<(), K> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Done>> {
        let item = Stream::poll_next(Pin::new(self), cx);
        item.map(|item| {
            item.map(|item| Done {
                position: item.index,
                job_id: item.job_id,
                result: item.result.map(K::into_any),
            })
        })
    }

    fn stop_launching(&mut self) -> Option<usize> {
        self.stop_launching()
    }
}

/// Known jobs of several kinds: a batch for each kind, and the positions of its jobs.
#[derive(Default)]
pub(crate) struct KnownJobs(Vec<(Box<dyn Jobs>, Vec<usize>)>);

impl KnownJobs {
    /// Adds jobs of one kind, with the position of each.
    pub(crate) fn add(&mut self, jobs: impl Jobs + 'static, positions: Vec<usize>) {
        self.0.push((Box::new(jobs), positions));
    }
}

impl Jobs for KnownJobs {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Done>> {
        let mut at = 0;
        while let Some((jobs, positions)) = self.0.get_mut(at) {
            match jobs.poll_next(cx) {
                Poll::Ready(Some(mut done)) => {
                    done.position = positions.get(done.position).copied().unwrap_or(done.position);
                    // Polls the kinds in turn.
                    self.0[at..].rotate_left(1);
                    return Poll::Ready(Some(done));
                }
                Poll::Ready(None) => drop(self.0.remove(at)),
                Poll::Pending => at += 1,
            }
        }
        if self.0.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    }

    /// Known jobs are not launched.
    fn stop_launching(&mut self) -> Option<usize> {
        None
    }
}

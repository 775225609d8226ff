//! Runs independent jobs on as many threads as there are processors.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder, available_parallelism};

/// The stack size of each thread, which is that of a usual main thread, because syntax trees are
/// deep.
const STACK: usize = 8 << 20;

/// A job that can run on any thread.
pub type Job<'a, T> = Box<dyn FnOnce() -> T + Send + 'a>;

/// Runs all jobs and returns their results in the order of the jobs. Panics if a job panics.
pub fn all<T: Send>(jobs: Vec<Job<'_, T>>) -> Vec<T> {
    let threads = available_parallelism().map_or(1, NonZero::get).min(jobs.len());
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done = Vec::new();
        while let Some((number, job)) = next() {
            done.push((number, job()));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let start = || Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        // If a thread can't be started, the other threads do its work.
        let others: Vec<_> = (1..threads).map_while(|_| start().ok()).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_jobs() {
        let jobs = (0..100_u32).map(|number| Box::new(move || number) as Job<'_, u32>).collect();
        assert_eq!(all(jobs), (0..100).collect::<Vec<_>>());
        assert!(all::<u32>(Vec::new()).is_empty());
    }

    #[test]
    fn a_panic_of_a_job_is_propagated() {
        let jobs: Vec<Job<'_, ()>> =
            (0..8).map(|number| Box::new(move || assert_ne!(number, 5)) as Job<'_, ()>).collect();
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| all(jobs))).is_err());
    }
}

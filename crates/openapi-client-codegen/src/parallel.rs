//! Independent jobs, on as many threads as the machine has processors.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder, available_parallelism};

/// What a main thread has, and syntax trees are deep.
const STACK: usize = 8 << 20;

/// Something to do, on any thread.
pub type Job<'a, T> = Box<dyn FnOnce() -> T + Send + 'a>;

/// Does all jobs; the results are in the order of the jobs, whatever the order
/// in which they were done. A panic of a job is one of this.
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
        // With fewer threads than there might be, it takes longer.
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
    fn a_panic_is_not_lost() {
        let jobs: Vec<Job<'_, ()>> =
            (0..8).map(|number| Box::new(move || assert_ne!(number, 5)) as Job<'_, ()>).collect();
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| all(jobs))).is_err());
    }
}

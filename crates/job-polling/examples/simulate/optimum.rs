//! Computes the optimal schedule for known durations, and the cost of schedules.

/// The cost of waiting per job: reads, and seconds between the end of a job and the read that
/// found it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) reads: f64,
    pub(crate) lag: f64,
}

impl Cost {
    /// Returns the cost in seconds, if a read costs `read_cost` seconds.
    pub(crate) fn seconds(self, read_cost: f64) -> f64 {
        self.reads * read_cost + self.lag
    }
}

/// Returns the ages at which to read jobs with these durations, which have equal probabilities. The
/// durations are sorted.
///
/// Uses dynamic programming over the durations; no other age can be better. The minimal remaining
/// cost, given that the first `from` jobs have ended, is the minimum of lines in `from`, one for
/// each next read. It is found with their convex hull.
pub(crate) fn schedule(times: &[f64], read_cost: f64) -> Vec<f64> {
    let count = times.len();
    let mut sum: f64 = times.iter().sum();
    // Given that the first `from` jobs have ended.
    let mut to_come = 0.0;
    let mut next = vec![count; count + 1];
    let mut lines: Vec<(f64, f64, usize)> = Vec::new();
    let mut lowest = 0;
    for from in (0..count).rev() {
        let read = times[from];
        push(&mut lines, lowest, (-read, read * (from + 1) as f64 - sum + to_come, from + 1));
        sum -= read;
        let at = |line: &(f64, f64, usize)| line.0 * from as f64 + line.1;
        while lowest + 1 < lines.len() && at(&lines[lowest + 1]) <= at(&lines[lowest]) {
            lowest += 1;
        }
        next[from] = lines[lowest].2;
        to_come = read_cost * (count - from) as f64 + sum + at(&lines[lowest]);
    }
    let reads = std::iter::successors(Some(next[0]), |&over| (over < count).then(|| next[over]));
    reads.filter(|&over| over > 0).map(|over| times[over - 1]).collect()
}

fn push(lines: &mut Vec<(f64, f64, usize)>, lowest: usize, line: (f64, f64, usize)) {
    while let [.., a, b] = lines[lowest..]
        && (line.1 - b.1) * (b.0 - a.0) <= (b.1 - a.1) * (line.0 - b.0)
    {
        lines.pop();
    }
    lines.push(line);
}

/// Returns the mean cost of these reads for jobs of these durations. Both are sorted. After the
/// last read of the schedule, each further age is a quarter higher.
pub(crate) fn cost(times: &[f64], schedule: &[f64]) -> Cost {
    let last = schedule.last().copied().unwrap_or(1.0);
    let longer = std::iter::successors(Some(last * 1.25), |age| Some(age * 1.25));
    let mut reads = schedule.iter().copied().chain(longer);
    let (mut count, mut at) = (0.0, 0.0);
    let mut cost = Cost::default();
    for &time in times {
        while at < time || count == 0.0 {
            at = reads.next().unwrap_or(time);
            count += 1.0;
        }
        cost.reads += count;
        cost.lag += at - time;
    }
    let jobs = times.len() as f64;
    Cost { reads: cost.reads / jobs, lag: cost.lag / jobs }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the minimal cost of any schedule with reads at these ages.
    fn least(times: &[f64], read_cost: f64) -> f64 {
        let subsets = 0..1_u32 << (times.len() - 1);
        let costs = subsets.map(|subset| {
            let chosen =
                |&(index, _): &(usize, &f64)| index + 1 == times.len() || subset >> index & 1 == 1;
            let schedule: Vec<_> =
                times.iter().enumerate().filter(chosen).map(|(_, time)| *time).collect();
            cost(times, &schedule).seconds(read_cost)
        });
        costs.fold(f64::MAX, f64::min)
    }

    #[test]
    fn no_schedule_is_better() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..100 {
            let count = random.usize(1..10);
            let mut times: Vec<_> = (0..count).map(|_| random.f64() * 20.0).collect();
            times.sort_by(f64::total_cmp);
            let read_cost = random.f64() * 5.0;
            let found = cost(&times, &schedule(&times, read_cost)).seconds(read_cost);
            let least = least(&times, read_cost);
            assert!((found - least).abs() < 1e-9, "{times:?} at {read_cost}: {found}, not {least}");
        }
    }

    #[test]
    fn costs() {
        let cost = cost(&[1.0, 2.0, 6.0], &[2.0, 4.0]);
        assert!((cost.reads - (1.0 + 1.0 + 4.0) / 3.0).abs() < 1e-12, "{cost:?}");
        assert!((cost.lag - (1.0 + 0.0 + 0.25) / 3.0).abs() < 1e-12, "{cost:?}");
    }
}

//! [`NotLaunched`]: the queries of a batch that were not launched.

/// The maximum number of runs that are listed.
const MAX_RUNS: usize = 8;

/// The queries of a batch that were not launched.
#[derive(Debug, Default)]
pub(crate) struct NotLaunched {
    pub(crate) queries: usize,
    /// The number of queries that were launched.
    pub(crate) launched: usize,
    /// Whether stdin may contain more.
    pub(crate) more: bool,
    /// Runs of consecutive inputs: the numbers of the first and the last input, and the index of
    /// the last.
    runs: Vec<(u64, u64, usize)>,
}

impl NotLaunched {
    /// Adds an input, in order.
    pub(crate) fn add(&mut self, index: usize, number: u64) {
        self.queries += 1;
        match self.runs.last_mut() {
            Some((_, last, at)) if *at + 1 == index => (*last, *at) = (number, index),
            _ => self.runs.push((number, number, index)),
        }
    }

    /// Describes the queries, if there are any: `3 queries were not launched (7, 9-10)`.
    pub(crate) fn summary(&self) -> Option<String> {
        if self.queries == 0 {
            return self.more.then(|| "the rest of stdin was not launched".to_owned());
        }
        let run = |(first, last, _): &(u64, u64, usize)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        let mut list: Vec<String> = self.runs.iter().take(MAX_RUNS).map(run).collect();
        if self.runs.len() > MAX_RUNS {
            list.push("…".to_owned());
        }
        let list = list.join(", ");
        let queries = match self.queries {
            1 => "1 query was".to_owned(),
            queries => format!("{queries} queries were"),
        };
        let more = if self.more { ", nor the rest of stdin" } else { "" };
        Some(format!("{queries} not launched ({list}){more}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_that_were_not_launched_are_listed_in_runs() {
        let rows: &[(&[u64], bool, Option<&str>)] = &[
            (&[], false, None),
            (&[], true, Some("the rest of stdin was not launched")),
            (&[7], false, Some("1 query was not launched (7)")),
            (&[7, 9, 10, 11], false, Some("4 queries were not launched (7, 9-11)")),
            (&[7, 8], true, Some("2 queries were not launched (7-8), nor the rest of stdin")),
            (
                &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19],
                false,
                Some("10 queries were not launched (1, 3, 5, 7, 9, 11, 13, 15, …)"),
            ),
        ];
        for (numbers, more, expected) in rows {
            let mut left = NotLaunched { more: *more, ..NotLaunched::default() };
            for number in *numbers {
                left.add(*number as usize, *number);
            }
            assert_eq!(left.summary().as_deref(), *expected);
        }
    }

    /// Empty lines have a number but no index.
    #[test]
    fn lines_that_are_skipped_break_no_run() {
        let mut left = NotLaunched::default();
        for (index, number) in [(4, 7), (5, 9), (6, 20)] {
            left.add(index, number);
        }
        assert_eq!(left.summary().unwrap(), "3 queries were not launched (7-20)");
    }
}

//! The jobs that are waited for: arguments, or lines of stdin.

use std::io::{self, BufRead, stdin};

use serde::Deserialize;
use waterfall::JobId;

use super::inputs::{Input, Lines, Prepared};
use super::seen::Key;
use crate::args::Which;
use crate::failure::Failure;

/// All jobs, in order. Stdin is read to its end: jobs run without us, and how many
/// there are decides when each is read.
pub(super) fn open(which: &[Which]) -> Result<Vec<Prepared<JobId>>, Failure> {
    if which == [Which::Stdin] {
        return of_lines(stdin().lock())
            .map_err(|error| Failure::system("stdin could not be read", error));
    }
    let jobs = which.iter().enumerate().map(|(index, which)| match which {
        Which::Job(id) => {
            let input = Input { index, line: None, text: id.to_string() };
            Ok(Prepared { input, wanted: Ok((*id, Key::of_job(*id))) })
        }
        Which::Stdin => Err(Failure::Config {
            what: "`-` is for lines of stdin, and stands alone".to_owned(),
            hint: "Give ids of jobs, or `-`.",
        }),
    });
    jobs.collect()
}

fn of_lines(reader: impl BufRead) -> io::Result<Vec<Prepared<JobId>>> {
    let mut lines = Lines::new(reader);
    let mut jobs = Vec::new();
    while let Some((mut input, outcome)) = lines.next()? {
        let wanted = outcome.map_err(str::to_owned).and_then(|()| parse(&input.text));
        if let Ok(id) = wanted {
            // Whatever else the line had.
            input.text = id.to_string();
        }
        jobs.push(Prepared { input, wanted: wanted.map(|id| (id, Key::of_job(id))) });
    }
    Ok(jobs)
}

/// What has the id of a job.
#[derive(Deserialize)]
struct Told {
    job_id: JobId,
}

fn parse(text: &str) -> Result<JobId, String> {
    if text.starts_with('{') {
        let told: Result<Told, _> = serde_json::from_str(text);
        told.map(|told| told.job_id).map_err(|_| "an object without the job_id of a job".to_owned())
    } else {
        text.parse().map_err(|error: <JobId as std::str::FromStr>::Err| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_what_was_written() {
        let id = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
        let text = format!(
            "{id}\r\n# no\n{{\"event\":\"launched\",\"job_id\":\"{id}\"}}\n{{\"job_id\":null}}\nx\n"
        );
        let jobs = of_lines(text.as_bytes()).unwrap();
        let seen: Vec<_> =
            jobs.iter().map(|job| (job.input.line.unwrap(), job.wanted.is_ok())).collect();
        assert_eq!(seen, [(1, true), (3, true), (4, false), (5, false)]);
        assert_eq!(jobs[1].input.text, id);
    }
}

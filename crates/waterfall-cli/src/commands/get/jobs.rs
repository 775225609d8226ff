//! The jobs of `waterfall get`, from arguments or stdin.

use std::io::{self, BufRead, stdin};

use serde::Deserialize;
use waterfall::JobId;

use crate::args::get::JobArg;
use crate::args::parse;
use crate::batch::input::Input;
use crate::batch::lines::Lines;
use crate::batch::prepared::Prepared;
use crate::batch::seen::Key;
use crate::failure::Failure;

/// Returns all jobs in order. Stdin is read to its end first: the jobs run in the meantime, and
/// their number determines when each is read.
pub(super) fn open(args: &[JobArg]) -> Result<Vec<Prepared<JobId>>, Failure> {
    if args == [JobArg::Stdin] {
        return of_lines(stdin().lock())
            .map_err(|error| Failure::system("stdin could not be read", error));
    }
    let jobs = args.iter().enumerate().map(|(index, arg)| match arg {
        JobArg::Id(id) => {
            let input = Input { index, line: None, text: id.to_string() };
            Ok(Prepared { input, wanted: Ok((*id, Key::of_job(*id))) })
        }
        JobArg::Stdin => Err(Failure::Config {
            what: "`-` reads stdin, and can't be combined with other inputs".to_owned(),
            hint: "Pass job ids, or `-` alone.",
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
            // Without the other members of the line.
            input.text = id.to_string();
        }
        jobs.push(Prepared { input, wanted: wanted.map(|id| (id, Key::of_job(id))) });
    }
    Ok(jobs)
}

/// Parses a line with the ID of a job.
#[derive(Deserialize)]
struct JobLine {
    job_id: JobId,
}

fn parse(text: &str) -> Result<JobId, String> {
    if !text.starts_with('{') {
        return parse::job_id(text);
    }
    let line: JobLine = serde_json::from_str(text)
        .map_err(|_| "the object has no job_id that is a job id".to_owned())?;
    parse::known_kind(line.job_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_records_and_events() {
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

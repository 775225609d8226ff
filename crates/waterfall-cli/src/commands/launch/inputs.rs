//! The inputs of a command with several queries.

use std::io::stdin;

use crate::batch::input::Input;
use crate::batch::lines::Lines;
use crate::commands::launch::query::Query;
use crate::failure::Failure;

/// An input, and its query with the key by which it is compared, or its problem.
pub(super) struct Parsed<Q> {
    pub(super) input: Input,
    pub(super) query: Result<(Q, String), String>,
}

/// Reads arguments, of which all must be queries, or stdin to its end.
pub(super) fn read<Q: Query>(
    words: &[String],
    parse: impl Fn(&str) -> Result<Q, String>,
) -> Result<Vec<Parsed<Q>>, Failure> {
    let parsed = |input: Input| {
        let query = parse(&input.text).and_then(|query| match query.key() {
            Ok(key) => Ok((query, key)),
            Err(error) => Err(error.messages().join("; ")),
        });
        Parsed { input, query }
    };
    if words == ["-"] {
        return of_stdin(parsed);
    }
    if words.iter().any(|word| word == "-") {
        return Err(Failure::Config {
            what: "`-` reads stdin, and can't be combined with other inputs".to_owned(),
            hint: "Pass QUERYs, or `-` alone.",
        });
    }
    let input = |(index, word): (usize, &String)| {
        parsed(Input { index, line: None, text: word.trim().to_owned() })
    };
    let inputs: Vec<Parsed<Q>> = words.iter().enumerate().map(input).collect();
    let problem = |parsed: &Parsed<Q>| {
        let problem = parsed.query.as_ref().err()?;
        Some(format!("query {}: {problem}", parsed.input.label()))
    };
    let problems: Vec<String> = inputs.iter().filter_map(problem).collect();
    if problems.is_empty() {
        Ok(inputs)
    } else {
        Err(Failure::Queries { problems, of: words.len() })
    }
}

fn of_stdin<Q>(parsed: impl Fn(Input) -> Parsed<Q>) -> Result<Vec<Parsed<Q>>, Failure> {
    let mut lines = Lines::new(stdin().lock());
    let mut inputs = Vec::new();
    loop {
        match lines.next() {
            Ok(Some((input, Ok(())))) => inputs.push(parsed(input)),
            Ok(Some((input, Err(problem)))) => {
                inputs.push(Parsed { input, query: Err(problem.to_owned()) });
            }
            Ok(None) => return Ok(inputs),
            Err(error) => return Err(Failure::system("stdin could not be read", error)),
        }
    }
}

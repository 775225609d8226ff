//! [`Inputs`]: the queries of a batch, from arguments or stdin.

use std::io::{self, stdin};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::thread;

use tokio::sync::mpsc;

use crate::batch::input::Input;
use crate::batch::prepared::{Parse, Prepared};
use crate::batch::query::LaunchQuery;
use crate::batch::rows::Rows;
use crate::failure::Failure;
use crate::terminal_text;

/// The number of lines that are read ahead, so that the number of inputs is known early.
const MAX_LINES_AHEAD: usize = 10_000;

/// The number of inputs, once it is known.
pub(crate) type Total = Arc<OnceLock<usize>>;

/// All inputs, in order.
pub(crate) enum Inputs<Q> {
    Arguments(std::vec::IntoIter<Prepared<Q>>),
    Lines(mpsc::Receiver<io::Result<Prepared<Q>>>, Total),
}

impl<Q: LaunchQuery> Inputs<Q> {
    pub(crate) fn open(queries: &[String], parse: &Parse<Q>) -> Result<Self, Failure> {
        if queries == ["-"] {
            let total = Total::default();
            return Ok(Self::Lines(lines(parse.clone(), total.clone()), total));
        }
        if queries.iter().any(|query| query == "-") {
            return Err(Failure::Config {
                what: "`-` reads stdin, and can't be combined with other inputs".to_owned(),
                hint: "Pass QUERYs, or `-` alone.",
            });
        }
        let input = |(index, text): (usize, &String)| {
            let text = text.trim().to_owned();
            let file = file_hint(&text, Q::COMMAND);
            let mut prepared = Prepared::new(Input { index, line: None, text }, parse);
            if let Some(hint) = file {
                prepared.wanted = Err(hint);
            }
            prepared
        };
        let prepared: Vec<Prepared<Q>> = queries.iter().enumerate().map(input).collect();
        Ok(Self::Arguments(prepared.into_iter()))
    }

    /// Returns an error if any argument is invalid; nothing is launched in this case.
    pub(crate) fn checked(self) -> Result<Self, Failure> {
        let Self::Arguments(prepared) = &self else { return Ok(self) };
        let problem = |prepared: &Prepared<Q>| {
            let problem = prepared.wanted.as_ref().err()?;
            Some(format!("query {}: {problem}", prepared.input.label()))
        };
        let prepared = prepared.as_slice();
        let problems: Vec<String> = prepared.iter().filter_map(problem).collect();
        if problems.is_empty() {
            return Ok(self);
        }
        Err(Failure::Queries { problems, of: prepared.len(), command: Q::COMMAND })
    }

    /// Returns the query, if there is one argument. Stdin is a batch, regardless of its number of
    /// lines.
    pub(crate) fn single(&mut self) -> Option<Q> {
        match self {
            Self::Arguments(prepared) if prepared.len() == 1 => {
                prepared.next()?.wanted.ok().map(|(query, _)| query)
            }
            _ => None,
        }
    }

    /// Returns the number of inputs.
    pub(crate) fn total(&self) -> Total {
        match self {
            Self::Arguments(prepared) => Arc::new(prepared.len().into()),
            Self::Lines(_, total) => total.clone(),
        }
    }

    /// Returns the next input, or `None` at the end.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Prepared<Q>>>> {
        match self {
            Self::Arguments(prepared) => Poll::Ready(prepared.next().map(Ok)),
            Self::Lines(lines, _) => lines.poll_recv(cx),
        }
    }
}

/// Returns a hint for a query that is the name of a file.
fn file_hint(text: &str, command: &str) -> Option<String> {
    const LISTS: [&str; 8] = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "xls", "xlsx"];

    let path = Path::new(text);
    let is_query = text.is_empty() || text.starts_with(['{', '[']) || text.contains(['@', ':']);
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_list =
        extension.is_some_and(|end| LISTS.iter().any(|list| end.eq_ignore_ascii_case(list)));
    let is_file = !is_query && (is_list || path.is_file());
    is_file.then(|| {
        let name = terminal_text::clean(text);
        format!(
            "{name} is the name of a file; to read queries from it: waterfall {command} - < {name}"
        )
    })
}

/// Reads stdin in a separate thread, because a blocking read can't be interrupted. The thread ends
/// with the process.
fn lines<Q: LaunchQuery>(parse: Parse<Q>, total: Total) -> mpsc::Receiver<io::Result<Prepared<Q>>> {
    let (sender, receiver) = mpsc::channel(MAX_LINES_AHEAD);
    thread::spawn(move || {
        let mut inputs = Rows::new(stdin().lock(), Q::COMMAND);
        loop {
            let prepared = match inputs.next() {
                Ok(Some((input, Ok(())))) => Ok(Prepared::new(input, &parse)),
                Ok(Some((input, Err(problem)))) => Ok(Prepared { input, wanted: Err(problem) }),
                Ok(None) => {
                    // Only this thread sets it.
                    let _ = total.set(inputs.count());
                    return;
                }
                Err(error) => Err(error),
            };
            let was_last = prepared.is_err();
            if sender.blocking_send(prepared).is_err() || was_last {
                return;
            }
        }
    });
    receiver
}

//! The fault matrix: the outcome of a call for each fault. Shared by the tests and
//! the example `faults`, which prints it.
//!
//! Each family is a table in `tests/fixtures/faults` with one row per line. A row is
//! played three times: with a persistent fault, with a fault that has ended when the
//! call is retried, and, for a launch, with a caller that drops the call.

mod outcome;
mod play;
mod sockets;
mod stage;
mod table;

pub(crate) use outcome::Observed;
pub(crate) use table::{Row, rows};

/// Rows with a common cause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    table: &'static str,
    way: Way,
}

/// How requests reach the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Without a socket, on a paused clock.
    InProcess,
    /// Over loopback sockets, on real time.
    Sockets,
}

macro_rules! families {
    ($($name:ident $way:ident)*) => {
        /// All families.
        pub(crate) const FAMILIES: &[Family] = &[$(Family {
            name: stringify!($name),
            table: include_str!(
                concat!("../../../fixtures/faults/", stringify!($name), ".txt")
            ),
            way: Way::$way,
        }),*];
    };
}

families! {
    refusals InProcess
    failures InProcess
    connections InProcess
    bodies InProcess
    retry_after InProcess
    clocks InProcess
    stopping InProcess
    sockets Sockets
    redirects Sockets
}

impl Family {
    /// Plays each row. Returns the observed outcomes in the order of the table.
    pub(crate) fn play(&self) -> Vec<(Row, Observed)> {
        let rows = rows(self.table);
        match self.way {
            Way::InProcess => play::all(rows),
            Way::Sockets => sockets::all(rows),
        }
    }
}

/// Returns the observed table.
pub(crate) fn shown(played: &[(Row, Observed)]) -> String {
    let lines = played.iter().map(|(row, observed)| table::line(row, &observed.columns));
    let texts = played.iter().map(|(_, observed)| observed.text.as_str());
    table::aligned(lines.collect(), texts.collect())
}

/// Returns the rows whose outcome differs from the table, each with the observed outcome below it.
pub(crate) fn surprises(played: &[(Row, Observed)]) -> String {
    let differ = |(row, observed): &&(Row, Observed)| row.expected != observed.columns;
    let both = |(row, observed): &(Row, Observed)| {
        [table::line(row, &row.expected), table::line(row, &observed.columns)]
    };
    let lines: Vec<_> = played.iter().filter(differ).flat_map(both).collect();
    if lines.is_empty() { String::new() } else { table::aligned(lines, Vec::new()) }
}

/// Returns the number of launch calls, and of the jobs that they started.
pub(crate) fn launched(played: &[(Row, Observed)]) -> (usize, usize) {
    let sum = |count: fn(&Observed) -> usize| played.iter().map(|(_, o)| count(o)).sum();
    (sum(|observed| observed.launches), sum(|observed| observed.jobs))
}

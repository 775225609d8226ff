//! The fault matrix: what becomes of a call when something goes wrong. Shared
//! by the tests and the example `faults`, which prints it.
//!
//! Each family is a table in `tests/fixtures/faults`, a line a row. A row is
//! played three times: with a fault that never ends, with one that is over when
//! the call is made again, and, for a launch, with a caller that goes away.

mod outcome;
mod play;
mod sockets;
mod stage;
mod table;

pub(crate) use outcome::Observed;
pub(crate) use table::{Row, rows};

/// Some rows that have a cause in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    table: &'static str,
    way: Way,
}

/// How requests get to the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Without a socket, on a paused clock.
    InProcess,
    /// Over loopback sockets, on real time.
    Sockets,
}

macro_rules! families {
    ($($name:ident $way:ident)*) => {
        /// All of them.
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
    /// Plays each row, and says what was seen of it, in the order of the table.
    pub(crate) fn play(&self) -> Vec<(Row, Observed)> {
        let rows = rows(self.table);
        match self.way {
            Way::InProcess => play::all(rows),
            Way::Sockets => sockets::all(rows),
        }
    }
}

/// The observed table.
pub(crate) fn shown(played: &[(Row, Observed)]) -> String {
    let lines = played.iter().map(|(row, observed)| table::line(row, &observed.columns));
    let texts = played.iter().map(|(_, observed)| observed.text.as_str());
    table::aligned(lines.collect(), texts.collect())
}

/// The rows that did not come out as the table has it, with what was seen below.
pub(crate) fn surprises(played: &[(Row, Observed)]) -> String {
    let differ = |(row, observed): &&(Row, Observed)| row.expected != observed.columns;
    let both = |(row, observed): &(Row, Observed)| {
        [table::line(row, &row.expected), table::line(row, &observed.columns)]
    };
    let lines: Vec<_> = played.iter().filter(differ).flat_map(both).collect();
    if lines.is_empty() { String::new() } else { table::aligned(lines, Vec::new()) }
}

/// How many launches were called, and how many jobs they started.
pub(crate) fn launched(played: &[(Row, Observed)]) -> (usize, usize) {
    let sum = |count: fn(&Observed) -> usize| played.iter().map(|(_, o)| count(o)).sum();
    (sum(|observed| observed.launches), sum(|observed| observed.jobs))
}

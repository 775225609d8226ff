//! Checks the invariants after all kills.

use std::collections::{HashMap, HashSet};
use std::fmt;

use waterfall_batch::{Batch, Outcome, ROW_KEY, RowState};
use waterfall_sandbox::Sandbox;

/// The counts of a check.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) engine: String,
    pub(crate) kills: u32,
    pub(crate) pauses: u32,
    pub(crate) seconds: f64,
    rows: usize,
    launches: usize,
    acknowledged: usize,
    doubts: usize,
    doubts_launched: usize,
    launched_twice: Vec<u64>,
    lost: Vec<u64>,
    stuck: Vec<u64>,
    wrong: Vec<u64>,
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        let bad = [&self.launched_twice, &self.lost, &self.stuck, &self.wrong];
        bad.iter().all(|rows| rows.is_empty()) && self.rows > 0 && self.launches > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, kills, pauses, seconds, rows, launches, acknowledged, .. } = self;
        writeln!(f, "{engine}: {kills} kills and {pauses} pauses in {seconds:.0} s")?;
        writeln!(f, "{rows} rows, {launches} launches, {acknowledged} acknowledged results")?;
        writeln!(f, "{} doubts, of which {} had launched", self.doubts, self.doubts_launched)?;
        for (name, bad) in [
            ("launched twice without consent", &self.launched_twice),
            ("acknowledged results lost", &self.lost),
            ("rows stuck", &self.stuck),
            ("rows with another row's result", &self.wrong),
        ] {
            let shown: Vec<_> = bad.iter().take(10).collect();
            writeln!(
                f,
                "{}: {name} {}",
                bad.len(),
                if bad.is_empty() { String::new() } else { format!("{shown:?}") }
            )?;
        }
        Ok(())
    }
}

/// Compares the journal's contents with the server's counts.
pub(crate) async fn check(
    batch: &Batch,
    sandbox: &Sandbox,
    acknowledged: &HashSet<u64>,
) -> Result<Report, Box<dyn std::error::Error>> {
    let mut launches: HashMap<u64, usize> = HashMap::new();
    for launched in sandbox.launches() {
        let key = launched.body["custom_fields"][ROW_KEY].as_str().unwrap_or_default().to_owned();
        let row = key.split('/').nth(1).and_then(|row| row.parse().ok()).unwrap_or(u64::MAX);
        *launches.entry(row).or_default() += 1;
    }
    let mut report = Report {
        launches: launches.values().sum(),
        acknowledged: acknowledged.len(),
        ..Report::default()
    };
    let mut export = batch.export();
    while let Some(row) = export.next().await? {
        report.rows += 1;
        let count = launches.get(&row.row).copied().unwrap_or(0);
        if count > 1 {
            report.launched_twice.push(row.row);
        }
        let is_done = row.state == RowState::Done;
        if acknowledged.contains(&row.row) && (!is_done || row.body.is_none()) {
            report.lost.push(row.row);
        }
        match row.state {
            RowState::InDoubt => {
                report.doubts += 1;
                report.doubts_launched += usize::from(count > 0);
            }
            RowState::Done => {
                let body = String::from_utf8(row.body.unwrap_or_default())?;
                let mine = format!("\"person{}@", row.row);
                let is_result = matches!(row.outcome, Some(Outcome::Found | Outcome::NotFound));
                if !is_result || !body.contains(&mine) || count == 0 {
                    report.wrong.push(row.row);
                }
            }
            _ => report.stuck.push(row.row),
        }
    }
    Ok(report)
}

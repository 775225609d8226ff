//! The arguments of `waterfall drift`.

use std::path::PathBuf;

use clap::Args as Group;

pub(super) const LONG_HELP: &str = "\
Reads the output of commands with --json (including listen), exports and journals of batches, \
recordings (--record DIR) and other HAR files, plain bodies with --operation, and files that it \
has written itself. Findings are printed by operation and JSON path, with types and counts: \
undescribed fields and values, other types, nulls, and dates in another format.

Neither the report nor the file of --output contains personal data. They contain no values, \
except those of small sets at the paths that you specify with --show-values. You can send the \
file to the maintainers of the description, who read it with `cargo xtask observe`.

With --json, the report is an object with the keys responses and findings.

Exit codes:
  0    the responses match the description
  2    bad arguments or input
  13   they don't

Examples:
  waterfall drift results.jsonl
  waterfall drift session/ enriched.journal --output findings.json
  waterfall drift results.jsonl --show-values '$.output.person.seniority'
  waterfall drift body.json --operation findContactEnrichment
";

#[derive(Debug, Group)]
pub(crate) struct Drift {
    /// Files, directories of a recording, or the postgres:// address of a journal; - for stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) sources: Vec<String>,
    /// Write the observations, without values, to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The operation of plain bodies, by its ID in the description
    #[arg(long, value_name = "ID")]
    pub(crate) operation: Option<String>,
    /// Show the values at this path, if they look like a small set; can be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) show_values: Vec<String>,
    /// Also list what is described but was never observed
    #[arg(long)]
    pub(crate) all: bool,
}

//! The arguments of `waterfall drift`.

use std::path::PathBuf;

use clap::Args as Group;

pub(super) const LONG_HELP: &str = "\
It reads the output of commands with --json (of listen as well), exports and journals of batches, recordings \
(--record DIR) and other HAR files, plain bodies with --operation, and files that it has written \
itself. What is found is printed by operation and JSON path, with types and counts: fields and \
values that the description does not have, other types, nulls, dates of another form.

Neither the report nor the file of --output contains personal data: no value is in them, except \
those of small sets at the paths that you name by --show-values. Send the file to the maintainers \
of the description; `cargo xtask observe` reads it, beside others.

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
    /// Write what was seen, without values, to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The operation of plain bodies, by its ID in the description
    #[arg(long, value_name = "ID")]
    pub(crate) operation: Option<String>,
    /// Show the values at this path, if they look like a small set; can be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) show_values: Vec<String>,
    /// List what is described and was never seen as well
    #[arg(long)]
    pub(crate) all: bool,
}

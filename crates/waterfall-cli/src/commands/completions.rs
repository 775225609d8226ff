//! `waterfall completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::args::Args;
use crate::args::completions::Completions;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

pub(super) fn run(args: &Completions) -> Result<Exit, Failure> {
    let mut command = Args::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    output::stdout(&script).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    Ok(Exit::Found)
}

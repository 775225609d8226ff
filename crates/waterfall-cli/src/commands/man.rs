//! `waterfall man`: writes a man page for the program and for each of its commands.

use std::fs;

use clap::CommandFactory;

use crate::args::Args;
use crate::args::completions::Man;
use crate::exit::Exit;
use crate::failure::Failure;

pub(super) fn run(args: &Man) -> Result<Exit, Failure> {
    let directory = &args.directory;
    let written = fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Args::command(), directory));
    written.map_err(|error| Failure::System {
        what: format!("the man pages could not be written to {}", directory.display()),
        error,
        hint: None,
    })?;
    Ok(Exit::Found)
}

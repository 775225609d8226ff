//! The arguments of `waterfall completions` and `waterfall man`.

use std::path::PathBuf;

use clap::Args as Group;
use clap_complete::Shell;

pub(super) const COMPLETIONS_HELP: &str = "\
Examples:
  waterfall completions bash > ~/.local/share/bash-completion/completions/waterfall
  waterfall completions zsh > ~/.zfunc/_waterfall
  waterfall completions fish > ~/.config/fish/completions/waterfall.fish
";

pub(super) const MAN_HELP: &str = "\
Examples:
  waterfall man ~/.local/share/man/man1
";

#[derive(Debug, Group)]
pub(crate) struct Completions {
    /// The shell to generate the script for
    pub(crate) shell: Shell,
}

#[derive(Debug, Group)]
pub(crate) struct Man {
    /// The directory; created if it does not exist
    pub(crate) directory: PathBuf,
}

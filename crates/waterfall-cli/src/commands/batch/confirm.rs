//! Asks for confirmation before irreversible actions.

use std::io::{IsTerminal, stdin};

use crate::failure::Failure;
use crate::output;

/// Asks on a terminal; elsewhere, `--yes` is required.
pub(super) fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let hint = "Pass --yes to confirm it.";
    if !stdin().is_terminal() {
        return Err(Failure::Config { what: format!("not confirmed: {question}"), hint });
    }
    output::stderr(&format!("{question} [y/N]"));
    let mut answer = String::new();
    let _ = stdin().read_line(&mut answer);
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Config { what: "not confirmed; nothing was changed".to_owned(), hint }),
    }
}

//! Reports a failure on stderr: what was attempted, what came back, and what to do.

mod description;
pub(crate) mod headline;
mod hints;
pub(crate) mod json;

use std::env;
use std::io::{IsTerminal, stderr};

use crate::api_target::ApiTarget;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::report::description::{Description, describe};
use crate::report::hints::Hint;
use crate::style::Styles;
use crate::terminal_text::{COLUMNS, clean, wrap};

/// The width of the labels at the beginning of a line.
const LABEL: usize = 7;

/// Reports a failure for people, or as one line of JSON.
pub(crate) fn show(failure: &Failure, target: &ApiTarget, json: bool) -> Exit {
    let description = describe(failure, target);
    if json {
        output::stderr(&description.json.line());
    } else {
        let columns = if stderr().is_terminal() { COLUMNS } else { usize::MAX };
        output::stderr(&text(&description, Styles::for_stream(&stderr()), columns));
    }
    description.exit
}

/// Formats a failure as a headline with hints.
pub(crate) fn explain(failure: &Failure, target: &ApiTarget) -> (String, Vec<String>) {
    let description = describe(failure, target);
    let details = headline::details(description.messages, &description.headline);
    let headline = [vec![description.headline], details].concat().join("; ");
    let hints = description.hints.into_iter().map(|hint| match hint {
        Hint::Text(line) | Hint::Command(line) => line,
    });
    (clean(&headline), hints.collect())
}

/// Reports the problem with the command line, or prints the requested help.
pub(crate) fn show_usage(error: &clap::Error) -> Exit {
    let wants_json = env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    if !error.use_stderr() {
        if let Err(error) = output::check_stdout().and_then(|()| error.print()) {
            let failure = Failure::NotWritten { error, job_id: None };
            return show(&failure, &ApiTarget::new(None), false);
        }
        return Exit::Found;
    }
    if wants_json {
        output::stderr(&json::of_usage(&error.render().to_string()));
    } else {
        let _ = error.print();
    }
    Exit::Usage
}

fn text(description: &Description<'_>, styles: Styles, columns: usize) -> String {
    let mut text = String::new();
    let mut label = styles.error("error: ");
    add(&mut text, &mut label, &description.headline, columns);
    for detail in headline::details(description.messages, &description.headline) {
        add(&mut text, &mut label, &format!("- {detail}"), columns);
    }
    label = styles.title("hint:  ");
    for hint in &description.hints {
        match hint {
            Hint::Text(line) => add(&mut text, &mut label, line, columns),
            // Commands are not wrapped, so that they can be pasted.
            Hint::Command(line) => text.push_str(&format!("         {line}\n")),
        }
    }
    text
}

/// Adds a wrapped text, with its label before the first line.
fn add(text: &mut String, label: &mut String, line: &str, columns: usize) {
    for line in wrap(&clean(line), columns.saturating_sub(LABEL)) {
        text.push_str(&format!("{label}{line}\n"));
        *label = " ".repeat(LABEL);
    }
}

//! What is told on stderr while the program listens.

use serde::Serialize;
use waterfall::JobId;

use super::mail::Mail;
use crate::{output, text};

/// One line, for people or for programs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notes {
    pub(super) json: bool,
}

/// The keys don't change, and all of them are always there.
#[derive(Debug, Serialize)]
pub(super) struct Note {
    note: &'static str,
    job_id: Option<JobId>,
    rule: Option<&'static str>,
    message: String,
    hint: Option<String>,
}

impl Note {
    pub(super) fn of(note: &'static str, message: impl Into<String>) -> Self {
        Self { note, job_id: None, rule: None, message: message.into(), hint: None }
    }

    pub(super) fn about(mail: &Mail, note: &'static str, message: impl Into<String>) -> Self {
        Self { job_id: mail.job_id(), ..Self::of(note, message) }
    }

    pub(super) fn with_rule(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    pub(super) fn with_hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

impl Notes {
    pub(super) fn tell(self, note: &Note) {
        if self.json {
            // Texts alone: there is nothing that could fail.
            output::stderr(&serde_json::to_string(note).unwrap_or_default());
        } else {
            let job = note.job_id.map(|id| format!("job {id}: ")).unwrap_or_default();
            let rule = note.rule.map(|rule| format!(" [{rule}]")).unwrap_or_default();
            output::stderr(&text::clean(&format!("{job}{}{rule}", note.message)));
            if let Some(hint) = &note.hint {
                output::stderr(&text::clean(&format!("  hint: {hint}")));
            }
        }
    }
}

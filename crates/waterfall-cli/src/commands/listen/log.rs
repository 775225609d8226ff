//! Writes the log on stderr while the program listens.

use serde::Serialize;
use waterfall::JobId;

use crate::commands::listen::delivery::ReceivedDelivery;
use crate::{output, terminal_text};

/// Writes entries for people, or for programs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log {
    pub(super) json: bool,
}

/// A log entry as JSON. The keys are stable and always present.
#[derive(Debug, Serialize)]
pub(super) struct LogEntry {
    note: &'static str,
    job_id: Option<JobId>,
    rule: Option<&'static str>,
    message: String,
    hint: Option<String>,
}

impl LogEntry {
    pub(super) fn of(note: &'static str, message: impl Into<String>) -> Self {
        Self { note, job_id: None, rule: None, message: message.into(), hint: None }
    }

    pub(super) fn about(
        delivery: &ReceivedDelivery,
        note: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { job_id: delivery.job_id(), ..Self::of(note, message) }
    }

    pub(super) fn with_rule(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    pub(super) fn with_hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

impl Log {
    pub(super) fn write(self, entry: &LogEntry) {
        if self.json {
            // Serializing strings can't fail.
            output::stderr(&serde_json::to_string(entry).unwrap_or_default());
        } else {
            let job = entry.job_id.map(|id| format!("job {id}: ")).unwrap_or_default();
            let rule = entry.rule.map(|rule| format!(" [{rule}]")).unwrap_or_default();
            output::stderr(&terminal_text::clean(&format!("{job}{}{rule}", entry.message)));
            if let Some(hint) = &entry.hint {
                output::stderr(&terminal_text::clean(&format!("  hint: {hint}")));
            }
        }
    }
}

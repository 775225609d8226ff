//! [`Report`]: the outcomes of all checks.

use std::io::stdout;

use serde::Serialize;

use crate::style::Styles;
use crate::terminal_text::{COLUMNS, clean, wrap};

/// The width of the columns before the details.
const STATUS: usize = 9;
const NAME: usize = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Ok,
    Failed,
    /// Not checked, because an earlier check failed.
    Skipped,
}

/// The outcome of one check.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: &'static str,
    status: Status,
    detail: String,
    remedy: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, detail: detail.into(), remedy: None }
    }

    pub(super) fn failed(
        name: &'static str,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let remedy = Some(remedy.into()).filter(|remedy| !remedy.is_empty());
        Self { name, status: Status::Failed, detail: detail.into(), remedy }
    }

    pub(super) fn skipped(name: &'static str) -> Self {
        let detail = "an earlier check failed".to_owned();
        Self { name, status: Status::Skipped, detail, remedy: None }
    }
}

#[derive(Debug, Default)]
pub(super) struct Report {
    checks: Vec<Check>,
}

impl Report {
    pub(super) fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    pub(super) fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.status == Status::Ok)
    }

    pub(super) fn json(&self) -> String {
        #[derive(Serialize)]
        struct Object<'a> {
            ok: bool,
            checks: &'a [Check],
        }
        let object = Object { ok: self.is_ok(), checks: &self.checks };
        // Serializing strings and booleans can't fail.
        serde_json::to_string(&object).unwrap_or_default() + "\n"
    }

    pub(super) fn text(&self) -> String {
        let styles = Styles::for_stream(&stdout());
        let mut text = String::new();
        for check in &self.checks {
            let status = match check.status {
                Status::Ok => format!("{:<STATUS$}", "ok"),
                Status::Failed => styles.error(&format!("{:<STATUS$}", "failed")),
                Status::Skipped => styles.label(&format!("{:<STATUS$}", "skipped")),
            };
            let mut start = format!("{status}{:<NAME$}", check.name.replace('_', " "));
            let lines = [Some(&check.detail), check.remedy.as_ref()];
            for line in lines.into_iter().flatten() {
                for part in wrap(&clean(line), COLUMNS - STATUS - NAME) {
                    text.push_str(&format!("{start}{part}\n"));
                    start = " ".repeat(STATUS + NAME);
                }
            }
        }
        text
    }
}

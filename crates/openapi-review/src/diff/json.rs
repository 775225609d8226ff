//! Writes the report for programs.
//!
//! The keys are stable. New keys may be added.
//!
//! ```text
//! base      what the new side was compared with
//! breaking  whether there is a breaking change at either level
//! api
//!   breaking
//!   verdict   breaking, compatible, docs only; null if nothing changed
//!   counts    breaking, compatible, docs_only
//!   changes   [{verdict, kind, directions, message, reason, side, pointer,
//!               file, line, operations, accepted}], the most harmful first;
//!               `accepted` is the reason, or null
//! client
//!   breaking
//!   version   the one that the step is taken from
//!   step      major, minor, patch, none; null if not compared
//!   counts    major, minor, patch
//!   changes   [{step, kind, item, message, accepted}], steps as from 1.0 on
//!   not_compared  why there is no comparison, else null
//! notes     [text]
//! ```

use serde_json::{Value, json};

use crate::diff::change::{Change, Direction, Verdict};
use crate::diff::client_change::Step;
use crate::diff::report::Report;

/// Writes the report as JSON. `version` is that of the client.
pub fn json(report: &Report, version: &str) -> Value {
    let client = &report.client;
    let changes: Vec<Value> = client
        .changes
        .iter()
        .map(|change| {
            json!({
                "step": change.step.as_str(),
                "kind": change.kind.code(),
                "item": change.item,
                "message": change.message,
                "accepted": change.accepted,
            })
        })
        .collect();
    let count = |step| {
        let counted = client.changes.iter().filter(|change| change.accepted.is_none());
        counted.filter(|change| change.step == step).count()
    };
    let step = client.not_compared.is_none().then(|| client.step(version).as_str());
    json!({
        "base": report.base,
        "breaking": report.is_breaking(),
        "api": {
            "breaking": report.api_verdict() == Some(Verdict::Breaking),
            "verdict": report.api_verdict().map(Verdict::as_str),
            "counts": {
                "breaking": report.count(Verdict::Breaking),
                "compatible": report.count(Verdict::Compatible),
                "docs_only": report.count(Verdict::DocsOnly),
            },
            "changes": report.api.iter().map(change).collect::<Vec<_>>(),
        },
        "client": {
            "breaking": client.is_breaking(),
            "version": version,
            "step": step,
            "counts": {
                "major": count(Step::Major),
                "minor": count(Step::Minor),
                "patch": count(Step::Patch),
            },
            "changes": changes,
            "not_compared": client.not_compared,
        },
        "notes": report.notes,
    })
}

fn change(change: &Change) -> Value {
    let place = change.place.as_ref();
    let directions: Vec<&str> = change.directions.iter().copied().map(Direction::as_str).collect();
    json!({
        "verdict": change.verdict.as_str(),
        "kind": change.kind.code(),
        "directions": directions,
        "message": change.message,
        "reason": change.reason,
        "side": change.side.as_str(),
        "pointer": change.pointer,
        "file": place.map(|place| &*place.file),
        "line": place.map(|place| place.line),
        "operations": *change.operations,
        "accepted": change.accepted,
    })
}

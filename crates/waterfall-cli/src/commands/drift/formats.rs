//! The formats in which this program writes responses. The repository's tool includes this file.

use openapi_review::observe::sources::{Envelope, Formats};

/// The suffix of schema names that the words of job kinds omit.
#[allow(unreachable_pub, reason = "another crate includes this file")]
pub const KIND_ENDING: &str = "enrichment";

/// Returns the formats in which this program writes responses: lines of `--json` and of exports,
/// and journals.
#[allow(unreachable_pub, reason = "another crate includes this file")]
pub fn formats(operation: Option<String>) -> Formats {
    let repeated = "/duplicate_of";
    let line = Envelope { body: "/job", job: "/job_id", status: "/error/status", repeated };
    let row = Envelope { body: "/response", status: "/http_status", ..line.clone() };
    Formats {
        operation,
        envelopes: vec![line, row],
        plain_kind: "contact".to_owned(),
        journal: [
            "SELECT b.kind, r.http_status, r.body FROM result r JOIN batch b ON b.num = r.batch",
            "SELECT b.kind, r.http_status, r.body FROM waterfall_batch.result r \
             JOIN waterfall_batch.batch b ON b.num = r.batch",
        ],
    }
}

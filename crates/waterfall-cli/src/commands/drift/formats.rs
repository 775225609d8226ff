//! The formats in which this program writes responses. The repository's tool includes this file.

use openapi_review::observe::sources::{Envelope, Formats};

/// The suffix of schema names that the words of job kinds omit.
#[allow(unreachable_pub, reason = "another crate includes this file")]
pub const KIND_ENDING: &str = "enrichment";

/// Returns the formats in which this program writes responses: lines of `--json`, of exports and of
/// `listen --json`, and journals.
#[allow(unreachable_pub, reason = "another crate includes this file")]
pub fn formats(operation: Option<String>) -> Formats {
    let repeated = "/duplicate_of";
    let line = Envelope {
        body: "/job",
        job: "/job_id",
        status: "/error/status",
        marker: repeated,
        repeated: Some(repeated),
    };
    let row = Envelope { body: "/response", status: "/http_status", ..line.clone() };
    // A delivery is the body that the finder returns with 200, so its line has no HTTP status.
    let delivery = Envelope { body: "/body", marker: "/signed", repeated: None, ..row.clone() };
    Formats {
        operation,
        envelopes: vec![line, row, delivery],
        plain_kind: "contact".to_owned(),
        journal: [
            "SELECT b.kind, r.http_status, r.body FROM result r JOIN batch b ON b.num = r.batch",
            "SELECT b.kind, r.http_status, r.body FROM waterfall_batch.result r \
             JOIN waterfall_batch.batch b ON b.num = r.batch",
        ],
    }
}

//! The job kind of a delivery, and its source.

use serde::Serialize;
use waterfall::JobId;
use waterfall::webhook::{Delivery, Error, VerifiedDelivery};

use crate::args::webhook::Verify;

/// The source of the kind of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindSource {
    Path,
    Option,
    JobId,
    Content,
}

/// Facts about a delivery in addition to its body.
#[derive(Debug)]
pub(super) struct Origin {
    path: Option<String>,
    kind: Option<String>,
    job_id: Option<JobId>,
}

/// A delivery with the kind of its job.
pub(super) struct Decoded {
    pub(super) delivery: Delivery,
    /// `None` if the kind is unknown.
    pub(super) source: Option<KindSource>,
    /// The kind of the path or the option, if the result has another kind.
    pub(super) contradicted: Option<String>,
}

impl Origin {
    /// `path` comes from the request line.
    pub(super) fn new(args: &Verify, path: Option<String>) -> Self {
        let (kind, job_id) = (args.kind.clone(), args.job_id);
        Self { path: args.path.clone().or(path), kind, job_id }
    }

    pub(super) fn decode(&self, verified: VerifiedDelivery) -> Result<Decoded, Error> {
        let verified = match (&self.kind, &self.path) {
            (Some(kind), _) => verified.at_path(&format!("/{kind}")),
            (None, Some(path)) => verified.at_path(path),
            (None, None) => verified,
        };
        let delivery = verified.parse()?;
        let delivery = match self.job_id {
            Some(id) => delivery.of_job(id),
            None => delivery,
        };
        let (given, by_path) = (self.given(), self.kind.is_none());
        let source = match delivery.kind() {
            None => None,
            Some(kind) if given == Some(kind) && by_path => Some(KindSource::Path),
            Some(kind) if given == Some(kind) => Some(KindSource::Option),
            Some(_) if self.job_id.is_some() && self.job_id == delivery.job_id() => {
                Some(KindSource::JobId)
            }
            Some(_) => Some(KindSource::Content),
        };
        let contradicted = given.filter(|kind| delivery.kind() != Some(kind)).map(str::to_owned);
        Ok(Decoded { delivery, source, contradicted })
    }

    /// Returns whether a delivery is for a job other than the known one.
    pub(super) fn is_of_other_job(&self, delivery: &Delivery) -> bool {
        let (known, found) = (self.job_id, delivery.job_id());
        known.zip(found).is_some_and(|(known, found)| known.uuid() != found.uuid())
    }

    /// Returns the kind of the option or the path.
    fn given(&self) -> Option<&str> {
        let of_path = |path: &'_ String| -> Option<&'static str> {
            let path = path.split(['?', '#']).next().unwrap_or_default();
            let word = path.trim_end_matches('/').rsplit('/').next()?;
            JobId::KINDS.iter().copied().find(|kind| *kind == word)
        };
        self.kind.as_deref().or_else(|| self.path.as_ref().and_then(of_path))
    }
}

//! [`Delivery`]: a verified delivery, decoded.

use std::fmt;

use super::error::{Error, Unreadable};
use super::kind;
use super::verified::VerifiedDelivery;
use crate::job_id::JobId;
use crate::kind::JobKind;
use crate::snapshot::Snapshot;
use crate::snapshot::any::AnySnapshot;
use crate::telemetry::deviations;

/// A job's result from a webhook: a snapshot and the delivery that contained it.
///
/// # Kind
///
/// The kind of the job comes from, in this order:
///
/// 1. the end of the path at which it arrived, if that is known ([`VerifiedDelivery::at_path`],
///    [`Receiver::for_path`](super::Receiver::for_path), the [router](super::axum::router)), unless
///    its output is that of another kind;
/// 2. the ID of a known job ([`of_job`](Self::of_job),
///    [`Receiver::known_jobs`](super::Receiver::known_jobs), or a wait for it with an
///    [`Inbox`](super::Inbox));
/// 3. its content: the shape of the output, and the launch that the API repeats.
///
/// Otherwise it is unknown: [`snapshot`](Self::snapshot) is [`AnySnapshot::Unknown`] with the JSON.
///
/// Cheap to clone. `Debug` shows no personal data.
#[derive(Clone)]
pub struct Delivery {
    snapshot: AnySnapshot,
    verified: VerifiedDelivery,
}

impl Delivery {
    fn new(verified: VerifiedDelivery, snapshot: AnySnapshot) -> Self {
        deviations::of_delivery(job_id(&snapshot), snapshot.deviations());
        Self { snapshot, verified }
    }

    /// Returns the job, as the finder would have returned it.
    ///
    /// [`AnySnapshot::deviations`] lists values that do not match their described type. Its
    /// [`reads`](AnySnapshot::reads) is 0. Use [`job_id`](Self::job_id) of the delivery: the
    /// snapshot of a delivery without a job ID has the nil UUID.
    pub fn snapshot(&self) -> &AnySnapshot {
        &self.snapshot
    }

    /// Returns the job as one of this kind, if it has that kind.
    ///
    /// ```
    /// use waterfall::ContactEnrichment;
    /// use waterfall::webhook::Delivery;
    ///
    /// fn email(delivery: &Delivery) -> Option<String> {
    ///     let contact = delivery.snapshot_of::<ContactEnrichment>()?;
    ///     contact.person()?.professional_email.clone().into_option()
    /// }
    /// ```
    pub fn snapshot_of<K: JobKind>(&self) -> Option<Snapshot<K>> {
        self.snapshot.of_kind()
    }

    /// Returns the job.
    pub fn into_snapshot(self) -> AnySnapshot {
        self.snapshot
    }

    /// Returns the word of the job's kind, as in an [ID](JobId#kinds); `None` if it is not known.
    pub fn kind(&self) -> Option<&'static str> {
        self.snapshot.kind()
    }

    /// Returns the job's ID, from `input.task.job_id` of the body; it may be missing. If the job's
    /// kind is not known, the ID's kind is `unknown`.
    pub fn job_id(&self) -> Option<JobId> {
        job_id(&self.snapshot)
    }

    /// Returns the delivery with the kind of this ID, because the caller knows the job. No effect
    /// if the delivery has a different UUID, if its path determines the kind, or if this crate
    /// doesn't know the kind of the ID.
    #[must_use]
    pub fn of_job(self, known: JobId) -> Self {
        let is_same = self.job_id().is_some_and(|id| id.uuid() == known.uuid());
        let is_by_path = self.kind().is_some() && self.kind() == self.verified.path_kind;
        if !is_same || is_by_path || self.kind() == Some(known.kind()) {
            return self;
        }
        match kind::decode(Some(known.kind()), self.verified.delivered_body()) {
            Ok(AnySnapshot::Unknown(_)) | Err(_) => self,
            Ok(snapshot) => Self::new(self.verified, snapshot),
        }
    }

    /// Returns whether the delivery is signed. Anyone can send an unsigned one.
    pub fn is_signed(&self) -> bool {
        self.verified.is_signed()
    }

    /// Returns the undecoded delivery: body, headers, claims and time of receipt.
    pub fn verified(&self) -> &VerifiedDelivery {
        &self.verified
    }
}

/// A delivery without an ID has the nil UUID.
fn job_id(snapshot: &AnySnapshot) -> Option<JobId> {
    Some(snapshot.job_id()).filter(|id| !id.uuid().is_nil())
}

impl VerifiedDelivery {
    /// Decodes the body. The [path](Self::at_path) or the content determines the kind of the job;
    /// see [`Delivery`](Delivery#kind).
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`], which contains this delivery, if the body is not a job with a
    /// `status`. Other fields of an unexpected type are
    /// [deviations](crate::Snapshot::deviations).
    pub fn parse(self) -> Result<Delivery, Error> {
        let kind = kind::of_delivery(self.path_kind, &self.body);
        match kind::decode(kind, self.delivered_body()) {
            Ok(snapshot) => Ok(Delivery::new(self, snapshot)),
            Err(mismatch) => {
                Err(Error::Unreadable(Box::new(Unreadable { verified: self, mismatch })))
            }
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("kind", &self.kind())
            .field("job_id", &self.job_id())
            .field("state", &self.snapshot.state().as_str())
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}

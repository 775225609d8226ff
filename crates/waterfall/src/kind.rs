//! [`JobKind`] and [`JobQuery`]: a kind of jobs, and the query that launches one.

use std::any::Any;
use std::sync::Arc;

use uuid::Uuid;
pub use waterfall_api::jobs::{CompanyEnrichment, ContactEnrichment, PhoneEnrichment, Prospector};

use crate::error::Error;

/// A kind of jobs, such as [`ContactEnrichment`].
///
/// A kind is generated from the API description, where a launcher links to its finder, and
/// implements [`api::JobKind`](waterfall_api::JobKind). All kinds whose jobs have UUIDs implement
/// this trait, and no other type can. A finder of any kind returns the same members besides its
/// `output`: `status`, `start_date`, `stop_date` and `error`.
pub trait JobKind: waterfall_api::JobKind<Id = Uuid> {}

impl<K: waterfall_api::JobKind<Id = Uuid>> JobKind for K {}

/// A query that launches a job of a kind, such as a [`ContactQuery`](crate::ContactQuery). It is
/// the only part of a kind that is written by hand.
pub trait JobQuery: Any + Send + Sync {
    /// The kind of jobs that the query launches.
    type Kind: JobKind;

    /// Checks the query and converts it to the body of a launch. `webhook_url` is the URL to which
    /// the result is to be delivered, if there is one. It is `None` unless the query [accepts a
    /// webhook](Self::accepts_webhook).
    ///
    /// # Errors
    ///
    /// [`InvalidQuery`](crate::ErrorKind::InvalidQuery), from [`Error::invalid_query`]. In this
    /// case, nothing is sent.
    fn to_request(
        &self,
        webhook_url: Option<&str>,
    ) -> Result<<Self::Kind as waterfall_api::JobKind>::Request, Error>;

    /// Returns the URL to which the result of this query is to be delivered, instead of the
    /// client's webhook URL; by default `None`.
    fn delivery_url(&self) -> Option<String> {
        None
    }

    /// Returns whether the API can deliver results of this kind by webhook, so that
    /// [`to_request`](Self::to_request) is called with the client's webhook URL; by default
    /// `false`.
    fn accepts_webhook(&self) -> bool {
        false
    }
}

/// A query of a kind.
pub(crate) type Query<K> = Arc<dyn JobQuery<Kind = K>>;

impl Error {
    /// Returns the query of a failed launch, if it has this type.
    pub fn query_of<Q: JobQuery>(&self) -> Option<&Q> {
        self.any_query()?.downcast_ref()
    }
}

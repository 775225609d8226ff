//! [`JobKind`]: an operation that launches a job, and the operation that finds it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::outcome::{Decoded, OperationError};
use crate::transport::{Operation, Transport};

/// A kind of asynchronous job.
///
/// The generator implements this trait for each pair of operations that the description connects by
/// a [link](https://spec.openapis.org/oas/v3.1.0#link-object). The link leads from the success
/// response of the launcher to a finder whose only required argument is the job's id. The
/// implementing type is a name without values.
///
/// Each method sends at most one request per call.
pub trait JobKind: Copy + fmt::Debug + Send + Sync + 'static {
    /// The generated client.
    type Client: Send + Sync + 'static;
    /// The body of a launch.
    type Request: Send + Sync + 'static;
    /// The success response of a launch.
    type Launched: serde::de::DeserializeOwned + Send + Sync + 'static;
    /// The error response of a launch.
    type LaunchError: Send + 'static;
    /// The identifier of a job.
    type Id: Clone + Send + Sync + 'static;
    /// The success response of the finder.
    type Job: serde::de::DeserializeOwned + Send + Sync + 'static;
    /// The error response of the finder.
    type FindError: Send + 'static;

    /// The kind as a word, for example `contact_enrichment`.
    const NAME: &'static str;
    /// The operation that launches a job.
    const LAUNCH: &'static Operation;
    /// The operation that finds a job.
    const FIND: &'static Operation;

    /// Creates a client of the API at `baseurl`. `requests` only builds requests; `transport` sends
    /// them.
    fn client(
        baseurl: &str,
        requests: reqwest::Client,
        transport: Arc<dyn Transport>,
    ) -> Self::Client;

    /// Sends one launch request.
    fn launch(
        client: &Self::Client,
        request: &Self::Request,
    ) -> impl Future<Output = Result<Decoded<Self::Launched>, OperationError<Self::LaunchError>>> + Send;

    /// Sends one request to read a job.
    fn find(
        client: &Self::Client,
        id: &Self::Id,
    ) -> impl Future<Output = Result<Decoded<Self::Job>, OperationError<Self::FindError>>> + Send;

    /// Returns the id of the launched job, or `None` if the response lacks an id.
    fn job_id(launched: &Self::Launched) -> Option<&Self::Id>;
}

//! [`JobKind`]: an operation that launches a job, and the one that finds it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::outcome::{Decoded, OperationError};
use crate::transport::{Operation, Transport};

/// A kind of asynchronous job.
///
/// The generator implements it for each pair of operations that a description connects
/// by a [link](https://spec.openapis.org/oas/v3.1.0#link-object) from the launcher's
/// success response to a finder whose only required argument is the job's id. The type
/// that implements it has no values; it is a name.
///
/// An implementation sends exactly one request for each call.
pub trait JobKind: Copy + fmt::Debug + Send + Sync + 'static {
    /// The generated client.
    type Client: Send + Sync + 'static;
    /// The body of a launch.
    type Request: Send + Sync + 'static;
    /// The success response of a launch.
    type Launched: serde::de::DeserializeOwned + Send + Sync + 'static;
    /// The error response of a launch.
    type LaunchError: Send + 'static;
    /// What identifies a job.
    type Id: Clone + Send + Sync + 'static;
    /// What the finder returns.
    type Job: serde::de::DeserializeOwned + Send + Sync + 'static;
    /// The error response of the finder.
    type FindError: Send + 'static;

    /// The kind as a word, for example `contact_enrichment`.
    const NAME: &'static str;
    /// The operation that launches a job.
    const LAUNCH: &'static Operation;
    /// The operation that finds a job.
    const FIND: &'static Operation;

    /// A client of the API at `baseurl`. `requests` only builds requests; `transport`
    /// sends them.
    fn client(
        baseurl: &str,
        requests: reqwest::Client,
        transport: Arc<dyn Transport>,
    ) -> Self::Client;

    /// Sends a launch once.
    fn launch(
        client: &Self::Client,
        request: &Self::Request,
    ) -> impl Future<Output = Result<Decoded<Self::Launched>, OperationError<Self::LaunchError>>> + Send;

    /// Reads a job once.
    fn find(
        client: &Self::Client,
        id: &Self::Id,
    ) -> impl Future<Output = Result<Decoded<Self::Job>, OperationError<Self::FindError>>> + Send;

    /// The id of the job that was launched; `None` if the response lacks it.
    fn job_id(launched: &Self::Launched) -> Option<&Self::Id>;
}

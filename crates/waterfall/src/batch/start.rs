//! The methods of a client that start a batch.

use futures_core::Stream;

use super::Batch;
use super::input::{Each, IntoBatchInput, Parted};
use super::source::Source;
use crate::client::Client;
use crate::job::Job;
use crate::kind::JobKind;

/// The batch for an iterator's or a stream's items.
type BatchOf<Input> = Batch<<Input as IntoBatchInput>::Key, <Input as IntoBatchInput>::Kind>;

impl Client {
    /// Launches a job for each query of a stream and waits for all of them, within the rate limit.
    /// [`Batch`] has the settings.
    ///
    /// Items are queries, known jobs, or `(key, input)` pairs of either; see [`IntoBatchInput`].
    /// They are taken from the stream shortly before they can be launched. For an array, a vector or
    /// any iterator, use [`enrich_each`](Self::enrich_each).
    #[doc(alias = "bulk")]
    #[doc(alias = "batch")]
    pub fn enrich_all<S>(&self, inputs: S) -> BatchOf<S::Item>
    where
        S: Stream<Item: IntoBatchInput> + Send + 'static,
    {
        Batch::new(self, Source::Inputs(Box::pin(Parted::new(inputs))))
    }

    /// Like [`enrich_all`](Self::enrich_all), for the items of an iterator.
    #[doc(alias = "bulk")]
    #[doc(alias = "batch")]
    pub fn enrich_each<I>(&self, inputs: I) -> BatchOf<I::Item>
    where
        I: IntoIterator<Item: IntoBatchInput>,
        I::IntoIter: Send + 'static,
    {
        self.enrich_all(Each::new(inputs.into_iter()))
    }

    /// Waits for many jobs at once, with this client's key and within its rate limit, regardless of
    /// the clients that created the handles. [`Batch`] has the settings.
    ///
    /// Items are jobs or `(key, job)` pairs. Each job is read at least once, unless its result is
    /// delivered to the client's inbox. The maximum wait for a job that was obtained by its ID
    /// starts with its first read.
    ///
    /// ```
    /// # use waterfall::{Client, ContactQuery, Job};
    /// # use waterfall_sandbox::Sandbox;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// # let stored = vec![client.launch(ContactQuery::email("jane.doe@acme.com")).await?.id()];
    /// let mut jobs = client.wait_all(stored.into_iter().map(|id| client.job(id)));
    /// while let Some(done) = jobs.next().await {
    ///     println!("{:?}: {}", done.job_id, done.result.is_ok());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "resume")]
    #[doc(alias = "bulk")]
    #[doc(alias = "poll")]
    pub fn wait_all<I, K>(&self, jobs: I) -> BatchOf<I::Item>
    where
        I: IntoIterator<Item: IntoBatchInput<Kind = K, Input = Job<K>>>,
        K: JobKind,
    {
        let parts = jobs.into_iter().map(IntoBatchInput::into_parts);
        let (keys, jobs): (Vec<_>, Vec<_>) = parts.unzip();
        let mut batch = Batch::new(self, Source::Jobs(jobs));
        batch.taken = keys.len();
        batch.keys = keys.into_iter().enumerate().collect();
        batch
    }
}

//! [`ApiKeys`]: the API keys of the account.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use serde::de::DeserializeOwned;
use tracing::Instrument;
use uuid::Uuid;
use waterfall_api::operations::{CREATE_API_KEY, LIST_API_KEYS, MODIFY_API_KEY};
use waterfall_api::types::{ApiKey, ApiKeyChanges, ApiKeyNotesString, ErrorEnvelope, NewApiKey};
use waterfall_api::{BoxFuture, Client as Generated, Decoded, Operation, OperationError, Secret};

use super::checks::Checks;
use super::secret_key::SecretKey;
use super::send::{Budget, Sending};
use crate::client::Client;
use crate::error::{Effect, Error, OperationCall, RequestKind};
use crate::kind::ContactEnrichment;
use crate::telemetry::operations;

const LIST: OperationCall = OperationCall::secret("list of API keys", Effect::None);
const CREATE: OperationCall = OperationCall::secret("new API key", Effect::NewKey);
/// A modification sets all values, so it can be repeated.
const MODIFY: OperationCall = OperationCall::secret("modification of an API key", Effect::None);

/// The API keys of the account, from [`Client::api_keys`]. It needs a client with the account's
/// master key; only enterprise accounts have one.
///
/// Keys are secrets: only [`SecretKey::expose`] returns their text. Errors don't contain the bodies
/// of responses.
///
/// ```
/// # use serde_json::json;
/// # use waterfall::Method;
/// # use waterfall::testing::{MockResponse, MockTransport};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let id = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
/// # let key = json!({ "api_key": id, "active": true, "notes": "crm", "per_interval": 30 });
/// # let key = MockResponse::body(200, key.to_string());
/// # let path = "/v1/api-keys";
/// # let list = MockResponse::body(200, json!({ "api_keys": [] }).to_string());
/// # let mock = MockTransport::new()
/// #     .on(Method::GET, path, [list])
/// #     .on(Method::POST, path, [key.clone()])
/// #     .on(Method::PUT, path, [key]);
/// # let client = mock.client_builder().build()?;
/// let keys = client.api_keys();
/// for key in keys.list().await? {
///     println!("{}: {:?}, active: {:?}", key.key(), key.notes(), key.active());
/// }
/// let key = keys.create("nightly import").per_minute(10).await?;
/// let text = key.key().expose(); // for a secret store
/// # assert_eq!(text, id);
/// keys.modify(&key).active(false).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ApiKeys {
    client: Client,
}

impl Client {
    /// Returns the API keys of the account, to list, create and modify them.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys { client: self.clone() }
    }
}

impl ApiKeys {
    /// Lists all keys of the account, including the master key. Retried like a read.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) of a request, also if the list can't be decoded
    /// completely, so that no key is missing silently.
    pub async fn list(&self) -> Result<Vec<ManagedKey>, Error> {
        let send = Box::new(|client: Generated| -> Sent<_> {
            Box::pin(async move { client.list_api_keys().await })
        });
        let decoded = self.send((LIST, &LIST_API_KEYS), None, send).await?;
        match decoded.api_keys.as_ref() {
            Some(list) if list.deviating().next().is_none() => {
                Ok(list.iter().map(ManagedKey::from).collect())
            }
            _ => {
                let call = self.client.call(RequestKind::Operation(LIST));
                let why = "it is missing, or an element can't be decoded";
                Err(Error::invalid_page(&call, decoded.response(), "$.api_keys", why))
            }
        }
    }

    /// Creates a key. `notes` state its purpose, in 1 to 250 characters. Await the request.
    ///
    /// The API has no idempotency key, so the request is retried only if the API certainly did not
    /// act on it. After any other failure, [`Error::may_have_launched`] is true: a key may exist, so
    /// [list](Self::list) the keys before you create another one. If the future is dropped while the
    /// request is in flight, the request completes.
    pub fn create(&self, notes: impl Into<String>) -> CreateKey {
        CreateKey { keys: self.clone(), notes: notes.into(), per_minute: None }
    }

    /// Modifies a key, except the master key: changes its notes or its limit, or enables or
    /// disables it. Keys can't be removed. Await the request.
    ///
    /// Values that are not set remain as in `key`, because the API requires notes and state each
    /// time. Setting the same values twice changes nothing, so the request is retried like a read.
    pub fn modify(&self, key: &ManagedKey) -> ModifyKey {
        ModifyKey { keys: self.clone(), key: key.clone(), per_minute: None }
    }

    async fn send<T: DeserializeOwned + Send + 'static>(
        &self,
        (call, operation): (OperationCall, &'static Operation),
        modified: Option<&SecretKey>,
        send: Box<dyn Fn(Generated) -> Sent<T> + Send + Sync>,
    ) -> Result<Decoded<T>, Error> {
        let span = operations::span(call);
        let (client, send) = (self.client.clone(), Arc::new(send));
        let hidden = modified.and_then(|key| HeaderValue::from_str(key.expose()).ok());
        let sending = Sending {
            client: self.client.clone(),
            call,
            budget: Budget::RateLimiter,
            unclaimed: |_, _| operations::lost(CREATE),
            attempt: Box::new(move |permit| {
                let (client, send, hidden) = (client.clone(), send.clone(), hidden.clone());
                Box::pin(async move {
                    let sent = send(client.generated::<ContactEnrichment>(Some(permit))).await;
                    sent.map_err(|error| {
                        client.observe_error(operation, None, &error);
                        let mut call = client.call(RequestKind::Operation(call));
                        call.keys.extend(hidden);
                        Error::from_call(&call, error)
                    })
                })
            }),
        };
        let outcome = sending.send().instrument(span.clone()).await;
        operations::ended(&span, outcome.as_ref().map(|_| None));
        let decoded = outcome?;
        self.client.observe(operation, None, &decoded);
        Ok(decoded)
    }
}

type Sent<T> = BoxFuture<'static, Result<Decoded<T>, OperationError<ErrorEnvelope>>>;

/// A request to create a key, from [`ApiKeys::create`]. Await it.
#[must_use = "nothing is sent until it is awaited"]
#[derive(Debug, Clone)]
pub struct CreateKey {
    keys: ApiKeys,
    notes: String,
    per_minute: Option<u32>,
}

impl CreateKey {
    /// Sets the number of requests per minute that the key allows, at most that of the master key.
    /// By default, the API decides.
    pub fn per_minute(mut self, requests: u32) -> Self {
        self.per_minute = Some(requests);
        self
    }

    async fn run(self) -> Result<ManagedKey, Error> {
        let mut checks = Checks::default();
        let notes = notes(&mut checks, Some(&self.notes));
        let per_interval = checks.page("per_minute", self.per_minute, i32::MAX.unsigned_abs());
        let mut body = NewApiKey::new(checks.finish(notes)?.ok_or_else(no_notes)?);
        body.per_interval = per_interval;
        let send = Box::new(move |client: Generated| -> Sent<_> {
            let body = body.clone();
            Box::pin(async move { client.create_api_key(&body).await })
        });
        let decoded = self.keys.send((CREATE, &CREATE_API_KEY), None, send).await?;
        let key = ManagedKey::from(&*decoded);
        match key.key.expose() {
            "" => {
                let call = self.keys.client.call(RequestKind::Operation(CREATE));
                Err(Error::invalid_page(&call, decoded.response(), "$.api_key", "it is missing"))
            }
            _ => Ok(key),
        }
    }
}

/// A request to modify a key, from [`ApiKeys::modify`]. Await it.
#[must_use = "nothing is sent until it is awaited"]
#[derive(Debug, Clone)]
pub struct ModifyKey {
    keys: ApiKeys,
    key: ManagedKey,
    per_minute: Option<u32>,
}

impl ModifyKey {
    /// Sets the purpose of the key, in 1 to 250 characters.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.key.notes = Some(notes.into());
        self
    }

    /// Sets whether the key is enabled.
    pub fn active(mut self, active: bool) -> Self {
        self.key.active = Some(active);
        self
    }

    /// Sets the number of requests per minute that the key allows, at most that of the master key.
    pub fn per_minute(mut self, requests: u32) -> Self {
        self.per_minute = Some(requests);
        self
    }

    async fn run(self) -> Result<ManagedKey, Error> {
        let mut checks = Checks::default();
        let notes = notes(&mut checks, self.key.notes.as_ref());
        let per_interval = checks.page("per_minute", self.per_minute, i32::MAX.unsigned_abs());
        let key = self.key.key.expose();
        if Uuid::parse_str(key).is_err() {
            checks.problem("the key to modify is not a UUID, which the API requires");
        }
        if self.key.master == Some(true) {
            checks.problem("the key to modify is the master key, which can't be edited");
        }
        let Some(notes) = checks.finish(notes)? else { return Err(no_notes()) };
        let active = self.key.active.unwrap_or(true);
        let mut body = ApiKeyChanges::new(active, Secret::new(key), notes);
        body.per_interval = per_interval;
        let send = Box::new(move |client: Generated| -> Sent<_> {
            let body = body.clone();
            Box::pin(async move { client.modify_api_key(&body).await })
        });
        let decoded = self.keys.send((MODIFY, &MODIFY_API_KEY), Some(&self.key.key), send).await?;
        Ok(ManagedKey::from(&*decoded))
    }
}

fn notes(checks: &mut Checks, given: Option<&String>) -> Option<ApiKeyNotesString> {
    let notes = checks.text("notes", given, (1, 250));
    checks.limited("notes", notes).into_option()
}

fn no_notes() -> Error {
    Error::invalid_query(vec!["notes are blank; state the purpose of the key".to_owned()])
}

macro_rules! awaitable {
    ($($request:ident)+) => { $(
        impl IntoFuture for $request {
            type Output = Result<ManagedKey, Error>;
            type IntoFuture = BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.run())
            }
        }
    )+ };
}

awaitable! { CreateKey ModifyKey }

/// An API key of the account, and its settings.
#[derive(Clone, PartialEq, Eq)]
pub struct ManagedKey {
    key: SecretKey,
    active: Option<bool>,
    notes: Option<String>,
    master: Option<bool>,
    per_interval: Option<i64>,
    interval_seconds: Option<i64>,
}

impl ManagedKey {
    /// Returns the key.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Returns whether the key is enabled. `None` if the response does not contain this.
    pub fn active(&self) -> Option<bool> {
        self.active
    }

    /// Returns the purpose of the key.
    pub fn notes(&self) -> Option<&str> {
        self.notes.as_deref()
    }

    /// Returns whether this is the master key, which can't be modified.
    pub fn is_master(&self) -> bool {
        self.master == Some(true)
    }

    /// Returns the number of requests that the key allows in
    /// [`interval_seconds`](Self::interval_seconds).
    pub fn per_interval(&self) -> Option<i64> {
        self.per_interval
    }

    /// Returns the length of the interval in seconds, always 60. `None` in the response to a
    /// modification.
    pub fn interval_seconds(&self) -> Option<i64> {
        self.interval_seconds
    }
}

impl From<&ApiKey> for ManagedKey {
    fn from(key: &ApiKey) -> Self {
        let text = key.api_key.as_ref().map(Secret::expose);
        Self {
            key: SecretKey::new(text.unwrap_or_default()),
            active: *key.active,
            notes: (*key.notes).clone(),
            master: *key.master,
            per_interval: *key.per_interval,
            interval_seconds: *key.interval_seconds,
        }
    }
}

impl fmt::Debug for ManagedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedKey")
            .field("key", &self.key)
            .field("active", &self.active)
            .field("notes", &self.notes)
            .field("master", &self.master)
            .field("per_interval", &self.per_interval)
            .finish_non_exhaustive()
    }
}

//! [`Verifier`]: checks the rules in order.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::claims::{Claims, Window};
use super::delivery::Delivery;
use super::error::Error;
use super::jwks::{Jwks, JwksBuilder};
use super::jwt::Jwt;
use super::keys::{KeySet, PublicKey};
use super::replays::Replays;
use super::verified::{Signed, VerifiedDelivery};
use super::violation::Violation;
use crate::clock::Clock;

/// The name of the header with the token: `X-Webhook-Signature`.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("x-webhook-signature");

/// The default tolerance for the difference between the sender's clock and ours: 60 s.
pub const DEFAULT_LEEWAY: Duration = Duration::from_secs(60);

/// The default maximum time since a token was issued: 1 hour.
pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Verifies that deliveries are genuine.
///
/// [`verify`](Self::verify) verifies a delivery and decodes it. Pass the bytes of the body exactly
/// as they were received. Cheap to clone; clones share the keys and the record of tokens.
///
/// ```
/// use waterfall::HeaderMap;
/// use waterfall::webhook::{Error, Verifier};
/// # use waterfall::webhook::testing::Signer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// # let signer = Signer::new("test-key");
/// # let body = r#"{"status":"SUCCEEDED","start_date":"2025-02-05T12:00:00Z","input":null}"#;
/// # let headers = signer.headers(body);
/// # let verifier = Verifier::new(signer.key_set());
/// # let _ = || {
/// let verifier = Verifier::from_env()?; // once, for the whole program
/// # Ok::<_, waterfall::Error>(verifier) };
/// let delivery = verifier.verify(&headers, body).await?;
/// println!("job {:?}: {}", delivery.job_id(), delivery.snapshot().state());
///
/// let error = verifier.verify(&HeaderMap::new(), "{}").await.unwrap_err();
/// assert_eq!(error.code(), "unsigned");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[doc(alias = "verify")]
#[doc(alias = "signature")]
pub struct Verifier {
    keys: Jwks,
    window: Window,
    allow_unsigned: bool,
    replays: Option<Arc<Mutex<Replays>>>,
    clock: Clock,
}

impl Verifier {
    /// Creates a verifier with these keys: a [`Jwks`], or a fixed [`KeySet`].
    pub fn new(keys: impl Into<Jwks>) -> Self {
        let window = Window { leeway: DEFAULT_LEEWAY, max_age: DEFAULT_MAX_AGE };
        let clock = Clock::default();
        Self { keys: keys.into(), window, allow_unsigned: false, replays: None, clock }
    }

    /// Creates a verifier with the keys of the API that
    /// [`Client::from_env`](crate::Client::from_env) uses: those under the base URL in
    /// `WATERFALL_BASE_URL` if it is set, otherwise those that Waterfall publishes. Needs no API
    /// key, and sends no request until the first delivery.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): the variable is not UTF-8 or not an
    /// allowed base URL, or the URL is `https` and the feature `tls` is disabled.
    pub fn from_env() -> Result<Self, crate::error::Error> {
        Ok(Self::new(JwksBuilder::from_env()?.build()?))
    }

    /// Creates a verifier with the keys that Waterfall publishes, independent of the environment.
    /// Sends no request until the first delivery.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the feature `tls` is disabled.
    pub fn waterfall() -> Result<Self, crate::error::Error> {
        Ok(Self::new(Jwks::builder().build()?))
    }

    /// Sets the clock; [`Clock::system`] by default. The receiver, the router, the extractors and
    /// the inbox that use this verifier use its clock. Tests on a paused clock need
    /// [`Clock::tokio`].
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the tolerated difference between the sender's clock and ours; 60 s by default.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.window.leeway = leeway;
        self
    }

    /// Sets the maximum time since a token was issued (`iat`), without the leeway; 1 hour by
    /// default. The age of a token without `iat` is not checked.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.window.max_age = max_age;
        self
    }

    /// Accepts deliveries without a signature, which Waterfall sends while its signing is
    /// unavailable.
    ///
    /// **Anyone who knows your URL can send one.** [`Delivery::is_signed`] is false for these: read
    /// the job by its ID before you trust one. Deliveries with an invalid signature are still
    /// refused.
    #[must_use]
    pub fn allow_unsigned(mut self) -> Self {
        self.allow_unsigned = true;
        self
    }

    /// Accepts each token only once, and remembers at most `capacity` tokens. With 0, the default,
    /// tokens are accepted any number of times.
    ///
    /// A token is remembered until it expires or, without an expiry, for the maximum age. If the
    /// record is full, the token that expires first is evicted. Each takes about 200 bytes. Later
    /// clones share the record.
    ///
    /// A sender that gets no 2xx may send the same token again. If you fail to process a delivery,
    /// [`forget`](Self::forget) it before you respond, or the retry is refused.
    #[must_use]
    pub fn remember_tokens(mut self, capacity: usize) -> Self {
        self.replays = (capacity > 0).then(|| Arc::new(Mutex::new(Replays::new(capacity))));
        self
    }

    /// Verifies and decodes a delivery. The [clock](Self::clock) provides the time.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the violated rule, [`Error::KeysUnavailable`], or
    /// [`Error::Unreadable`] with the bytes of a genuine delivery that could not be decoded.
    ///
    /// # Cancellation
    ///
    /// Dropping the future is safe. A fetch of the keys in progress continues for other
    /// deliveries.
    #[doc(alias = "unwrap")]
    #[doc(alias = "parse")]
    pub async fn verify(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Delivery, Error> {
        self.verify_at(headers, body, self.now()).await
    }

    /// Like [`verify`](Self::verify), at a given time.
    ///
    /// # Errors
    ///
    /// As for [`verify`](Self::verify).
    pub async fn verify_at(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: Timestamp,
    ) -> Result<Delivery, Error> {
        self.verify_bytes_at(headers, body, now).await?.parse()
    }

    /// Verifies a delivery without decoding its body. The [clock](Self::clock) provides the time.
    ///
    /// # Errors
    ///
    /// As for [`verify`](Self::verify), except [`Error::Unreadable`].
    pub async fn verify_bytes(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<VerifiedDelivery, Error> {
        self.verify_bytes_at(headers, body, self.now()).await
    }

    /// Like [`verify_bytes`](Self::verify_bytes), at a given time.
    ///
    /// # Errors
    ///
    /// As for [`verify_bytes`](Self::verify_bytes).
    pub async fn verify_bytes_at(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: Timestamp,
    ) -> Result<VerifiedDelivery, Error> {
        let received = self.read(headers, body.into(), now)?;
        let key = match received.key_id() {
            Some(id) => Some(self.keys.find(id).await?),
            None => None,
        };
        Ok(self.check(received, key)?)
    }

    /// Checks the rules alone, without a clock or I/O, with the given keys instead of the
    /// verifier's own.
    ///
    /// ```
    /// use waterfall::webhook::Verifier;
    /// # use waterfall::webhook::testing::Signer;
    ///
    /// # let signer = Signer::new("test-key");
    /// # let (keys, headers, now) = (signer.key_set(), signer.headers("{}"), jiff::Timestamp::now());
    /// let verifier = Verifier::new(keys.clone());
    /// let verified = verifier.verify_bytes_with(&keys, &headers, "{}", now)?;
    /// assert_eq!(&verified.body()[..], b"{}");
    /// # Ok::<(), waterfall::webhook::Violation>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The violated rule.
    pub fn verify_bytes_with(
        &self,
        keys: &KeySet,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: Timestamp,
    ) -> Result<VerifiedDelivery, Violation> {
        let received = self.read(headers, body.into(), now)?;
        let key = received.key_id().map(|id| keys.get(id).ok_or(Violation::UnknownKey));
        let key = key.transpose()?;
        self.check(received, key)
    }

    /// Removes the token of a delivery from the [record](Self::remember_tokens): you failed to
    /// process the delivery, and the sender may retry it.
    pub fn forget(&self, delivery: &VerifiedDelivery) {
        if let (Some(mut replays), Some(signed)) = (self.replays(), &delivery.signed) {
            replays.forget(&signed.fingerprint);
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Finds and parses the token.
    fn read<'a>(
        &self,
        headers: &'a HeaderMap,
        body: Bytes,
        now: Timestamp,
    ) -> Result<Received<'a>, Violation> {
        let mut tokens = headers.get_all(SIGNATURE_HEADER).iter();
        let token = match (tokens.next(), tokens.next()) {
            (Some(token), None) => Some(Jwt::parse(token.as_bytes())?),
            (Some(_), Some(_)) => return Err(Violation::SeveralSignatures),
            (None, _) if self.allow_unsigned => None,
            (None, _) => return Err(Violation::Unsigned),
        };
        Ok(Received { headers, body, now, token })
    }

    /// Checks signature, claims and body, in this order.
    fn check(
        &self,
        mut received: Received<'_>,
        key: Option<PublicKey>,
    ) -> Result<VerifiedDelivery, Violation> {
        let Some(token) = received.token.take() else { return Ok(received.unsigned()) };
        let key = key.ok_or(Violation::UnknownKey)?;
        if !key.verifies(token.signed, &token.signature) {
            return Err(Violation::BadSignature);
        }
        let claims = Claims::parse(&token.claims)?;
        claims.check_times(received.now, self.window)?;
        let body_hash = Sha256::digest(&received.body);
        if !bool::from(body_hash.as_slice().ct_eq(&claims.body_hash)) {
            return Err(Violation::BodyChanged);
        }
        let fingerprint = Sha256::digest(token.signed).into();
        if let Some(mut replays) = self.replays() {
            let until = claims.refused_from(received.now, self.window);
            if !replays.admit(fingerprint, until, received.now) {
                return Err(Violation::Replayed);
            }
        }
        Ok(received.signed(Signed { key_id: token.key_id, claims, fingerprint }))
    }

    fn replays(&self) -> Option<MutexGuard<'_, Replays>> {
        Some(self.replays.as_ref()?.lock())
    }
}

/// A delivery whose token is parsed, but not verified.
struct Received<'a> {
    headers: &'a HeaderMap,
    body: Bytes,
    now: Timestamp,
    token: Option<Jwt<'a>>,
}

impl Received<'_> {
    fn key_id(&self) -> Option<&str> {
        Some(&self.token.as_ref()?.key_id)
    }

    fn unsigned(self) -> VerifiedDelivery {
        let headers = self.headers.clone();
        VerifiedDelivery {
            body: self.body,
            headers,
            received_at: self.now,
            signed: None,
            path_kind: None,
        }
    }

    fn signed(self, signed: Signed) -> VerifiedDelivery {
        let mut verified = self.unsigned();
        verified.headers.get_mut(SIGNATURE_HEADER).map(hide);
        VerifiedDelivery { signed: Some(Arc::new(signed)), ..verified }
    }
}

fn hide(token: &mut HeaderValue) {
    token.set_sensitive(true);
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("keys", &self.keys)
            .field("leeway", &self.window.leeway)
            .field("max_age", &self.window.max_age)
            .field("allow_unsigned", &self.allow_unsigned)
            .field("clock", &self.clock)
            .field("remembers_tokens", &self.replays.is_some())
            .finish()
    }
}

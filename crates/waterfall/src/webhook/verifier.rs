//! [`Verifier`]: the rules, applied in order.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::claims::{Claims, Window};
use super::delivery::Delivery;
use super::error::Error;
use super::jwks::{Jwks, JwksBuilder};
use super::keys::{KeySet, PublicKey};
use super::replays::Replays;
use super::token::Token;
use super::verified::{Signed, Verified};
use crate::Clock;

/// The header that carries the token: `X-Webhook-Signature`.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("x-webhook-signature");

/// How far the sender's clock and ours may be apart, unless told otherwise: 60 s.
pub const DEFAULT_LEEWAY: Duration = Duration::from_secs(60);

/// How long ago a token may have been issued, unless told otherwise: 1 hour.
pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Tells genuine deliveries from all others.
///
/// [`unwrap`](Self::unwrap) does all that is needed: it verifies, then decodes. Give it the
/// body's bytes exactly as they were received. Cheap to clone; clones share the keys
/// and the memory of tokens.
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
/// let delivery = verifier.unwrap(&headers, body).await?;
/// println!("job {:?}: {}", delivery.job_id(), delivery.snapshot().state());
///
/// let error = verifier.unwrap(&HeaderMap::new(), "{}").await.unwrap_err();
/// assert_eq!(error.rule(), "unsigned");
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
    /// A verifier with these keys: a [`Jwks`], or a [`KeySet`] that stays as it is.
    pub fn new(keys: impl Into<Jwks>) -> Self {
        let window = Window { leeway: DEFAULT_LEEWAY, max_age: DEFAULT_MAX_AGE };
        let clock = Clock::default();
        Self { keys: keys.into(), window, allow_unsigned: false, replays: None, clock }
    }

    /// A verifier with the keys of the API that [`Client::from_env`](crate::Client::from_env)
    /// talks to: those under the base URL in `WATERFALL_BASE_URL` if it is set, else those that
    /// Waterfall publishes. Nothing is sent yet, and no API key is needed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): the variable is not UTF-8 or not a base
    /// URL that is allowed, or the build has no feature `tls` and the URL is `https`.
    pub fn from_env() -> Result<Self, crate::Error> {
        Ok(Self::new(JwksBuilder::from_env()?.build()?))
    }

    /// A verifier with the keys that Waterfall publishes, whatever the environment holds.
    /// Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) in a build without the feature
    /// `tls`.
    pub fn waterfall() -> Result<Self, crate::Error> {
        Ok(Self::new(Jwks::builder().build()?))
    }

    /// What time it is; [`Clock::system`] by default. The receiver, the router, the extractors
    /// and the inbox that use this verifier go by it too. In tests on a paused clock, it is
    /// [`Clock::tokio`].
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How far the sender's clock and ours may be apart; 60 s by default.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.window.leeway = leeway;
        self
    }

    /// How long ago a token may have been issued (`iat`), leeway not counted; 1 hour
    /// by default. A token that does not say is not judged by its age.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.window.max_age = max_age;
        self
    }

    /// Takes deliveries without a signature too, which Waterfall sends while its
    /// signing is out of order.
    ///
    /// **Anybody who knows your URL can send one.** They are marked:
    /// [`Delivery::is_signed`] is false. Read the job by its id before you believe
    /// one. A delivery that has a signature, and a bad one, is still refused.
    #[must_use]
    pub fn allow_unsigned(mut self) -> Self {
        self.allow_unsigned = true;
        self
    }

    /// Accepts each token once, and remembers up to `capacity` of them for it; 0, the
    /// default, accepts a token as often as it comes.
    ///
    /// A token is remembered until it expires, else for the maximum age. When the
    /// memory is full, the token that is over first is given up. Each takes about
    /// 200 bytes. Clones that are made afterwards share the memory.
    ///
    /// A sender that gets no 2xx may send the same token again. If you fail to
    /// handle a delivery, [`forget`](Self::forget) it before you answer, or the
    /// second try is refused.
    #[must_use]
    pub fn remember_tokens(mut self, capacity: usize) -> Self {
        self.replays = (capacity > 0).then(|| Arc::new(Mutex::new(Replays::new(capacity))));
        self
    }

    /// Verifies a delivery by the [clock](Self::clock), and decodes it.
    ///
    /// # Errors
    ///
    /// One variant of [`Error`] for each rule; [`Error::Unreadable`] has the bytes of
    /// a genuine delivery that could not be decoded.
    ///
    /// # Cancellation
    ///
    /// Dropping the future is safe. If it waits for keys, the fetch goes on for
    /// others.
    #[doc(alias = "verify")]
    #[doc(alias = "parse")]
    pub async fn unwrap(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Delivery, Error> {
        self.unwrap_at(headers, body, self.now()).await
    }

    /// As [`unwrap`](Self::unwrap), at a time of your choice.
    ///
    /// # Errors
    ///
    /// As [`unwrap`](Self::unwrap).
    pub async fn unwrap_at(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: Timestamp,
    ) -> Result<Delivery, Error> {
        self.verify_at(headers, body, now).await?.parse()
    }

    /// Verifies a delivery by the [clock](Self::clock), and leaves its body alone.
    ///
    /// # Errors
    ///
    /// As [`unwrap`](Self::unwrap), [`Error::Unreadable`] excepted.
    pub async fn verify(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Verified, Error> {
        self.verify_at(headers, body, self.now()).await
    }

    /// As [`verify`](Self::verify), at a time of your choice.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub async fn verify_at(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: Timestamp,
    ) -> Result<Verified, Error> {
        let received = Received { headers, body: body.into(), now };
        match self.token(headers)? {
            None => Ok(received.unsigned()),
            Some(token) => {
                let key = self.keys.find(&token.key_id).await?;
                self.judge(token, key, received)
            }
        }
    }

    /// The rules alone: no clock, no network. The verifier's own keys are not asked.
    ///
    /// ```
    /// use waterfall::webhook::Verifier;
    /// # use waterfall::webhook::testing::Signer;
    ///
    /// # let signer = Signer::new("test-key");
    /// # let (keys, headers, now) = (signer.key_set(), signer.headers("{}"), jiff::Timestamp::now());
    /// let verifier = Verifier::new(keys.clone());
    /// let verified = verifier.verify_with(&keys, &headers, "{}", now)?;
    /// assert_eq!(&verified.body()[..], b"{}");
    /// # Ok::<(), waterfall::webhook::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify), [`Error::KeysUnavailable`] excepted.
    pub fn verify_with(
        &self,
        keys: &KeySet,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: Timestamp,
    ) -> Result<Verified, Error> {
        let received = Received { headers, body: body.into(), now };
        match self.token(headers)? {
            None => Ok(received.unsigned()),
            Some(token) => {
                let key = keys.get(&token.key_id).ok_or(Error::UnknownKey)?;
                self.judge(token, key, received)
            }
        }
    }

    /// Lets the token of a delivery come again: you could not handle it, and the
    /// sender may send it once more.
    pub fn forget(&self, delivery: &Verified) {
        if let (Some(mut replays), Some(signed)) = (self.replays(), &delivery.signed) {
            replays.forget(&signed.fingerprint);
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The token of a delivery that has to have one.
    fn token<'a>(&self, headers: &'a HeaderMap) -> Result<Option<Token<'a>>, Error> {
        let mut tokens = headers.get_all(SIGNATURE_HEADER).iter();
        match (tokens.next(), tokens.next()) {
            (Some(token), None) => Token::parse(token.as_bytes()).map(Some),
            (Some(_), Some(_)) => Err(Error::SeveralSignatures),
            (None, _) if self.allow_unsigned => Ok(None),
            (None, _) => Err(Error::Unsigned),
        }
    }

    /// Signature, claims, body, in this order.
    fn judge(
        &self,
        token: Token<'_>,
        key: PublicKey,
        received: Received<'_>,
    ) -> Result<Verified, Error> {
        if !key.verifies(token.signed, &token.signature) {
            return Err(Error::BadSignature);
        }
        let claims = Claims::parse(&token.claims)?;
        claims.check_times(received.now, self.window)?;
        let body_hash = Sha256::digest(&received.body);
        if !bool::from(body_hash.as_slice().ct_eq(&claims.body_hash)) {
            return Err(Error::BodyChanged);
        }
        let fingerprint = Sha256::digest(token.signed).into();
        if let Some(mut replays) = self.replays() {
            let until = claims.over_at(received.now, self.window);
            if !replays.admit(fingerprint, until, received.now) {
                return Err(Error::Replayed);
            }
        }
        Ok(received.signed(Signed { key_id: token.key_id, claims, fingerprint }))
    }

    fn replays(&self) -> Option<MutexGuard<'_, Replays>> {
        Some(self.replays.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What came, and when.
struct Received<'a> {
    headers: &'a HeaderMap,
    body: Bytes,
    now: Timestamp,
}

impl Received<'_> {
    fn unsigned(self) -> Verified {
        let headers = self.headers.clone();
        Verified { body: self.body, headers, received_at: self.now, signed: None }
    }

    fn signed(self, signed: Signed) -> Verified {
        let mut verified = self.unsigned();
        verified.headers.get_mut(SIGNATURE_HEADER).map(hide);
        Verified { signed: Some(Arc::new(signed)), ..verified }
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

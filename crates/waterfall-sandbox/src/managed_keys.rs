//! The API keys of the account with a master key, and the operations that manage them.

use axum::http::HeaderMap;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::Config;
use crate::endpoint::Feature;
use crate::envelope::{ApiError, Code};
use crate::form::{self, Fields, Form, Rule, bad_request};
use crate::keys::{AccountId, Caller, DEMO_MASTER_KEY, KeyId, key_of};
use crate::names;

/// The rate of a new key, unless the master key has a lower rate.
const DEFAULT_RATE: u32 = 50;
const INTERVAL_SECONDS: u32 = 60;

const CREATE: Form = &[("notes", NOTES), ("per_interval", RATE)];
const MODIFY: Form =
    &[("api_key", Rule::Uuid), ("notes", NOTES), ("active", Rule::Flag), ("per_interval", RATE)];
const NOTES: Rule = Rule::Text(1, 250);
const RATE: Rule = Rule::Integer(1, i32::MAX as u64);

/// The managed keys, the master key first. Unlike others, they are stored, because the API lists
/// them.
pub(crate) struct ManagedKeys(Vec<ManagedKey>);

struct ManagedKey {
    value: Uuid,
    id: KeyId,
    notes: String,
    active: bool,
    master: bool,
    /// `None` without a limit.
    per_interval: Option<u32>,
}

impl ManagedKey {
    fn new(value: Uuid, notes: &str, per_interval: Option<u32>) -> Self {
        let id = KeyId::of(&value.to_string());
        Self { value, id, notes: notes.to_owned(), active: true, master: false, per_interval }
    }

    fn to_json(&self) -> Value {
        json!({
            "api_key": self.value,
            "active": self.active,
            "notes": self.notes,
            "master": self.master,
            "per_interval": self.per_interval,
            "interval_seconds": INTERVAL_SECONDS,
        })
    }
}

impl ManagedKeys {
    pub(crate) fn of(config: &Config) -> Self {
        let keys = &config.keys;
        let default = keys.are_open().then_some(DEMO_MASTER_KEY);
        let Some(master) = keys.master.or(default) else { return Self(Vec::new()) };
        let rate = config.rate_limit.requests();
        let master = ManagedKey { master: true, ..ManagedKey::new(master, "Master key", rate) };
        let sub_keys = keys.sub_keys.iter();
        let sub_keys = sub_keys.map(|(key, rate)| ManagedKey::new(*key, "Sub-key", Some(*rate)));
        Self([master].into_iter().chain(sub_keys).collect())
    }

    /// Checks a key like the API: 401 without a key, 403 for an unknown or disabled key.
    pub(crate) fn caller(&self, config: &Config, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let text = key_of(headers).ok_or_else(|| ApiError::new(Code::AuthMissingApiKey))?;
        let key = KeyId::of(text);
        let bad = || ApiError::new(Code::AuthBadApiKey);
        if let Some(managed) = self.0.iter().find(|managed| managed.id == key) {
            let account = AccountId(self.0.first().map_or(key, |master| master.id));
            let caller = Caller {
                key,
                account,
                is_master: managed.master,
                per_interval: managed.per_interval,
            };
            return if managed.active { Ok(caller) } else { Err(bad()) };
        }
        if !config.keys.accepts(text) {
            return Err(bad());
        }
        Ok(Caller { key, account: AccountId(key), is_master: false, per_interval: None })
    }

    /// Returns the master key of the caller's account, if the caller uses it.
    fn master(&self, config: &Config, caller: &Caller) -> Result<&ManagedKey, ApiError> {
        if config.disabled.contains(&Feature::ApiKeys) {
            return Err(ApiError::new(Code::FeatureNotEnabled));
        }
        let master = self.0.first().filter(|master| AccountId(master.id) == caller.account);
        let master = master.ok_or_else(|| ApiError::new(Code::NoMasterKey))?;
        if caller.is_master { Ok(master) } else { Err(ApiError::new(Code::NeedMasterKey)) }
    }

    /// Handles `GET /v1/api-keys`.
    pub(crate) fn list(&self, config: &Config, caller: &Caller) -> Result<Value, ApiError> {
        self.master(config, caller)?;
        let keys: Vec<Value> = self.0.iter().map(ManagedKey::to_json).collect();
        Ok(json!({ "api_keys": keys }))
    }

    /// Handles `POST /v1/api-keys`. New keys are derived from the seed and are not secret.
    pub(crate) fn create(
        &mut self,
        config: &Config,
        caller: &Caller,
        body: &[u8],
    ) -> Result<Value, ApiError> {
        let max = self.master(config, caller)?.per_interval;
        let fields = form::read(body, CREATE)?;
        let notes = required(form::text(&fields, "notes"), "notes")?;
        let default = max.map_or(DEFAULT_RATE, |max| max.min(DEFAULT_RATE));
        let rate = rate(&fields, max)?.unwrap_or(default);
        let number = (self.0.len() as u64).to_le_bytes();
        let value = names::uuid(&[b"api key", &config.seed.to_le_bytes(), &number]);
        let key = ManagedKey::new(value, notes, Some(rate));
        let shown = key.to_json();
        self.0.push(key);
        Ok(shown)
    }

    /// Handles `PUT /v1/api-keys`, whose response lacks `interval_seconds`.
    pub(crate) fn modify(
        &mut self,
        config: &Config,
        caller: &Caller,
        body: &[u8],
    ) -> Result<Value, ApiError> {
        let max = self.master(config, caller)?.per_interval;
        let fields = form::read(body, MODIFY)?;
        let value = required(form::text(&fields, "api_key"), "api_key")?.to_lowercase();
        let notes = required(form::text(&fields, "notes"), "notes")?;
        let active = required(fields.get("active").and_then(Value::as_bool), "active")?;
        let rate = rate(&fields, max)?;
        let key = self.0.iter_mut().find(|key| key.value.to_string() == value);
        let key = key.ok_or_else(|| ApiError::new(Code::ApiKeyNotFound))?;
        if key.master {
            return Err(ApiError::new(Code::CannotEditMaster));
        }
        key.notes = notes.to_owned();
        key.active = active;
        key.per_interval = rate.or(key.per_interval);
        let mut shown = key.to_json();
        if let Some(fields) = shown.as_object_mut() {
            fields.remove("interval_seconds");
        }
        Ok(shown)
    }
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, ApiError> {
    value.ok_or_else(|| bad_request(format!("{name}: Field required")))
}

/// Returns the rate that a body requests, at most that of the master key.
fn rate(fields: &Fields, max: Option<u32>) -> Result<Option<u32>, ApiError> {
    if !fields.contains_key("per_interval") {
        return Ok(None);
    }
    let rate = form::integer(fields, "per_interval", 0);
    let rate = u32::try_from(rate).unwrap_or(u32::MAX);
    if max.is_some_and(|max| rate > max) {
        return Err(ApiError::new(Code::SubkeyRate));
    }
    Ok(Some(rate))
}

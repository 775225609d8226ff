//! The checks, ordered by their dependencies.

use std::env;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use waterfall::webhook::KeySet;
use waterfall::{
    Client, CustomResponse, Error, ErrorKind, HeaderMap, Method, RotatingKey, StatusCode, Usd,
};

use crate::api_target::ApiTarget;
use crate::commands::doctor::report::{Check, Report};
use crate::failure::Failure;
use crate::report::explain;
use crate::session::Session;
use crate::terminal_text::{money, time};

/// The largest clock difference with which `listen` accepts deliveries by default.
const MAX_SKEW: Duration = Duration::from_secs(60);

/// The timeout of a response.
const TIMEOUT: Duration = Duration::from_secs(15);

const KEY: &str = "api_key";
const CONFIGURATION: &str = "configuration";
const CONNECTION: &str = "connection";
const ACCESS: &str = "access";
const CLOCK: &str = "clock";
const RATE_LIMIT: &str = "rate_limit";
const BALANCE: &str = "balance";
const WEBHOOK_KEYS: &str = "webhook_keys";

/// The proxy variables that the client reads, in the same order.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

pub(super) async fn run(session: &Session) -> Report {
    let mut report = Report::default();
    report.add(key(session));
    let client = match session.connect() {
        Ok(client) => {
            report.add(Check::ok(CONFIGURATION, configuration(&session.target)));
            client
        }
        // The first check reports this.
        Err(Failure::NoKey) => {
            report.add(Check::skipped(CONFIGURATION));
            return skip(report, &[CONNECTION, ACCESS, CLOCK, RATE_LIMIT, BALANCE, WEBHOOK_KEYS]);
        }
        Err(failure) => {
            let (headline, hints) = explain(&failure, &session.target);
            report.add(Check::failed(CONFIGURATION, headline, hints.join(" ")));
            return skip(report, &[CONNECTION, ACCESS, CLOCK, RATE_LIMIT, BALANCE, WEBHOOK_KEYS]);
        }
    };
    let account = get(&client, "/v2/account").await;
    report.add(connection(&account, &session.target));
    if !account.is_answered() {
        return skip(report, &[ACCESS, CLOCK, RATE_LIMIT, BALANCE, WEBHOOK_KEYS]);
    }
    report.add(access(&account, &session.target));
    report.add(clock(&account));
    report.add(rate_limit(&client, &account));
    report.add(match &account.outcome {
        Ok(response) => balance(response),
        Err(_) => Check::skipped(BALANCE),
    });
    report.add(webhook_keys(&get(&client, "/.well-known/jwks.json").await, &session.target));
    report
}

fn skip(mut report: Report, names: &[&'static str]) -> Report {
    for name in names {
        report.add(Check::skipped(name));
    }
    report
}

/// A request and its outcome.
struct Answer {
    outcome: Result<CustomResponse, Error>,
    took: Duration,
    /// The middle between the request and the response, by the clock of this machine.
    at: Timestamp,
}

async fn get(client: &Client, path: &str) -> Answer {
    let (start, sent) = (Instant::now(), Timestamp::now());
    let outcome = client.request(Method::GET, path).timeout(TIMEOUT).send().await;
    let took = start.elapsed();
    let half = SignedDuration::try_from(took / 2).unwrap_or_default();
    Answer { outcome, took, at: sent.checked_add(half).unwrap_or(sent) }
}

impl Answer {
    /// Returns whether the response can come from the API.
    fn is_answered(&self) -> bool {
        self.outcome.as_ref().err().is_none_or(|error| error.kind() == ErrorKind::Api)
    }

    fn status(&self) -> Option<StatusCode> {
        match &self.outcome {
            Ok(response) => Some(response.status()),
            Err(error) => error.status(),
        }
    }

    fn headers(&self) -> Option<&HeaderMap> {
        match &self.outcome {
            Ok(response) => Some(response.headers()),
            Err(error) => error.headers(),
        }
    }
}

fn key(session: &Session) -> Check {
    if session.target == ApiTarget::Embedded {
        return Check::ok(KEY, "the embedded sandbox needs no key");
    }
    let key = env::var_os("WATERFALL_API_KEY").filter(|key| !key.is_empty());
    let Some(key) = key else {
        return Check::failed(
            KEY,
            "WATERFALL_API_KEY is not set",
            "Set it to the key of your account, in the environment of the program.",
        );
    };
    let problem = match key.to_str() {
        Some(key) => RotatingKey::new(key).err().map(|error| text_of(&error)),
        None => Some("it is not UTF-8".to_owned()),
    };
    match problem {
        None => Check::ok(KEY, "WATERFALL_API_KEY is set and well formed"),
        Some(problem) => {
            Check::failed(KEY, problem, "Copy the key again, without quotes and white space.")
        }
    }
}

/// Returns the text of a configuration error, without its kind.
fn text_of(error: &Error) -> String {
    let text = error.to_string();
    text.strip_prefix("configuration: ").unwrap_or(&text).to_owned()
}

fn configuration(target: &ApiTarget) -> String {
    let set = |name: &&&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match PROXIES.iter().find(set) {
        Some(name) if *target != ApiTarget::Embedded => {
            format!("usable; {name} is set, and NO_PROXY lists the exceptions")
        }
        _ => "usable; no proxy".to_owned(),
    }
}

fn connection(account: &Answer, target: &ApiTarget) -> Check {
    match (&account.outcome, account.is_answered()) {
        (Err(error), false) => {
            let (headline, hints) = explain(&Failure::from(error.clone()), target);
            Check::failed(CONNECTION, headline, hints.join(" "))
        }
        _ => Check::ok(CONNECTION, format!("the API responded in {}", time(account.took))),
    }
}

fn access(account: &Answer, target: &ApiTarget) -> Check {
    match &account.outcome {
        Ok(_) => Check::ok(ACCESS, "the API accepts the key"),
        Err(error) => {
            let (headline, hints) = explain(&Failure::from(error.clone()), target);
            Check::failed(ACCESS, headline, hints.join(" "))
        }
    }
}

fn clock(account: &Answer) -> Check {
    let date = account.headers().and_then(|headers| headers.get("date")?.to_str().ok());
    let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let Some(date) = date else { return Check::ok(CLOCK, "the API sent no date to compare with") };
    // The header has no fractions of a second.
    let skew = account.at.duration_since(date.timestamp()) - SignedDuration::from_millis(500);
    let (size, direction) = match skew.is_negative() {
        true => (skew.unsigned_abs(), "behind"),
        false => (skew.unsigned_abs(), "ahead of"),
    };
    if size <= MAX_SKEW {
        return Check::ok(CLOCK, format!("at most {} s from the API's clock", MAX_SKEW.as_secs()));
    }
    Check::failed(
        CLOCK,
        format!("this machine's clock is {} {direction} the API's clock", time(size)),
        "Synchronize the clock, for example with NTP. Otherwise webhooks are refused, unless \
        --leeway allows for the difference.",
    )
}

fn rate_limit(client: &Client, account: &Answer) -> Check {
    if account.status() == Some(StatusCode::TOO_MANY_REQUESTS) {
        return Check::failed(
            RATE_LIMIT,
            "the limit is exceeded",
            "Wait a minute. If other processes use this key, give each a --share of the limit.",
        );
    }
    match client.rate_limiter().limit() {
        Some((requests, window)) => {
            let window = window.as_secs();
            Check::ok(RATE_LIMIT, format!("at most {requests} requests in {window} s"))
        }
        None => Check::ok(RATE_LIMIT, "no limit"),
    }
}

fn balance(response: &CustomResponse) -> Check {
    let report: Value = response.json().unwrap_or_default();
    match report["balance_remaining_usd"].as_f64().and_then(Usd::from_f64) {
        None => Check::ok(BALANCE, "not reported"),
        Some(left) if left > Usd::ZERO => {
            Check::ok(BALANCE, format!("{} left", money(left.to_f64())))
        }
        Some(left) => Check::failed(
            BALANCE,
            format!("{} left", money(left.to_f64())),
            "Top up the balance; until then launches are rejected.",
        ),
    }
}

fn webhook_keys(keys: &Answer, target: &ApiTarget) -> Check {
    let response = match &keys.outcome {
        Ok(response) => response,
        Err(error) => {
            let (headline, hints) = explain(&Failure::from(error.clone()), target);
            return Check::failed(WEBHOOK_KEYS, headline, hints.join(" "));
        }
    };
    let remedy = "Webhooks can't be verified. Check the base URL, or try again later.";
    match KeySet::from_json(response.bytes()) {
        Ok(keys) => match keys.key_ids().count() {
            0 => Check::failed(WEBHOOK_KEYS, "the API publishes no usable key", remedy),
            1 => Check::ok(WEBHOOK_KEYS, "the API publishes 1 key"),
            count => Check::ok(WEBHOOK_KEYS, format!("the API publishes {count} keys")),
        },
        Err(error) => Check::failed(WEBHOOK_KEYS, error.to_string(), remedy),
    }
}

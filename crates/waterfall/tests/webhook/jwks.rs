//! The key cache, on tokio's paused clock.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{advance, sleep};
use waterfall::ErrorKind;
use waterfall::webhook::testing::Signer;
use waterfall::webhook::{Jwks, Verifier};

use super::endpoint::{Behavior, Endpoint};
use super::support::{BODY, now};

/// Verifies a valid delivery that is signed with this key.
async fn ask(verifier: &Verifier, key_id: &str) -> &'static str {
    let headers = Signer::new(key_id).headers(BODY);
    let result = verifier.verify_bytes(&headers, BODY).await;
    result.map_or_else(|error| error.code(), |_| "ok")
}

async fn ask_100(verifier: &Verifier, key_id: impl Fn(u32) -> String) -> Vec<&'static str> {
    let mut tasks = JoinSet::new();
    for number in 0..100 {
        let (verifier, key_id) = (verifier.clone(), key_id(number));
        tasks.spawn(async move { ask(&verifier, &key_id).await });
    }
    tasks.join_all().await
}

#[tokio::test(start_paused = true)]
async fn the_first_delivery_fetches_and_100_share_it() {
    let endpoint = Endpoint::with(&["a"]);
    let verifier = endpoint.verifier();
    assert_eq!(endpoint.count(), 0);
    assert_eq!(ask_100(&verifier, |_| "a".to_owned()).await, ["ok"; 100]);
    assert_eq!(endpoint.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_contain_no_api_key() {
    let endpoint = Endpoint::with(&["a"]);
    assert_eq!(ask(&endpoint.verifier(), "a").await, "ok");
    let fetch = endpoint.fetches().remove(0);
    assert_eq!(fetch.url, "https://api.waterfall.io/.well-known/jwks.json");
    let mut names: Vec<_> = fetch.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "user-agent"], "in particular no API key");
}

#[tokio::test(start_paused = true)]
async fn the_url_of_the_keys_is_configurable() {
    let rows = [
        ("http://127.0.0.1:8080/", None, "http://127.0.0.1:8080/.well-known/jwks.json"),
        ("https://a.b/x", None, "https://a.b/x/.well-known/jwks.json"),
        ("https://a.b", Some("https://keys.a.b/set"), "https://keys.a.b/set"),
    ];
    for (base, url, expected) in rows {
        let endpoint = Endpoint::with(&["a"]);
        let mut builder = Jwks::builder().base_url(base).transport(endpoint.clone());
        if let Some(url) = url {
            builder = builder.url(url);
        }
        let verifier = Verifier::new(builder.build().unwrap());
        assert_eq!(ask(&verifier, "a").await, "ok");
        assert_eq!(endpoint.fetches()[0].url, expected);
    }
}

#[test]
fn invalid_settings_are_refused() {
    let builders = [
        Jwks::builder().base_url("http://api.waterfall.io"),
        Jwks::builder().base_url("https://sesame@a.b"),
        Jwks::builder().url("http://a.b/keys"),
        Jwks::builder().url("https://a.b/keys?sesame"),
        Jwks::builder().url("ftp://a.b/keys"),
        Jwks::builder().timeout(Duration::ZERO),
    ];
    for builder in builders {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!error.to_string().contains("sesame"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn cache_control_applies_within_bounds() {
    let rows = [
        (None, 300),
        (Some("max-age=600"), 600),
        (Some("public, max-age=1"), 60),
        (Some("max-age=86400"), 3600),
        (Some("no-store"), 300),
    ];
    for (cache_control, seconds) in rows {
        let endpoint = Endpoint::with(&[]);
        endpoint.set(Behavior::Keys { ids: vec!["a"], cache_control });
        let verifier = endpoint.verifier();
        assert_eq!(ask(&verifier, "a").await, "ok");
        advance(Duration::from_secs(seconds - 1)).await;
        assert_eq!(ask(&verifier, "a").await, "ok");
        assert_eq!(endpoint.count(), 1, "{cache_control:?}");
        advance(Duration::from_secs(1)).await;
        assert_eq!(ask(&verifier, "a").await, "ok");
        assert_eq!(endpoint.count(), 2, "{cache_control:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_unknown_keys_at_once_force_one_fetch() {
    let cold = Endpoint::with(&["a"]);
    assert_eq!(ask_100(&cold.verifier(), |n| format!("x{n}")).await, ["unknown_key"; 100]);
    assert_eq!(cold.count(), 1);

    let warm = Endpoint::with(&["a"]);
    let verifier = warm.verifier();
    assert_eq!(ask(&verifier, "a").await, "ok");
    assert_eq!(ask_100(&verifier, |n| format!("x{n}")).await, ["unknown_key"; 100]);
    assert_eq!(warm.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_attack_forces_one_fetch_in_30_seconds() {
    let endpoint = Endpoint::with(&["a"]);
    let verifier = endpoint.verifier();
    assert_eq!(ask(&verifier, "a").await, "ok");
    for number in 0..1000 {
        assert_eq!(ask(&verifier, &format!("x{number}")).await, "unknown_key");
        sleep(Duration::from_millis(28)).await;
    }
    assert_eq!(endpoint.count(), 2);
    assert_eq!(ask(&verifier, "a").await, "ok", "known keys are still accepted");
    for number in 0..3000 {
        ask(&verifier, &format!("y{number}")).await;
        sleep(Duration::from_millis(28)).await;
    }
    let times: Vec<_> = endpoint.fetches().iter().map(|fetch| fetch.at).collect();
    let mut pauses = times[1..].windows(2).map(|pair| pair[1] - pair[0]);
    assert!(pauses.all(|pause| pause >= Duration::from_secs(30)), "{times:?}");
    assert!(times.len() <= 2 + 84 / 30 + 1, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_key_rotation_is_detected_at_once() {
    let endpoint = Endpoint::with(&["old"]);
    let verifier = endpoint.verifier();
    assert_eq!(ask(&verifier, "old").await, "ok");
    endpoint.has(&["old", "new"]);
    assert_eq!(ask(&verifier, "new").await, "ok");
    assert_eq!(ask(&verifier, "old").await, "ok");
    endpoint.has(&["new"]);
    sleep(Duration::from_secs(300)).await;
    assert_eq!(ask(&verifier, "old").await, "unknown_key");
    assert_eq!(ask(&verifier, "new").await, "ok");
    assert_eq!(endpoint.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_failing_endpoint_keeps_the_earlier_keys() {
    let failures = [
        Behavior::Down,
        Behavior::Never,
        Behavior::Panic,
        Behavior::Body(500, String::new()),
        Behavior::Body(302, String::new()),
        Behavior::Body(204, String::new()),
        Behavior::Body(200, "<html>".to_owned()),
        Behavior::Body(200, r#"{"keys":[]}"#.to_owned()),
        Behavior::Body(200, format!(r#"{{"keys":[],"pad":"{}"}}"#, "x".repeat(70_000))),
    ];
    for failure in failures {
        let endpoint = Endpoint::with(&["a"]);
        let verifier = endpoint.verifier();
        assert_eq!(ask(&verifier, "a").await, "ok");
        endpoint.set(failure.clone());
        sleep(Duration::from_secs(301)).await;
        for _ in 0..10 {
            assert_eq!(ask(&verifier, "a").await, "ok", "{failure:?}");
        }
        assert_eq!(endpoint.count(), 2, "{failure:?}");
        assert_eq!(
            ask(&verifier, "b").await,
            "keys_unavailable",
            "the key may be new: {failure:?}"
        );
        endpoint.has(&["b"]);
        sleep(Duration::from_secs(31)).await;
        assert_eq!(ask(&verifier, "b").await, "ok", "{failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_keys_nothing_is_verified() {
    let endpoint = Endpoint::with(&["a"]);
    endpoint.set(Behavior::Down);
    let verifier = endpoint.verifier();
    let error =
        verifier.verify_bytes_at(&Signer::new("a").headers(BODY), BODY, now()).await.unwrap_err();
    assert!(error.is_transient());
    assert_eq!(
        error.to_string(),
        "webhook delivery not verified: no keys from api.waterfall.io: the request was not sent \
         (connection refused); respond with 503 so that the sender may retry"
    );
    for _ in 0..50 {
        assert_eq!(ask(&verifier, "a").await, "keys_unavailable");
    }
    assert_eq!(endpoint.count(), 1);
    endpoint.has(&["a"]);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(ask(&verifier, "a").await, "ok");
}

/// A disconnected sender neither stops the fetch that others wait for, nor uses up the forced
/// fetch within 30 s.
#[tokio::test(start_paused = true)]
async fn a_fetch_outlives_the_delivery_that_started_it() {
    let endpoint = Endpoint::with(&["a"]);
    let verifier = endpoint.verifier();
    assert_eq!(ask(&verifier, "a").await, "ok");
    endpoint.has(&["a", "b"]);
    let hasty = tokio::time::timeout(Duration::from_millis(10), ask(&verifier, "x")).await;
    assert!(hasty.is_err());
    assert_eq!(ask(&verifier, "b").await, "ok");
    assert_eq!(endpoint.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_endpoint_times_out() {
    let endpoint = Endpoint::with(&["a"]);
    endpoint.set(Behavior::Never);
    let start = tokio::time::Instant::now();
    assert_eq!(ask(&endpoint.verifier(), "a").await, "keys_unavailable");
    assert_eq!(start.elapsed(), Duration::from_secs(10));
}

#[tokio::test]
async fn fixed_keys_are_not_fetched() {
    let verifier = Verifier::new(Jwks::fixed(Signer::new("a").key_set()));
    assert_eq!(ask(&verifier, "a").await, "ok");
    assert_eq!(ask(&verifier, "b").await, "unknown_key");
}

#[test]
fn debug_shows_the_url() {
    let jwks = Jwks::builder().transport(Endpoint::with(&[])).build().unwrap();
    let text = format!("{:?}", Verifier::new(jwks));
    assert!(text.contains("https://api.waterfall.io/.well-known/jwks.json"), "{text}");
}

/// The environment can't be changed in a test's own process.
#[test]
fn a_verifier_comes_from_the_environment() {
    const INNER: &str = "WATERFALL_TEST_INNER";
    if let Some(expected) = std::env::var_os(INNER) {
        let outcome = match Verifier::from_env() {
            Ok(verifier) => format!("{verifier:?}"),
            Err(error) => error.to_string(),
        };
        assert!(outcome.contains(expected.to_str().unwrap()), "{outcome}");
        return;
    }
    let rows = [
        (Some("http://127.0.0.1:8080/x/"), "http://127.0.0.1:8080/x/.well-known/jwks.json"),
        (Some("http://a.b"), "plain http"),
        (Some("https://sesame@a.b"), "user name"),
        #[cfg(feature = "tls")]
        (None, "https://api.waterfall.io/.well-known/jwks.json"),
        #[cfg(feature = "tls")]
        (Some(""), "https://api.waterfall.io/.well-known/jwks.json"),
    ];
    for (url, expected) in rows {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "jwks::a_verifier_comes_from_the_environment"]);
        command.env(INNER, expected);
        command.env_remove("WATERFALL_API_KEY").env_remove("WATERFALL_BASE_URL");
        command.envs(url.map(|url| ("WATERFALL_BASE_URL", url)));
        let output = command.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    }
}

use super::*;

const A: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
const B: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"b","x":"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}]}"#;

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn set(document: &str, life: u64) -> Result<(KeySet, Duration), KeysUnavailable> {
    Ok((KeySet::from_json(document).unwrap(), Duration::from_secs(life)))
}

fn down() -> Result<(KeySet, Duration), KeysUnavailable> {
    Err(KeysUnavailable::for_test())
}

/// Returns the result for a delivery that arrives now.
fn ask(cache: &mut JwksCache, key_id: &str, now: f64) -> &'static str {
    let arrived = cache.rounds();
    ask_again(cache, key_id, arrived, now)
}

/// Returns the result for a delivery that arrived after this number of fetches.
fn ask_again(cache: &mut JwksCache, key_id: &str, arrived: u64, now: f64) -> &'static str {
    match cache.look_up(key_id, arrived, at(now)) {
        Lookup::Found(_) => "found",
        Lookup::Unknown => "unknown",
        Lookup::Unavailable(_) => "unavailable",
        Lookup::Fetch => "fetch",
        Lookup::Wait => "wait",
    }
}

fn holding(document: &str, life: u64) -> JwksCache {
    let mut cache = JwksCache::default();
    assert_eq!(ask(&mut cache, "a", 0.0), "fetch");
    cache.fetched(set(document, life), at(0.0));
    cache
}

#[test]
fn one_fetch_at_a_time() {
    let mut cache = JwksCache::default();
    assert_eq!(ask(&mut cache, "a", 0.0), "fetch");
    assert_eq!(ask(&mut cache, "a", 0.1), "wait");
    assert_eq!(ask(&mut cache, "b", 0.2), "wait");
    cache.fetched(set(A, 300), at(0.5));
    assert_eq!(ask_again(&mut cache, "a", 0, 0.5), "found");
    assert_eq!(ask_again(&mut cache, "b", 0, 0.5), "unknown", "the set is newer than the delivery");
}

#[test]
fn lifetimes_are_clamped() {
    for (life, expected) in
        [(0, 60.0), (59, 60.0), (61, 61.0), (3599, 3599.0), (3601, 3600.0), (u64::MAX, 3600.0)]
    {
        let mut cache = holding(A, life);
        assert_eq!(ask(&mut cache, "a", expected - 0.001), "found", "{life}");
        assert_eq!(ask(&mut cache, "a", expected), "fetch", "{life}");
    }
}

#[test]
fn unknown_keys_force_one_fetch_in_30_seconds() {
    let mut cache = holding(A, 3600);
    assert_eq!(ask(&mut cache, "b", 10.0), "fetch");
    assert_eq!(ask(&mut cache, "c", 10.1), "wait");
    assert_eq!(ask(&mut cache, "a", 10.1), "found", "a known key does not wait");
    cache.fetched(set(A, 3600), at(10.2));
    assert_eq!(ask_again(&mut cache, "b", 1, 10.2), "unknown");
    assert_eq!(ask_again(&mut cache, "c", 1, 10.2), "unknown");
    assert_eq!(ask(&mut cache, "d", 39.999), "unknown");
    assert_eq!(ask(&mut cache, "d", 40.0), "fetch");
}

#[test]
fn a_key_rotation_is_detected() {
    let mut cache = holding(A, 3600);
    assert_eq!(ask(&mut cache, "b", 10.0), "fetch");
    cache.fetched(set(B, 3600), at(10.2));
    assert_eq!(ask_again(&mut cache, "b", 1, 10.2), "found");
    assert_eq!(ask(&mut cache, "a", 10.3), "unknown", "a key that was removed");
}

#[test]
fn a_failed_fetch_keeps_the_old_set() {
    let mut cache = holding(A, 60);
    assert_eq!(ask(&mut cache, "a", 60.0), "fetch");
    cache.fetched(down(), at(61.0));
    assert_eq!(ask_again(&mut cache, "a", 1, 61.0), "found");
    assert_eq!(ask(&mut cache, "a", 90.999), "found", "not one fetch per delivery");
    assert_eq!(ask(&mut cache, "a", 91.0), "fetch");
    cache.fetched(down(), at(92.0));
    assert_eq!(ask(&mut cache, "a", 100_000.0), "fetch");
    cache.fetched(down(), at(100_001.0));
    assert_eq!(ask(&mut cache, "a", 100_002.0), "found", "for as long as fetches fail");
}

#[test]
fn after_a_failed_fetch_an_unknown_key_may_be_a_new_one() {
    let mut cache = holding(A, 3600);
    assert_eq!(ask(&mut cache, "b", 10.0), "fetch");
    cache.fetched(down(), at(11.0));
    assert_eq!(ask_again(&mut cache, "b", 1, 11.0), "unavailable");
    assert_eq!(ask(&mut cache, "b", 39.0), "unavailable");
    assert_eq!(ask(&mut cache, "b", 40.0), "fetch");
    cache.fetched(set(A, 3600), at(41.0));
    assert_eq!(ask_again(&mut cache, "b", 2, 41.0), "unknown");
}

#[test]
fn without_a_set_a_failure_is_reported_for_5_seconds() {
    let mut cache = JwksCache::default();
    assert_eq!(ask(&mut cache, "a", 0.0), "fetch");
    cache.fetched(down(), at(1.0));
    assert_eq!(ask_again(&mut cache, "a", 0, 1.0), "unavailable");
    assert_eq!(ask(&mut cache, "a", 5.999), "unavailable");
    assert_eq!(ask(&mut cache, "a", 6.0), "fetch");
}

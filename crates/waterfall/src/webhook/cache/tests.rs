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

/// What is said to a delivery that comes now, as a word.
fn ask(cache: &mut Cache, key_id: &str, now: f64) -> &'static str {
    let asked = cache.rounds();
    ask_again(cache, key_id, asked, now)
}

/// What is said to one that came after so many fetches.
fn ask_again(cache: &mut Cache, key_id: &str, asked: u64, now: f64) -> &'static str {
    match cache.look_up(key_id, asked, at(now)) {
        Lookup::Found(_) => "found",
        Lookup::Unknown => "unknown",
        Lookup::Unavailable(_) => "unavailable",
        Lookup::Fetch => "fetch",
        Lookup::Wait => "wait",
    }
}

fn holding(document: &str, life: u64) -> Cache {
    let mut cache = Cache::default();
    assert_eq!(ask(&mut cache, "a", 0.0), "fetch");
    cache.fetched(set(document, life), at(0.0));
    cache
}

#[test]
fn one_fetch_at_a_time() {
    let mut cache = Cache::default();
    assert_eq!(ask(&mut cache, "a", 0.0), "fetch");
    assert_eq!(ask(&mut cache, "a", 0.1), "wait");
    assert_eq!(ask(&mut cache, "b", 0.2), "wait");
    cache.fetched(set(A, 300), at(0.5));
    assert_eq!(ask_again(&mut cache, "a", 0, 0.5), "found");
    assert_eq!(ask_again(&mut cache, "b", 0, 0.5), "unknown", "the set is newer than the question");
}

#[test]
fn a_life_is_kept_within_bounds() {
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
    assert_eq!(ask(&mut cache, "a", 10.1), "found", "a known key waits for nothing");
    cache.fetched(set(A, 3600), at(10.2));
    assert_eq!(ask_again(&mut cache, "b", 1, 10.2), "unknown");
    assert_eq!(ask_again(&mut cache, "c", 1, 10.2), "unknown");
    assert_eq!(ask(&mut cache, "d", 39.999), "unknown");
    assert_eq!(ask(&mut cache, "d", 40.0), "fetch");
}

#[test]
fn a_rotation_is_picked_up() {
    let mut cache = holding(A, 3600);
    assert_eq!(ask(&mut cache, "b", 10.0), "fetch");
    cache.fetched(set(B, 3600), at(10.2));
    assert_eq!(ask_again(&mut cache, "b", 1, 10.2), "found");
    assert_eq!(ask(&mut cache, "a", 10.3), "unknown", "an old key that was taken away");
}

#[test]
fn a_failed_fetch_keeps_the_old_set() {
    let mut cache = holding(A, 60);
    assert_eq!(ask(&mut cache, "a", 60.0), "fetch");
    cache.fetched(down(), at(61.0));
    assert_eq!(ask_again(&mut cache, "a", 1, 61.0), "found");
    assert_eq!(ask(&mut cache, "a", 90.999), "found", "no fetch for each delivery");
    assert_eq!(ask(&mut cache, "a", 91.0), "fetch");
    cache.fetched(down(), at(92.0));
    assert_eq!(ask(&mut cache, "a", 100_000.0), "fetch");
    cache.fetched(down(), at(100_001.0));
    assert_eq!(ask(&mut cache, "a", 100_002.0), "found", "however long it lasts");
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
fn without_any_set_a_failure_is_passed_on_for_5_seconds() {
    let mut cache = Cache::default();
    assert_eq!(ask(&mut cache, "a", 0.0), "fetch");
    cache.fetched(down(), at(1.0));
    assert_eq!(ask_again(&mut cache, "a", 0, 1.0), "unavailable");
    assert_eq!(ask(&mut cache, "a", 5.999), "unavailable");
    assert_eq!(ask(&mut cache, "a", 6.0), "fetch");
}

//! Error messages, and the details of errors for programs.

use std::time::Duration;

use waterfall::{Client, ContactQuery, Error, ErrorCategory, ErrorCode, ErrorKind};

use crate::script::{ID, KEY, Script, Step, id};

async fn read(step: Step) -> Error {
    Script::new([step]).client().job(id()).fetch().await.unwrap_err()
}

async fn launch(step: Step) -> Error {
    let query = ContactQuery::linkedin("jane-doe-abc123");
    Script::new([step]).client().launch(query).await.unwrap_err()
}

#[test]
fn an_error_is_small_and_can_be_sent() {
    fn goes_anywhere<T: Send + Sync + Clone + 'static>() {}
    goes_anywhere::<Error>();
    goes_anywhere::<Client>();
    goes_anywhere::<waterfall::Job>();
    goes_anywhere::<waterfall::Snapshot>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn futures_can_be_sent_to_other_threads() {
    fn is_send(_: impl Send + 'static) {}

    #[allow(dead_code, reason = "only its types are of interest")]
    fn all(client: Client, query: ContactQuery) {
        is_send(client.enrich(query.clone()).into_future());
        is_send(client.job(id()).wait().into_future());
        is_send(client.job(id()).watch());
        is_send(async move {
            let job = client.launch(query).await?;
            job.fetch().await
        });
    }
}

#[tokio::test(start_paused = true)]
async fn one_line_states_the_attempt_the_result_and_the_remedy() {
    const SECURE: &str = "https://user:pass@evil.example/path?token=1";
    let cut = Step::Cut { status: 200, body: Vec::new(), timeout: false };
    let reads = [
        (
            Step::refusal(404, "NOT_FOUND_JOB_NOT_FOUND"),
            "404 Not Found NOT_FOUND_JOB_NOT_FOUND, \"It says no.\"; check the job's id; jobs expire",
        ),
        (
            Step::refusal(403, "AUTH_BAD_API_KEY"),
            "403 Forbidden AUTH_BAD_API_KEY, \"It says no.\"; check the API key",
        ),
        (
            Step::refusal(403, "PERMISSION_FEATURE_NOT_ENABLED"),
            "403 Forbidden PERMISSION_FEATURE_NOT_ENABLED, \"It says no.\"; the account lacks this \
             feature: ask Waterfall for it",
        ),
        (Step::body(401, ""), "401 Unauthorized; set an API key"),
        (Step::body(402, ""), "402 Payment Required; the account has no credit left"),
        (
            Step::body(429, "<html>").header("retry-after", "12"),
            "429 Too Many Requests; try again after 12 s",
        ),
        (Step::body(503, ""), "503 Service Unavailable; try again"),
        (
            Step::body(418, ""),
            "418 I'm a teapot; check the base URL, and any proxy or gateway in front of the API",
        ),
        (
            Step::NotSent { timeout: false },
            "no connection to api.waterfall.io: refused; nothing was sent, so try again",
        ),
        (
            cut,
            "connection to api.waterfall.io failed mid-request: broke off, after the headers of 200 OK; try again",
        ),
        (
            Step::Never,
            "timed out before a complete response from api.waterfall.io: the limit is 30s; try again",
        ),
        (
            Step::body(302, "").header("location", SECURE),
            "api.waterfall.io responded with 302 Found to https://evil.example; redirects are not followed: \
             correct the base URL",
        ),
        (
            Step::body(200, r#"{"status":7,"start_date":"","input":null}"#),
            "api.waterfall.io responded with 200 OK, but its body doesn't match at $.status: expected a \
             string, found an integer; the error contains the body: update this crate, or report it",
        ),
        (
            Step::body(200, "<html>"),
            "api.waterfall.io responded with 200 OK, but its body doesn't match at $: not JSON (line 1, \
             column 1, of 6 bytes); probably from a gateway: try again",
        ),
    ];
    for (step, expected) in reads {
        let error = read(step).await;
        assert_eq!(error.to_string(), format!("read of job {ID}: {expected}"));
    }

    let launches = [
        (Step::refusal(400, "X"), "400 Bad Request X, \"It says no.\"; correct the query".to_owned()),
        (
            Step::body(502, "<html>"),
            "502 Bad Gateway; the job may have been launched: check your webhook or usage before \
             you launch again"
                .to_owned(),
        ),
        (
            Step::body(200, format!(r#"{{"data":{{"job_id":"{ID}"}}}}"#)),
            format!(
                "api.waterfall.io responded with 200 OK, but its body doesn't match at $.job_id: it is \
                 missing; the job is running: continue with job {ID}, don't launch again"
            ),
        ),
        (
            Step::body(200, r#"{"job_id":"Doe-Secret"}"#),
            "api.waterfall.io responded with 200 OK, but its body doesn't match at $.job_id: expected a \
             UUID, found a string; the job may have been launched: check your webhook or usage \
             before you launch again"
                .to_owned(),
        ),
    ];
    for (step, expected) in launches {
        assert_eq!(launch(step).await.to_string(), format!("launch: {expected}"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_advice_fits_the_call() {
    const ELSEWHERE: &str = "; check the base URL, and any proxy or gateway in front of the API";
    let routing = || Step::refusal(400, "ROUTING_INVALID_PATH_OR_METHOD");
    for (step, of_a_read, of_a_launch) in [
        (
            Step::body(404, "<html>"),
            "404 Not Found; check the job's id; jobs expire",
            "404 Not Found",
        ),
        (
            Step::body(400, ""),
            "400 Bad Request; check the job's id",
            "400 Bad Request; correct the query",
        ),
        (routing(), ELSEWHERE, ELSEWHERE),
        (
            Step::body(403, "<html>"),
            "check the API key, and any proxy or gateway",
            "check the API key",
        ),
        (Step::body(599, ""), "599; try again", "599; the job may have been launched"),
    ] {
        let (read, launch) = (read(step.clone()).await.to_string(), launch(step).await.to_string());
        assert!(read.contains(of_a_read), "{read}");
        assert!(launch.contains(of_a_launch) && !launch.contains("expire"), "{launch}");
    }
    let text = launch(Step::body(404, "")).await.to_string();
    assert!(text.ends_with(ELSEWHERE), "{text}");
    let rate_limited = Step::body(429, "").header("retry-after", "0");
    assert!(read(rate_limited).await.to_string().ends_with("429 Too Many Requests; try again"));
}

#[tokio::test(start_paused = true)]
async fn responses_of_gateways_are_described() {
    let redirect = |to: &'static str| Step::body(307, "").header("location", to);
    let fits = "its body doesn't match at ";
    for (step, expected) in [
        (redirect("/elsewhere?q=1"), "307 Temporary Redirect to another path; redirects"),
        (redirect("http://api.waterfall.io/x"), "Redirect to http://api.waterfall.io; redirects"),
        (redirect("//a.b:8443/x"), "Redirect to https://a.b:8443; redirects"),
        (redirect("mailto:jane@acme.com"), "Redirect to nowhere; redirects"),
        (Step::body(304, ""), "responded with 304 Not Modified; redirects"),
        (Step::body(200, ""), "$: the body is empty; probably"),
        (
            Step::body(200, "<").header("content-type", "Text/HTML; charset=x"),
            ", sent as Text/HTML;",
        ),
        (Step::body(200, "<").header("content-type", "application/problem+json"), "1 bytes); prob"),
        (
            Step::body(200, "\u{1f}").header("content-encoding", "gzip"),
            ", encoded as gzip although not requested; probably",
        ),
        (
            Step::body(200, &b"{\"status\":\"\xff\"}"[..]),
            "$.status: text that is not valid UTF-8; the",
        ),
    ] {
        let text = read(step).await.to_string();
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains("elsewhere") && !text.contains("jane"), "{text}");
        assert!(!text.contains("200 OK") || text.contains(fits), "{text}");
    }
    let text = launch(redirect("/elsewhere")).await.to_string();
    assert!(
        text.contains("; redirects are not followed: correct the base URL; the job may"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn names_of_fields_are_truncated_and_do_not_contain_the_key() {
    for name in ["n".repeat(5_000), format!("a {KEY} b")] {
        let fields = format!(r#"{{"status":"","start_date":"","x":{{"{name}":1e999}}}}"#);
        let error = read(Step::body(200, fields)).await;
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        let text = error.to_string();
        assert!(text.len() < 600 && !text.contains(KEY), "{text}");
        assert!(error.json_path().unwrap().starts_with("$.x"), "{:?}", error.json_path());
        assert!(!error.json_path().unwrap().contains(KEY));
    }
    let echo = Step::body(200, "<").header("content-type", format!("text/{KEY}"));
    let text = read(echo).await.to_string();
    assert!(text.contains("sent as text/[redacted];"), "{text}");
    let there = format!("https://{KEY}.example/");
    let text = read(Step::body(302, "").header("location", there)).await.to_string();
    assert!(text.contains("to https://[redacted].example;"), "{text}");
}

/// An application may keep one error per row.
#[tokio::test(start_paused = true)]
async fn a_long_body_is_truncated_in_errors() {
    let error = read(Step::Cut { status: 200, body: vec![b' '; 1_000_000], timeout: true }).await;
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
    let source = std::error::Error::source(&error).unwrap();
    let source = source.downcast_ref::<waterfall::TransportError>().unwrap();
    assert!(source.is_timeout());
    assert_eq!(source.partial().unwrap().body().len(), 64 * 1024);
    let text = error.to_string();
    assert!(text.contains(": broke off, within the body of 200 OK; try again"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn errors_of_enrich_state_that_the_job_was_launched() {
    let failed = format!(
        "job {ID} ended as FAILED; see its snapshot for the reason; a new launch is a new job (1 read in 2 s)"
    );
    let refused = format!(
        "read of job {ID}: 401 Unauthorized; set an API key; the job continues: don't launch \
         again (1 read in 2 s, last state unknown)"
    );
    let gave_up = format!(
        "wait for job {ID}: not finished, last state unknown; the job continues: wait for it again by its \
         id, don't launch again (2 reads in 3 s, limit 3 s; the last read failed: 503 Service \
         Unavailable)"
    );
    for (step, expected) in [
        (Step::job("FAILED", ""), failed),
        (Step::body(401, ""), refused),
        (Step::body(503, ""), gave_up),
    ] {
        let client = Script::new([Step::launched(), step]).client();
        let enrich = client.enrich(ContactQuery::linkedin("jane-doe-abc123"));
        let error = enrich.max_wait(Duration::from_secs(3)).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_html_error_keeps_status_and_retry_after() {
    let step = Step::body(429, "<html>slow down</html>")
        .header("retry-after", "7")
        .header("x-ratelimit-limit", "50");
    let error = read(step).await;
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.status().unwrap(), 429);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.headers().unwrap()["x-ratelimit-limit"], "50");
    assert_eq!(error.body(), Some(&b"<html>slow down</html>"[..]));
    assert_eq!((error.code(), error.category()), (None, None));
    assert!(error.messages().is_empty());
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn code_and_category_are_open() {
    let error = read(Step::refusal(400, "VALIDATION_BRAND_NEW")).await;
    assert_eq!(error.code().unwrap().as_str(), "VALIDATION_BRAND_NEW");
    assert_eq!(error.category(), Some(&ErrorCategory::Validation));
    let error = read(Step::refusal(400, "BRAND_NEW")).await;
    assert_eq!(error.code().unwrap().as_str(), "BRAND_NEW");
    assert_eq!(error.category(), None);
    let error = read(Step::refusal(429, "RATE_LIMIT_RATE_LIMIT_EXCEEDED")).await;
    assert_eq!(error.code(), Some(&ErrorCode::RateLimitRateLimitExceeded));
    assert_eq!(error.category(), Some(&ErrorCategory::RateLimit));
}

#[tokio::test(start_paused = true)]
async fn messages_are_the_message_and_the_details() {
    let body = r#"{"message":"Not valid.","code":"VALIDATION_BAD_REQUEST","error":["a","b"]}"#;
    let error = launch(Step::body(400, body)).await;
    assert_eq!(error.messages(), ["Not valid.", "a", "b"]);
    let text = error.to_string();
    assert!(text.contains("\"Not valid.\"") && !text.contains("\"a\""), "{text}");

    let body = format!(r#"{{"code":"X","message":"{}\n\u001b[2J"}}"#, "m".repeat(400));
    let text = launch(Step::body(400, body)).await.to_string();
    assert!(text.contains(&format!("\"{}…\"", "m".repeat(300))), "{text}");
    assert!(!text.contains(char::is_control));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_match_is_kept_with_its_json_path() {
    let body = r#"{"status":["Doe-Secret"],"output":{"person":{"last_name":"Doe-Secret"}}}"#;
    let error = read(Step::body(200, body).header("x-request", "7")).await;
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.json_path(), Some("$.status"));
    assert_eq!(error.body(), Some(body.as_bytes()));
    assert_eq!(error.headers().unwrap()["x-request"], "7");
    assert!(!error.is_retryable());
    assert!(!format!("{error} {error:?}").contains("Secret"));
}

#[tokio::test(start_paused = true)]
async fn a_long_body_is_capped() {
    let error = read(Step::body(500, vec![b'x'; 1_000_000])).await;
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
    let error = read(Step::body(500, vec![b'x'; 64 * 1024])).await;
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
}

#[test]
fn invalid_settings_are_rejected() {
    let built = |key: &str, url: &str| Client::builder().api_key(key).base_url(url).build();
    let loopback = "http://127.0.0.1:1";
    let rows = [
        (Client::builder().build(), "set WATERFALL_API_KEY"),
        (Client::new(""), "the API key is empty"),
        (built(" sesame", loopback), "white space"),
        (built("sesame\n", loopback), "white space"),
        (built("ses\name", loopback), "contains white space"),
        (built("ses ame", loopback), "contains white space"),
        (built("\"sesame\"", loopback), "is in quotes"),
        (built("'sesame'", loopback), "is in quotes"),
        (built("\u{201c}sesame\u{201d}", loopback), "is in quotes"),
        (built("\u{feff}sesame", loopback), "byte order mark"),
        (built("ses\u{1}ame", loopback), "not allowed in a header"),
        (built("sesame\u{e4}", loopback), "not ASCII"),
        (built("sesame\u{200b}", loopback), "not ASCII"),
        (built("sesame", "http://api.waterfall.io"), "plain http"),
        (built("sesame", "https://sesame:sesame@a.b"), "user name"),
        (Client::builder().api_key("k").user_agent("a\nb").build(), "user agent"),
        (Client::builder().api_key("k").timeout(Duration::ZERO).build(), "zero"),
    ];
    for (client, expected) in rows {
        let error = client.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = error.to_string();
        assert!(text.starts_with("configuration: ") && text.contains(expected), "{text}");
        assert!(!format!("{error} {error:?}").contains("sesame"), "{text}");
    }
}

#[test]
fn kinds_have_words() {
    assert_eq!(ErrorKind::WaitTimeout.as_str(), "wait_timeout");
    assert_eq!(format!("{:>10}", ErrorKind::Api), "       api");
}

//! Tests of faults without a socket, and of their notation.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::time::Duration;

use common::{ask, faulty, get, launch, plain, post, read, send};
use serde_json::{Value, json};
use tokio::time::Instant;
use waterfall_api::DispatchState;
use waterfall_sandbox::{Endpoint, Fault, FaultBody, FaultRule, JobTime, Sandbox};

fn instant() -> Sandbox {
    plain().job_time(JobTime::Fixed(Duration::ZERO)).build()
}

fn jane() -> Value {
    json!({ "linkedin": "jane-doe-abc123" })
}

#[tokio::test(start_paused = true)]
async fn broken_connections_are_reported_precisely() {
    let sandbox = instant();
    let transport = sandbox.transport();
    for (fault, delivery, launched) in [
        ("refuse", DispatchState::NotSent, 0),
        ("reset", DispatchState::MaybeSent, 0),
        ("reset+acted", DispatchState::MaybeSent, 1),
        ("cut=5", DispatchState::ResponseIncomplete, 1),
    ] {
        let before = sandbox.launches().len();
        let error = send(&transport, faulty(post(&jane()), fault)).await.unwrap_err();
        assert_eq!((error.dispatch_state(), error.is_timeout()), (delivery, false), "{fault}");
        assert_eq!(sandbox.launches().len() - before, launched, "{fault}");
        let request = sandbox.requests().pop().unwrap();
        assert_eq!(request.processed, launched == 1);
        assert_eq!(request.status.is_some(), fault == "cut=5");
        let partial = error.into_partial();
        assert_eq!(partial.is_some(), fault == "cut=5");
        if let Some(partial) = partial {
            assert_eq!((partial.status().as_u16(), &partial.body()[..]), (200, &b"{\"job"[..]));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn delays_take_time_on_the_paused_clock() {
    let sandbox = instant();
    let transport = sandbox.transport().with_timeout(Duration::from_secs(10));
    for (fault, seconds, arrives) in [("delay=2.5", 2.5, 0.0), ("late=2.5", 2.5, 2.5)] {
        let start = Instant::now();
        assert_eq!(send(&transport, faulty(post(&jane()), fault)).await.unwrap().status(), 200);
        assert_eq!(start.elapsed().as_secs_f64(), seconds);
        let arrived = sandbox.requests().pop().unwrap().at - start;
        assert_eq!(arrived.as_secs_f64(), arrives);
    }
    for (fault, delivery, launched) in [
        ("delay=60", DispatchState::MaybeSent, 1),
        ("late=60", DispatchState::MaybeSent, 0),
        ("stall", DispatchState::ResponseIncomplete, 1),
    ] {
        let (start, before) = (Instant::now(), sandbox.launches().len());
        let error = send(&transport, faulty(post(&jane()), fault)).await.unwrap_err();
        assert_eq!((error.dispatch_state(), error.is_timeout()), (delivery, true), "{fault}");
        assert_eq!(start.elapsed(), Duration::from_secs(10));
        assert_eq!(sandbox.launches().len() - before, launched, "{fault}");
        assert_eq!(error.partial().map(|answer| answer.status().as_u16()), {
            (fault == "stall").then_some(200)
        });
    }
}

#[tokio::test(start_paused = true)]
async fn statuses_come_in_three_bodies() {
    let sandbox = instant();
    let transport = sandbox.transport();
    let (status, body) = ask(&transport, faulty(post(&jane()), "status=503")).await;
    assert_eq!((status, body["code"].as_str()), (503, Some("INTERNAL_UNCLASSIFIED_ERROR")));
    assert_eq!(ask(&transport, faulty(post(&jane()), "status=402")).await.1["category"], "QUOTA");
    let html = send(&transport, faulty(post(&jane()), "status=502+html")).await.unwrap();
    assert_eq!((html.status().as_u16(), html.body().starts_with(b"<!doctype")), (502, true));
    assert_eq!(html.headers()["content-type"], "text/html; charset=utf-8");
    let empty = send(&transport, faulty(post(&jane()), "status=504+empty")).await.unwrap();
    assert_eq!((empty.status().as_u16(), empty.body().len()), (504, 0));
    assert!(empty.headers().contains_key("date"));
    assert!(sandbox.launches().is_empty());
    let processed =
        send(&transport, faulty(post(&jane()), "status=500+empty+acted")).await.unwrap();
    assert_eq!((processed.status().as_u16(), sandbox.launches().len()), (500, 1));
    let ok = send(&transport, faulty(post(&jane()), "html")).await.unwrap();
    assert_eq!((ok.status().as_u16(), ok.body().starts_with(b"<!doctype")), (200, true));
    let wait = send(&transport, faulty(post(&jane()), "retry-after=Wed, 21 Oct 2026 07:28:00 GMT"));
    let wait = wait.await.unwrap();
    assert_eq!(wait.status(), 429);
    assert_eq!(wait.headers()["retry-after"], "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(wait.headers()["x-ratelimit-remaining"], "0");
}

#[tokio::test(start_paused = true)]
async fn values_can_be_wrong_or_unknown() {
    let transport = instant().transport();
    let mut query = jane();
    query["custom_fields"] = json!({ "mine": 1 });
    let id = launch(&transport, query.clone()).await;
    let right = read(&transport, &id).await;

    let (_, wrong) = ask(&transport, faulty(get(&id), "wrong-type")).await;
    assert_eq!(wrong["output"]["person"]["domain_age_days"], json!({ "value": 7 }));
    let (_, wrong) = ask(&transport, faulty(post(&query), "wrong-type")).await;
    assert!(wrong["start_date"].is_object());

    let (_, strange) = ask(&transport, faulty(get(&id), "unknown-values")).await;
    assert_eq!(strange["status"], "QUEUED");
    assert_eq!(strange["output"]["person"]["email_confidence"], "certain");
    for place in ["", "/input", "/input/task", "/output/person", "/output/person/experiences/0"] {
        assert!(strange.pointer(place).unwrap()["sandbox_new"].is_object(), "{place}");
    }
    assert_eq!(strange["input"]["task"]["custom_fields"], query["custom_fields"]);
    let (_, drifted) = ask(&transport, faulty(get(&id), "drift")).await;
    let person = &drifted["output"]["person"];
    assert_eq!(
        (&person["sandbox_followers"], &person["email_verified"]),
        (&json!(1200), &json!("yes"))
    );
    assert!(drifted["output"]["usage"]["companies_count"].is_null());
    let (status, strange) = ask(&transport, faulty(get("x"), "unknown-values")).await;
    assert_eq!((status, strange["code"].as_str()), (400, Some("SANDBOX_NEW_CODE")));

    let raw = send(&transport, faulty(get(&id), "raw=%00{]%3B")).await.unwrap();
    assert_eq!((raw.status().as_u16(), &raw.body()[..]), (200, &b"\0{];"[..]));
    assert_eq!(read(&transport, &id).await, right, "faults leave the job alone");
}

#[tokio::test(start_paused = true)]
async fn faults_can_be_queued_and_joined() {
    let sandbox = instant();
    let transport = sandbox.transport();
    let id = launch(&transport, jane()).await;
    sandbox.fault_next(Endpoint::Find, Fault::status(500));
    sandbox.fault_next(Endpoint::Find, Fault::Html);
    assert_eq!(ask(&transport, post(&jane())).await.0, 200, "another operation");
    assert_eq!(
        ask(&transport, faulty(get(&id), "status=418")).await.0,
        418,
        "the header takes precedence"
    );
    assert_eq!(ask(&transport, get(&id)).await.0, 500);
    assert!(send(&transport, get(&id)).await.unwrap().body().starts_with(b"<"));
    assert_eq!(ask(&transport, get(&id)).await.0, 200);
    sandbox.fault_next(Endpoint::Find, Fault::StallBody);
    sandbox.clear_faults();
    assert_eq!(ask(&transport, get(&id)).await.0, 200);

    let start = Instant::now();
    assert_eq!(ask(&transport, faulty(get(&id), "delay=1; late=2 ;status=503")).await.0, 503);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    let (status, body) = ask(&transport, faulty(get(&id), "explode")).await;
    assert_eq!((status, body["code"].as_str()), (400, Some("VALIDATION_BAD_REQUEST")));
    assert!(body["error"][0].as_str().unwrap().contains("`explode` is not a fault"));
}

#[tokio::test(start_paused = true)]
async fn faults_have_their_probability_and_are_reproducible() {
    let statuses = async |seed: u64| {
        let sandbox = plain()
            .seed(seed)
            .fault_rate(Fault::status(503), 0.1)
            .fault_rule("find:status=500@0.5".parse().unwrap())
            .build();
        let transport = sandbox.transport();
        let mut all = Vec::new();
        for _ in 0..1_000 {
            all.push(send(&transport, post(&jane())).await.unwrap().status().as_u16());
        }
        all
    };
    let seen = statuses(7).await;
    assert_eq!(seen, statuses(7).await);
    assert_ne!(seen, statuses(8).await);
    let hits = seen.iter().filter(|status| **status == 503).count();
    assert!((75..=125).contains(&hits), "{hits}");
    assert!(!seen.contains(&500), "that rule is the finder's");
}

#[tokio::test(start_paused = true)]
async fn requests_that_a_fault_prevents_do_not_count() {
    let sandbox = Sandbox::builder().rate_limit(1).build();
    let transport = sandbox.transport();
    assert_eq!(ask(&transport, faulty(get("x"), "status=503")).await.0, 503);
    assert!(send(&transport, faulty(get("x"), "reset")).await.is_err());
    assert!(send(&transport, faulty(get("x"), "reset+acted")).await.is_err());
    assert_eq!(ask(&transport, get("x")).await.0, 429);
}

#[tokio::test(start_paused = true)]
async fn headers_and_bodies_are_replaced() {
    let sandbox = instant();
    let transport = sandbox.transport();
    let id = launch(&transport, jane()).await;
    let right = read(&transport, &id).await;
    let fault = "status=503; header=date:a; header=date:b; header=location:/c";
    let answer = send(&transport, faulty(get(&id), fault)).await.unwrap();
    let dates: Vec<_> = answer.headers().get_all("date").iter().collect();
    assert_eq!(dates, ["a", "b"]);
    assert_eq!(answer.headers()["location"], "/c");
    let twice = send(&transport, faulty(get(&id), "duplicate-keys")).await.unwrap();
    let text = String::from_utf8(twice.body().to_vec()).unwrap();
    assert!(text.contains(r#""status":"SUCCEEDED","status":"SUCCEEDED""#), "{text}");
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), right);
    let spoilt = send(&transport, faulty(get(&id), "bad-utf8")).await.unwrap();
    let wrong: Vec<u8> = spoilt.body().iter().copied().filter(|byte| *byte != 0xFF).collect();
    assert_eq!(spoilt.body().len(), wrong.len() + 1);
    assert_eq!(serde_json::from_slice::<Value>(&wrong).unwrap(), right);
    let (_, dated) = ask(&transport, faulty(get(&id), "dates=soon")).await;
    assert_eq!((&dated["start_date"], &dated["stop_date"]), (&json!("soon"), &json!("soon")));
    let bomb = send(&transport, faulty(get(&id), "gzip-bomb")).await.unwrap();
    assert_eq!(bomb.headers()["content-encoding"], "gzip");
    assert_eq!(bomb.body().len(), 629_871);
    let (status, wrong) = ask(&transport, faulty(get(&id), "status=404+wrong-type")).await;
    assert_eq!((status, wrong["code"].is_object()), (404, true));
    sandbox.faults_next(Endpoint::Find, [Fault::Html, Fault::status(418)]);
    assert_eq!(ask(&transport, get(&id)).await.0, 418);
    assert_eq!(ask(&transport, get(&id)).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_leaves_the_start_as_it_was() {
    let noon = std::time::UNIX_EPOCH + Duration::from_secs(1_738_756_800);
    let sandbox = plain().epoch(noon).job_time(JobTime::Fixed(Duration::from_secs(5))).build();
    let transport = sandbox.transport();
    // One job for each date format.
    for _ in 0..3 {
        let id = launch(&transport, jane()).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let (right, now) = (read(&transport, &id).await, sandbox.now());
        for (fault, step) in [("step=3600", 3600_i64), ("step=-3600", -3600)] {
            let answer = send(&transport, faulty(get(&id), fault)).await.unwrap();
            let body: Value = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(body["start_date"], right["start_date"]);
            let date = |body: &Value| {
                let text = body["stop_date"].as_str().unwrap().to_owned();
                (text.len(), text.parse::<waterfall_api::Timestamp>().unwrap().instant().unwrap())
            };
            let ((shape, stopped), (stepped_shape, stepped)) = (date(&right), date(&body));
            assert_eq!((stepped_shape, stepped.as_second() - stopped.as_second()), (shape, step));
            let date =
                httpdate::parse_http_date(answer.headers()["date"].to_str().unwrap()).unwrap();
            let seconds = |time: std::time::SystemTime| {
                time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
            };
            assert_eq!(seconds(date) - seconds(now), step);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn long_bodies_and_slow_ones_are_cut() {
    let transport = instant().transport().with_timeout(Duration::from_secs(10));
    let short = send(&transport, faulty(post(&jane()), "pad=5000")).await.unwrap();
    assert_eq!(short.body().len(), 5000);
    assert!(serde_json::from_slice::<Value>(short.body()).is_ok());
    let error = send(&transport, faulty(post(&jane()), "pad=100000000")).await.unwrap_err();
    assert_eq!(
        (error.dispatch_state(), error.is_timeout()),
        (DispatchState::ResponseIncomplete, false)
    );
    assert_eq!(error.partial().unwrap().body().len(), 1 << 20);
    let start = Instant::now();
    let dripped = send(&transport, faulty(post(&jane()), "raw=abc; drip=0.5")).await.unwrap();
    assert_eq!((&dripped.body()[..], start.elapsed().as_secs_f64()), (&b"abc"[..], 1.5));
    let start = Instant::now();
    let error = send(&transport, faulty(post(&jane()), "drip=3")).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!(
        (error.dispatch_state(), error.is_timeout()),
        (DispatchState::ResponseIncomplete, true)
    );
    assert_eq!(error.partial().unwrap().body().len(), 3);
}

fn header(name: &'static str, value: &str) -> Fault {
    Fault::Header(name.parse().unwrap(), value.parse().unwrap())
}

#[test]
fn faults_are_read_as_they_are_written() {
    let status = |body, processed| Fault::Status { status: 503, body, processed };
    for (text, fault) in [
        ("status=503", Fault::status(503)),
        ("status=503+html", status(FaultBody::Html, false)),
        ("status=503+empty+acted", status(FaultBody::Empty, true)),
        ("retry-after=soon%3B", Fault::RetryAfter("soon;".to_owned())),
        ("delay=2.5", Fault::DelayResponse(Duration::from_millis(2_500))),
        ("late=0.25", Fault::DelayRequest(Duration::from_millis(250))),
        ("stall", Fault::StallBody),
        ("cut=0", Fault::CutBody(0)),
        ("html", Fault::Html),
        ("wrong-type", Fault::WrongType),
        ("unknown-values", Fault::UnknownValues),
        ("drift", Fault::Drift),
        ("reset", Fault::Reset { processed: false }),
        ("reset+acted", Fault::Reset { processed: true }),
        ("refuse", Fault::Refuse),
        ("raw={\"a\": 1%2C%FF%40}", Fault::Raw(b"{\"a\": 1,\xff@}"[..].into())),
        ("status=503+wrong-type", status(FaultBody::WrongType, false)),
        ("header=x-a:b: c%3B", header("x-a", "b: c;")),
        ("drip=0.5", Fault::Drip(Duration::from_millis(500))),
        ("pad=100", Fault::Pad(100)),
        ("gzip-bomb", Fault::GzipBomb),
        ("duplicate-keys", Fault::DuplicateKeys),
        ("bad-utf8", Fault::BadUtf8),
        ("dates=2025-02-05T12:00:00", Fault::Dates("2025-02-05T12:00:00".to_owned())),
        ("step=-3600", Fault::ClockJump(-3600)),
    ] {
        assert_eq!(text.parse(), Ok(fault.clone()), "{text}");
        assert_eq!(fault.to_string().parse(), Ok(fault.clone()), "{fault}");
        let rule = FaultRule::new(fault, 0.25).on(Endpoint::Launch);
        assert_eq!(rule.to_string().parse(), Ok(rule.clone()), "{rule}");
    }
    for text in [
        "",
        "status",
        "status=99",
        "status=600",
        "status=503+red",
        "delay=-1",
        "delay=NaN",
        "cut=x",
    ] {
        assert!(text.parse::<Fault>().is_err(), "{text}");
    }
    for text in ["header=a", "header=a b:c", "header=a:%0A", "drip=-1", "pad=-1", "step=1.5"] {
        assert!(text.parse::<Fault>().is_err(), "{text}");
    }
    for text in
        ["raw=%", "raw=%+1", "raw=%2", "boom", "reset=1", "stall=2", "html+acted", "status+html"]
    {
        assert!(text.parse::<Fault>().is_err(), "{text}");
    }
    for text in ["status=503@2", "status=503@-1", "status=503@NaN", "status=503@", "post:html"] {
        assert!(text.parse::<FaultRule>().is_err(), "{text}");
    }
    assert_eq!("html".parse(), Ok(FaultRule::new(Fault::Html, 1.0)));
}

#[test]
fn the_error_and_the_help_list_every_fault() {
    let error = "boom".parse::<Fault>().unwrap_err().to_string();
    for line in Fault::help().lines() {
        let name = line.split(['=', ' ']).next().unwrap();
        assert!(error.contains(name), "{name}: {error}");
        assert!(!line.ends_with(' '), "{line:?} does not describe the fault's effect");
    }
    assert_eq!(Fault::help().lines().count(), 21);
    assert!(error.starts_with("`boom` is not a fault: expected one of status=503 (+html, "));
    assert!(error.ends_with("a rule is [OPERATION:]FAULT[@PROBABILITY]"), "{error}");
}

//! Misbehaviour without a socket, and how it is written.

mod common;

use std::time::Duration;

use common::{ask, faulty, get, launch, plain, post, read, send};
use serde_json::{Value, json};
use tokio::time::Instant;
use waterfall_api::Delivery;
use waterfall_sandbox::{Endpoint, Fault, FaultBody, FaultRule, JobTime, Sandbox};

fn instant() -> Sandbox {
    plain().job_time(JobTime::Fixed(Duration::ZERO)).build()
}

fn jane() -> Value {
    json!({ "linkedin": "jane-doe-abc123" })
}

#[tokio::test(start_paused = true)]
async fn broken_connections_are_told_for_what_they_are() {
    let sandbox = instant();
    let way = sandbox.transport();
    for (fault, delivery, launched) in [
        ("refuse", Delivery::NotSent, 0),
        ("reset", Delivery::MaybeSent, 0),
        ("reset+acted", Delivery::MaybeSent, 1),
        ("cut=5", Delivery::AnswerCut, 1),
    ] {
        let before = sandbox.launches().len();
        let error = send(&way, faulty(post(&jane()), fault)).await.unwrap_err();
        assert_eq!((error.delivery(), error.is_timeout()), (delivery, false), "{fault}");
        assert_eq!(sandbox.launches().len() - before, launched, "{fault}");
        let arrival = sandbox.arrivals().pop().unwrap();
        assert_eq!(arrival.acted, launched == 1);
        assert_eq!(arrival.status.is_some(), fault == "cut=5");
        let partial = error.into_partial();
        assert_eq!(partial.is_some(), fault == "cut=5");
        if let Some(partial) = partial {
            assert_eq!((partial.status().as_u16(), &partial.body()[..]), (200, &b"{\"job"[..]));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slowness_takes_its_time_on_the_paused_clock() {
    let sandbox = instant();
    let way = sandbox.transport().with_timeout(Duration::from_secs(10));
    for (fault, seconds, arrives) in [("delay=2.5", 2.5, 0.0), ("late=2.5", 2.5, 2.5)] {
        let start = Instant::now();
        assert_eq!(send(&way, faulty(post(&jane()), fault)).await.unwrap().status(), 200);
        assert_eq!(start.elapsed().as_secs_f64(), seconds);
        let arrived = sandbox.arrivals().pop().unwrap().at - start;
        assert_eq!(arrived.as_secs_f64(), arrives);
    }
    for (fault, delivery, launched) in [
        ("delay=60", Delivery::MaybeSent, 1),
        ("late=60", Delivery::MaybeSent, 0),
        ("stall", Delivery::AnswerCut, 1),
    ] {
        let (start, before) = (Instant::now(), sandbox.launches().len());
        let error = send(&way, faulty(post(&jane()), fault)).await.unwrap_err();
        assert_eq!((error.delivery(), error.is_timeout()), (delivery, true), "{fault}");
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
    let way = sandbox.transport();
    let (status, body) = ask(&way, faulty(post(&jane()), "status=503")).await;
    assert_eq!((status, body["code"].as_str()), (503, Some("INTERNAL_UNCLASSIFIED_ERROR")));
    assert_eq!(ask(&way, faulty(post(&jane()), "status=402")).await.1["category"], "QUOTA");
    let html = send(&way, faulty(post(&jane()), "status=502+html")).await.unwrap();
    assert_eq!((html.status().as_u16(), html.body().starts_with(b"<!doctype")), (502, true));
    assert_eq!(html.headers()["content-type"], "text/html; charset=utf-8");
    let empty = send(&way, faulty(post(&jane()), "status=504+empty")).await.unwrap();
    assert_eq!((empty.status().as_u16(), empty.body().len()), (504, 0));
    assert!(empty.headers().contains_key("date"));
    assert!(sandbox.launches().is_empty());
    let acted = send(&way, faulty(post(&jane()), "status=500+empty+acted")).await.unwrap();
    assert_eq!((acted.status().as_u16(), sandbox.launches().len()), (500, 1));
    let ok = send(&way, faulty(post(&jane()), "html")).await.unwrap();
    assert_eq!((ok.status().as_u16(), ok.body().starts_with(b"<!doctype")), (200, true));
    let wait = send(&way, faulty(post(&jane()), "retry-after=Wed, 21 Oct 2026 07:28:00 GMT"));
    let wait = wait.await.unwrap();
    assert_eq!(wait.status(), 429);
    assert_eq!(wait.headers()["retry-after"], "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(wait.headers()["x-ratelimit-remaining"], "0");
}

#[tokio::test(start_paused = true)]
async fn values_can_be_wrong_or_unknown() {
    let way = instant().transport();
    let mut query = jane();
    query["custom_fields"] = json!({ "mine": { "a": 1 } });
    let id = launch(&way, query.clone()).await;
    let right = read(&way, &id).await;

    let (_, wrong) = ask(&way, faulty(get(&id), "wrong-type")).await;
    assert_eq!(wrong["output"]["person"]["domain_age_days"], "unknown");
    let (_, wrong) = ask(&way, faulty(post(&query), "wrong-type")).await;
    assert!(wrong["start_date"].is_object());

    let (_, strange) = ask(&way, faulty(get(&id), "unknown-values")).await;
    assert_eq!(strange["status"], "QUEUED");
    assert_eq!(strange["output"]["person"]["email_confidence"], "certain");
    for place in ["", "/input", "/input/task", "/output/person", "/output/person/experiences/0"] {
        assert!(strange.pointer(place).unwrap()["sandbox_new"].is_object(), "{place}");
    }
    assert_eq!(strange["input"]["task"]["custom_fields"], query["custom_fields"]);
    let (status, strange) = ask(&way, faulty(get("x"), "unknown-values")).await;
    assert_eq!((status, strange["code"].as_str()), (400, Some("SANDBOX_NEW_CODE")));

    let raw = send(&way, faulty(get(&id), "raw=%00{]%3B")).await.unwrap();
    assert_eq!((raw.status().as_u16(), &raw.body()[..]), (200, &b"\0{];"[..]));
    assert_eq!(read(&way, &id).await, right, "faults leave the job alone");
}

#[tokio::test(start_paused = true)]
async fn faults_can_be_queued_and_joined() {
    let sandbox = instant();
    let way = sandbox.transport();
    let id = launch(&way, jane()).await;
    sandbox.fault_next(Endpoint::Find, Fault::status(500));
    sandbox.fault_next(Endpoint::Find, Fault::Html);
    assert_eq!(ask(&way, post(&jane())).await.0, 200, "another operation");
    assert_eq!(ask(&way, faulty(get(&id), "status=418")).await.0, 418, "the header goes first");
    assert_eq!(ask(&way, get(&id)).await.0, 500);
    assert!(send(&way, get(&id)).await.unwrap().body().starts_with(b"<"));
    assert_eq!(ask(&way, get(&id)).await.0, 200);
    sandbox.fault_next(Endpoint::Find, Fault::StallBody);
    sandbox.clear_faults();
    assert_eq!(ask(&way, get(&id)).await.0, 200);

    let start = Instant::now();
    assert_eq!(ask(&way, faulty(get(&id), "delay=1; late=2 ;status=503")).await.0, 503);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    let (status, body) = ask(&way, faulty(get(&id), "explode")).await;
    assert_eq!((status, body["code"].as_str()), (400, Some("VALIDATION_BAD_REQUEST")));
    assert!(body["error"][0].as_str().unwrap().contains("`explode` is not a fault"));
}

#[tokio::test(start_paused = true)]
async fn faults_happen_as_often_as_they_should_and_the_same_again() {
    let statuses = async |seed: u64| {
        let sandbox = plain()
            .seed(seed)
            .fault_rate(Fault::status(503), 0.1)
            .fault_rule("find:status=500@0.5".parse().unwrap())
            .build();
        let way = sandbox.transport();
        let mut all = Vec::new();
        for _ in 0..1_000 {
            all.push(send(&way, post(&jane())).await.unwrap().status().as_u16());
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
async fn what_a_fault_keeps_away_does_not_count() {
    let sandbox = Sandbox::builder().rate_limit(1).build();
    let way = sandbox.transport();
    assert_eq!(ask(&way, faulty(get("x"), "status=503")).await.0, 503);
    assert!(send(&way, faulty(get("x"), "reset")).await.is_err());
    assert!(send(&way, faulty(get("x"), "reset+acted")).await.is_err());
    assert_eq!(ask(&way, get("x")).await.0, 429);
}

#[test]
fn faults_are_read_as_they_are_written() {
    let status = |body, acted| Fault::Status { status: 503, body, acted };
    for (text, fault) in [
        ("status=503", Fault::status(503)),
        ("status=503+html", status(FaultBody::Html, false)),
        ("status=503+empty+acted", status(FaultBody::Empty, true)),
        ("retry-after=soon%3B", Fault::RetryAfter("soon;".to_owned())),
        ("delay=2.5", Fault::Delay(Duration::from_millis(2_500))),
        ("late=0.25", Fault::Late(Duration::from_millis(250))),
        ("stall", Fault::StallBody),
        ("cut=0", Fault::CutBody(0)),
        ("html", Fault::Html),
        ("wrong-type", Fault::WrongType),
        ("unknown-values", Fault::UnknownValues),
        ("reset", Fault::Reset { acted: false }),
        ("reset+acted", Fault::Reset { acted: true }),
        ("refuse", Fault::Refuse),
        ("raw={\"a\": 1%2C%FF%40}", Fault::Raw(b"{\"a\": 1,\xff@}"[..].into())),
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
    for text in ["raw=%", "raw=%+1", "raw=%2", "boom", "reset=1", "stall=2"] {
        assert!(text.parse::<Fault>().is_err(), "{text}");
    }
    for text in ["status=503@2", "status=503@-1", "status=503@NaN", "status=503@", "post:html"] {
        assert!(text.parse::<FaultRule>().is_err(), "{text}");
    }
    assert_eq!("html".parse(), Ok(FaultRule::new(Fault::Html, 1.0)));
}

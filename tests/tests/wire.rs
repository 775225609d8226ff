//! The exact bytes that generated clients send, and how they decode responses, tested
//! against a server that records the bytes.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use openapi_client_runtime::{File, HttpTransport, OperationError, Secret, StreamError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use waterfall_tests::fixtures::*;

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// Answers one request with `parts`, waiting for a signal between them, and returns
/// the bytes of the request.
async fn serve(
    parts: Vec<String>,
    mut signals: Vec<oneshot::Receiver<()>>,
) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let recorded = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !is_complete(&request) {
            let mut chunk = [0; 4096];
            match socket.read(&mut chunk).await.unwrap() {
                0 => break,
                read => request.extend_from_slice(&chunk[..read]),
            }
        }
        for part in parts {
            socket.write_all(part.as_bytes()).await.unwrap();
            socket.flush().await.unwrap();
            if !signals.is_empty() {
                signals.remove(0).await.unwrap();
            }
        }
        request
    });
    (base, recorded)
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

/// Returns a request as text, without parts that differ from run to run.
fn shown(request: &[u8], base: &str) -> String {
    let text = String::from_utf8_lossy(request).replace("\r\n", "\n");
    let text = text.replace(base.trim_start_matches("http://"), "HOST");
    match text.split_once("boundary=").and_then(|(_, rest)| rest.get(..32)) {
        Some(boundary) => text.replace(boundary, "BOUNDARY"),
        None => text,
    }
}

macro_rules! sent {
    ($name:literal, $response:expr, $module:ident, |$client:ident| $call:expr) => {{
        let (base, recorded) = serve(vec![$response.to_owned()], Vec::new()).await;
        let transport = Arc::new(HttpTransport::default());
        let $client = $module::Client::new(&base, reqwest::Client::new(), transport);
        let outcome = $call.await;
        let request = shown(&recorded.await.unwrap(), &base);
        insta::with_settings!({snapshot_path => "../snapshots/wire", prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!($name, request);
        });
        outcome
    }};
}

/// Returns the decoded outcome of a response for an operation.
macro_rules! read {
    ($response:expr, $module:ident, |$client:ident| $call:expr) => {{
        let (base, recorded) = serve(vec![$response.to_owned()], Vec::new()).await;
        let transport = Arc::new(HttpTransport::default());
        let $client = $module::Client::new(&base, reqwest::Client::new(), transport);
        let outcome = $call.await;
        recorded.await.unwrap();
        outcome
    }};
}

fn made<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn response(status: &str, content_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\nconnection: close\r\n\r\n{body}")
}

#[tokio::test]
async fn parameters_are_written_in_their_styles() {
    use operations_parameter_styles::types::{InQueryWhere, Range};
    let range: Range = made(json!({"from": 1.5, "to": 2}));
    let list = |items: [&str; 2]| items.map(str::to_owned).to_vec();
    sent!("in_path", NO_CONTENT, operations_parameter_styles, |client| client.in_path(
        &list(["a,b", "c d"]),
        &vec![1, 2],
        "m/n",
        &range
    ))
    .unwrap();
    sent!("in_cookie", NO_CONTENT, operations_parameter_styles, |client| client
        .in_cookie(Some(&range)))
    .unwrap();
    let deep: InQueryWhere = made(json!({"min": 3, "at": {"from": 1.5}}));
    let free = BTreeMap::from([("k&".to_owned(), "v=".to_owned())]);
    sent!("in_query", NO_CONTENT, operations_parameter_styles, |client| client.in_query(
        Some(&range),
        Some(&free),
        Some(&list(["a,b", "c"])),
        Some(&range),
        Some("/next?a=b,c&d"),
        Some(&list(["x|y", "z"])),
        Some(&deep),
        Some(&vec![1, 2]),
        "s;1"
    ))
    .unwrap();
    sent!("in_query_without", NO_CONTENT, operations_parameter_styles, |client| client
        .in_query(None, None, None, None, None, None, None, None, "s"))
    .unwrap();
}

#[tokio::test]
async fn a_secret_is_sent_and_not_shown() {
    use operations_secrets::types::Session;
    let session: Session = made(json!({"token": "sesame", "old": null}));
    let (token, pin) = (Secret::new("ses/ame"), Secret::new("12 3"));
    let renewed = response("200 OK", "application/json", r#"{"token":"tahini","old":"sesame"}"#);
    let renewed = sent!("secret", renewed, operations_secrets, |client| client.renew_session(
        &token,
        Some(&pin),
        &session
    ))
    .unwrap();
    assert_eq!(renewed.token.expose(), "tahini");
    let shown = format!("{token:?} {session:?} {renewed:?}");
    assert!(!shown.contains("same") && !shown.contains("tahini"), "{shown}");
}

#[tokio::test]
async fn a_path_cannot_be_left() {
    let transport = Arc::new(HttpTransport::default());
    let client =
        operations_statuses::Client::new("http://127.0.0.1:9", reqwest::Client::new(), transport);
    let refused = client.read_job("..").await.unwrap_err();
    assert!(matches!(refused, OperationError::Build(_)), "{refused:?}");
}

#[tokio::test]
async fn forms_have_lists_maps_and_objects() {
    use operations_form_bodies::types::Charge;
    let charge: Charge = made(json!({
        "amount": 5, "labels": {"a b": "c&d"}, "card": {"number": "4"},
        "items": [{"price": "p1"}, {"price": "p2"}], "joined": ["x", "y"], "note": null,
    }));
    sent!("form_styled", NO_CONTENT, operations_form_bodies, |client| client.styled(&charge))
        .unwrap();
    let plain: Charge = made(json!({"amount": 5, "card": {"number": "4"}, "joined": ["x", "y"]}));
    sent!("form_plain", NO_CONTENT, operations_form_bodies, |client| client.plain(Some(&plain)))
        .unwrap();
    sent!("form_none", NO_CONTENT, operations_form_bodies, |client| client.plain(None)).unwrap();
}

#[tokio::test]
async fn parts_are_files_or_values() {
    use operations_multipart::types::UploadBody;
    let mut body =
        UploadBody::new(File::new("a,b\n").with_name("ro\"ws.csv").with_content_type("text/csv"));
    body.name = "n".to_owned().into();
    body.more = vec![File::new("one"), File::new(vec![0x00, 0x7f])]
        .into_iter()
        .collect::<openapi_client_runtime::List<File>>()
        .into();
    body.picture = File::new("png").into();
    body.meta = made::<operations_multipart::types::UploadBodyMeta>(json!({"size": 3})).into();
    body.tags = openapi_client_runtime::List::from(vec!["t1".to_owned(), "t2".to_owned()]).into();
    body.notes = "# hi".to_owned().into();
    sent!("multipart", NO_CONTENT, operations_multipart, |client| client.upload(&body)).unwrap();
    let streamed = UploadBody::new(File::stream("while it is read"));
    sent!("multipart_stream", NO_CONTENT, operations_multipart, |client| client.upload(&streamed))
        .unwrap();
    let parts = BTreeMap::from([("any".to_owned(), File::from("x"))]);
    sent!("multipart_any", NO_CONTENT, operations_multipart, |client| client
        .anything(Some(&parts)))
    .unwrap();
    let again =
        read!(NO_CONTENT, operations_multipart, |client| client.upload(&streamed)).unwrap_err();
    assert!(matches!(again, OperationError::Transport(_)), "{again:?}");
}

#[tokio::test]
async fn fields_of_alternatives_are_parts() {
    use operations_part_alternatives::types::UploadBody;
    let mut body = UploadBody::new("n".to_owned());
    body.file = File::new("png").into();
    sent!("multipart_alternatives", NO_CONTENT, operations_part_alternatives, |client| client
        .upload(&body))
    .unwrap();
}

#[tokio::test]
async fn media_types_are_those_of_the_description() {
    let json_api = response("200 OK", "application/vnd.api+json", r#"{"a": "x"}"#);
    let found = sent!("accept", json_api, operations_media, |client| client.api()).unwrap();
    assert_eq!(found.a, "x");
    let text = response("200 OK", "text/html", "<b>");
    let any = sent!("anything", text, operations_media, |client| client
        .any("raw <text>".to_owned()))
    .unwrap();
    assert_eq!(any.into_inner(), "<b>");
    let text = response("200 OK", "application/json", r#""quoted""#);
    let any = read!(text, operations_media, |client| client.any(String::new())).unwrap();
    assert_eq!(any.into_inner(), "quoted");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
    read!(head, operations_media, |client| client.exists()).unwrap();
}

#[tokio::test]
async fn a_success_without_a_body_is_one() {
    use operations_media::types::NoteResponse;
    let text = response("200 OK", "text/plain", "hello");
    let note = read!(text, operations_media, |client| client.note()).unwrap();
    assert_eq!(note.into_inner(), NoteResponse::Ok("hello".to_owned()));
    let note = read!(NO_CONTENT, operations_media, |client| client.note()).unwrap();
    assert_eq!(note.into_inner(), NoteResponse::NoContent);
}

async fn job(
    status: &str,
    content_type: &str,
    body: &str,
) -> Result<operations_statuses::types::ReadJobResponse, operations_statuses::types::ReadJobError> {
    let response = response(status, content_type, body);
    match read!(response, operations_statuses, |client| client.read_job("1")) {
        Ok(found) => Ok(found.into_inner()),
        Err(OperationError::Api(error)) => Err(error.into_inner()),
        Err(other) => panic!("{status} {body}: {other}"),
    }
}

#[tokio::test]
async fn the_status_selects_the_type() {
    use operations_statuses::types::{ReadJobError as Error, ReadJobResponse as Found};
    const JSON: &str = "application/json";
    assert!(matches!(job("200 OK", JSON, "{}").await, Ok(Found::Ok(_))));
    assert!(
        matches!(job("200 OK", "text/csv", "a,b").await, Ok(Found::OkText(text)) if text == "a,b")
    );
    assert!(
        matches!(job("202 Accepted", JSON, r#"{"eta": 5}"#).await, Ok(Found::Accepted(waiting)) if waiting.eta == Some(5))
    );
    assert!(matches!(job("204 No Content", JSON, "").await, Ok(Found::NoContent)));
    assert!(matches!(job("404 Not Found", JSON, "{").await, Err(Error::NotFound)));
    assert!(matches!(
        job("422 x", JSON, r#"{"fields": []}"#).await,
        Err(Error::UnprocessableContent(_))
    ));
    assert!(
        matches!(job("418 x", "text/plain", "short").await, Err(Error::ClientError(text)) if text == "short")
    );
    assert!(
        matches!(job("503 x", JSON, r#"{"code": "c"}"#).await, Err(Error::Other(other)) if other.code == "c")
    );
    let undocumented = response("206 Partial Content", JSON, "{}");
    let found = read!(undocumented, operations_statuses, |client| client.read_job("1"));
    assert!(matches!(found, Err(OperationError::Undocumented(_))));
}

fn kinds_of(base: &str) -> operations_event_kinds::Client {
    let transport = Arc::new(HttpTransport::default());
    operations_event_kinds::Client::new(base, reqwest::Client::new(), transport)
}

fn client_of(base: &str) -> operations_streams::Client {
    let transport = Arc::new(HttpTransport::default());
    operations_streams::Client::new(base, reqwest::Client::new(), transport)
}

#[tokio::test]
async fn events_come_while_the_response_is_open() {
    let (first, wait) = oneshot::channel();
    let head = response(
        "200 OK",
        "text/event-stream",
        "event: a\nid: 1\ndata: {\"delta\": \"x\"}\n\ndata: {\"del",
    );
    let rest = "ta\": \"y\"}\n\ndata: 7\n\ndata: [DONE]\n\ndata: lost\n\n".to_owned();
    let (base, recorded) = serve(vec![head, rest], vec![wait]).await;
    let mut events = client_of(&base).chat_stream().await.unwrap();
    let event = events.next().await.unwrap().unwrap();
    assert_eq!((event.data.delta.as_str(), event.id.as_deref()), ("x", Some("1")));
    first.send(()).unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data.delta, "y");
    let wrong = events.next().await.unwrap().unwrap_err();
    assert!(matches!(&wrong, StreamError::Item { text, .. } if text == "7"), "{wrong}");
    assert!(events.next().await.is_none());
    let request = shown(&recorded.await.unwrap(), &base);
    assert!(request.contains("accept: text/event-stream, application/problem+json\n"), "{request}");
}

#[tokio::test]
async fn a_stream_that_is_refused_is_an_error() {
    let problem = response("429 Slow", "application/problem+json", r#"{"title": "slow"}"#);
    let refused = read!(problem, operations_streams, |client| client.chat_stream()).unwrap_err();
    assert!(
        matches!(refused, OperationError::Api(error) if error.title.as_deref() == Some("slow"))
    );
}

#[tokio::test]
async fn texts_lines_and_bytes_are_streams_too() {
    let body = response("200 OK", "text/event-stream", "data: {\"delta\": \"t\"}\n\n");
    let (base, _) = serve(vec![body], Vec::new()).await;
    let mut ticks = client_of(&base).ticks().await.unwrap();
    assert_eq!(ticks.next().await.unwrap().unwrap().data.delta, "t");
    let body = response("200 OK", "text/event-stream", "data: not json\n\n");
    let (base, _) = serve(vec![body], Vec::new()).await;
    let mut texts = client_of(&base).texts().await.unwrap();
    assert_eq!(texts.next().await.unwrap().unwrap().data, "not json");
    let body = response("200 OK", "application/x-ndjson", "{\"delta\": \"a\"}\n{\"delta\": \"b\"}");
    let (base, _) = serve(vec![body], Vec::new()).await;
    let mut lines = client_of(&base).lines().await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap().delta, "a");
    assert_eq!(lines.next().await.unwrap().unwrap().delta, "b");
    assert!(lines.next().await.is_none());
    let records = "\u{1e}{\n  \"delta\": \"a\"\n}\n\u{1e}{\"delta\": \"b\"}\n";
    let body = response("200 OK", "application/geo+json-seq", records);
    let (base, recorded) = serve(vec![body], Vec::new()).await;
    let mut records = kinds_of(&base).records().await.unwrap();
    assert_eq!(records.next().await.unwrap().unwrap().delta, "a");
    assert_eq!(records.next().await.unwrap().unwrap().delta, "b");
    assert!(records.next().await.is_none());
    let request = shown(&recorded.await.unwrap(), &base);
    assert!(request.contains("accept: application/geo+json-seq\n"), "{request}");
    let (base, _) = serve(vec![response("200 OK", "application/pdf", "%PDF")], Vec::new()).await;
    let mut download = client_of(&base).download_stream().await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "%PDF");
    assert!(download.chunk().await.is_none());
}

#[tokio::test]
async fn ranges_of_media_types_are_sent_as_one_of_them() {
    use operations_media_ranges::types::{A, SendFilesBody};
    let mut files = SendFilesBody::new("two files".to_owned());
    files.extra.insert("a".to_owned(), File::new(b"first".to_vec()).with_name("a.txt"));
    files.extra.insert("b".to_owned(), File::new(b"second".to_vec()));
    sent!("named_parts", NO_CONTENT, operations_media_ranges, |client| client.send_files(&files))
        .unwrap();
    sent!("text_range", NO_CONTENT, operations_media_ranges, |client| client
        .send_text("text".to_owned()))
    .unwrap();
    let a: A = made(json!({"a": "b"}));
    let json = response("200 OK", "application/vnd.a+json", r#"{"a":"c"}"#);
    let read = sent!("any_application", json, operations_media_ranges, |client| client
        .send_any(&a))
    .unwrap();
    assert_eq!(read.a.as_deref(), Some("c"));
}

#[tokio::test]
async fn events_that_are_described_before_3_2_are_decoded_like_later_ones() {
    use operations_event_wrappers::types::JsonKindsResponse;
    let client = |base: &str| {
        let transport = Arc::new(HttpTransport::default());
        operations_event_wrappers::Client::new(base, reqwest::Client::new(), transport)
    };
    let body = "event: added\ndata: {\"delta\":\"a\"}\n\nevent: done\ndata: [END]\n\n";
    let (base, _) = serve(vec![response("200 OK", "text/event-stream", body)], Vec::new()).await;
    let mut kinds = client(&base).json_kinds().await.unwrap();
    let JsonKindsResponse::Added(added) = kinds.next().await.unwrap().unwrap().data else {
        panic!("another kind")
    };
    assert_eq!(added.data.delta, "a");
    let second = kinds.next().await.unwrap().unwrap();
    assert!(matches!(second.data, JsonKindsResponse::Done(_)), "{second:?}");
    let body = "event: added\ndata: {\"delta\":\"b\"}\n\n";
    let (base, _) = serve(vec![response("200 OK", "text/event-stream", body)], Vec::new()).await;
    let mut wrapped = client(&base).wrapped().await.unwrap();
    assert_eq!(wrapped.next().await.unwrap().unwrap().data.delta, "b");
}

#[tokio::test]
async fn events_of_several_kinds_are_decoded_as_a_whole() {
    use operations_event_kinds::types::KindsResponse;
    let events = "event: started\nid: 7\ndata: now\n\nevent: text\ndata: hello\n\n";
    let body = response("200 OK", "text/event-stream", events);
    let (base, _) = serve(vec![body.clone()], Vec::new()).await;
    let mut kinds = kinds_of(&base).kinds().await.unwrap();
    let first = kinds.next().await.unwrap().unwrap();
    assert!(matches!(&first.data, KindsResponse::Started(started) if started.data == "now"));
    assert_eq!((first.event.as_deref(), first.id.as_deref()), (Some("started"), Some("7")));
    let second = kinds.next().await.unwrap().unwrap();
    assert!(matches!(&second.data, KindsResponse::Event(_)), "{second:?}");
    // One kind of events: their data alone, behind whatever references.
    let (base, _) = serve(vec![body], Vec::new()).await;
    let mut texts = kinds_of(&base).events().await.unwrap();
    assert_eq!(texts.next().await.unwrap().unwrap().data, "now");
}

#[tokio::test]
async fn operations_may_have_servers_of_their_own() {
    let (base, recorded) = serve(vec![NO_CONTENT.to_owned()], Vec::new()).await;
    let transport = Arc::new(HttpTransport::default());
    let client =
        operations_beside::Client::new("http://127.0.0.1:9", reqwest::Client::new(), transport)
            .with_server("https://eu.example.com/v2", &base);
    client.subscribe().await.unwrap();
    assert!(shown(&recorded.await.unwrap(), &base).starts_with("POST /a HTTP/1.1\n"));
    let (base, recorded) = serve(vec![NO_CONTENT.to_owned()], Vec::new()).await;
    let transport = Arc::new(HttpTransport::default());
    let client =
        operations_beside::Client::new(&format!("{base}/api"), reqwest::Client::new(), transport);
    client.elsewhere().await.unwrap();
    assert!(shown(&recorded.await.unwrap(), &base).starts_with("GET /other/b HTTP/1.1\n"));
}

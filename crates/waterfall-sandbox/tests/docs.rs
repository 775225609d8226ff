//! Tests of the interactive page, as a browser loads it. The repository's `tests/description/run`
//! opens it in a browser.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use serde_json::Value;
use waterfall_sandbox::{DEMO_MASTER_KEY, Sandbox};

async fn get(url: &str) -> reqwest::Response {
    reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap()
}

#[tokio::test]
async fn the_page_needs_this_server_only() {
    let sandbox = Sandbox::new();
    let server = sandbox.listen(0).await.unwrap();
    let page = get(&format!("{}/docs", server.url())).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'self'"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    let parts: Vec<&str> = page.split('"').filter(|part| part.starts_with("/docs/")).collect();
    assert_eq!(parts.len(), 3);
    for (part, kind) in parts.into_iter().zip(["text/css", "text/javascript", "text/javascript"]) {
        let response = get(&format!("{}{part}", server.url())).await;
        assert_eq!(response.status(), 200, "{part}");
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(kind), "{part}");
    }
    let spec = get(&format!("{}/docs/openapi.json", server.url())).await.text().await.unwrap();
    let spec: Value = serde_json::from_str(&spec).unwrap();
    assert!(spec["paths"]["/v1/prospector"]["post"].is_object());
    let missing = get(&format!("{}/docs/missing.js", server.url())).await;
    assert_eq!(missing.status(), 401, "the API answers any other path");
    assert_eq!(sandbox.requests_total(), 1, "the page is not part of the API");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_page_has_a_key_that_the_sandbox_accepts() {
    let master = "7c1a2b3c-0000-4000-8000-00000000000a";
    let builder = Sandbox::builder;
    for (sandbox, key) in [
        (builder().build(), DEMO_MASTER_KEY.to_string()),
        (builder().accept_key("mine").build(), "mine".to_owned()),
        (builder().accept_key("it's \"mine\"").build(), r#"it's \"mine\""#.to_owned()),
        (builder().accept_key("mine").master_key(master.parse().unwrap()).build(), master.into()),
    ] {
        let server = sandbox.listen(0).await.unwrap();
        let script = get(&format!("{}/docs/start.js", server.url())).await.text().await.unwrap();
        assert!(script.contains(&format!("preauthorizeApiKey(\"apiKey\", \"{key}\")")), "{script}");
        server.shutdown().await.unwrap();
    }
}

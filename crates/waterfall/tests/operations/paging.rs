//! Pages and items as streams.

use serde_json::json;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{CompanySearch, CompanyTitlesQuery, ContactSearch, ErrorKind};

use crate::support::{bodies, client, client_without_retries, people};

fn search() -> ContactSearch {
    ContactSearch::at_domain("acme.com")
}

fn titles(titles: &[&str], more: serde_json::Value) -> MockResponse {
    MockResponse::output(json!({ "titles": titles, "has_more_pages": more }))
}

/// Returns the numbers and sizes of the pages that were requested.
fn pages(mock: &MockTransport) -> Vec<(i64, i64)> {
    let bodies = bodies(mock);
    let number = |value: &serde_json::Value| value.as_i64().unwrap_or(0);
    bodies.iter().map(|it| (number(&it["page_number"]), number(&it["page_size"]))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_search_ends_with_a_short_page_and_pages_are_fetched_on_demand() {
    let mock =
        MockTransport::new().launches([people(&["a", "b"]), people(&["c", "d"]), people(&["e"])]);
    let client = client(&mock);
    let mut items = client.search_contacts(search()).page_size(2).items();
    assert_eq!(mock.requests().len(), 0, "nothing is requested before the first poll");
    let mut names = Vec::new();
    while let Some(person) = items.next().await {
        names.push(person.unwrap().first_name.clone().into_option().unwrap());
        assert_eq!(mock.requests().len(), names.len().div_ceil(2), "only what is polled for");
    }
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    assert_eq!(pages(&mock), [(1, 2), (2, 2), (3, 2)]);
    assert!(items.next().await.is_none());
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_is_the_last_one_and_the_default_size_is_sent() {
    let full = people(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
    let mock = MockTransport::new().launches([full, people(&[])]);
    let mut stream = client(&mock).search_contacts(search()).pages();
    let mut sizes = Vec::new();
    while let Some(page) = stream.next().await {
        sizes.push(page.unwrap().persons().len());
    }
    assert_eq!(sizes, [10, 0]);
    assert_eq!(pages(&mock), [(1, 10), (2, 10)]);

    let mock = MockTransport::new().launches([MockResponse::output(json!({ "companies": [{}] }))]);
    let search = CompanySearch::new().sizes(["1-10"]);
    let mut stream = client(&mock).search_companies(search).first_page(4).pages();
    assert!(stream.next().await.unwrap().is_ok() && stream.next().await.is_none());
    assert_eq!(pages(&mock), [(4, 20)]);
}

#[tokio::test(start_paused = true)]
async fn titles_end_when_the_response_reports_no_more_pages() {
    let mock = MockTransport::new().launches([
        titles(&["CFO"], json!(true)),
        titles(&[], json!(true)),
        titles(&["CEO"], json!(false)),
    ]);
    let mut items = client(&mock).company_titles(CompanyTitlesQuery::domain("acme.com")).items();
    let mut found = Vec::new();
    while let Some(title) = items.next().await {
        found.push(title.unwrap());
    }
    assert_eq!(found, ["CFO", "CEO"]);
    assert_eq!(pages(&mock), [(1, 0), (2, 0), (3, 0)], "there is no page size");

    // Older responses have no such field.
    for more in [json!(null), json!(false)] {
        let mock = MockTransport::new().launches([titles(&["CFO"], more)]);
        let query = CompanyTitlesQuery::domain("acme.com");
        let mut pages = client(&mock).company_titles(query).pages();
        assert!(pages.next().await.unwrap().is_ok() && pages.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_stream_and_keeps_pages_small() {
    let rows = [
        // limit, page size, the pages that are requested, the items
        (3, None, vec![(1, 3)], 3),
        (3, Some(2), vec![(1, 2), (2, 2)], 3),
        (1, Some(2), vec![(1, 1)], 1),
        (0, None, vec![], 0),
        (301, None, vec![(1, 151), (2, 151)], 301),
    ];
    for (limit, size, expected, count) in rows {
        let full = |page: usize, size: i64| {
            let names: Vec<_> = (0..size).map(|index| format!("{page}-{index}")).collect();
            people(&names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let responses = expected.iter().enumerate().map(|(page, (_, size))| full(page, *size));
        let mock = MockTransport::new().launches(responses);
        let mut request = client(&mock).search_contacts(search()).limit(limit);
        if let Some(size) = size {
            request = request.page_size(size);
        }
        let mut items = request.items();
        let mut found = 0;
        while let Some(item) = items.next().await {
            item.unwrap();
            found += 1;
        }
        assert_eq!((found, pages(&mock)), (count, expected), "limit {limit}, size {size:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_ends_the_stream_and_can_be_requested_again() {
    let mock = MockTransport::new().launches([people(&["a"]), MockResponse::not_sent()]);
    let client = client_without_retries(&mock);
    let mut stream = client.search_contacts(search()).page_size(1).pages();
    assert!(stream.next().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_launched()), (ErrorKind::Connect, false));
    assert!(stream.next().await.is_none(), "nothing is requested twice unnoticed");
    assert_eq!(stream.next_page(), 2);

    let mock = mock.launches([people(&[])]);
    let rest = client.search_contacts(search()).page_size(1).first_page(stream.next_page());
    assert!(rest.pages().next().await.unwrap().is_ok());
    assert_eq!(pages(&mock).last(), Some(&(2, 1)));
}

#[tokio::test(start_paused = true)]
async fn malformed_pages_are_errors_and_not_the_end() {
    let rows = [
        (MockResponse::output(json!({ "persons": "none" })), "$.output.persons", true),
        (people(&["a"]), "$.output.persons", true),
        (MockResponse::body(200, r#"{"output":{}}"#), "$", false),
    ];
    for (response, path, with_response) in rows {
        let mock = MockTransport::new().launches([people(&["a"]), response]);
        let mut stream = client(&mock).search_contacts(search()).page_size(1).pages();
        assert!(stream.next().await.unwrap().is_ok());
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        assert_eq!(error.json_path(), Some(path), "{error}");
        assert!(error.may_have_launched() && !error.is_retryable(), "it may be billed");
        let completed = error.completed::<waterfall::api::types::ContactSearchJob>();
        assert_eq!(completed.is_some(), with_response);
        assert!(stream.next().await.is_none());
    }
    let mock = MockTransport::new().launches([titles(&["CFO"], json!("yes"))]);
    let query = CompanyTitlesQuery::domain("acme.com");
    let error = client(&mock).company_titles(query).pages().next().await.unwrap().unwrap_err();
    assert_eq!(error.json_path(), Some("$.output.has_more_pages"));
}

#[tokio::test(start_paused = true)]
async fn elements_that_can_not_be_decoded_count_as_results() {
    let odd = MockResponse::output(json!({ "persons": [{ "first_name": "a" }, "b"] }));
    let mock = MockTransport::new().launches([odd, people(&["c"])]);
    let mut items = client(&mock).search_contacts(search()).page_size(2).items();
    let mut found = 0;
    while let Some(item) = items.next().await {
        item.unwrap();
        found += 1;
    }
    assert_eq!((found, mock.requests().len()), (2, 2), "the first page was full");
}

#[tokio::test(start_paused = true)]
async fn pages_use_the_rate_limiter() {
    let page = || MockResponse::output(json!({ "persons": [{ "id": null }] }));
    let names = ["a", "b", "c"].map(|name| people(&[name]));
    let mock = MockTransport::new().launches(names).launches([page(), people(&[])]);
    let limiter = waterfall::RateLimiter::at_most(2, std::time::Duration::from_secs(60));
    let client = mock.client_builder().rate_limiter(limiter).build().unwrap();
    let start = tokio::time::Instant::now();
    let mut stream = client.search_contacts(search()).page_size(1).pages();
    while let Some(page) = stream.next().await {
        page.unwrap();
    }
    assert_eq!(mock.requests().len(), 5);
    assert!(start.elapsed().as_secs() >= 120, "{:?}", start.elapsed());
}

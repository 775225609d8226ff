use super::support::{KEY, TestServer, program, run};

/// None of these arguments reaches the API.
#[test]
fn bad_input_is_found_before_anything_is_sent() {
    let long = "x".repeat(501);
    let rows: &[(&[&str], &str)] = &[
        (&["enrich"], "--linkedin <PROFILE>"),
        (&["enrich", "--linkedin", "jane", "--email", "a@b.example"], "cannot be used with"),
        (&["enrich", "--full-name", "Jane Doe"], "--domain"),
        (&["enrich", "--first-name", "Jane", "--domain", "acme.com"], "--last-name"),
        (&["enrich", "--last-name", "Doe", "--domain", "acme.com"], "--first-name"),
        (&["enrich", "--linkedin", "jane", "--domain", "acme.com"], "cannot be used with"),
        (&["enrich", "--linkedin", ""], "linkedin is empty"),
        (&["enrich", "--linkedin", &long], "linkedin has 501 characters"),
        (&["enrich", "--email", "jane"], "not an e-mail address"),
        (&["enrich", "--full-name", "Jane Doe", "--domain", "x.y"], "top-level domain"),
        (&["enrich", "--linkedin", "jane", "--webhook-url", "ftp://a.b"], "webhook_url"),
        (&["enrich", "--linkedin", "jane", "--custom-fields", "[1]"], "not an object"),
        (&["enrich", "--linkedin", "jane", "--custom-fields", "{"], "not JSON"),
        (&["enrich", "--linkedin", "jane", "--deadline", "soon"], "90s"),
        (&["enrich", "--linkedin", "jane", "--deadline", "0"], "more than zero"),
        (&["enrich", "--linkedin", "jane", "--api-key", "b"], "unexpected argument"),
        (&["enrich", "--linkedin", "jane", "--base-url", "http://192.0.2.1"], "plain http"),
        (&["enrich", "--linkedin", "jane", "--base-url", "nowhere"], "not an absolute URL"),
        (
            &["enrich", "--linkedin", "jane", "--base-url", "http://a", "--sandbox"],
            "cannot be used with",
        ),
        (&["--sandbox", "enrich", "--linkedin", "jane"], "unexpected argument '--sandbox'"),
        (&["enrich", "--linkedin", "jane", "--policy", "best"], "exponential:FIRST,FACTOR,LONGEST"),
        (&["enrich", "--linkedin", "jane", "--policy", "fixed:0"], "from 0.1 to 86400"),
        (&["enrich", "jane", "--linkedin", "b"], "cannot be used with"),
        (&["enrich", "jane", "--domain", "acme.com"], "cannot be used with"),
        (&["enrich", "--linkedin", "jane", "--allow-duplicates"], "cannot be used with"),
        (&["get"], "<JOB_ID>"),
        (&["get", "7"], "not the id of a job"),
        (&["get", "7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "--deadline", "9"], "--wait"),
        (&["get", "7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "--policy", "recommended"], "--wait"),
        (&["sandbox", "--accept-key", "two words"], "visible ASCII"),
        (&["sandbox", "--quota", "many"], "--quota"),
        (&["sandbox", "--max-jobs", "0"], "--max-jobs"),
        (&["sandbox", "--sandbox"], "unexpected argument '--sandbox'"),
        (&["sandbox", "--base-url", "http://a"], "unexpected argument '--base-url'"),
        (&["sandbox", "--no-retry"], "unexpected argument '--no-retry'"),
        (&["sandbox", "--fault", "sometimes"], "is not a fault"),
        (&["sandbox", "--webhook-fault", "html"], "not a fault of a delivery"),
        (&["sandbox", "--rotate-keys", "0"], "more than zero"),
        (&["sandbox", "--job-time", "long"], "lognormal:MEDIAN,SIGMA"),
        (&["sandbox", "--port", "70000"], "70000"),
    ];
    let server = TestServer::new();
    for (args, text) in rows {
        let reported = server.run(args);
        assert_eq!(
            (reported.code, reported.stdout.as_str()),
            (Some(2), ""),
            "{args:?}: {reported:?}"
        );
        assert!(reported.stderr.starts_with("error: "), "{args:?}: {reported:?}");
        assert!(reported.stderr.contains(text), "no `{text}` for {args:?} in {reported:?}");

        let reported = server.run(&[*args, &["--json"]].concat());
        assert_eq!(
            (reported.code, reported.stdout.as_str()),
            (Some(2), ""),
            "{args:?}: {reported:?}"
        );
        let error = reported.error();
        assert_eq!(error["may_have_launched"], false);
        assert!(error["message"].as_str().is_some_and(|message| message.contains(text)), "{error}");
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn without_a_key_it_prints_how_to_set_one() {
    for key in [None, Some("")] {
        let server = TestServer::new();
        let mut command = program(&["enrich", "--linkedin", "jane", "--base-url", &server.url()]);
        let reported = run(command.envs(key.map(|key| ("WATERFALL_API_KEY", key))));
        assert_eq!(reported.code, Some(2), "{reported:?}");
        for text in ["no API key", "export WATERFALL_API_KEY=", "--sandbox"] {
            assert!(reported.stderr.contains(text), "{reported:?}");
        }
        assert!(server.sandbox.requests().is_empty());
    }
}

#[test]
fn plain_http_in_the_environment_is_refused_as_well() {
    let mut command = program(&["enrich", "--linkedin", "jane"]);
    let reported =
        run(command.env("WATERFALL_API_KEY", KEY).env("WATERFALL_BASE_URL", "http://192.0.2.1"));
    assert_eq!(reported.code, Some(2));
    assert!(reported.stderr.contains("plain http"), "{reported:?}");
}

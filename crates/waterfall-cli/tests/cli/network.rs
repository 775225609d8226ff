//! Proxies and certificates that the environment of the program configures.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use super::corporate::{Authority, Proxy, Rule, Secure};
use super::support::{KEY, Run, TestServer, program, run};
use super::webhook_sender::directory;

const ENRICH: [&str; 6] =
    ["enrich", "--policy", "fixed:0.1", "--linkedin", "jane-doe-abc123", "--json"];

/// Variables in addition to the key and the base URL.
type Environment<'a> = &'a [(&'a str, &'a str)];

/// A time after the end of any test.
const LATER: i32 = 2200;

/// A sandbox behind TLS.
struct Network {
    server: TestServer,
    authority: Authority,
    secure: Secure,
}

impl Network {
    fn new() -> Self {
        Self::with(&["127.0.0.1"], LATER)
    }

    fn with(names: &[&str], year: i32) -> Self {
        let (server, authority) = (TestServer::new(), Authority::new("Acme Root CA"));
        let plain = server.url().trim_start_matches("http://").parse().unwrap();
        let secure = authority.serve(names, year, plain);
        Self { server, authority, secure }
    }

    /// Returns the program with this environment in addition to its key and the base URL.
    fn run(&self, args: &[&str], environment: Environment<'_>) -> Run {
        let mut command = program(args);
        command.env("WATERFALL_API_KEY", KEY).env("WATERFALL_BASE_URL", self.secure.url());
        let run = run(command.envs(environment.iter().copied()));
        for secret in [KEY, "open-sesame", "open%2Dsesame", "b3Blbi1zZXNhbWU"] {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{run:?}");
        }
        run
    }

    /// Returns the file with the authority's certificate.
    fn file(&self, test: &str) -> String {
        self.authority.file(&directory(test)).to_str().unwrap().to_owned()
    }
}

#[test]
fn a_certificate_is_trusted_by_file_directory_or_option() {
    let network = Network::new();
    let file = network.file("trusted");
    let directory = Path::new(&file).parent().unwrap().to_str().unwrap();
    let several = format!("/nowhere/at/all:{directory}");
    let option = [&ENRICH[..], &["--cacert", &file]].concat();
    let rows: &[(&[&str], Environment<'_>)] = &[
        (&ENRICH, &[("SSL_CERT_FILE", &file)]),
        (&ENRICH, &[("SSL_CERT_DIR", directory)]),
        (&ENRICH, &[("SSL_CERT_DIR", &several)]),
        (&ENRICH, &[("SSL_CERT_FILE", &file), ("SSL_CERT_DIR", "/nowhere/at/all")]),
        (&option, &[]),
    ];
    for (args, environment) in rows {
        let run = network.run(args, environment);
        assert_eq!(run.code, Some(0), "{environment:?}: {run:?}");
        assert_eq!(run.event_names(), ["launching", "launched"], "{environment:?}: {run:?}");
    }
    assert_eq!(network.server.sandbox.requests().len(), 2 * rows.len());
}

/// Each has one connection, because these failures are not retried.
#[test]
fn a_rejected_certificate_is_not_retried() {
    let rows: &[(&[&str], i32, bool, &[&str])] = &[
        (&["127.0.0.1"], LATER, false, &["not trusted", "SSL_CERT_FILE", "--cacert"]),
        (&["127.0.0.1"], 2020, true, &["expired at 2020-01-01T00:00:00Z", "clock"]),
        (
            &["a.example", "b.example"],
            LATER,
            true,
            &["its certificate is for a.example, b.example", "--base-url or WATERFALL_BASE_URL"],
        ),
    ];
    for (names, year, trusted, texts) in rows {
        let network = Network::with(names, *year);
        let other = Authority::new("Another Root CA").file(&directory("not_accepted"));
        let file = if *trusted { network.file("accepted") } else { other.to_str().unwrap().into() };
        let environment = [("SSL_CERT_FILE", file.as_str())];
        let run = network.run(&["enrich", "--linkedin", "jane-doe-abc123"], &environment);
        assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""), "{run:?}");
        for text in *texts {
            assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
        }
        assert_eq!(network.secure.connections(), 1, "{run:?}");

        let error = network.run(&ENRICH, &environment).error();
        assert_eq!((&error["kind"], &error["retryable"]), (&"connect".into(), &false.into()));
        assert_eq!(error["may_have_launched"], false, "{error}");
        // A batch stops at once as well.
        let run = network.run(&["enrich", "a-a", "b-b", "c-c", "d-d", "e-e", "f-f"], &environment);
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(
            network.secure.connections() <= 2 + 6 && !run.stderr.contains("launched before"),
            "{run:?}"
        );
        assert!(network.server.sandbox.requests().is_empty());
    }
}

#[test]
fn a_wrong_certificate_file_is_reported_before_anything_is_sent() {
    let network = Network::new();
    let place = directory("wrong_file");
    let file = |name: &str, text: &str| {
        let path = place.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let damaged = network.authority.pem().replace("-----END", "!\n-----END");
    let no_certificate =
        "-----BEGIN CERTIFICATE-----\nc2VzYW1l\n-----END CERTIFICATE-----\n".to_owned();
    let rows = [
        (place.join("none").to_str().unwrap().to_owned(), "can't be read (No such file"),
        (place.to_str().unwrap().to_owned(), "can't be read (Is a directory"),
        (file("empty", " \n"), "the file is empty"),
        (file("text", "no certificate"), "no certificate in PEM form"),
        (file("damaged", &damaged), "its PEM is damaged"),
        (file("other", &no_certificate), "can be used"),
        (String::new(), "SSL_CERT_FILE is empty"),
    ];
    for (file, text) in &rows {
        let run = network.run(&ENRICH, &[("SSL_CERT_FILE", file)]);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert_eq!((run.code, &run.error()["kind"]), (Some(2), &"config".into()), "{run:?}");
        assert!(message.contains("SSL_CERT_FILE") && message.contains(text), "{text}: {message}");
        if !file.is_empty() {
            let run = network.run(&[&ENRICH[..], &["--cacert", file]].concat(), &[]);
            assert_eq!(run.code, Some(2), "{run:?}");
            let message = run.error()["message"].as_str().unwrap().to_owned();
            assert!(message.starts_with("--cacert: ") && message.contains(file), "{message}");
        }
    }
    let nowhere = place.join("nowhere").to_str().unwrap().to_owned();
    let run = network.run(&ENRICH, &[("SSL_CERT_DIR", &nowhere)]);
    assert!(run.error()["message"].as_str().unwrap().contains("SSL_CERT_DIR names "), "{run:?}");
    assert_eq!((network.secure.connections(), run.code), (0, Some(2)));
}

#[test]
fn a_proxy_is_used_as_the_environment_sets_it() {
    let network = Network::new();
    let file = network.file("proxy");
    let target = network.secure.addr.to_string();
    let proxy = Proxy::start(Rule::Open);
    let url = format!("http://{}", proxy.addr);
    let bare = proxy.addr.to_string();
    let rows: &[(Environment<'_>, bool)] = &[
        (&[("HTTPS_PROXY", &url)], true),
        (&[("https_proxy", &bare)], true),
        (&[("ALL_PROXY", &url)], true),
        (&[("all_proxy", &url)], true),
        (&[("HTTPS_PROXY", &url), ("NO_PROXY", "127.0.0.0/8")], false),
        (&[("HTTPS_PROXY", &url), ("no_proxy", "127.0.0.1")], false),
        (&[("HTTP_PROXY", &url), ("http_proxy", &url)], false),
        (&[("HTTPS_PROXY", "")], false),
    ];
    for (environment, is_used) in rows {
        let before = proxy.asked().len();
        let environment = [*environment, &[("SSL_CERT_FILE", file.as_str())]].concat();
        let run = network.run(&ENRICH, &environment);
        assert_eq!(run.code, Some(0), "{environment:?}: {run:?}");
        let asked = proxy.asked().split_off(before);
        assert_eq!(!asked.is_empty(), *is_used, "{environment:?}");
        assert!(asked.iter().all(|it| *it == target), "{asked:?}");
    }
}

/// Plain http is allowed to this machine only, and no proxy receives the key.
#[test]
fn plain_http_passes_no_proxy() {
    let server = TestServer::new();
    let proxy = Proxy::start(Rule::Refuse);
    let url = format!("http://{}", proxy.addr);
    let mut command = server.program(&ENRICH);
    let run = run(command.env("HTTP_PROXY", &url).env("http_proxy", &url).env("ALL_PROXY", &url));
    assert_eq!((run.code, proxy.asked().len()), (Some(0), 0), "{run:?}");
}

#[test]
fn a_password_for_the_proxy_is_used_and_never_shown() {
    let network = Network::new();
    let file = network.file("password");
    // jane:open-sesame
    let proxy = Proxy::start(Rule::Password("Basic amFuZTpvcGVuLXNlc2FtZQ=="));
    let with = |login: &str| format!("http://{login}{}", proxy.addr);
    for login in ["jane:open-sesame@", "jane:open%2Dsesame@"] {
        let url = with(login);
        let environment = [("SSL_CERT_FILE", file.as_str()), ("HTTPS_PROXY", url.as_str())];
        for args in [&ENRICH[..], &[&ENRICH[..5], &["-v"]].concat()] {
            assert_eq!(network.run(args, &environment).code, Some(0));
        }
    }
    for (login, variable) in
        [("", "HTTPS_PROXY"), ("jane:open-sesame1@", "ALL_PROXY"), ("open-sesame@", "https_proxy")]
    {
        let before = proxy.asked().len();
        let url = with(login);
        let environment = [("SSL_CERT_FILE", file.as_str()), (variable, url.as_str())];
        let run = network.run(&["enrich", "--linkedin", "a-a", "-v"], &environment);
        assert_eq!(run.code, Some(6), "{run:?}");
        let reported =
            format!("the proxy {} ({variable}) requires a user name and a password", proxy.addr);
        assert!(run.stderr.contains(&reported) && run.stderr.contains("USER:PASSWORD@"), "{run:?}");
        assert_eq!(proxy.asked().len(), before + 1, "tried again: {run:?}");
        let error = network.run(&ENRICH, &environment).error();
        assert_eq!(error["retryable"], false, "{error}");
    }
}

#[test]
fn a_proxy_in_the_way_is_named() {
    let network = Network::new();
    let file = network.file("in_the_way");
    let refusing = Proxy::start(Rule::Refuse);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let rows = [
        (format!("http://open-sesame@{}", refusing.addr), "refuses to connect to it"),
        (format!("http://x:open-sesame@{nobody}"), "Connection refused"),
    ];
    for (url, text) in rows {
        let environment = [("SSL_CERT_FILE", file.as_str()), ("HTTPS_PROXY", url.as_str())];
        let args = ["enrich", "--linkedin", "a-a", "--no-retry"];
        let run = network.run(&args, &environment);
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stderr.contains(text) && run.stderr.contains("(HTTPS_PROXY)"), "{run:?}");
        assert!(run.stderr.contains("hint:  NO_PROXY lists"), "{run:?}");
    }
}

#[test]
fn a_proxy_that_can_not_be_used_is_reported_before_anything_is_sent() {
    let network = Network::new();
    let file = network.file("unusable");
    for (value, text) in [
        ("socks5://jane:open-sesame@127.0.0.1:1", "names a socks5 proxy, which is not supported"),
        ("gopher://open-sesame", "names a gopher proxy"),
        ("http://open-sesame and more", "is not the URL of a proxy"),
    ] {
        for variable in ["HTTPS_PROXY", "all_proxy"] {
            let environment = [("SSL_CERT_FILE", file.as_str()), (variable, value)];
            let run = network.run(&ENRICH, &environment);
            let message = run.error()["message"].as_str().unwrap().to_owned();
            assert_eq!(run.code, Some(2), "{run:?}");
            assert!(message.contains(&format!("{variable} {text}")), "{message}");
        }
    }
    assert_eq!(network.secure.connections(), 0);
}

/// The authority was renewed, but the client still has the former certificate.
#[test]
fn an_authority_of_the_same_name_is_not_the_trusted_one() {
    let network = Network::new();
    let namesake = Authority::new("Acme Root CA").file(&directory("namesake"));
    let args = ["enrich", "--linkedin", "a-a"];
    let run = network.run(&args, &[("SSL_CERT_FILE", namesake.to_str().unwrap())]);
    assert!(run.stderr.contains("not trusted") && run.stderr.contains("--cacert"), "{run:?}");
    assert_eq!(network.secure.connections(), 1);
}

/// The keys of webhooks are fetched over the same network.
#[test]
fn a_key_set_is_fetched_with_the_same_certificates() {
    let network = Network::new();
    let file = network.file("keys");
    let body = Path::new(&file).with_file_name("body.json");
    fs::write(&body, "{}").unwrap();
    let signer = waterfall::webhook::testing::Signer::new("a-key");
    let token = signer.sign("{}", Default::default()).to_str().unwrap().to_owned();
    let header = format!("X-Webhook-Signature: {token}");
    let args = ["webhook", "verify", body.to_str().unwrap(), "--header", &header, "--json"];
    let run = network.run(&[&args[..], &["--cacert", &file]].concat(), &[]);
    assert!(run.stdout.contains("unknown_key"), "{run:?}");
    let other = Authority::new("Another Root CA").file(&directory("keys_other"));
    let run = network.run(&args, &[("SSL_CERT_FILE", other.to_str().unwrap())]);
    assert!(
        run.stdout.contains("keys_unavailable") && run.stdout.contains("set SSL_CERT_FILE"),
        "{run:?}"
    );
}

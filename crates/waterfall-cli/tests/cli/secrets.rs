use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{KEY, TestServer, program, run};

/// Responses of every kind; no output may contain the key.
#[test]
fn the_key_is_in_no_output() {
    let commands: [&[&str]; 7] = [
        &["enrich", "jane-doe-abc123", "--deadline", "50ms", "-v"],
        &["enrich", "jane-doe-abc123", "--deadline", "50ms", "-v", "--json"],
        &["get", "7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "-v"],
        &["enrich", "--linkedin", "jane-doe-abc123", "--deadline", "50ms"],
        &["enrich", "--linkedin", "jane-doe-abc123", "--deadline", "50ms", "--json"],
        &["get", "7d44db58-5de3-4e92-a2fb-8325d12c2e8b"],
        &["get", "7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "--json"],
    ];
    let faults =
        ["delay=0", "status=500", "status=401+html", "reset", "html", "cut=9", "wrong-type"];
    for args in commands {
        for fault in faults {
            let server = TestServer::with(Sandbox::builder().rate_limit(2));
            let fault: Fault = fault.parse().unwrap();
            server.sandbox.fault_next(Endpoint::Launch, fault.clone());
            server.sandbox.fault_next(Endpoint::Find, fault);
            let reported = server.run(args);
            assert!(!server.sandbox.requests().is_empty(), "{reported:?}");
            assert!(
                !reported.stdout.contains(KEY) && !reported.stderr.contains(KEY),
                "{reported:?}"
            );
        }
    }
}

#[test]
fn an_invalid_key_is_not_shown() {
    let server = TestServer::new();
    let long = format!("sesame{}", "x".repeat(10_000));
    let keys = [
        "sesame\n",
        " sesame",
        "\"sesame\"",
        "'sesame'",
        "\u{feff}sesame",
        "sesame sesame",
        "sesame\r\nsesame",
        "sesame\u{7f}",
        "sesame\u{1b}[31m",
        "sés\u{e0}sesame",
        &long,
    ];
    for key in keys {
        for json in [&[][..], &["--json"]] {
            let mut command =
                program(&[&["get", "7d44db58-5de3-4e92-a2fb-8325d12c2e8b"], json].concat());
            let reported =
                run(command.env("WATERFALL_API_KEY", key).env("WATERFALL_BASE_URL", server.url()));
            assert_ne!(reported.code, Some(0));
            assert!(
                !reported.stdout.contains("sesame") && !reported.stderr.contains("sesame"),
                "{reported:?}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_is_not_text_is_not_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let mut command = program(&["enrich", "--linkedin", "ann-1"]);
    let reported = run(command.env("WATERFALL_API_KEY", OsStr::from_bytes(b"sesame\xff")));
    assert_eq!(reported.code, Some(2));
    assert!(
        !reported.stderr.contains("sesame") && reported.stderr.contains("WATERFALL_API_KEY"),
        "{reported:?}"
    );
}

/// A rejected base URL may contain a password.
#[test]
fn a_password_in_a_base_url_is_not_shown() {
    let server = TestServer::new();
    for url in ["https://user:sesame@a.example", "https://a.example/?key=sesame"] {
        let reported = server.run(&["enrich", "--linkedin", "ann-1", "--base-url", url]);
        assert_eq!(reported.code, Some(2));
        assert!(!reported.stderr.contains("sesame"), "{reported:?}");
    }
}

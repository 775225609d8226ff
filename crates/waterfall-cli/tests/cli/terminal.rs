//! Tests of the output on a terminal.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use waterfall_sandbox::{Endpoint, Fault};

use super::support::TestServer;

/// Runs the program with a terminal of this width as its stderr. Returns the output on the
/// terminal.
fn seen(server: &TestServer, columns: u16, args: &[&str], environment: &[(&str, &str)]) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal, size).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let stderr = File::options().read(true).write(true).open(name).unwrap();
    let mut command = server.program(args);
    command
        .env("TERM", "xterm")
        .envs(environment.iter().copied())
        .stdout(Stdio::null())
        .stderr(stderr);
    let mut child = command.spawn().unwrap();
    // Closed so that reading ends with the program.
    drop(command);
    let (mut text, mut terminal) = (Vec::new(), File::from(terminal));
    // Reading a terminal that no process has open is an error.
    let _ = terminal.read_to_end(&mut text);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    String::from_utf8(text).unwrap()
}

/// One of the launches takes a second.
fn slow() -> TestServer {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_secs(1)));
    server
}

const BATCH: [&str; 5] = ["enrich", "a-a", "b-b", "--policy", "fixed:0.1"];
const SUMMARY: &str = "2 queries: found 2, not found 0, failed 0; 2 jobs, 2 reads\r\n";

#[test]
fn a_batch_has_one_line_that_fits_and_is_removed_at_its_end() {
    for columns in [24, 80] {
        let seen = seen(&slow(), columns, &BATCH, &[]);
        let (drawn, last) = seen.rsplit_once("\u{1b}[2K").unwrap();
        assert_eq!(last, SUMMARY);
        assert!(drawn.contains(" of 2,"), "{seen:?}");
        for line in drawn.split(['\r', '\n']) {
            let line = line.trim_start_matches("\u{1b}[2K").trim_end();
            assert!(line.chars().count() < columns.into(), "{line:?}");
        }
        if columns == 80 {
            assert!(drawn.contains("launching") || drawn.contains("waiting for"), "{seen:?}");
        }
        // Each version of the line is erased where it was written.
        assert!(!drawn.contains('\n'), "{seen:?}");
    }
}

#[test]
fn a_ci_job_gets_no_live_line() {
    let single = ["enrich", "--linkedin", "a-a", "--policy", "fixed:0.1"];
    for args in [&BATCH, &single] {
        let seen = seen(&slow(), 80, args, &[("CI", "true")]);
        assert!(!seen.contains('\u{1b}'), "{seen:?}");
    }
}

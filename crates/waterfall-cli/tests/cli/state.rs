//! Learned job times between runs.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::{KEY, Run, TestServer, program, run};
use super::webhook_sender::directory;

const QUERY: [&str; 5] = ["enrich", "--policy", "fixed:0.1", "--linkedin", "jane-doe-abc123"];

/// Returns the file for this machine's sandbox.
fn file(place: &Path) -> PathBuf {
    place.join("waterfall/job-times/127.0.0.1.json")
}

fn run_in(place: &Path, server: &TestServer, args: &[&str]) -> Run {
    run(server.program(args).env("XDG_STATE_HOME", place))
}

fn jobs(place: &Path) -> usize {
    let saved: serde_json::Value = serde_json::from_slice(&fs::read(file(place)).unwrap()).unwrap();
    saved["contact_enrichment"]["jobs"].as_array().unwrap().len()
}

#[test]
fn job_times_grow_from_run_to_run() {
    let (place, server) = (directory("state_grows"), TestServer::new());
    let batch = ["enrich", "--policy", "fixed:0.1", "a-a", "b-b", "c-c"];
    for (args, expected) in [(&QUERY[..], 1), (&QUERY, 2), (&batch, 5)] {
        assert_eq!(run_in(&place, &server, args).code, Some(0));
        assert_eq!(jobs(&place), expected, "{args:?}");
    }
    let text = fs::read_to_string(file(&place)).unwrap();
    for word in [KEY, "jane", "doe", "acme"] {
        assert!(!text.to_lowercase().contains(word), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (place, server) = (directory("state_mode"), TestServer::new());
    run_in(&place, &server, &QUERY);
    let mode = fs::metadata(file(&place)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn without_a_state_directory_it_is_under_home() {
    let (place, server) = (directory("state_home"), TestServer::new());
    let mut command = server.program(&QUERY);
    let run = run(command.env_remove("XDG_STATE_HOME").env("HOME", &place));
    assert_eq!((run.code, jobs(&place.join(".local/state"))), (Some(0), 1));
}

#[test]
fn no_state_and_the_embedded_sandbox_store_nothing() {
    let (place, server) = (directory("state_off"), TestServer::new());
    let off = [&QUERY[..], &["--no-state"]].concat();
    assert_eq!(run_in(&place, &server, &off).code, Some(0));
    let embedded = [&QUERY[..], &["--sandbox"]].concat();
    assert_eq!(run(program(&embedded).env("XDG_STATE_HOME", &place)).code, Some(0));
    assert!(fs::read_dir(&place).unwrap().next().is_none());
}

#[test]
fn a_damaged_file_is_ignored_with_a_line_and_replaced() {
    let (place, server) = (directory("state_damaged"), TestServer::new());
    fs::create_dir_all(file(&place).parent().unwrap()).unwrap();
    fs::write(file(&place), "{\"contact_enrichment\":{\"version\":1,").unwrap();
    let quiet = run_in(&place, &server, &[&QUERY[..], &["--no-retry"]].concat());
    assert!(quiet.code == Some(0) && !quiet.stderr.contains("job times"), "{quiet:?}");
    assert_eq!(jobs(&place), 1);

    fs::write(file(&place), "\u{0}").unwrap();
    let run = run_in(&place, &server, &[&QUERY[..], &["-v"]].concat());
    let lines = run.stderr.lines().filter(|line| line.contains("learned job times are ignored"));
    assert_eq!((run.code, lines.count()), (Some(0), 1), "{run:?}");
    fs::write(file(&place), "[]").unwrap();
    let run = run_in(&place, &server, &[&QUERY[..], &["-v", "--json"]].concat());
    assert_eq!(run.events("state.ignored").len(), 1, "{run:?}");
}

#[test]
fn an_unwritable_state_directory_stops_nothing() {
    let (place, server) = (directory("state_nowhere"), TestServer::new());
    let file = place.join("file");
    fs::write(&file, "").unwrap();
    let run = run_in(&file, &server, &QUERY);
    assert!(run.code == Some(0) && !run.stderr.contains("job times"), "{run:?}");
    let run = run_in(&file, &server, &[&QUERY[..], &["-v"]].concat());
    assert!(run.stderr.contains("learned job times are not saved"), "{run:?}");
}

#[test]
fn runs_at_the_same_time_leave_a_whole_file() {
    let (place, server) = (directory("state_together"), TestServer::new());
    let running: Vec<_> = (0..6)
        .map(|_| {
            let mut command =
                server.program(&["enrich", "--policy", "fixed:0.1", "a-a", "b-b", "c-c", "--json"]);
            let command = command.env("XDG_STATE_HOME", &place);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for mut child in running {
        assert!(child.wait().unwrap().success());
    }
    assert!(jobs(&place) >= 3);
    assert_eq!(fs::read_dir(file(&place).parent().unwrap()).unwrap().count(), 1);
}

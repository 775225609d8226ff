#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread;

use serde_json::json;
use waterfall::HeaderMap;

use super::webhook_sender::{Answer, ID, Listening, directory, job, message, try_post, until};

/// Reports its start and waits for a file.
const PATIENT: &str = "touch started; while [ ! -e go ]; do sleep 0.02; done; echo done";

/// Returns a script that runs in its own directory.
fn exec(test: &str, script: &str, args: &[&str]) -> (Listening, PathBuf) {
    let place = directory(&format!("{test}_exec"));
    let script = format!("cd {}\n{script}", place.display());
    fs::write(place.join("script"), script).unwrap();
    let command = format!("sh {}", place.join("script").display());
    let args = [&["--exec", &command], args].concat();
    (Listening::start(test, &args), place)
}

#[test]
fn the_body_is_on_stdin_and_the_job_in_the_environment() {
    let script = "cat > body; echo $WATERFALL_JOB_ID $WATERFALL_JOB_STATUS $WATERFALL_SIGNED";
    let (mut listening, place) = exec("exec_stdin", script, &["--allow-unsigned"]);
    let long = job(ID).replace("Jane", &"Jane".repeat(100_000));
    assert_eq!(listening.deliver(&long).status, 200);
    assert_eq!(fs::read_to_string(place.join("body")).unwrap(), long);
    let unnamed = r#"{"status":"FAILED","start_date":"2026-06-01T12:00:00Z","input":null}"#;
    assert_eq!(listening.post(&HeaderMap::new(), unnamed).status, 200);
    assert_eq!(listening.note()["note"], "unsigned");
    let note = listening.note();
    assert_eq!((&note["note"], &note["job_id"]), (&json!("handled"), &json!(ID)));
    let (out, _) = listening.stop();
    assert_eq!(out, format!("{ID} SUCCEEDED true\nFAILED false\n"));
}

#[test]
fn the_command_is_not_run_by_a_shell() {
    let listening = Listening::start("no_shell", &["--exec", "echo 'a  b' $HOME `id` | cat > x"]);
    assert_eq!(listening.deliver(&job(ID)).status, 200);
    assert_eq!(listening.stop().0, "a  b $HOME `id` | cat > x\n");
}

#[test]
fn a_failed_command_runs_again_when_the_delivery_is_retried() {
    let (mut listening, _) = exec("exec_fails", "test -e tried || { touch tried; exit 3; }", &[]);
    let answers = [(); 3].map(|()| listening.deliver(&job(ID)).status);
    assert_eq!(answers, [500, 200, 200]);
    let note = listening.note();
    assert_eq!(note["note"], "failed");
    assert!(note["message"].as_str().unwrap().contains("exit status: 3"), "{note}");
    assert_eq!(
        (&listening.note()["note"], &listening.note()["note"]),
        (&json!("handled"), &json!("duplicate"))
    );
}

#[test]
fn a_missing_program_is_reported() {
    let mut listening = Listening::start("not_there", &["--exec", "/no/such/program -x"]);
    assert_eq!(listening.deliver(&job(ID)).status, 500);
    assert!(listening.note()["message"].as_str().unwrap().contains("could not be started"));
}

#[test]
fn a_timeout_kills_the_program_and_its_children() {
    let script = "sleep 600 & echo $! > pid; wait";
    let (mut listening, place) = exec("too_long", script, &["--timeout", "3s"]);
    let long = job(ID).replace("Jane", &"Jane".repeat(100_000));
    assert_eq!(listening.deliver(&long).status, 500);
    let note = listening.note();
    assert!(note["message"].as_str().unwrap().contains("was killed after 3s"), "{note}");
    let pid = fs::read_to_string(place.join("pid")).unwrap();
    // On other systems, this can't be checked.
    until(|| is_over(pid.trim()));
}

/// Returns whether the process has ended; a zombie has.
fn is_over(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.map_or(true, |stat| stat.rsplit(") ").next().unwrap().starts_with('Z'))
}

/// Returns a delivery whose command has started, with its sender.
fn under_way(test: &str) -> (Listening, PathBuf, thread::JoinHandle<Option<Answer>>) {
    let (listening, place) = exec(test, PATIENT, &[]);
    let (addr, headers) = (listening.addr, listening.signer.headers(job(ID)));
    let sender = thread::spawn(move || try_post(addr, &headers, &job(ID)));
    until(|| place.join("started").exists());
    (listening, place, sender)
}

#[test]
fn deliveries_in_progress_are_finished_after_a_ctrl_c() {
    let (mut listening, place, sender) = under_way("finished");
    listening.interrupt();
    assert_eq!(listening.note()["note"], "stopping");
    until(|| TcpStream::connect(listening.addr).is_err());
    fs::write(place.join("go"), "").unwrap();
    assert_eq!(sender.join().unwrap().unwrap().status, 200);
    let (code, out, notes) = listening.end();
    assert_eq!((code, out.as_str()), (Some(0), "done\n"));
    assert!(notes.contains(r#""note":"handled""#), "{notes}");
}

#[test]
fn a_delivery_whose_sender_disconnected_is_finished_as_well() {
    let (mut listening, place) = exec("given_up", PATIENT, &[]);
    let mut stream = TcpStream::connect(listening.addr).unwrap();
    let headers = listening.signer.headers(job(ID));
    stream.write_all(message(&headers, &job(ID)).as_bytes()).unwrap();
    until(|| place.join("started").exists());
    drop(stream);
    listening.interrupt();
    assert_eq!(listening.note()["note"], "stopping");
    fs::write(place.join("go"), "").unwrap();
    let (code, out, _) = listening.end();
    assert_eq!((code, out.as_str()), (Some(0), "done\n"));
}

#[test]
fn a_second_ctrl_c_stops_at_once() {
    let (mut listening, place, sender) = under_way("second");
    listening.interrupt();
    assert_eq!(listening.note()["note"], "stopping");
    listening.interrupt();
    let note = listening.note();
    assert_eq!(note["note"], "stopped");
    let (code, out, _) = listening.end();
    assert_eq!((code, out.as_str()), (Some(130), ""));
    assert_eq!(sender.join().unwrap(), None);
    assert!(!place.join("go").exists());
}

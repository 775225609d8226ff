//! The intent of a launch is synced to the disk before the first byte of the launch is sent,
//! according to the kernel.

use std::env;
use std::process::{Command, Stdio};
use std::time::Duration;

use waterfall::{Client, ContactQuery};
use waterfall_batch::{Batch, BatchOptions, InputRow, RunEnd, SqliteJournal};
use waterfall_sandbox::{JobTime, Sandbox};

const URL: &str = "WATERFALL_ORDER_URL";
const JOURNAL: &str = "WATERFALL_ORDER_JOURNAL";
const REQUIRE: &str = "WATERFALL_REQUIRE_STRACE";

/// Not a test: the test below runs this function in a separate process.
#[tokio::test]
async fn traced_process() {
    let (Ok(url), Ok(path)) = (env::var(URL), env::var(JOURNAL)) else { return };
    let journal = SqliteJournal::open(path).await.unwrap();
    let client = Client::builder().api_key("test").base_url(url).build().unwrap();
    let batch = Batch::open(client, journal, BatchOptions::new("batch")).await.unwrap();
    batch.add([InputRow::launch(&ContactQuery::email("jane.doe@acme.com"))]).await.unwrap();
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intent_is_synced_before_the_launch_leaves() {
    let is_required = env::var_os(REQUIRE).is_some_and(|value| value != "0");
    let folder = tempfile::tempdir().unwrap();
    let (trace, journal) = (folder.path().join("trace"), folder.path().join("journal"));
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(Duration::from_millis(100))).build();
    let server = sandbox.listen(0).await.unwrap();
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-y", "-s", "64", "-e"])
        .arg("trace=pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync")
        .arg("-o")
        .arg(&trace)
        .arg(env::current_exe().unwrap())
        .args(["--exact", "order::traced_process"])
        .env(URL, server.url())
        .env(JOURNAL, &journal)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let traced = tokio::task::spawn_blocking(move || strace.status()).await.unwrap();
    if !traced.is_ok_and(|status| status.success()) || sandbox.launches().len() != 1 {
        assert!(!is_required, "{REQUIRE} is set, and strace does not work");
        eprintln!("SKIPPED: strace does not work here; set {REQUIRE}=1 to fail instead");
        return;
    }
    let trace = std::fs::read_to_string(trace).unwrap();
    let calls: Vec<&str> = trace.lines().collect();
    let launch = calls.iter().position(|call| call.contains("POST /v1/enrichment/contact"));
    let launch = launch.expect("the launch is in the trace");
    let of_log = |call: &&&str| call.contains("journal-wal");
    let is_write = |call: &str| call.contains("pwrite64(") || call.contains("write(");
    let before: Vec<&&str> = calls[..launch].iter().filter(of_log).collect();
    let last_write = before.iter().rposition(|call| is_write(call)).expect("the intent is written");
    // A call that another thread interrupts takes two lines, the second of which has no path.
    let sync = before[last_write..].iter().rfind(|call| call.contains("sync("));
    let sync = sync.unwrap_or_else(|| panic!("nothing is synced after {}", before[last_write]));
    assert!(sync.ends_with("= 0") || sync.contains("<unfinished"), "{sync}");
    if sync.contains("<unfinished") {
        let resumed = |call: &&str| call.contains("sync resumed") && call.ends_with("= 0");
        let at = calls.iter().position(|call| call == *sync).unwrap_or(launch);
        assert!(calls[at..launch].iter().any(resumed), "{sync}");
    }
}

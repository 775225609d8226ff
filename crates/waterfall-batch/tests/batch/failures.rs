//! Tests of failing journals: a clear error, nothing sent, nothing lost.

use std::collections::HashMap;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use waterfall::{BoxFuture, Client, ContactQuery};
use waterfall_batch::{
    Batch, BatchEvent, BatchOptions, InputRow, Journal, JournalError, JournalErrorKind,
    MemoryJournal, NewBatch, PostgresJournal, RunEnd, SqliteJournal,
};
use waterfall_sandbox::{JobTime, Sandbox};

use crate::hooked::{Hook, Hooked};
use crate::postgres_server::PostgresServer;

const MILLI: Duration = Duration::from_millis(1);

fn sandbox() -> Sandbox {
    Sandbox::builder().job_time(JobTime::Fixed(50 * MILLI)).rate_limit(100_000).build()
}

async fn batch(sandbox: &Sandbox, journal: Arc<dyn Journal>, rows: usize) -> Batch {
    let client = Client::builder().api_key("test").transport(sandbox.transport());
    let client = client.timeout(2_000 * MILLI).build().unwrap();
    let options = BatchOptions::new("batch")
        .lease(10_000 * MILLI)
        .heartbeat(200 * MILLI)
        .rate_limit(100_000, Duration::from_secs(60));
    let batch = Batch::open_shared(client, journal, options).await.unwrap();
    let people = (0..rows)
        .map(|number| InputRow::launch(&ContactQuery::email(format!("person{number}@acme.com"))));
    if rows > 0 {
        batch.add(people).await.unwrap();
    }
    batch
}

fn most_launches(sandbox: &Sandbox) -> usize {
    let mut launches: HashMap<String, usize> = HashMap::new();
    for launched in sandbox.launches() {
        *launches.entry(launched.body["email"].to_string()).or_default() += 1;
    }
    launches.into_values().max().unwrap_or(0)
}

fn text(error: &JournalError) -> String {
    error.to_string()
}

async fn open_error(path: &Path) -> JournalError {
    SqliteJournal::open(path).await.unwrap_err()
}

#[tokio::test]
async fn other_files_are_rejected_as_journals() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("text"), "name;email\n".repeat(1_000)).unwrap();
    let error = open_error(&path("text")).await;
    assert_eq!(error.kind(), JournalErrorKind::Corrupt);
    assert!(text(&error).contains("is not a journal"), "{error}");

    let other = rusqlite::Connection::open(path("other")).unwrap();
    other.execute_batch("CREATE TABLE a (b)").unwrap();
    let error = open_error(&path("other")).await;
    assert!(text(&error).contains("another program's database"), "{error}");

    SqliteJournal::open(path("newer")).await.unwrap();
    let newer = rusqlite::Connection::open(path("newer")).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    let error = open_error(&path("newer")).await;
    assert_eq!(error.kind(), JournalErrorKind::Unsupported);
    assert!(text(&error).contains("version 99"), "{error}");

    let error = open_error(&path("no/such/folder")).await;
    assert!(text(&error).contains("check the folder"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_is_readable_by_its_owner_only_and_syncs_every_commit() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let journal = SqliteJournal::open(&path).await.unwrap();
    journal.open_batch(NewBatch::new("a", "b")).await.unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.path());
        files += 1;
    }
    assert_eq!(files, 3, "the file, its log, and the index of that");
    let other = rusqlite::Connection::open(&path).unwrap();
    let mode: String = other.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn a_damaged_journal_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, sandbox) = (folder.path().join("journal"), sandbox());
    let journal = SqliteJournal::open(&path).await.unwrap();
    batch(&sandbox, Arc::new(journal), 500).await;
    let other = rusqlite::Connection::open(&path).unwrap();
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(other);
    let length = std::fs::metadata(&path).unwrap().len();
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    // The first page contains the tables, and remains.
    for page in 1..length / 4_096 {
        file.seek(SeekFrom::Start(page * 4_096)).unwrap();
        file.write_all(&[0xA5; 4_096]).unwrap();
    }
    let error = match SqliteJournal::open(&path).await {
        Err(error) => error,
        Ok(journal) => journal.open_batch(NewBatch::new("batch", "x")).await.unwrap_err(),
    };
    assert_eq!(error.kind(), JournalErrorKind::Corrupt);
    assert!(text(&error).contains("damaged"), "{error}");
    assert_eq!(sandbox.requests_total(), 0);
}

/// Collects the events of a run in the background.
async fn until(run: &mut waterfall_batch::Run, is_it: impl Fn(&BatchEvent) -> bool) {
    loop {
        let event = run.next().await.expect("the run goes on");
        if is_it(&event) {
            return;
        }
    }
}

#[tokio::test]
async fn a_locked_journal_sends_nothing_until_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let (path, sandbox) = (folder.path().join("journal"), sandbox());
    let clock = waterfall::Clock::system();
    let journal = SqliteJournal::open_with(&path, 20 * MILLI, clock).await.unwrap();
    let batch = batch(&sandbox, Arc::new(journal), 5).await;
    let mut run = batch.run().await.unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.busy_timeout(Duration::from_secs(10)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    until(&mut run, |event| matches!(event, BatchEvent::Blocked(why) if why.contains("locked")))
        .await;
    tokio::time::sleep(300 * MILLI).await;
    let sent = sandbox.requests_total();
    tokio::time::sleep(500 * MILLI).await;
    assert_eq!(sandbox.requests_total(), sent, "nothing is sent without a journal");
    other.execute_batch("COMMIT").unwrap();
    until(&mut run, |event| matches!(event, BatchEvent::Unblocked)).await;
    assert!(matches!(run.finish().await, RunEnd::Complete));
    assert_eq!((sandbox.launches().len(), most_launches(&sandbox)), (5, 1));
}

/// Fails some calls of a method.
struct Failing {
    method: &'static str,
    kind: JournalErrorKind,
    after: bool,
    calls: AtomicUsize,
    failures: usize,
}

impl Failing {
    fn result(&self, method: &str, after: bool) -> Result<(), JournalError> {
        let is_it = method == self.method && after == self.after;
        if is_it && self.calls.fetch_add(1, Ordering::SeqCst) < self.failures {
            return Err(JournalError::new(self.kind, "do this", "as the test requires"));
        }
        Ok(())
    }
}

impl Hook for Failing {
    fn before<'a>(
        &'a self,
        _: &'a dyn Journal,
        method: &'static str,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move { self.result(method, false) })
    }

    fn after<'a>(
        &'a self,
        _: &'a dyn Journal,
        method: &'static str,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move { self.result(method, true) })
    }
}

#[tokio::test(start_paused = true)]
async fn transient_failures_are_retried_and_nothing_is_launched_twice() {
    use JournalErrorKind::{Full, Unacknowledged, Unavailable};
    let methods = [
        "take_permit",
        "end_permit",
        "intend",
        "record launched",
        "record finished",
        "heartbeat",
        "claim",
        "status",
        "ended_elsewhere",
    ];
    for method in methods {
        for (kind, after) in [(Unavailable, false), (Full, false), (Unacknowledged, true)] {
            let calls = AtomicUsize::new(0);
            let failing = Failing { method, kind, after, calls, failures: 4 };
            let memory = Arc::new(MemoryJournal::with_clock(waterfall::Clock::tokio()));
            let sandbox = sandbox();
            batch(&sandbox, memory.clone(), 6).await;
            let journal = Hooked::new(memory, Arc::new(failing));
            let batch = batch(&sandbox, Arc::new(journal), 0).await;
            let end = batch.run().await.unwrap().finish().await;
            assert!(matches!(end, RunEnd::Complete), "{method} {kind:?}: {end:?}");
            let launches = (sandbox.launches().len(), most_launches(&sandbox));
            assert_eq!(launches, (6, 1), "{method} {kind:?}");
            assert_eq!(batch.doubts().await.unwrap(), [], "{method} {kind:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn permanent_failures_end_the_run_before_anything_is_sent() {
    for method in ["take_permit", "intend"] {
        let (calls, kind) = (AtomicUsize::new(0), JournalErrorKind::Corrupt);
        let failing = Failing { method, kind, after: false, calls, failures: usize::MAX };
        let journal = Hooked::new(Arc::new(MemoryJournal::new()), Arc::new(failing));
        let sandbox = sandbox();
        let batch = batch(&sandbox, Arc::new(journal), 3).await;
        let end = batch.run().await.unwrap().finish().await;
        assert!(matches!(end, RunEnd::Journal(_)), "{method}: {end:?}");
        assert_eq!(sandbox.requests_total(), 0, "{method}");
    }
}

/// Needs the permission to mount, which root has.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_sends_nothing() {
    use std::process::Command;

    let folder = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
        .arg(folder.path())
        .stderr(std::process::Stdio::null())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: a small file system can't be mounted here");
        return;
    }
    let folder = Mounted(folder);
    let sandbox = sandbox();
    let journal = SqliteJournal::open(folder.0.path().join("journal")).await.unwrap();
    let batch = batch(&sandbox, Arc::new(journal.clone()), 20).await;
    let filler = folder.0.path().join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 65_536]).is_ok() {}
    while file.write_all(&[0; 512]).is_ok() {}
    drop(file);
    let mut error = None;
    for number in 0..1_000 {
        let new = NewBatch::new(format!("batch {number}"), "x".repeat(10_000));
        if let Err(full) = journal.open_batch(new).await {
            error = Some(full);
            break;
        }
    }
    let error = error.expect("there is no space");
    assert_eq!(error.kind(), JournalErrorKind::Full, "{error}");
    assert!(text(&error).contains("disk is full"), "{error}");
    let started = batch.run().await;
    assert!(started.is_err(), "a worker can't be registered");
    assert_eq!(sandbox.requests_total(), 0);
    std::fs::remove_file(filler).unwrap();
    let run = async { batch.run().await.unwrap().finish().await };
    let end = tokio::time::timeout(Duration::from_secs(60), run).await;
    assert!(matches!(end, Ok(RunEnd::Complete)), "{end:?}");
    assert_eq!((sandbox.launches().len(), most_launches(&sandbox)), (20, 1));
}

/// A file system that is unmounted when the test ends, even if it fails.
#[cfg(target_os = "linux")]
struct Mounted(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn without_the_database_nothing_is_sent_until_it_returns() {
    let Some(mut server) = PostgresServer::start() else { return };
    let sandbox =
        Sandbox::builder().job_time(JobTime::Fixed(200 * MILLI)).rate_limit(100_000).build();
    let journal = PostgresJournal::open(&server.database("crash")).await.unwrap();
    let batch = batch(&sandbox, Arc::new(journal), 60).await;
    let mut run = batch.run().await.unwrap();
    for round in 0..2 {
        until(&mut run, |event| matches!(event, BatchEvent::Ended { .. })).await;
        server.crash();
        until(&mut run, |event| matches!(event, BatchEvent::Blocked(_))).await;
        tokio::time::sleep(500 * MILLI).await;
        let sent = sandbox.requests_total();
        tokio::time::sleep(700 * MILLI).await;
        assert_eq!(sandbox.requests_total(), sent, "round {round}");
        server.restart();
        until(&mut run, |event| matches!(event, BatchEvent::Unblocked)).await;
    }
    let end = run.finish().await;
    assert!(matches!(end, RunEnd::Complete), "{end:?}");
    assert_eq!(most_launches(&sandbox), 1);
    let doubts = batch.doubts().await.unwrap().len();
    assert_eq!(
        batch.status().await.unwrap().count(waterfall_batch::RowState::Done) as usize + doubts,
        60
    );
}

/// Passes bytes between a client and the server, and cuts the connection after some of the commits
/// were passed on, so that their responses are lost.
async fn cut_commits(listener: TcpListener, socket: std::path::PathBuf, every: usize) {
    let commits = Arc::new(AtomicUsize::new(0));
    while let Ok((mut client, _)) = listener.accept().await {
        let (socket, commits) = (socket.clone(), commits.clone());
        tokio::spawn(async move {
            let Ok(mut server) = UnixStream::connect(socket).await else { return };
            let (mut up, mut down) = ([0; 65_536], [0; 65_536]);
            loop {
                tokio::select! {
                    read = client.read(&mut up) => {
                        let Ok(count @ 1..) = read else { return };
                        if server.write_all(&up[..count]).await.is_err() { return }
                        let is_commit = up[..count].windows(7).any(|window| window == b"COMMIT\0");
                        if is_commit && (commits.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(every) {
                            // The server commits, and its response is lost.
                            let _ = server.read(&mut down).await;
                            return;
                        }
                    }
                    read = server.read(&mut down) => {
                        let Ok(count @ 1..) = read else { return };
                        if client.write_all(&down[..count]).await.is_err() { return }
                    }
                }
            }
        });
    }
}

#[tokio::test]
async fn a_commit_whose_response_is_lost_is_looked_up() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.database("cut");
    PostgresJournal::open(&database).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(cut_commits(listener, server.socket(), 9));
    let url = format!("postgres://postgres@127.0.0.1:{port}/cut?sslmode=disable");
    let sandbox = sandbox();
    let direct = PostgresJournal::open(&database).await.unwrap();
    batch(&sandbox, Arc::new(direct), 60).await;
    let journal = match PostgresJournal::open(&url).await {
        Ok(journal) => journal,
        Err(_) => PostgresJournal::open(&url).await.unwrap(),
    };
    let journal: Arc<dyn Journal> = Arc::new(journal);
    let end = loop {
        let client = Client::builder().api_key("test").transport(sandbox.transport());
        let client = client.timeout(2_000 * MILLI).build().unwrap();
        let options = BatchOptions::new("batch")
            .lease(10_000 * MILLI)
            .heartbeat(200 * MILLI)
            .rate_limit(100_000, Duration::from_secs(60));
        // Before the run has started, the caller handles errors.
        let Ok(batch) = <Batch>::open_shared(client, journal.clone(), options).await else {
            continue;
        };
        match batch.run().await {
            Ok(run) => break run.finish().await,
            Err(error) => eprintln!("{error}"),
        }
    };
    assert!(matches!(end, RunEnd::Complete), "{end:?}");
    assert_eq!((sandbox.launches().len(), most_launches(&sandbox)), (60, 1));
    let done = server.sql("cut", "SELECT count(*) FROM waterfall_batch.batch_row WHERE state = 4");
    assert_eq!(done, "60");
    let launches = server.sql("cut", "SELECT launches FROM waterfall_batch.batch");
    assert_eq!(launches, "60", "attempts that were not sent do not count");
}

#[tokio::test]
async fn errors_of_postgres_are_clear_and_show_no_password() {
    let error = PostgresJournal::open("not a url").await.unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Unsupported);
    let url = "postgres://me:sesame@127.0.0.1:1/none?sslmode=disable";
    let error = PostgresJournal::open(url).await.unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Unavailable);
    assert!(!format!("{error} {error:?}").contains("sesame"), "{error}");
    assert!(text(&error).contains("connect to PostgreSQL"), "{error}");
}

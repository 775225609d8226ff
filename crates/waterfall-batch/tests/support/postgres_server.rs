//! A separate PostgreSQL server for a test, from the installed binaries.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// If set, a missing installation is a failure, as in continuous integration.
const REQUIRE: &str = "WATERFALL_REQUIRE_POSTGRES";

/// The user that runs the server if the tests run as root, which PostgreSQL refuses.
const USER: &str = "postgres";

/// A running server. It stops when this is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    binaries: PathBuf,
    folder: TempDir,
    user: Option<(u32, u32)>,
    /// A shell that stops the server when its input ends.
    keeper: Child,
}

impl PostgresServer {
    /// Starts a server. Prints a message and returns `None` if PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            let is_required = std::env::var_os(REQUIRE).is_some_and(|value| value != "0");
            assert!(!is_required, "{REQUIRE} is set, and PostgreSQL is not installed");
            eprintln!("SKIPPED: PostgreSQL is not installed; set {REQUIRE}=1 to fail instead");
            return None;
        };
        Some(Self::start_with(binaries).expect("PostgreSQL starts"))
    }

    fn start_with(binaries: PathBuf) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("wfpg").tempdir()?;
        let user = is_root().then(postgres_user).flatten();
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid))?;
        }
        let data = folder.path().join("data");
        let mut initdb = command(&binaries.join("initdb"), user);
        initdb.args(["-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync", "-D"]);
        let output = initdb.arg(&data).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let keeper = keeper(&binaries, folder.path(), user)?;
        let server = Self { binaries, folder, user, keeper };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Returns the URL of a database, which is created if it is missing.
    pub(crate) fn database(&self, name: &str) -> String {
        let mut create = command(&self.binaries.join("createdb"), self.user);
        create.arg("-h").arg(self.folder.path()).args(["-U", USER, name]);
        let _ = create.stderr(Stdio::null()).status();
        self.url(name)
    }

    /// Returns the URL of a database.
    pub(crate) fn url(&self, name: &str) -> String {
        let folder = self.folder.path().to_string_lossy().replace('/', "%2F");
        format!("postgres://{USER}@{folder}/{name}")
    }

    /// Returns the path of the server's socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// Stops the server at once, without a clean shutdown, as in a crash.
    pub(crate) fn crash(&mut self) {
        let mut stop = command(&self.binaries.join("pg_ctl"), self.user);
        stop.args(["stop", "-s", "-m", "immediate", "-D"]).arg(self.folder.path().join("data"));
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let _ = self.keeper.wait();
    }

    /// Restarts the server after [`crash`](Self::crash).
    pub(crate) fn restart(&mut self) {
        self.keeper = keeper(&self.binaries, self.folder.path(), self.user).expect("it starts");
        self.wait_until_ready().expect("it starts again");
    }

    /// Runs SQL as a superuser. Returns the first column of the first row.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let mut psql = command(&self.binaries.join("psql"), self.user);
        psql.arg("-h").arg(self.folder.path()).args(["-U", USER, "-d", database, "-Atqc", sql]);
        let output = psql.output().expect("psql runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn wait_until_ready(&self) -> io::Result<()> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            let mut ready = command(&self.binaries.join("pg_isready"), self.user);
            ready.arg("-q").arg("-h").arg(self.folder.path());
            if ready.status()?.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(io::Error::other(log))
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.crash();
    }
}

/// Runs the server until the input of the shell ends, which happens when this process ends.
fn keeper(binaries: &Path, folder: &Path, user: Option<(u32, u32)>) -> io::Result<Child> {
    let script = r#""$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off \
        -c shared_buffers=16MB -c max_connections=60 >"$2/log" 2>&1 </dev/null &
        server=$!
        exec 3<&0
        ( cat <&3 >/dev/null; kill -QUIT $server 2>/dev/null ) &
        wait $server"#;
    let mut keeper = command(Path::new("/bin/sh"), user);
    keeper.args(["-c", script, "keeper"]).arg(binaries.join("postgres")).arg(folder);
    // The server survives a signal to the test's process group.
    keeper.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    keeper.spawn()
}

fn command(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

/// Returns the folder of the newest installed version.
fn binaries() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").ok()?;
    let versions = installed.flatten().map(|version| version.path().join("bin"));
    versions.filter(|folder| folder.join("initdb").exists()).max()
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.and_then(|uid| uid.split_whitespace().next()).is_some_and(|uid| uid == "0")
}

fn postgres_user() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let user = users.lines().find(|line| line.split(':').next() == Some(USER))?;
    let mut fields = user.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

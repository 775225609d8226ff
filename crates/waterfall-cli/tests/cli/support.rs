//! A sandbox on a port, and runs of the program against it.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Runtime;
use waterfall::{Client, ContactQuery, JobId};
use waterfall_sandbox::{Builder, JobTime, Sandbox, Server};

/// The API key; it must not appear in any output.
pub(crate) const KEY: &str = "sesame-0123456789";

/// A path below which nothing can be created.
const NOWHERE: &str = "/dev/null";

/// A sandbox server with its own runtime.
pub(crate) struct TestServer {
    pub(crate) sandbox: Sandbox,
    server: Server,
    runtime: Runtime,
}

impl TestServer {
    /// Jobs finish as soon as they are launched.
    pub(crate) fn new() -> Self {
        Self::with(Sandbox::builder())
    }

    /// Like [`new`](Self::new), with different settings.
    pub(crate) fn with(builder: Builder) -> Self {
        Self::of(builder.job_time(JobTime::Fixed(Duration::ZERO)).build())
    }

    /// Returns a server of this sandbox.
    pub(crate) fn of(sandbox: Sandbox) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(sandbox.listen(0)).unwrap();
        Self { sandbox, server, runtime }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Returns the program with a key and this server as its base URL.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut command = program(args);
        command.env("WATERFALL_API_KEY", KEY).env("WATERFALL_BASE_URL", self.url());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run(&mut self.program(args))
    }

    /// Launches a job with the program's key.
    pub(crate) fn launch(&self, query: ContactQuery) -> JobId {
        let client = Client::builder().api_key(KEY).base_url(self.url()).build().unwrap();
        self.runtime.block_on(client.launch(query)).unwrap().id()
    }

    /// Launches a job with the outcome that `outcome` describes; see the sandbox's documentation.
    pub(crate) fn launch_with_outcome(&self, outcome: Value) -> JobId {
        self.launch(
            ContactQuery::linkedin("jane-doe-abc123").custom_field("sandbox", outcome.to_string()),
        )
    }
}

/// Returns the program with an empty environment and without a place for its state.
pub(crate) fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waterfall"));
    command.args(args).env_clear().env("XDG_STATE_HOME", NOWHERE).stdin(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> Run {
    Run::from(command.output().unwrap())
}

/// Runs the program with this input on its stdin.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Run {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may end without reading it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap().into()
}

/// Normalizes the IDs, times and percentages of a text.
pub(crate) fn masked(text: &str) -> String {
    let percent = |line: &str| match line.split_once(" % ") {
        Some((before, after)) => {
            let before = before.trim_end_matches(|c: char| c.is_ascii_digit());
            format!("{before}N % {after}")
        }
        None => line.to_owned(),
    };
    let word = |word: &str| {
        let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        // Without the kind of the job.
        let core = core.rsplit_once('/').map_or(core, |(_, id)| id);
        let is_id = core.len() == 36 && core.matches('-').count() == 4;
        let is_time =
            core.strip_suffix('s').unwrap_or(core).parse::<f64>().is_ok() && core.contains('.');
        let seconds = if core.ends_with('s') { "N.Ns" } else { "N.N" };
        let mask = if is_id { "ID" } else { seconds };
        if is_id || is_time { word.replace(core, mask) } else { word.to_owned() }
    };
    let line = |line: &str| percent(line).split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n";
    text.lines().map(line).collect()
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let run = Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        // For all runs: none of the streams is a terminal.
        assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{run:?}");
        run
    }
}

impl Run {
    /// Returns the lines of stdout in alphabetical order: results are written in the order in which
    /// jobs finish.
    pub(crate) fn lines(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = self.stdout.lines().collect();
        lines.sort_unstable();
        lines
    }

    /// Returns the lines of stdout as JSON, in the order of their inputs.
    pub(crate) fn objects(&self) -> Vec<Value> {
        let lines = self.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        let mut objects: Vec<Value> = lines.collect();
        objects.sort_unstable_by_key(|object| object["index"].as_u64());
        objects
    }

    /// Returns the lines of stderr with this event.
    pub(crate) fn events(&self, name: &str) -> Vec<Value> {
        let lines = self.stderr.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.filter(|line: &Value| line["event"] == name).collect()
    }

    /// Returns the error object: the last line of stderr, after the events of a launch.
    pub(crate) fn error(&self) -> Value {
        let mut lines: Vec<Value> =
            self.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let error = lines.pop().unwrap();
        for event in lines {
            let name = event["event"].as_str().unwrap_or_default();
            assert!(["launching", "launched", "failed"].contains(&name), "{self:?}");
        }
        error
    }

    /// Returns the names of the events on stderr.
    pub(crate) fn event_names(&self) -> Vec<String> {
        let lines = self.stderr.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.filter_map(|line: Value| Some(line["event"].as_str()?.to_owned())).collect()
    }
}

/// Runs each command line and requires that it is rejected, before any request, with exit code 2
/// and a message that contains the text.
#[track_caller]
pub(crate) fn assert_rejected(server: &TestServer, rows: &[(&[&str], &str)]) {
    for (args, problem) in rows {
        let run = server.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{args:?}: {run:?}");
        assert!(run.stderr.contains(problem), "{args:?}: {run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}

/// Compares with a file in `tests/snapshots`.
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

//! Runs a program for each delivery.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use crate::args::listen::CommandLine;
use crate::commands::listen::delivery::ReceivedDelivery;
use crate::terminal_text;

const JOB_ID: &str = "WATERFALL_JOB_ID";
const JOB_STATUS: &str = "WATERFALL_JOB_STATUS";

/// The command and its time limit.
#[derive(Debug)]
pub(super) struct Exec {
    line: CommandLine,
    timeout: Duration,
}

impl Exec {
    pub(super) fn new(line: CommandLine, timeout: Duration) -> Self {
        Self { line, timeout }
    }

    /// Runs the command with the body on its stdin. Returns a description of the outcome.
    pub(crate) async fn run(&self, delivery: &ReceivedDelivery) -> Result<String, String> {
        let program = &self.line.program;
        let mut child = self
            .command(delivery)
            .spawn()
            .map_err(|error| format!("`{program}` could not be started: {error}"))?;
        let stdin = child.stdin.take();
        let mut running = Running::new(child);
        let body = delivery.verified().body();
        match timeout(self.timeout, running.end(stdin, body)).await {
            Ok(Ok(status)) if status.success() => Ok(format!("handled by `{program}`")),
            Ok(Ok(status)) => Err(format!("`{program}` failed: {status}")),
            Ok(Err(error)) => Err(format!("waiting for `{program}` failed: {error}")),
            Err(_) => {
                running.kill();
                // No process is left when the sender gets its response.
                let _ = running.child.wait().await;
                Err(format!("`{program}` was killed after {:?}", self.timeout))
            }
        }
    }

    fn command(&self, delivery: &ReceivedDelivery) -> Command {
        let mut command = Command::new(&self.line.program);
        command.args(&self.line.args).stdin(Stdio::piped()).kill_on_drop(true);
        command.env_remove(JOB_ID).env_remove(JOB_STATUS);
        command.envs(delivery.job_id().map(|id| (JOB_ID, id.to_string())));
        command.envs(delivery.status().map(|status| (JOB_STATUS, terminal_text::clean(status))));
        command.env("WATERFALL_SIGNED", delivery.verified().is_signed().to_string());
        // Uses a separate process group: a ctrl-c does not reach it, so that it can finish, and its
        // own child processes can be killed with it.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

/// A child process. It is killed with its own children if this is dropped before it ends.
struct Running {
    child: Child,
    has_ended: bool,
}

impl Running {
    fn new(child: Child) -> Self {
        Self { child, has_ended: false }
    }

    /// Waits for the process to end. It need not read its stdin.
    async fn end(&mut self, stdin: Option<ChildStdin>, body: &[u8]) -> io::Result<ExitStatus> {
        let feed = async {
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(body).await;
            }
            std::future::pending::<()>().await;
        };
        let status = tokio::select! {
            status = self.child.wait() => status?,
            () = feed => return Err(io::ErrorKind::Other.into()),
        };
        self.has_ended = true;
        Ok(status)
    }

    #[cfg(unix)]
    fn kill(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};

        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw).filter(|pid| *pid != Pid::INIT) {
            // An error means that the group no longer exists.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn kill(&mut self) {
        let _ = self.child.start_kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            self.kill();
        }
    }
}

//! Running a program for each delivery.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use super::mail::Mail;
use crate::args::CommandLine;
use crate::text;

const JOB_ID: &str = "WATERFALL_JOB_ID";
const JOB_STATUS: &str = "WATERFALL_JOB_STATUS";

/// What to run, and how long it may take.
#[derive(Debug)]
pub(super) struct Exec {
    line: CommandLine,
    timeout: Duration,
}

impl Exec {
    pub(super) fn new(line: CommandLine, timeout: Duration) -> Self {
        Self { line, timeout }
    }

    /// Runs it with the body on its stdin. The result says how it ended.
    pub(super) async fn run(&self, mail: &Mail) -> Result<String, String> {
        let program = &self.line.program;
        let mut child = self
            .command(mail)
            .spawn()
            .map_err(|error| format!("`{program}` can't be run: {error}"))?;
        let stdin = child.stdin.take();
        let mut running = Running::new(child);
        let body = mail.verified().body();
        match timeout(self.timeout, running.end(stdin, body)).await {
            Ok(Ok(status)) if status.success() => Ok(format!("taken by `{program}`")),
            Ok(Ok(status)) => Err(format!("`{program}` failed: {status}")),
            Ok(Err(error)) => Err(format!("`{program}` can't be waited for: {error}")),
            Err(_) => {
                running.kill();
                // So that nothing of it is left when the sender is answered.
                let _ = running.child.wait().await;
                Err(format!("`{program}` was killed after {:?}", self.timeout))
            }
        }
    }

    fn command(&self, mail: &Mail) -> Command {
        let mut command = Command::new(&self.line.program);
        command.args(&self.line.args).stdin(Stdio::piped()).kill_on_drop(true);
        command.env_remove(JOB_ID).env_remove(JOB_STATUS);
        command.envs(mail.job_id().map(|id| (JOB_ID, id.to_string())));
        command.envs(mail.status().map(|status| (JOB_STATUS, text::clean(status))));
        command.env("WATERFALL_SIGNED", mail.verified().is_signed().to_string());
        // A group of its own: a ctrl-c is for this program, which finishes first,
        // and what the command has started can be ended with it.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

/// A child that does not outlive this, nor what it has started.
struct Running {
    child: Child,
    over: bool,
}

impl Running {
    fn new(child: Child) -> Self {
        Self { child, over: false }
    }

    /// Waits for its end. It need not read what it is given.
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
        self.over = true;
        Ok(status)
    }

    #[cfg(unix)]
    fn kill(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};

        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw).filter(|pid| *pid != Pid::INIT) {
            // If it fails, there is no such group any more.
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
        if !self.over {
            self.kill();
        }
    }
}

//! Documents of others run in a process of their own, with a limit on time and
//! memory: whatever they do to the generators, the user gets a message.

use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::time::{Duration, Instant};

use crate::document::Problem;

/// How long a run may take.
const SECONDS: u64 = 60;
/// How much memory it may have, in KiB.
const MEMORY: u64 = 2 * 1024 * 1024;

/// Runs this program again with the same arguments, under the limits.
pub fn run(spec: &Path) -> Result<ExitCode, Problem> {
    let problem = |what: String| Problem::new(format!("{}: {what}", spec.display()));
    let program = std::env::current_exe()
        .map_err(|error| problem(format!("can't find this program: {error}")))?;
    let mut child = limited(&program)
        .args(std::env::args_os().skip(1))
        .arg("--unguarded")
        .spawn()
        .map_err(|error| problem(format!("can't start the generator: {error}")))?;
    let status = wait(&mut child).map_err(problem)?;
    match status.code() {
        Some(code @ 0..=2) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(2))),
        _ => Err(problem(format!("the generator ended with {status}"))
            .help("select operations with --only to find the one that it fails on")),
    }
}

/// The program, with no more memory than the limit where the system has one.
fn limited(program: &Path) -> Command {
    if !cfg!(unix) {
        return Command::new(program);
    }
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {MEMORY} 2>/dev/null; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(program);
    command
}

fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if start.elapsed() > Duration::from_secs(SECONDS) => {
                // It may have ended by itself just now.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("generation took more than {SECONDS} s"));
            }
            Ok(None) => std::thread::sleep(pause),
            Err(error) => return Err(format!("lost the generator: {error}")),
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

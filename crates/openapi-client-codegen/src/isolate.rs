//! Runs the generation of untrusted documents in a separate process with limits on time and memory.
//! If the process fails, the message names the operation or schema that causes the failure.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;

use crate::generate;
use crate::report::Report;
use crate::search::{Attempts, first_failing};
use crate::subset::{self, Subset};

/// The time limit for a document of up to [`LARGE`] bytes.
const TIME: Duration = Duration::from_secs(40);
/// The time limit per [`LARGE`] bytes of a larger document.
const LARGE_TIME: Duration = Duration::from_secs(120);
const LARGE: u64 = 2 * 1024 * 1024;
/// The time limits of the search for the cause, and of each of its steps.
const SEARCH: Duration = Duration::from_secs(18);
const STEP: Duration = Duration::from_secs(4);
/// The memory limit in KiB.
const MEMORY: u64 = 2 * 1024 * 1024;

/// The reason why a process did not end by itself.
type Crash = String;

/// Runs this program again under the limits, with the same arguments and `flag`. With the flag, the
/// program does the work itself.
pub fn run(spec: &Path, flag: &str) -> Result<ExitCode, Diagnostic> {
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    arguments.push(flag.into());
    let size = fs::metadata(spec).map_or(0, |file| file.len());
    let time = match size {
        0..=LARGE => TIME,
        size => LARGE_TIME.mul_f64(size as f64 / LARGE as f64),
    };
    match attempt(&arguments, time, true) {
        Ok(code) => Ok(ExitCode::from(code)),
        Err(crash) => Err(Diagnostic::new(format!("{}: {crash}", spec.display()))
            .help("select operations with --only to find the one that fails")),
    }
}

/// Does the same as [`run`]. After a failure, searches for its cause. `probe` returns the arguments
/// with which this program processes a part of the document.
pub fn generate(
    spec: &Path,
    corrections: Option<&Path>,
    flag: &str,
    probe: impl Fn(&Subset) -> Vec<OsString>,
) -> Result<ExitCode, Diagnostic> {
    run(spec, flag).map_err(|diagnostic| {
        let source = generate::source(spec, corrections, &mut Report::default());
        let Ok(source) = source else { return diagnostic };
        let Some(pointer) = culprit(&source, probe) else { return diagnostic };
        let what = if pointer.starts_with("/paths") { "operation" } else { "schema" };
        let message = format!("{}; this {what} alone causes it", diagnostic.message);
        source
            .diagnostic(&pointer, message)
            .help("correct it in an overlay, or select other operations with --only")
    })
}

/// Returns the pointer of the operation, or otherwise the schema, that fails on its own.
fn culprit(source: &Document, probe: impl Fn(&Subset) -> Vec<OsString>) -> Option<String> {
    let end = Instant::now() + SEARCH;
    [false, true].into_iter().find_map(|schemas| {
        let all = subset::all(&source.root, schemas);
        let index = first_failing(all.len(), Attempts::InParts, |range| {
            let left = end.saturating_duration_since(Instant::now());
            let arguments = probe(&Subset { schemas, range });
            !left.is_zero() && attempt(&arguments, STEP.min(left), false).is_err()
        })?;
        all.get(index).cloned()
    })
}

/// Runs this program with these arguments. Prints its messages if `prints_messages` is set.
fn attempt(arguments: &[OsString], time: Duration, prints_messages: bool) -> Result<u8, Crash> {
    let program =
        std::env::current_exe().map_err(|error| format!("can't find this program: {error}"))?;
    let mut command = limited(&program);
    command.args(arguments).stderr(Stdio::piped());
    if !prints_messages {
        command.stdin(Stdio::null()).stdout(Stdio::null());
    }
    let mut child =
        command.spawn().map_err(|error| format!("can't start the generator: {error}"))?;
    let messages = child.stderr.take().map(|mut stderr| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // After a read error, the message consists of what has been read.
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    });
    let status = wait(&mut child, time);
    let messages = messages.and_then(|messages| messages.join().ok()).unwrap_or_default();
    match status?.code() {
        Some(code @ 0..=2) => {
            if prints_messages {
                eprint!("{messages}");
            }
            Ok(u8::try_from(code).unwrap_or(2))
        }
        _ => Err(cause(&messages)),
    }
}

/// Determines the cause of a crash from the messages of the process.
fn cause(messages: &str) -> Crash {
    if messages.contains("memory allocation of") {
        return format!("generation took more than {} GiB of memory", MEMORY / 1024 / 1024);
    }
    if messages.contains("overflowed its stack") {
        return "generation overflowed its stack".to_owned();
    }
    let last = messages.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no message");
    format!("the generator aborted: {last}")
}

/// Returns the command that runs the program under the memory limit, if the system supports one.
fn limited(program: &Path) -> Command {
    if !cfg!(unix) {
        return Command::new(program);
    }
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {MEMORY} 2>/dev/null; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(program);
    command
}

fn wait(child: &mut Child, time: Duration) -> Result<ExitStatus, Crash> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if start.elapsed() > time => {
                // Killing fails if the process has just ended by itself, which is harmless.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("generation took more than {} s", time.as_secs()));
            }
            Ok(None) => std::thread::sleep(pause),
            Err(error) => return Err(format!("lost the generator: {error}")),
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_determined_from_the_last_messages() {
        let rows = [
            ("memory allocation of 64 bytes failed\n", "generation took more than 2 GiB of memory"),
            (
                "\nthread 'main' has overflowed its stack\nfatal runtime error: stack overflow",
                "generation overflowed its stack",
            ),
            ("one\ntwo\n\n", "the generator aborted: two"),
        ];
        for (messages, expected) in rows {
            assert_eq!(cause(messages), expected);
        }
    }
}

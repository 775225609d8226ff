//! Reads information about processes from Linux.

use std::fs;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::sight::Sight;

/// Returns the boot and the namespaces of process IDs and clocks. In another namespace, an ID
/// belongs to another process, or the same process has another start time.
pub(super) fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = |name: &str| {
        let link = fs::read_link(format!("/proc/self/ns/{name}")).ok()?;
        Some(link.to_string_lossy().into_owned())
    };
    // Old kernels have one clock for all namespaces.
    let (numbers, clock) = (namespace("pid")?, namespace("time").unwrap_or_default());
    // The mounted /proc may belong to another namespace.
    let own = fs::read_link("/proc/self").ok()?;
    let is_own = own.to_str() == Some(&std::process::id().to_string());
    is_own.then(|| format!("{} {numbers} {clock}", boot.trim()).trim_end().to_owned())
}

/// Looks up a process ID. /proc can hide processes of other users, so a process counts as absent
/// only if no signal reaches it.
pub(super) fn look(pid: u32) -> Sight {
    let Some(number) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return Sight::Unclear;
    };
    if test_kill_process(number) == Err(Errno::SRCH) {
        return Sight::Absent;
    }
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
    stat.and_then(|stat| present(&stat)).unwrap_or(Sight::Unclear)
}

/// Parses the text of `/proc/PID/stat`. The second field is the name of the program in parentheses,
/// which can contain any character.
fn present(stat: &str) -> Option<Sight> {
    const STATE: usize = 3;
    const THREADS: usize = 20;
    const STARTED: usize = 22;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - STATE).copied();
    let is_zombie = matches!(field(STATE)?, "Z" | "X");
    // The first thread can end before the others.
    let threads: u64 = field(THREADS)?.parse().ok()?;
    let started = field(STARTED)?.parse().ok()?;
    Some(Sight::Present { started, has_exited: is_zombie && threads <= 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(name: &str, state: char, threads: u32) -> String {
        format!("7 ({name}) {state} 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 4711 0 0\n")
    }

    #[test]
    fn a_stat_is_read_whatever_the_name_of_the_program() {
        let runs = Some(Sight::Present { started: 4_711, has_exited: false });
        let exited = Some(Sight::Present { started: 4_711, has_exited: true });
        let rows = [
            (stat("waterfall", 'S', 4), runs),
            (stat("a) Z 1 (b", 'R', 1), runs),
            (stat("waterfall", 'Z', 1), exited),
            (stat("its other threads run", 'Z', 2), runs),
            (String::new(), None),
            ("7 (waterfall) S 1".to_owned(), None),
        ];
        for (stat, expected) in rows {
            assert_eq!(present(&stat), expected, "{stat}");
        }
    }
}

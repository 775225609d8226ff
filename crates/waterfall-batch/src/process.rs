//! [`ProcessIdentity`]: identifies a process, so that another process on its machine can detect
//! that it has ended.
//!
//! A lease protects against a worker that may still send. If its process has certainly ended, there
//! is nothing to wait for. That is certain only on the same boot of the same machine and among the
//! same process IDs, if the ID is free or belongs to a process that started at another time. On
//! systems other than Linux, a process is never known to have ended.

#[cfg(target_os = "linux")]
mod linux;
mod sight;

use std::sync::OnceLock;

use self::sight::Sight;

/// A process, distinguished from all other processes with the same ID, past or future.
///
/// The two copies of a virtual machine that was cloned while it ran can't be distinguished: let
/// their workers use separate journals.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessIdentity {
    /// The scope in which the process ID is valid: the boot of the machine, and the namespaces.
    pub machine: String,
    /// When the process started, in ticks of the machine's clock since its boot.
    pub started: u64,
}

impl ProcessIdentity {
    /// Describes a process of this machine that started at this tick.
    pub fn new(machine: impl Into<String>, started: u64) -> Self {
        Self { machine: machine.into(), started }
    }

    /// Returns this process; `None` if the system does not provide the required information.
    pub fn here() -> Option<Self> {
        static HERE: OnceLock<Option<ProcessIdentity>> = OnceLock::new();
        HERE.get_or_init(here).clone()
    }

    /// Returns whether this process, with this ID, is known to have ended.
    pub(crate) fn has_ended(&self, pid: u32) -> bool {
        let here = Self::here();
        self.is_over(here.as_ref().map(|here| &*here.machine), || look(pid))
    }

    /// Like [`has_ended`](Self::has_ended), based on what this machine shows about the ID.
    fn is_over(&self, machine: Option<&str>, look: impl FnOnce() -> Sight) -> bool {
        if machine != Some(&*self.machine) {
            return false;
        }
        match look() {
            Sight::Absent => true,
            Sight::Present { started, has_exited } => has_exited || started != self.started,
            Sight::Unclear => false,
        }
    }
}

#[cfg(target_os = "linux")]
fn here() -> Option<ProcessIdentity> {
    match look(std::process::id()) {
        Sight::Present { started, .. } => Some(ProcessIdentity::new(linux::machine()?, started)),
        Sight::Absent | Sight::Unclear => None,
    }
}

#[cfg(target_os = "linux")]
fn look(pid: u32) -> Sight {
    linux::look(pid)
}

#[cfg(not(target_os = "linux"))]
fn here() -> Option<ProcessIdentity> {
    None
}

#[cfg(not(target_os = "linux"))]
fn look(_: u32) -> Sight {
    Sight::Unclear
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTED: u64 = 4_711;

    #[test]
    fn a_process_has_ended_only_if_that_is_certain() {
        let process = ProcessIdentity::new("boot 1", STARTED);
        let runs = Sight::Present { started: STARTED, has_exited: false };
        let exited = Sight::Present { started: STARTED, has_exited: true };
        let reused = Sight::Present { started: STARTED + 1, has_exited: false };
        let rows = [
            ("it runs", Some("boot 1"), runs, false),
            ("its number is free", Some("boot 1"), Sight::Absent, true),
            ("its number is that of a later process", Some("boot 1"), reused, true),
            ("its parent has not noticed its end", Some("boot 1"), exited, true),
            ("it can't be seen", Some("boot 1"), Sight::Unclear, false),
            ("on a different machine", Some("boot 2"), Sight::Absent, false),
            ("reused on a different machine", Some("boot 2"), reused, false),
            ("this machine is unknown", None, Sight::Absent, false),
        ];
        for (name, machine, sight, expected) in rows {
            assert_eq!(process.is_over(machine, || sight), expected, "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_end_of_a_real_process_is_seen() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let pid = child.id();
        let Sight::Present { started, has_exited: false } = look(pid) else { panic!("{pid}") };
        let here = ProcessIdentity::here().unwrap();
        assert!(!here.has_ended(std::process::id()));
        let process = ProcessIdentity::new(here.machine.clone(), started);
        assert!(!process.has_ended(pid));
        assert!(ProcessIdentity::new(here.machine, started + 1).has_ended(pid));
        child.kill().unwrap();
        // Until its parent waits for the process, its ID is not free.
        while !process.has_ended(pid) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(process.has_ended(pid));
    }
}

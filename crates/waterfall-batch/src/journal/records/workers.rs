//! Workers and their leases.

use jiff::Timestamp;

use crate::id::WorkerId;
use crate::process::ProcessIdentity;

/// A worker to be registered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewWorker {
    /// The name of its machine.
    pub host: String,
    /// The number of its process.
    pub pid: u32,
    /// What tells its process from others with this number, if the system shows that.
    pub process: Option<ProcessIdentity>,
}

impl NewWorker {
    /// A worker in this process.
    pub fn here() -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host.or_else(|| std::env::var("HOSTNAME").ok());
        let host = host.map(|host| host.trim().to_owned()).filter(|host| !host.is_empty());
        let host = host.unwrap_or_else(|| "localhost".to_owned());
        Self { host, pid: std::process::id(), process: ProcessIdentity::here() }
    }
}

/// Whether a lease was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heartbeat {
    /// It was.
    Renewed {
        /// How many workers have a lease now, this one included.
        workers: u32,
    },
    /// It had ended. The process needs a new identity.
    Ended,
}

/// What burying dead workers did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Buried {
    /// How many workers were buried.
    pub workers: u64,
    /// How many rows are in doubt because of it.
    pub doubts: u64,
    /// How many launched jobs have no owner because of it.
    pub released: u64,
}

impl std::ops::AddAssign for Buried {
    fn add_assign(&mut self, other: Self) {
        self.workers += other.workers;
        self.doubts += other.doubts;
        self.released += other.released;
    }
}

/// A worker.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WorkerRecord {
    /// Its id.
    pub id: WorkerId,
    /// The name of its machine.
    pub host: String,
    /// The number of its process.
    pub pid: u32,
    /// What tells its process from others with this number, if that is known.
    pub process: Option<ProcessIdentity>,
    /// When it started.
    pub started_at: Timestamp,
    /// The end of its lease.
    pub until: Timestamp,
    /// Whether its lease has ended and its rows were given to others.
    pub is_buried: bool,
}

impl WorkerRecord {
    /// Whether its process is known to have ended: it ran on this machine and is gone. No request
    /// of it can follow, even if its lease lasts.
    pub fn has_ended(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.has_ended(self.pid))
    }
}

//! Workers and their leases.

use jiff::Timestamp;

use crate::id::WorkerId;
use crate::process::ProcessIdentity;

/// A worker to register.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewWorker {
    /// The name of the machine.
    pub host: String,
    /// The ID of the process.
    pub pid: u32,
    /// Distinguishes the process from others with the same ID, if the system provides the
    /// information.
    pub process: Option<ProcessIdentity>,
}

impl NewWorker {
    /// Describes a worker in this process.
    pub fn here() -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host.or_else(|| std::env::var("HOSTNAME").ok());
        let host = host.map(|host| host.trim().to_owned()).filter(|host| !host.is_empty());
        let host = host.unwrap_or_else(|| "localhost".to_owned());
        Self { host, pid: std::process::id(), process: ProcessIdentity::here() }
    }
}

/// The result of renewing a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heartbeat {
    /// The lease was renewed.
    Renewed {
        /// The number of workers with a current lease, including this one.
        workers: u32,
    },
    /// The lease had ended. The process needs a new identity.
    Ended,
}

/// The result of burying dead workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Buried {
    /// The number of workers that were buried.
    pub workers: u64,
    /// The number of rows that are in doubt as a result.
    pub doubts: u64,
    /// The number of launched jobs that lost their owner as a result.
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
    /// The ID of the worker.
    pub id: WorkerId,
    /// The name of the machine.
    pub host: String,
    /// The ID of the process.
    pub pid: u32,
    /// Distinguishes the process from others with the same ID, if the information is known.
    pub process: Option<ProcessIdentity>,
    /// When it started.
    pub started_at: Timestamp,
    /// The end of the lease.
    pub until: Timestamp,
    /// Whether the worker is marked as dead and its rows were released.
    pub is_buried: bool,
}

impl WorkerRecord {
    /// Returns whether the process is known to have ended: it ran on this machine and no longer
    /// exists. It can't send any further request, even if its lease lasts.
    pub fn has_ended(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.has_ended(self.pid))
    }
}

//! Opens the file of a journal: permissions, settings and migrations.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::sql::{failed, write};
use crate::error::{JournalError, JournalErrorKind};

/// "WFBT", which distinguishes a journal from other databases.
const APPLICATION_ID: i32 = 0x5746_4254;

/// Each migration is run once, in this order.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_tables.sql"),
    include_str!("migrations/0002_processes.sql"),
    include_str!("migrations/0003_rate.sql"),
];

const OPEN: &str = "open its file";

/// The page cache of the connection that writes, in KiB: the pages that an import of some thousand
/// rows changes.
const CACHE_KIB: i32 = 16 * 1024;

/// Opens the connection that writes. Creates a missing file.
pub(super) fn open(path: &Path, busy_timeout: Duration) -> Result<Connection, JournalError> {
    restrict(path)?;
    let mut connection = Connection::open(path).map_err(|error| failed(OPEN, error))?;
    set_up(&mut connection, busy_timeout)?;
    Ok(connection)
}

/// Opens a connection that only reads, in parallel with the one that writes.
pub(super) fn open_reader(path: &Path, busy_timeout: Duration) -> Result<Connection, JournalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(busy_timeout)?;
        Ok(connection)
    };
    open().map_err(|error| failed(OPEN, error))
}

/// Creates the file so that only its owner can read it: it contains personal data.
#[cfg(unix)]
fn restrict(path: &Path) -> Result<(), JournalError> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    let unopened = |error: std::io::Error| {
        let problem = format!("{}: {error}; check the folder and its permissions", path.display());
        JournalError::new(JournalErrorKind::Other, OPEN, problem).because(error)
    };
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(unopened)?;
    let mode = fs::metadata(path).map_err(unopened)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(unopened)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> Result<(), JournalError> {
    Ok(())
}

fn set_up(connection: &mut Connection, busy_timeout: Duration) -> Result<(), JournalError> {
    let read = |connection: &Connection, pragma: &str| -> Result<i64, JournalError> {
        connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
            .map_err(|error| failed(OPEN, error))
    };
    connection.busy_timeout(busy_timeout).map_err(|error| failed(OPEN, error))?;
    let (application, version) =
        (read(connection, "application_id")?, read(connection, "user_version")?);
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| failed(OPEN, error))?;
    if application != i64::from(APPLICATION_ID) && tables > 0 {
        let problem = "its file is another program's database";
        return Err(JournalError::new(JournalErrorKind::Corrupt, OPEN, problem));
    }
    if version > MIGRATIONS.len() as i64 {
        let problem = format!(
            "its tables have version {version}, but this program supports up to {}",
            MIGRATIONS.len()
        );
        return Err(JournalError::new(JournalErrorKind::Unsupported, OPEN, problem));
    }
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|error| failed(OPEN, error))?;
    if !mode.eq_ignore_ascii_case("wal") {
        let problem = "its file system doesn't support a write-ahead log; use a local disk";
        return Err(JournalError::new(JournalErrorKind::Unsupported, OPEN, problem));
    }
    connection
        .pragma_update(None, "cache_size", -CACHE_KIB)
        .map_err(|error| failed(OPEN, error))?;
    set_synchronous(connection, Synchronous::Full)?;
    migrate(connection)
}

/// The time at which a commit is synced to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Synchronous {
    /// Before the commit returns.
    Full,
    /// Together with a later commit.
    Normal,
}

pub(super) fn set_synchronous(
    connection: &Connection,
    synchronous: Synchronous,
) -> Result<(), JournalError> {
    let pragma = match synchronous {
        Synchronous::Full => "PRAGMA synchronous = FULL",
        Synchronous::Normal => "PRAGMA synchronous = NORMAL",
    };
    connection.execute_batch(pragma).map_err(|error| failed("change its settings", error))
}

/// Another process may do the same at this moment, so the version is read under the lock.
fn migrate(connection: &mut Connection) -> Result<(), JournalError> {
    const MIGRATE: &str = "create its tables";
    write(connection, MIGRATE, |transaction| {
        let version: i64 = transaction
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .map_err(|error| failed(MIGRATE, error))?;
        let done = usize::try_from(version).unwrap_or(0);
        for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
            let version = index + 1;
            let script = format!(
                "{migration};\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {version};"
            );
            transaction.execute_batch(&script).map_err(|error| failed(MIGRATE, error))?;
        }
        Ok(())
    })
}

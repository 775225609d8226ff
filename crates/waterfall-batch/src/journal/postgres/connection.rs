//! Connections: their settings, their reuse, and the creation of the tables.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::sql::{commit_failed, failed};
use crate::error::{JournalError, JournalErrorKind};

/// Each migration is run once, in this order.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_tables.sql"),
    include_str!("migrations/0002_processes.sql"),
    include_str!("migrations/0003_rate.sql"),
];

const SCHEMA: &str = "waterfall_batch";

/// The advisory lock by which processes agree who creates the tables: "WFBT".
const MIGRATION_LOCK: i64 = 0x5746_4254;

const OLDEST_SERVER: i32 = 140_000;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum duration of a transaction, after which its connection is closed.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);

/// The maximum number of idle connections that are kept.
const KEPT: usize = 4;

const OPEN: &str = "connect to PostgreSQL";

/// Connections to one database. They are opened on demand, and again after failures.
pub(super) struct Connections {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    idle: Mutex<Vec<Client>>,
}

impl Connections {
    pub(super) fn new(url: &str) -> Result<Arc<Self>, JournalError> {
        // The error may quote the URL, and with it a password.
        let mut config: Config = url.parse().map_err(|_| {
            let problem = "its URL is not of the form postgres://USER:PASSWORD@HOST/DATABASE";
            JournalError::new(JournalErrorKind::Unsupported, OPEN, problem)
        })?;
        config.connect_timeout(CONNECT_TIMEOUT);
        if config.get_application_name().is_none() {
            config.application_name("waterfall-batch");
        }
        let is_remote = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        let tls = match is_remote {
            true => Some(tls()?),
            false => None,
        };
        Ok(Arc::new(Self { config, tls, idle: Mutex::default() }))
    }

    /// Returns a connection for one transaction. [Give it back](Self::give_back) if the transaction
    /// succeeds.
    pub(super) async fn take(&self) -> Result<Client, JournalError> {
        let idle = || self.idle.lock().pop();
        while let Some(client) = idle() {
            if !client.is_closed() {
                return Ok(client);
            }
        }
        match tokio::time::timeout(CONNECT_TIMEOUT * 2, self.connect()).await {
            Ok(connected) => connected,
            Err(_) => {
                let problem = "PostgreSQL did not respond in time";
                Err(JournalError::new(JournalErrorKind::Unavailable, OPEN, problem))
            }
        }
    }

    pub(super) fn give_back(&self, client: Client) {
        let mut idle = self.idle.lock();
        if idle.len() < KEPT {
            idle.push(client);
        }
    }

    async fn connect(&self) -> Result<Client, JournalError> {
        let client = match &self.tls {
            Some(tls) => {
                let connected = self.config.connect(tls.clone()).await;
                let (client, connection) = connected.map_err(not_connected)?;
                tokio::spawn(connection);
                client
            }
            None => {
                let (client, connection) =
                    self.config.connect(NoTls).await.map_err(not_connected)?;
                tokio::spawn(connection);
                client
            }
        };
        // The server's default may be not to sync commits.
        let settings = format!(
            "SET synchronous_commit = on; SET search_path = {SCHEMA}; SET lock_timeout = '10s'; \
             SET statement_timeout = '{}s'; SET idle_in_transaction_session_timeout = '60s'; \
             SET client_min_messages = warning",
            TIMEOUT.as_secs(),
        );
        client.batch_execute(&settings).await.map_err(|error| failed(OPEN, error))?;
        Ok(client)
    }

    /// Checks the server, and creates missing tables.
    pub(super) async fn migrate(&self) -> Result<(), JournalError> {
        const MIGRATE: &str = "create its tables";
        let mut client = self.take().await?;
        let version = client
            .query_one("SELECT current_setting('server_version_num')::integer", &[])
            .await
            .map_err(|error| failed(MIGRATE, error))?;
        let version: i32 = version.get(0);
        if version < OLDEST_SERVER {
            let problem =
                format!("the server has version {}, but 14 or later is required", version / 10_000);
            return Err(JournalError::new(JournalErrorKind::Unsupported, MIGRATE, problem));
        }
        let migrate = async {
            let transaction = client.transaction().await?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).await?;
            let tables = format!(
                "CREATE SCHEMA IF NOT EXISTS {SCHEMA}; \
                 CREATE TABLE IF NOT EXISTS version (version integer NOT NULL)"
            );
            let is_there = transaction.query_one("SELECT to_regclass('version') IS NOT NULL", &[]);
            if !is_there.await?.get::<_, bool>(0) {
                transaction.batch_execute(&tables).await?;
            }
            let found = transaction.query_one("SELECT coalesce(max(version), 0) FROM version", &[]);
            let version: i32 = found.await?.get(0);
            let done = usize::try_from(version).unwrap_or(0);
            for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
                transaction.batch_execute(migration).await?;
                let version = index as i32 + 1;
                transaction.execute("INSERT INTO version VALUES ($1)", &[&version]).await?;
            }
            Ok((transaction, done))
        };
        let (transaction, done) = migrate.await.map_err(|error| failed(MIGRATE, error))?;
        if done > MIGRATIONS.len() {
            let problem = format!(
                "its tables have version {done}, but this program supports up to {}",
                MIGRATIONS.len()
            );
            return Err(JournalError::new(JournalErrorKind::Unsupported, MIGRATE, problem));
        }
        transaction.commit().await.map_err(|error| commit_failed(MIGRATE, error))?;
        self.give_back(client);
        Ok(())
    }
}

/// Certificates are always verified, against those that the system trusts or those in
/// `SSL_CERT_FILE`.
fn tls() -> Result<MakeRustlsConnect, JournalError> {
    let unsupported = |error: rustls::Error| {
        let problem = format!("TLS can't be set up: {error}");
        JournalError::new(JournalErrorKind::Unsupported, OPEN, problem).because(error)
    };
    ClientConfig::with_platform_verifier().map(MakeRustlsConnect::new).map_err(unsupported)
}

fn not_connected(error: tokio_postgres::Error) -> JournalError {
    if error.code().is_some() {
        return failed(OPEN, error);
    }
    let mut problem = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        problem = cause.to_string();
        source = cause.source();
    }
    JournalError::new(JournalErrorKind::Unavailable, OPEN, problem).because(error)
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections")
            .field("hosts", &self.config.get_hosts())
            .field("database", &self.config.get_dbname())
            .field("has_tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

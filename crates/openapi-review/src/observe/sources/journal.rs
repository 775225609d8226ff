//! Reads journals: databases with a row for each response.

use crate::observe::sources::problem::ReadProblem;

/// Called with the kind of job, the status and the body of each response.
pub(super) type Each<'a> = dyn FnMut(&str, u16, &[u8]) -> Result<(), ReadProblem> + 'a;

#[cfg(not(feature = "journals"))]
mod readers {
    use super::{Each, ReadProblem};

    pub(crate) fn sqlite(_: &str, _: &str, _: &mut Each<'_>) -> Result<(), ReadProblem> {
        Err(ReadProblem::NoJournals)
    }

    pub(crate) fn postgres(_: &str, _: &str, _: &mut Each<'_>) -> Result<(), ReadProblem> {
        Err(ReadProblem::NoJournals)
    }
}

#[cfg(feature = "journals")]
mod readers {
    use std::future::poll_fn;
    use std::pin::pin;

    use futures_core::Stream;
    use rusqlite::{Connection, OpenFlags};
    use rustls::ClientConfig;
    use rustls_platform_verifier::ConfigVerifierExt;
    use tokio_postgres::config::{Config, Host};
    use tokio_postgres::types::ToSql;
    use tokio_postgres::{Client, NoTls};
    use tokio_postgres_rustls::MakeRustlsConnect;

    use super::{Each, ReadProblem};

    fn status(status: i64) -> u16 {
        u16::try_from(status).unwrap_or_default()
    }

    fn failed(error: rusqlite::Error) -> ReadProblem {
        ReadProblem::Journal(error.to_string())
    }

    /// A process may be writing to the file at the same time.
    pub(crate) fn sqlite(path: &str, query: &str, each: &mut Each<'_>) -> Result<(), ReadProblem> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = Connection::open_with_flags(path, flags).map_err(failed)?;
        let mut statement = file.prepare(query).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let kind: String = row.get(0).map_err(failed)?;
            let body = row.get_ref(2).map_err(failed)?;
            let body = body.as_bytes().map_err(|error| ReadProblem::Journal(error.to_string()))?;
            each(&kind, status(row.get(1).map_err(failed)?), body)?;
        }
        Ok(())
    }

    pub(crate) fn postgres(url: &str, query: &str, each: &mut Each<'_>) -> Result<(), ReadProblem> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let client = connect(url).await?;
            let none: [&(dyn ToSql + Sync); 0] = [];
            // Rows are fetched on demand.
            let rows = client.query_raw(query, none).await.map_err(refused)?;
            let mut rows = pin!(rows);
            while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
                let row = row.map_err(refused)?;
                let code: i32 = row.try_get(1).map_err(refused)?;
                let kind: &str = row.try_get(0).map_err(refused)?;
                each(kind, status(code.into()), row.try_get(2).map_err(refused)?)?;
            }
            Ok(())
        })
    }

    /// Connects to a remote server with TLS, if it offers TLS.
    async fn connect(url: &str) -> Result<Client, ReadProblem> {
        // The error may quote the address, which may contain a password.
        let form = "its address is not of the form postgres://USER:PASSWORD@HOST/DATABASE";
        let config: Config = url.parse().map_err(|_| ReadProblem::Journal(form.to_owned()))?;
        let is_remote = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        if is_remote {
            let tls = ClientConfig::with_platform_verifier()
                .map_err(|error| ReadProblem::Journal(format!("TLS can't be set up: {error}")))?;
            let connected = config.connect(MakeRustlsConnect::new(tls)).await;
            let (client, connection) = connected.map_err(refused)?;
            tokio::spawn(connection);
            return Ok(client);
        }
        let (client, connection) = config.connect(NoTls).await.map_err(refused)?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Returns the innermost cause, which is the most specific and contains nothing of the rows.
    fn refused(error: tokio_postgres::Error) -> ReadProblem {
        let mut problem = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            problem = cause.to_string();
            source = cause.source();
        }
        ReadProblem::Journal(problem)
    }
}

pub(super) use self::readers::{postgres, sqlite};

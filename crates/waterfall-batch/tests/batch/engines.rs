//! The journals on which every test runs.

use std::sync::Arc;

use tempfile::TempDir;
use waterfall::Clock;
use waterfall_batch::{
    DEFAULT_BUSY_TIMEOUT, Journal, MemoryJournal, PostgresJournal, SqliteJournal,
};

use crate::postgres_server::PostgresServer;

/// A separate journal for one test.
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    pub(crate) journal: Arc<dyn Journal>,
    _folder: Option<TempDir>,
}

impl Engine {
    pub(crate) fn memory() -> Self {
        Self { name: "memory", journal: Arc::new(MemoryJournal::new()), _folder: None }
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(folder.path().join("batch.journal")).await.unwrap();
        Self { name: "sqlite", journal: Arc::new(journal), _folder: Some(folder) }
    }
}

impl Engine {
    /// Journals on tokio's clock.
    pub(crate) fn virtual_memory() -> Self {
        let journal = MemoryJournal::with_clock(Clock::tokio());
        Self { name: "memory", journal: Arc::new(journal), _folder: None }
    }

    pub(crate) async fn virtual_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("batch.journal");
        let journal = SqliteJournal::open_with(path, DEFAULT_BUSY_TIMEOUT, Clock::tokio());
        let journal = Arc::new(journal.await.unwrap());
        Self { name: "sqlite", journal, _folder: Some(folder) }
    }
}

impl Engine {
    /// Returns a journal in a separate database.
    pub(crate) async fn postgres(server: &PostgresServer, database: &str) -> Self {
        let journal = PostgresJournal::open(&server.database(database)).await.unwrap();
        Self { name: "postgres", journal: Arc::new(journal), _folder: None }
    }
}

/// Defines a module of tests for each journal, from async functions that take an [`Engine`].
macro_rules! on_every_engine {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case(crate::engines::Engine::memory()).await;
                }
            )*
        }

        mod sqlite {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case(crate::engines::Engine::sqlite().await).await;
                }
            )*
        }

        /// On one server, because starting it takes a second.
        #[tokio::test]
        async fn postgres() {
            let Some(server) = crate::postgres_server::PostgresServer::start() else { return };
            $(
                let name = stringify!($case);
                eprintln!("{name}");
                let database = &name[..name.len().min(60)];
                $case(crate::engines::Engine::postgres(&server, database).await).await;
            )*
        }
    };
}

/// Like the macro above, on tokio's paused clock, for journals that need no network.
macro_rules! on_every_engine_in_virtual_time {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(
                #[tokio::test(start_paused = true)]
                async fn $case() {
                    super::$case(crate::engines::Engine::virtual_memory()).await;
                }
            )*
        }

        mod sqlite {
            $(
                #[tokio::test(start_paused = true)]
                async fn $case() {
                    super::$case(crate::engines::Engine::virtual_sqlite().await).await;
                }
            )*
        }
    };
}

pub(crate) use {on_every_engine, on_every_engine_in_virtual_time};

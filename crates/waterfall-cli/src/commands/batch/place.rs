//! The location of a journal, and the name of a batch in the journal.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use waterfall::Client;
use waterfall_batch::{
    Batch, BatchKind, BatchOptions, BatchRecord, Journal, PostgresJournal, SqliteJournal,
};

use super::account::ApiAccount;
use super::kind::of_stored_name;
use super::settings::Settings;
use crate::args::batch::Which;
use crate::args::batch_kind::Kind;
use crate::failure::Failure;

/// Advice if the journal of an output belongs to another batch.
pub(super) const OTHER_OUTPUT: &str = "Start another batch with another output: -o other.csv";

/// The suffix of a journal's name next to an output.
const EXTENSION: &str = ".journal";

/// The location of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    File(PathBuf),
    Postgres(String),
}

/// An existing batch, and its journal.
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) record: BatchRecord,
    pub(super) kind: Kind,
}

/// An existing batch, opened for status and decisions. It can't be run.
pub(super) struct Existing<K: BatchKind> {
    pub(super) place: Place,
    pub(super) batch: Batch<K>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) kind: Kind,
    pub(super) settings: Settings,
}

impl Place {
    /// Returns the given journal, or the one next to an output.
    pub(super) fn new(given: Option<&str>, output: &Path) -> Self {
        match given {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Self::Postgres(url.to_owned())
            }
            Some(path) => Self::File(path.into()),
            None => Self::File(beside(output)),
        }
    }

    /// Opens the journal. Creates a missing file.
    pub(super) async fn open(&self) -> Result<Arc<dyn Journal>, Failure> {
        Ok(match self {
            Self::File(path) => Arc::new(SqliteJournal::open(path).await?),
            Self::Postgres(url) => Arc::new(PostgresJournal::open(url).await?),
        })
    }

    /// Deletes the file of a journal.
    pub(super) fn delete(&self) {
        if let Self::File(path) = self {
            for end in ["", "-wal", "-shm"] {
                let mut name = path.clone().into_os_string();
                name.push(end);
                let _ = fs::remove_file(name);
            }
        }
    }
}

fn beside(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(EXTENSION);
    name.into()
}

/// Returns the name of a batch, unless a name is given.
pub(super) fn default_name(output: &Path) -> String {
    output.file_name().unwrap_or(output.as_os_str()).to_string_lossy().into_owned()
}

/// Finds an existing batch.
pub(super) async fn find(which: &Which) -> Result<Found, Failure> {
    let place = named(which)?;
    if let Place::File(path) = &place
        && !path.exists()
    {
        return Err(Failure::Config {
            what: format!("there is no journal {}", path.display()),
            hint: "Name the output of `batch run`, or its --journal.",
        });
    }
    let journal = place.open().await?;
    let record = choose(journal.batches().await?, which)?;
    let kind = kind(&record)?;
    Ok(Found { place, journal, record, kind })
}

impl Found {
    /// Opens the batch. Some decisions compare the counters of the account that pays for its
    /// launches.
    pub(super) async fn open<K: BatchKind>(
        self,
        account: Option<ApiAccount>,
    ) -> Result<Existing<K>, Failure> {
        let Self { place, journal, record, kind } = self;
        let settings = settings(&record)?;
        // These commands send no requests, so no key is needed.
        let client = Client::builder().api_key("not-sent").build()?;
        let mut options = BatchOptions::new(record.name);
        if let Some(account) = account {
            options = options.account(account);
        }
        let batch = Batch::open_shared(client, journal.clone(), options).await?;
        Ok(Existing { place, batch, journal, kind, settings })
    }
}

/// Returns the kind of the jobs of a batch.
fn kind(record: &BatchRecord) -> Result<Kind, Failure> {
    of_stored_name(&record.kind).ok_or_else(|| Failure::Config {
        what: format!("the batch `{}` is of another kind, {}", record.name, record.kind),
        hint: "Choose another --name or --journal, or a newer version of this program.",
    })
}

/// Returns the kind of the batch that a run would continue, or `None` for a new batch.
pub(super) async fn kind_of_run(place: &Place, name: &str) -> Result<Option<Kind>, Failure> {
    if matches!(place, Place::File(path) if !path.exists()) {
        return Ok(None);
    }
    let batches = place.open().await?.batches().await?;
    batches.iter().find(|batch| batch.name == name).map(kind).transpose()
}

/// Returns the metadata of a batch in the journal.
pub(super) fn settings(record: &BatchRecord) -> Result<Settings, Failure> {
    serde_json::from_str(&record.settings).map_err(|error| Failure::Config {
        what: format!("the batch `{}` was not created by `batch run`: {error}", record.name),
        hint: "Choose another --name or --journal.",
    })
}

fn named(which: &Which) -> Result<Place, Failure> {
    let output = match (&which.output, &which.journal) {
        (Some(path), None) if path.to_string_lossy().ends_with(EXTENSION) => {
            return Ok(Place::File(path.clone()));
        }
        (Some(path), given) => return Ok(Place::new(given.as_deref(), path)),
        (None, Some(given)) => return Ok(Place::new(Some(given), Path::new(""))),
        (None, None) => fs::read_dir(".").map_err(|error| {
            Failure::system("the journals in this directory could not be listed", error)
        })?,
    };
    let names = output.filter_map(|entry| Some(entry.ok()?.file_name().into()));
    let journals: Vec<PathBuf> =
        names.filter(|name: &PathBuf| name.to_string_lossy().ends_with(EXTENSION)).collect();
    match &journals[..] {
        [journal] => Ok(Place::File(journal.clone())),
        journals => Err(Failure::Config {
            what: format!("there are {} journals in this directory", journals.len()),
            hint: "Name the output of the batch: waterfall batch status enriched.csv",
        }),
    }
}

fn choose(batches: Vec<BatchRecord>, which: &Which) -> Result<BatchRecord, Failure> {
    let names: Vec<String> = batches.iter().map(|batch| format!("`{}`", batch.name)).collect();
    let wanted = which.name.clone().or_else(|| Some(default_name(which.output.as_deref()?)));
    let is_only = batches.len() == 1 && which.name.is_none();
    let found = batches.into_iter().find(|batch| is_only || Some(&batch.name) == wanted.as_ref());
    found.ok_or_else(|| Failure::Config {
        what: match names.is_empty() {
            true => "there is no batch in the journal".to_owned(),
            false => format!("choose a batch of the journal with --name: {}", names.join(", ")),
        },
        hint: "`waterfall batch run` starts a batch.",
    })
}

//! [`State`]: learned job durations, stored between runs of the program.
//!
//! There is one small file per host of a base URL. It contains only durations: no key, no job IDs,
//! no personal data.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use tempfile::NamedTempFile;
use waterfall::api::JobKind as _;
use waterfall::{Client, ClientBuilder, DurationHistory};

use crate::known_kind::for_each_kind;

/// The directory of the files, below the user's state directory.
const DIRECTORY: [&str; 2] = ["waterfall", "job-times"];

/// The maximum length of a file. The program never writes a larger file, so a larger one is
/// ignored.
const MAX_FILE: u64 = 1024 * 1024;

/// The content of a file: the durations of each kind of jobs, by its name.
type Histories = BTreeMap<String, DurationHistory>;

/// The file for one host, and its content.
#[derive(Debug)]
pub(crate) struct State {
    path: PathBuf,
    loaded: Histories,
}

impl State {
    /// Opens the file for a host. `None` if the user has no state directory.
    pub(crate) fn open(host: &str) -> Option<Self> {
        let strategy = etcetera::choose_base_strategy().ok()?;
        let directory = strategy.state_dir().unwrap_or_else(|| strategy.cache_dir());
        Some(Self::open_in(&directory, host))
    }

    fn open_in(directory: &Path, host: &str) -> Self {
        let [program, kind] = DIRECTORY;
        let path = directory.join(program).join(kind).join(file_name(host));
        let loaded = load(&path).unwrap_or_else(|why| {
            tracing::debug!(
                name: "waterfall.state.ignored",
                target: "waterfall",
                path = %path.display(),
                why,
            );
            Histories::new()
        });
        Self { path, loaded }
    }

    /// Adds the durations that earlier runs learned.
    pub(crate) fn restore(&self, mut builder: ClientBuilder) -> ClientBuilder {
        for_each_kind!(Kind => if let Some(history) = self.loaded.get(Kind::NAME) {
            builder = builder.duration_history::<Kind>(history.clone());
        });
        builder
    }

    /// Stores the durations that a client has learned.
    pub(crate) fn save(&self, client: &Client) {
        let mut histories = Histories::new();
        for_each_kind!(Kind => {
            histories.insert(Kind::NAME.to_owned(), client.duration_history::<Kind>());
        });
        self.save_histories(histories);
    }

    /// Stores the histories that have changed. If several runs end at the same time, each kind has
    /// the history of one of them.
    fn save_histories(&self, histories: Histories) {
        let is_new = |kind: &String, history: &DurationHistory| match self.loaded.get(kind) {
            Some(loaded) => history != loaded,
            None => !history.is_empty(),
        };
        let changed: Histories =
            histories.into_iter().filter(|(kind, history)| is_new(kind, history)).collect();
        if changed.is_empty() {
            return;
        }
        // Another run may have stored the histories of other kinds.
        let mut all = load(&self.path).unwrap_or_default();
        all.extend(changed);
        if let Err(error) = write(&self.path, &all) {
            tracing::debug!(
                name: "waterfall.state.not_saved",
                target: "waterfall",
                path = %self.path.display(),
                why = error.to_string(),
            );
        }
    }
}

/// Returns the name of a host's file. A host consists of letters, digits, dots and hyphens, or is
/// an address in brackets.
fn file_name(host: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' };
    let host: String = host.to_ascii_lowercase().chars().map(safe).collect();
    format!("{host}.json")
}

/// Reads a file. A missing one counts as empty.
fn load(path: &Path) -> Result<Histories, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Histories::new());
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut text = String::new();
    file.take(MAX_FILE).read_to_string(&mut text).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// Replaces a file atomically. Only its owner can read it.
fn write(path: &Path, histories: &Histories) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    create(directory)?;
    let mut file = NamedTempFile::new_in(directory)?;
    let text = serde_json::to_vec(histories)?;
    file.write_all(&text)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn create(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "phone_enrichment";

    fn history(jobs: u32) -> DurationHistory {
        let jobs: Vec<(f64, f64)> = (1..=jobs).map(|n| (f64::from(n), f64::from(n))).collect();
        let saved = serde_json::json!({ "version": 1, "delay": 0.0, "jobs": jobs });
        serde_json::from_value(saved).unwrap()
    }

    fn learned(jobs: u32) -> Histories {
        Histories::from([(KIND.to_owned(), history(jobs))])
    }

    #[test]
    fn saved_histories_are_restored_for_their_host_only() {
        let place = tempfile::tempdir().unwrap();
        let state = State::open_in(place.path(), "api.example.com");
        assert!(state.loaded.is_empty());
        state.save_histories(learned(3));
        assert_eq!(State::open_in(place.path(), "API.example.com").loaded, learned(3));
        assert!(State::open_in(place.path(), "[::1]").loaded.is_empty());
    }

    #[test]
    fn each_kind_has_its_own_history() {
        let place = tempfile::tempdir().unwrap();
        let state = State::open_in(place.path(), "a.example");
        state.save_histories(learned(3));
        // Another run started at the same time and learned about another kind.
        let other = Histories::from([
            ("contact_enrichment".to_owned(), history(2)),
            (KIND.to_owned(), DurationHistory::new()),
        ]);
        state.save_histories(other);
        let all = State::open_in(place.path(), "a.example").loaded;
        assert_eq!(
            (all.len(), &all[KIND], &all["contact_enrichment"]),
            (2, &history(3), &history(2))
        );
    }

    #[test]
    fn a_client_has_the_histories_and_adds_to_them() {
        let place = tempfile::tempdir().unwrap();
        State::open_in(place.path(), "a.example").save_histories(learned(3));
        let state = State::open_in(place.path(), "a.example");
        let sandbox = waterfall_sandbox::Sandbox::builder().build();
        let builder = Client::builder().api_key("test").transport(sandbox.transport());
        let client = state.restore(builder).build().unwrap();
        let phones = client.duration_history::<waterfall::PhoneEnrichment>();
        assert_eq!(phones.len(), history(3).len());
        assert!(client.duration_history::<waterfall::ContactEnrichment>().is_empty());
        state.save(&client);
        let all = State::open_in(place.path(), "a.example").loaded;
        assert_eq!(all.keys().collect::<Vec<_>>(), [KIND]);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone_and_nothing_else_is_left() {
        use std::os::unix::fs::PermissionsExt;

        let place = tempfile::tempdir().unwrap();
        let state = State::open_in(place.path(), "[::1]");
        state.save_histories(learned(1));
        state.save_histories(learned(2));
        let directory = state.path.parent().unwrap();
        let names: Vec<_> = fs::read_dir(directory).unwrap().map(|it| it.unwrap()).collect();
        assert_eq!(names.len(), 1, "{names:?}");
        assert_eq!(names[0].file_name(), "___1_.json");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&state.path), mode(directory)), (0o600, 0o700));
    }

    #[test]
    fn nothing_new_is_not_written() {
        let place = tempfile::tempdir().unwrap();
        let state = State::open_in(place.path(), "a.example");
        state.save_histories(Histories::new());
        let nothing = Histories::from([(KIND.to_owned(), DurationHistory::new())]);
        state.save_histories(nothing);
        assert!(!state.path.exists());
    }

    #[test]
    fn a_damaged_file_counts_as_none_and_is_replaced() {
        let place = tempfile::tempdir().unwrap();
        State::open_in(place.path(), "a.example").save_histories(learned(2));
        let path = State::open_in(place.path(), "a.example").path;
        let whole = fs::read_to_string(&path).unwrap();
        let damaged =
            ["", "{", &whole[..whole.len() / 2], "null", "\u{0}", &whole.replace("1.0", "-1.0")];
        for text in damaged {
            fs::write(&path, text).unwrap();
            let state = State::open_in(place.path(), "a.example");
            assert!(state.loaded.is_empty(), "{text}");
            state.save_histories(learned(1));
            assert_eq!(State::open_in(place.path(), "a.example").loaded, learned(1), "{text}");
        }
    }

    /// A reader sees one complete write, never a mixture of two.
    #[test]
    fn runs_at_the_same_time_do_not_damage_it() {
        let place = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for jobs in 1..=4 {
                let place = place.path();
                scope.spawn(move || {
                    for _ in 0..50 {
                        let state =
                            State { loaded: Histories::new(), ..State::open_in(place, "a") };
                        state.save_histories(learned(jobs * 90));
                        let read = load(&state.path).unwrap();
                        assert_eq!(read, learned(read[KIND].len() as u32));
                    }
                });
            }
        });
    }
}

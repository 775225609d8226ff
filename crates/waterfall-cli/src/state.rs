//! Learned job times, kept between runs of the program.
//!
//! One small file for each host of a base URL, with times and nothing else: no key, no job,
//! no person.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use waterfall::DurationHistory;

/// Where the files are, under the directory for state.
const DIRECTORY: [&str; 2] = ["waterfall", "job-times"];

/// The program never writes a longer file, so a longer one is ignored.
const LONGEST_FILE: u64 = 1024 * 1024;

/// What a file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Saved {
    contact_enrichment: DurationHistory,
}

/// The file for one host, and what was in it.
#[derive(Debug)]
pub(crate) struct State {
    path: PathBuf,
    loaded: DurationHistory,
}

impl State {
    /// What was learned before about this host. `None` if there is no place to keep it.
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
            DurationHistory::new()
        });
        Self { path, loaded }
    }

    pub(crate) fn times(&self) -> DurationHistory {
        self.loaded.clone()
    }

    /// Keeps what is known now, if that is more than before. Of runs that end at the same
    /// time, the last one's file stays, and it is whole.
    pub(crate) fn save(&self, times: &DurationHistory) {
        if *times == self.loaded {
            return;
        }
        if let Err(error) = write(&self.path, times) {
            tracing::debug!(
                name: "waterfall.state.not_saved",
                target: "waterfall",
                path = %self.path.display(),
                why = error.to_string(),
            );
        }
    }
}

/// A host's file. A host is letters, digits, dots and hyphens, or an address in brackets.
fn file_name(host: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' };
    let host: String = host.to_ascii_lowercase().chars().map(safe).collect();
    format!("{host}.json")
}

/// No file is nothing learned.
fn load(path: &Path) -> Result<DurationHistory, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(DurationHistory::new());
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut text = String::new();
    file.take(LONGEST_FILE).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let saved: Saved = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(saved.contact_enrichment)
}

/// A file that was begun never has the name of one that is whole. It is for its owner alone.
fn write(path: &Path, times: &DurationHistory) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    create(directory)?;
    let mut file = NamedTempFile::new_in(directory)?;
    let text = serde_json::to_vec(&Saved { contact_enrichment: times.clone() })?;
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

    fn learned(jobs: u32) -> DurationHistory {
        let jobs: Vec<(f64, f64)> = (1..=jobs).map(|n| (f64::from(n), f64::from(n))).collect();
        let saved = serde_json::json!({ "version": 1, "delay": 0.0, "jobs": jobs });
        serde_json::from_value(saved).unwrap()
    }

    #[test]
    fn what_is_saved_is_there_again_and_for_its_host_alone() {
        let place = tempfile::tempdir().unwrap();
        let state = State::open_in(place.path(), "api.example.com");
        assert!(state.times().is_empty());
        state.save(&learned(3));
        assert_eq!(State::open_in(place.path(), "API.example.com").times(), learned(3));
        assert!(State::open_in(place.path(), "[::1]").times().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone_and_nothing_else_is_left() {
        use std::os::unix::fs::PermissionsExt;

        let place = tempfile::tempdir().unwrap();
        let state = State::open_in(place.path(), "[::1]");
        state.save(&learned(1));
        state.save(&learned(2));
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
        state.save(&DurationHistory::new());
        assert!(!state.path.exists());
    }

    #[test]
    fn a_damaged_file_counts_as_none_and_is_replaced() {
        let place = tempfile::tempdir().unwrap();
        State::open_in(place.path(), "a.example").save(&learned(2));
        let path = State::open_in(place.path(), "a.example").path;
        let whole = fs::read_to_string(&path).unwrap();
        let damaged =
            ["", "{", &whole[..whole.len() / 2], "null", "\u{0}", &whole.replace("1.0", "-1.0")];
        for text in damaged {
            fs::write(&path, text).unwrap();
            let state = State::open_in(place.path(), "a.example");
            assert!(state.times().is_empty(), "{text}");
            state.save(&learned(1));
            assert_eq!(State::open_in(place.path(), "a.example").times(), learned(1), "{text}");
        }
    }

    /// A reader sees the whole of one write, never a mixture of two.
    #[test]
    fn runs_at_the_same_time_do_not_damage_it() {
        let place = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for jobs in 1..=4 {
                let place = place.path();
                scope.spawn(move || {
                    for _ in 0..50 {
                        let state =
                            State { loaded: DurationHistory::new(), ..State::open_in(place, "a") };
                        state.save(&learned(jobs * 90));
                        let read = load(&state.path).unwrap();
                        assert_eq!(read, learned(read.len() as u32));
                    }
                });
            }
        });
    }
}

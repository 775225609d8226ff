//! Writes several files atomically: all or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The path of a file, relative to the root, and its text; `None` removes the file.
pub type File = (String, Option<String>);

/// Writes all files to temporary files first, then renames them. If a rename fails, the previous
/// renames are reverted.
pub fn write(root: &Path, files: &[File]) -> io::Result<()> {
    let mut beside = Vec::new();
    let outcome = prepare(root, files, &mut beside).and_then(|()| move_all(root, files));
    for path in beside {
        // The temporary file no longer exists if the write succeeded.
        let _ = fs::remove_file(path);
    }
    outcome
}

fn prepare(root: &Path, files: &[File], beside: &mut Vec<PathBuf>) -> io::Result<()> {
    for (path, text) in files {
        let path = root.join(path);
        // A folder can't be replaced by a file.
        if path.is_dir() {
            return Err(io::Error::other(format!("{} is a folder", path.display())));
        }
        let Some(text) = text else { continue };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = temporary(&path);
        beside.push(new.clone());
        fs::write(new, text)?;
    }
    Ok(())
}

fn move_all(root: &Path, files: &[File]) -> io::Result<()> {
    let mut done: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    for (path, text) in files {
        let path = root.join(path);
        let old = fs::read(&path).ok();
        let moved = match text {
            Some(_) => fs::rename(temporary(&path), &path),
            None => fs::remove_file(&path),
        };
        if let Err(error) = moved {
            for (path, old) in done {
                // The first error is reported, so this one is ignored.
                let _ = old.map_or_else(|| fs::remove_file(&path), |old| fs::write(&path, old));
            }
            return Err(error);
        }
        done.push((path, old));
    }
    Ok(())
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_changes_nothing() {
        let root = std::env::temp_dir().join(format!("xtask-write-{}", std::process::id()));
        fs::create_dir_all(root.join("b")).unwrap();
        fs::write(root.join("a"), "old").unwrap();
        fs::write(root.join("c"), "old").unwrap();
        let file = |path: &str, text: Option<&str>| (path.to_owned(), text.map(str::to_owned));
        let names = || {
            let mut names: Vec<_> =
                fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let given = names();
        // The last file can't be written: a folder has its name, or it should be removed but does
        // not exist.
        for last in [file("b", Some("new")), file("d", None)] {
            let files = [file("a", Some("new")), file("c", None), last];
            assert!(write(&root, &files).is_err());
            assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "old");
            assert_eq!(names(), given);
        }
        let files = [file("a", Some("new")), file("c", None), file("e/f", Some("new"))];
        write(&root, &files).unwrap();
        assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "new");
        assert_eq!(fs::read_to_string(root.join("e/f")).unwrap(), "new");
        assert!(!root.join("c").exists());
        fs::remove_dir_all(root).unwrap();
    }
}

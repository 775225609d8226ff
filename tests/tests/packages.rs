//! The publishable crates can be packaged, and their packages contain exactly what users need.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The settings of every command: the working tree, without a network.
const OPTIONS: [&str; 3] = ["--allow-dirty", "--offline", "--quiet"];

/// Returns the output of a cargo command that must succeed.
fn cargo(command: &str, args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .arg(command)
        .args(args)
        .current_dir(waterfall_tests::top())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo {command} {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the manifests of all crates of the workspace, with inherited values.
fn manifests() -> Vec<Value> {
    let args = ["--no-deps", "--offline", "--format-version", "1"];
    let metadata: Value = serde_json::from_str(&cargo("metadata", &args)).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Returns the manifests of the crates that can be published.
fn publishable() -> Vec<Value> {
    manifests().into_iter().filter(|manifest| manifest["publish"].is_null()).collect()
}

fn name(manifest: &Value) -> &str {
    manifest["name"].as_str().unwrap()
}

/// Returns the folder of a crate.
fn folder(manifest: &Value) -> &Path {
    Path::new(manifest["manifest_path"].as_str().unwrap()).parent().unwrap()
}

/// Returns the files of a package, as `cargo package` lists them.
fn files_of(name: &str) -> BTreeSet<String> {
    let args = [&["--list", "-p", name], &OPTIONS[..]].concat();
    cargo("package", &args).lines().map(|line| line.replace('\\', "/")).collect()
}

#[test]
fn crates_can_be_published_and_tools_cannot() {
    let crates = waterfall_tests::top().join("crates").canonicalize().unwrap();
    for manifest in manifests() {
        let is_crate = folder(&manifest).canonicalize().unwrap().starts_with(&crates);
        assert_eq!(is_crate, manifest["publish"].is_null(), "{}", name(&manifest));
    }
    assert!(publishable().len() >= 9);
}

#[test]
fn every_crate_is_packaged() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    let _ = fs::remove_dir_all(&target);
    let target_arg = target.to_str().unwrap();
    let names = publishable();
    let mut args = vec!["--no-verify", "--target-dir", target_arg];
    args.extend(OPTIONS);
    // All at once: each is resolved against the packages of the others.
    args.extend(names.iter().flat_map(|manifest| ["-p", name(manifest)]));
    cargo("package", &args);
    for manifest in &names {
        let version = manifest["version"].as_str().unwrap();
        let package = target.join("package").join(format!("{}-{version}.crate", name(manifest)));
        assert!(package.metadata().is_ok_and(|file| file.len() > 1_000), "{}", package.display());
    }
}

#[test]
fn manifests_have_the_metadata_of_a_registry() {
    for manifest in publishable() {
        let name = name(&manifest);
        let text = |key: &str| manifest[key].as_str().unwrap_or_default();
        assert!(!text("description").is_empty() && !text("description").ends_with('.'), "{name}");
        assert_eq!(text("license"), "MIT OR Apache-2.0", "{name}");
        assert!(!text("rust_version").is_empty(), "{name}");
        // The registry accepts at most five of each.
        for key in ["keywords", "categories"] {
            let count = manifest[key].as_array().unwrap().len();
            assert!((1..=5).contains(&count), "{name}: {count} {key}");
        }
        let readme = folder(&manifest).join(text("readme"));
        assert!(readme.is_file(), "{name}: {}", readme.display());
        let targets = manifest["targets"].as_array().unwrap();
        let is_library = |target: &Value| target["kind"][0] == "lib";
        if targets.iter().any(is_library) {
            let all_features = &manifest["metadata"]["docs"]["rs"]["all-features"];
            assert_eq!(all_features, true, "{name}: docs.rs shows the default features only");
            assert_eq!(text("documentation"), format!("https://docs.rs/{name}"));
        }
    }
}

#[test]
fn dependencies_within_the_workspace_have_the_version_of_the_crate() {
    let manifests = publishable();
    for manifest in &manifests {
        for dependency in manifest["dependencies"].as_array().unwrap() {
            let target = manifests.iter().find(|other| other["name"] == dependency["name"]);
            let (Some(target), Some(_)) = (target, dependency["path"].as_str()) else { continue };
            // A crate's dependency on itself enables features for tests; packages omit it.
            if dependency["kind"] == "dev" && target["name"] == manifest["name"] {
                continue;
            }
            let required = format!("^{}", target["version"].as_str().unwrap());
            assert_eq!(dependency["req"], required, "{} needs {}", name(manifest), name(target));
        }
    }
}

#[test]
fn packages_contain_licenses_and_readme_and_no_test_data() {
    for manifest in publishable() {
        let name = name(&manifest);
        let files = files_of(name);
        for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "Cargo.toml"] {
            assert!(files.contains(file), "{name} has no {file}: {files:?}");
        }
        let root = if name == "waterfall-cli" { "src/main.rs" } else { "src/lib.rs" };
        assert!(files.contains(root), "{name}: {files:?}");
        let is_test_data = |file: &&String| {
            let folders = ["tests/", "benches/", "fixtures/", "snapshots/", "fuzz/"];
            file.ends_with(".snap")
                || folders.iter().any(|folder| file.starts_with(folder))
                || ["/fixtures/", "/snapshots/"].iter().any(|folder| file.contains(folder))
        };
        let test_data: Vec<&String> = files.iter().filter(is_test_data).collect();
        assert!(test_data.is_empty(), "{name}: {test_data:?}");
    }
}

/// A file that code includes is in the package, unless only tests include it.
#[test]
fn included_files_are_packaged() {
    for manifest in publishable() {
        let (name, folder) = (name(&manifest), folder(&manifest));
        let files = files_of(name);
        for file in files.iter().filter(|file| file.ends_with(".rs")) {
            // Generated by the package command.
            let Ok(source) = fs::read_to_string(folder.join(file)) else { continue };
            for (before, included) in includes(&source) {
                let for_tests = ["cfg(test)", "cfg(doctest)"];
                if for_tests.iter().any(|attribute| before.contains(attribute)) {
                    continue;
                }
                let path = Path::new(file).parent().unwrap().join(included);
                let path = normal(&path);
                assert!(files.contains(&path), "{name}: {file} includes {included}");
            }
        }
    }
}

/// Returns the files that a source includes, each with the text before it.
fn includes(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source.match_indices("include_str!(\"").map(|(at, start)| {
        let path = &source[at + start.len()..];
        (&source[..at], &path[..path.find('"').unwrap()])
    })
}

/// Returns a relative path without `..`, within its folder.
fn normal(path: &Path) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.iter().map(|part| part.to_str().unwrap()) {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn licenses_of_the_crates_are_those_of_the_repository() {
    let top = waterfall_tests::top();
    for manifest in publishable() {
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let text = fs::read_to_string(folder(&manifest).join(license)).unwrap();
            assert_eq!(text, fs::read_to_string(top.join(license)).unwrap(), "{}", name(&manifest));
        }
    }
}

//! The packages of the publishable crates contain what users need and no more.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// Crates whose README is not written yet.
const WITHOUT_README: [&str; 0] = [];

/// The files of a package, as `cargo package` lists them.
fn files_of(name: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo)
        .args(["package", "--list", "--allow-dirty", "--offline", "--quiet", "-p", name])
        .current_dir(waterfall_tests::top())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{name}: {}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).unwrap().lines().map(|line| line.replace('\\', "/")).collect()
}

/// The names of the crates in the directory `crates`.
fn crates() -> Vec<String> {
    let folders = fs::read_dir(waterfall_tests::top().join("crates")).unwrap().flatten();
    folders.map(|folder| folder.file_name().into_string().unwrap()).collect()
}

#[test]
fn packages_contain_licenses_and_readme_and_no_test_data() {
    let names = crates();
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        let files = files_of(&name);
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            assert!(files.contains(license), "{name} has no {license}: {files:?}");
        }
        let has_readme = files.contains("README.md");
        assert!(has_readme || WITHOUT_README.contains(&name.as_str()), "{name}: {files:?}");
        assert!(files.iter().any(|file| file.starts_with("src/")), "{name}: {files:?}");
        let is_test_data = |file: &&String| {
            let folders = ["tests/", "benches/", "fixtures/", "snapshots/"];
            file.ends_with(".snap")
                || folders.iter().any(|folder| file.starts_with(folder))
                || ["/fixtures/", "/snapshots/"].iter().any(|folder| file.contains(folder))
        };
        let test_data: Vec<&String> = files.iter().filter(is_test_data).collect();
        assert!(test_data.is_empty(), "{name}: {test_data:?}");
    }
}

#[test]
fn licenses_of_the_crates_are_those_of_the_repository() {
    let top = waterfall_tests::top();
    for name in crates() {
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let text = fs::read_to_string(top.join("crates").join(&name).join(license)).unwrap();
            assert_eq!(text, fs::read_to_string(top.join(license)).unwrap(), "{name}");
        }
    }
}

use super::support::{assert_snapshot, program, run};

#[test]
fn every_command_has_help_that_fits() {
    let rows: &[(&str, &[&str])] = &[
        ("help", &["--help"]),
        ("help_enrich", &["enrich", "--help"]),
        ("help_get", &["get", "--help"]),
        ("help_sandbox", &["sandbox", "--help"]),
        ("help_listen", &["listen", "--help"]),
        ("help_verify", &["webhook", "verify", "--help"]),
    ];
    for (name, args) in rows {
        let help = run(&mut program(args));
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{args:?}");
        let longest = help.stdout.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(80), "{name} has a line of {longest:?}");
        assert_snapshot(name, &help.stdout);
    }
}

#[test]
fn every_fault_is_in_the_help() {
    let help = run(&mut program(&["sandbox", "--help"])).stdout;
    let refused = run(&mut program(&["sandbox", "--fault", "?"])).stderr;
    let (_, list) = refused.split_once("there are ").unwrap();
    let (list, _) = list.split_once("; a rule").unwrap();
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let names: Vec<&str> =
        list.split([' ', ',']).filter_map(|word| word.split(is_end).next()).collect();
    let names: Vec<&&str> =
        names.iter().filter(|name| !name.is_empty() && **name != "and").collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        assert!(help.contains(*name), "no `{name}` in {help}");
    }
}

#[test]
fn without_a_command_there_is_help_on_stderr() {
    let bare = run(&mut program(&[]));
    assert_eq!((bare.code, bare.stdout.as_str()), (Some(2), ""));
    assert!(bare.stderr.contains("Usage: waterfall"), "{bare:?}");
}

#[test]
fn the_environment_is_not_told() {
    let mut command = program(&["enrich", "--help"]);
    let help = run(command
        .env("WATERFALL_API_KEY", "sesame")
        .env("WATERFALL_BASE_URL", "https://sesame.example"));
    assert!(!help.stdout.contains("sesame"), "{help:?}");
}

use super::support::{assert_snapshot, program, run};

const COMMANDS: [(&str, &[&str]); 22] = [
    ("help", &[]),
    ("help_enrich", &["enrich"]),
    ("help_get", &["get"]),
    ("help_batch", &["batch"]),
    ("help_batch_run", &["batch", "run"]),
    ("help_phone", &["phone"]),
    ("help_company", &["company"]),
    ("help_prospect", &["prospect"]),
    ("help_search_contacts", &["search", "contacts"]),
    ("help_search_companies", &["search", "companies"]),
    ("help_job_change", &["job-change"]),
    ("help_reveal", &["reveal"]),
    ("help_titles", &["titles"]),
    ("help_verify_email", &["verify"]),
    ("help_account", &["account"]),
    ("help_keys_list", &["keys", "list"]),
    ("help_keys_modify", &["keys", "modify"]),
    ("help_doctor", &["doctor"]),
    ("help_drift", &["drift"]),
    ("help_sandbox", &["sandbox"]),
    ("help_listen", &["listen"]),
    ("help_verify", &["webhook", "verify"]),
];

fn help(command: &[&str], flag: &str, columns: Option<&str>) -> String {
    let mut program = program(&[command, &[flag]].concat());
    let help = run(program.envs(columns.map(|columns| ("COLUMNS", columns))));
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{command:?}");
    help.stdout
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or_default()
}

#[test]
fn short_help_is_an_overview() {
    for (name, command) in COMMANDS {
        let short = help(command, "-h", None);
        assert!(widest(&short) <= 80, "{short}");
        assert!(short.contains("--help"), "{short}");
        assert_snapshot(name, &short);
    }
}

#[test]
fn long_help_has_the_rest() {
    let environment = [
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "HTTP_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "WATERFALL_BASE_URL",
    ];
    for (name, command) in COMMANDS {
        let (short, long) = (help(command, "-h", None), help(command, "--help", None));
        assert!(widest(&long) <= 80, "{long}");
        assert!(long.lines().count() > short.lines().count(), "{name}");
        assert!(long.contains("\nExamples:\n  waterfall "), "no examples in {long}");
        if name != "help_sandbox" {
            assert!(long.contains("\nExit codes:\n  0    "), "no exit codes in {long}");
        }
        // These two send nothing.
        if !["help_sandbox", "help_drift"].contains(&name) {
            for variable in environment {
                assert!(long.contains(&format!("  {variable}")), "no {variable} in {long}");
            }
        }
    }
}

#[test]
fn help_is_as_wide_as_the_terminal() {
    for (_, command) in COMMANDS {
        for flag in ["-h", "--help"] {
            let wide = help(command, flag, Some("200"));
            assert!(widest(&wide) <= 80, "{wide}");
            let narrow = help(command, flag, Some("50"));
            // A longer word is on a separate line.
            let wraps = |line: &&str| line.chars().count() <= 50 || is_usage(line);
            assert!(narrow.lines().all(|line| wraps(&line)), "{narrow}");
        }
    }
}

/// The usage is written by hand.
fn is_usage(line: &str) -> bool {
    line.contains("waterfall ") || line.split_whitespace().count() == 1
}

#[test]
fn every_fault_is_in_the_help() {
    let help = run(&mut program(&["sandbox", "--help"])).stdout;
    let refused = run(&mut program(&["sandbox", "--fault", "?"])).stderr;
    let (_, list) = refused.split_once("expected one of ").unwrap();
    let (list, _) = list.split_once("; a rule").unwrap();
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let names: Vec<&str> =
        list.split([' ', ',']).filter_map(|word| word.split(is_end).next()).collect();
    let names: Vec<&&str> = names.iter().filter(|name| !name.is_empty()).collect();
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
fn the_help_does_not_print_the_environment() {
    let mut command = program(&["enrich", "--help"]);
    let help = run(command
        .env("WATERFALL_API_KEY", "sesame")
        .env("WATERFALL_BASE_URL", "https://sesame.example"));
    assert!(!help.stdout.contains("sesame"), "{help:?}");
}

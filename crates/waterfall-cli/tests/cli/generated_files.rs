//! Completion scripts and man pages.

use std::fs;

use super::support::{program, run};
use super::webhook_sender::directory;

#[test]
fn each_shell_completes_commands_and_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = run(&mut program(&["completions", shell]));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}: {run:?}");
        for word in ["enrich", "verify", "allow-duplicates", "webhook-fault"] {
            assert!(run.stdout.contains(word), "no `{word}` for {shell}");
        }
    }
    let unknown = run(&mut program(&["completions", "cmd"]));
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("possible values: bash"), "{unknown:?}");
}

#[test]
fn each_command_has_a_man_page() {
    let place = directory("man_pages").join("new").join("man1");
    let run = run(&mut program(&["man", place.to_str().unwrap()]));
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    let commands = ["", "-enrich", "-get", "-sandbox", "-listen", "-webhook-verify"];
    for command in commands {
        let page = fs::read_to_string(place.join(format!("waterfall{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains("json"), "{command}: {page}");
    }
    let enrich = fs::read_to_string(place.join("waterfall-enrich.1")).unwrap();
    assert!(enrich.contains("Launch, and pay for, repeated QUERYs again"), "{enrich}");
}

#[test]
fn a_directory_that_can_not_be_created_is_named() {
    let file = directory("man_file").join("file");
    fs::write(&file, "").unwrap();
    let file = file.to_str().unwrap();
    let run = run(&mut program(&["man", file]));
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    assert!(run.stderr.contains(&format!("could not be written to {file}: ")), "{run:?}");
}

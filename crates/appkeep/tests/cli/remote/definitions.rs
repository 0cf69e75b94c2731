//! Output that is generated from the command definitions: completions, manual pages, help.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::Fixture;
use crate::program::{run, stdout};

#[test]
fn every_shell_has_completions() {
    for (shell, part) in [
        (
            "bash",
            "complete -o nospace -o bashdefault -o nosort -F _clap_complete_appkeep appkeep",
        ),
        ("elvish", "edit:completion:arg-completer[appkeep]"),
        ("zsh", "#compdef appkeep"),
        ("fish", "complete --keep-order --exclusive --command appkeep"),
        (
            "powershell",
            "Register-ArgumentCompleter -Native -CommandName appkeep",
        ),
    ] {
        let output = run(["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = stdout(&output);
        assert!(script.contains(part), "{shell}: {script}");
        assert!(script.contains("APPKEEP_COMPLETE"), "{shell}");
    }
    let output = run(["completions", "cmd"]);
    assert_eq!(output.status.code(), Some(2));
}

/// Completes the last of the words in bash, which finds the binary in the path.
fn completed(command: &Command, words: &[&str]) -> Vec<String> {
    let binary = Path::new(command.get_program()).parent().unwrap().to_owned();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let script = "source <(appkeep completions bash); COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1))
        _clap_complete_appkeep appkeep \"${COMP_WORDS[COMP_CWORD]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", script, "bash", "appkeep"]).args(words);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bash.env(name, value),
            None => bash.env_remove(name),
        };
    }
    let output = bash.env("PATH", path).output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    let words = stdout(&output);
    words
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn bash_completes_commands_and_names() {
    let fixture = Fixture::idle();
    fixture.json(&["backup", "create", "nightly-1"]);
    fixture.json(&["backup", "create", "weekly"]);
    let none: [&str; 0] = [];
    let complete = |words: &[&str]| completed(&fixture.command(none), words);
    for (words, expected) in [
        (&["backup", "cr"][..], &["create"][..]),
        (&["backup", "show", "night"], &["nightly-1"]),
        (&["backup", "delete", ""], &["nightly-1", "weekly"]),
        (&["backup", "list", "--app", "s"], &["shop"]),
        (&["backup", "list", "--account", ""], &["acme"]),
        (&["bucket", "show", ""], &["local"]),
    ] {
        let candidates = complete(words);
        let names: Vec<&str> = candidates
            .iter()
            .map(String::as_str)
            .filter(|candidate| !candidate.starts_with('-'))
            .collect();
        assert_eq!(names, expected, "{words:?}");
    }
    // Without a server there are no names, and no messages either.
    let unreachable = super::client_command("http://127.0.0.1:1", "secret");
    assert_eq!(completed(&unreachable, &["backup", "list", "--app", "s"]), none);
}

#[test]
fn every_command_has_a_manual_page() {
    let dir = TempDir::new().unwrap();
    let pages = dir.path().join("man1");
    let output = run(["man".as_ref(), pages.as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let read = |name: &str| fs::read_to_string(pages.join(name)).unwrap();
    assert!(read("appkeep.1").contains(".TH appkeep 1"));
    let create = read("appkeep-backup-create.1");
    for part in [
        "Create a backup of an app",
        "appkeep backup create \\-\\-app shop \\-\\-wait",
        "NAME=VALUE",
    ] {
        assert!(create.contains(part), "no {part:?} in\n{create}");
    }
    for name in [
        "appkeep-serve.1",
        "appkeep-doctor.1",
        "appkeep-token-create.1",
        "appkeep-snapshot-delete.1",
    ] {
        assert!(pages.join(name).is_file(), "{name}");
    }
}

//! Output that is generated from the command definitions: completions, manual pages, help.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::program::{run, stdout};

#[test]
fn every_shell_has_completions() {
    for (shell, part) in [
        ("bash", "complete -F _appkeep"),
        ("zsh", "#compdef appkeep"),
        ("fish", "complete -c appkeep"),
        (
            "powershell",
            "Register-ArgumentCompleter -Native -CommandName 'appkeep'",
        ),
    ] {
        let output = run(["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = stdout(&output);
        assert!(script.contains(part), "{shell}: {script}");
        assert!(script.contains("snapshot"), "{shell}");
    }
    let output = run(["completions", "cmd"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn bash_completions_work() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("appkeep.bash");
    fs::write(&file, run(["completions", "bash"]).stdout).unwrap();
    let script = "source \"$1\"; COMP_WORDS=(appkeep backup cr); COMP_CWORD=2; _appkeep appkeep cr backup; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", script, "bash"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "create\n", "{output:?}");
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

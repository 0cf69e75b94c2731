//! `appkeep serve --demo`: the printed commands work unchanged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use appkeep_launcher::{RunningServer, eventually};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{appkeep, run, stdout};

/// A running demo, and its output.
struct Demo {
    server: RunningServer,
    /// The demo's directory.
    root: PathBuf,
    /// The printed commands.
    lines: Vec<String>,
}

impl Demo {
    fn start(temporary: &Path, arguments: &[&str]) -> Self {
        let mut command = appkeep();
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]);
        command.args(arguments).env("TMPDIR", temporary);
        let mut server = RunningServer::start(command).unwrap();
        let (mut root, mut lines) = (None, Vec::new());
        loop {
            let line = server.next_line().unwrap();
            if let Some((_, installation)) = line.split_once("\"shop\" is in ") {
                let (installation, _) = installation.split_once("/shop, ").expect("the app's directory");
                root = Some(PathBuf::from(installation));
            } else if let Some(typed) = line.strip_prefix("  ") {
                lines.push(typed.to_owned());
            } else if line == "Press ctrl-C to stop." {
                break;
            }
        }
        let root = root.expect("the directory of the app");
        Self { server, root, lines }
    }

    /// Runs lines in a shell and returns its output as a sequence of JSON values.
    fn shell(lines: &[&str]) -> Vec<Value> {
        let script = lines.join("\n");
        let output = Command::new("sh")
            .args(["-e", "-c", &script])
            .env("no_proxy", "127.0.0.1")
            .output()
            .expect("a shell");
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{script}\n{messages}");
        assert_eq!(messages, "");
        let values = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
        values.map(|value| value.expect("JSON")).collect()
    }
}

#[test]
fn the_printed_commands_work_and_the_directory_is_removed() {
    let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
    let demo = Demo::start(temporary.path(), &[]);
    assert!(demo.root.starts_with(temporary.path().canonicalize().unwrap()));
    let lines: Vec<_> = demo.lines.iter().map(String::as_str).collect();
    let [backup, list, snap] = &Demo::shell(&lines)[..] else {
        panic!("three answers")
    };
    assert_eq!(backup["name"], "my-first-backup");
    assert_eq!(backup["state"], "pending");
    assert_eq!(list["items"][0][0], "my-first-backup");
    assert_eq!(snap["type"], "application/astra-appSnap");

    // Polls as the demo suggests.
    let is_setting = |line: &&&str| line.starts_with("export ") || line.starts_with("APP=");
    let watch = lines
        .iter()
        .find(|line| line.contains("include="))
        .expect("a line to watch with");
    let mut watching: Vec<_> = lines.iter().filter(is_setting).copied().collect();
    watching.push(watch);
    let monitored = eventually("the backup to end", || {
        let item = Demo::shell(&watching).remove(0)["items"][0].clone();
        (item[1] == "completed" || item[1] == "failed").then_some(item)
    });
    assert_eq!(monitored[1], "completed", "{monitored}");
    assert_eq!(monitored[2], 100);
    assert!(monitored[3].as_u64().unwrap() > 4_000_000, "{monitored}");
    let data = demo.root.join("data").display().to_string();
    let shown = stdout(&run(["key", "show", "--recovery", "--data", &data]));
    assert!(shown.contains("export RESTIC_PASSWORD="), "{shown}");
    assert!(fs::read_dir(demo.root.join("bucket")).unwrap().count() > 0);

    assert_eq!(demo.server.stop("INT").unwrap().status.code(), Some(0));
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn the_printed_commands_work_over_tls() {
    let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
    let demo = Demo::start(temporary.path(), &["--tls", "self-signed"]);
    assert!(demo.server.url.starts_with("https://"), "{}", demo.server.url);
    let lines: Vec<_> = demo.lines.iter().map(String::as_str).collect();
    let answers = Demo::shell(&lines);
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["name"], "my-first-backup");
    assert_eq!(demo.server.stop("INT").unwrap().status.code(), Some(0));
}

#[test]
fn given_directories_are_kept_and_reused() {
    let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
    let own = temporary.path().join("own");
    let data = own.display().to_string();
    let order = own.join("shop/database/orders.csv");
    for _ in 0..2 {
        let demo = Demo::start(temporary.path(), &["--data", &data]);
        assert_eq!(demo.root, own.canonicalize().unwrap());
        assert_eq!(demo.server.stop("TERM").unwrap().status.code(), Some(0));
        fs::write(&order, "mine").unwrap();
    }
    assert_eq!(fs::read_to_string(&order).unwrap(), "mine");
    assert_eq!(
        fs::read_dir(temporary.path()).unwrap().count(),
        1,
        "nothing else is made"
    );
}

#[test]
fn the_printed_token_suffices_for_verify() {
    let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
    let demo = Demo::start(temporary.path(), &[]);
    let token = demo
        .lines
        .iter()
        .find_map(|line| line.strip_prefix("export APPKEEP_TOKEN="));
    let judged = appkeep()
        .args(["verify", &demo.server.url, "--operations", "app_backup_list_all"])
        .env("APPKEEP_TOKEN", token.expect("a token"))
        .output()
        .unwrap();
    assert_eq!(judged.status.code(), Some(0), "{}", stdout(&judged));
    assert_eq!(demo.server.stop("TERM").unwrap().status.code(), Some(0));
}

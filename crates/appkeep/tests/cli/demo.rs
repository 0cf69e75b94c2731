//! `appkeep serve --demo`: the printed commands work unchanged, and the JSON suffices for programs.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use appkeep_launcher::{Client, Method, RunningServer, backup_body, eventually, signal};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{appkeep, only_error_line, run, stdout};

/// A running demo, and its output.
struct Demo {
    server: RunningServer,
    /// The demo's directory.
    root: PathBuf,
    /// The printed commands for a shell with curl.
    lines: Vec<String>,
    /// The printed calls of this program.
    calls: Vec<String>,
}

impl Demo {
    fn start(temporary: &Path, arguments: &[&str]) -> Self {
        let mut command = appkeep();
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]);
        command.args(arguments).env("TMPDIR", temporary);
        let mut server = RunningServer::start(command).unwrap();
        let (mut root, mut lines, mut calls) = (None, Vec::new(), Vec::new());
        loop {
            let line = server.next_line().unwrap();
            if let Some((_, installation)) = line.split_once("\"shop\" is in ") {
                let (installation, _) = installation.split_once("/shop, ").expect("the app's directory");
                root = Some(PathBuf::from(installation));
            } else if let Some(call) = line.strip_prefix("  appkeep ") {
                calls.push(format!("{} {call}", env!("CARGO_BIN_EXE_appkeep")));
            } else if let Some(typed) = line.strip_prefix("  ") {
                lines.push(typed.to_owned());
            } else if line == "Press ctrl-C to stop." {
                break;
            }
        }
        let root = root.expect("the directory of the app");
        Self {
            server,
            root,
            lines,
            calls,
        }
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

    // The variables are also those of the command line.
    let mut listed: Vec<_> = lines.iter().filter(is_setting).copied().collect();
    let list = format!(
        "{} backup list --app shop --output json",
        env!("CARGO_BIN_EXE_appkeep")
    );
    listed.push(&list);
    assert_eq!(Demo::shell(&listed)[0][0]["name"], "my-first-backup");

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
    // The first one is a login, after which the others need no variables.
    let script = demo.calls.join("\n");
    assert!(demo.calls[0].contains(" login --url "), "{script}");
    let output = Command::new("sh")
        .args(["-e", "-c", &script])
        .env("XDG_CONFIG_HOME", temporary.path().join("config"))
        .output()
        .expect("a shell");
    assert!(
        stdout(&output).contains("backup second is completed"),
        "{script}\n{output:?}"
    );
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

/// A process that started a demo with `--format json`, or the demo itself.
pub(crate) struct JsonDemo {
    pub(crate) process: Child,
    stdout: BufReader<ChildStdout>,
    /// The printed line.
    pub(crate) line: Value,
}

impl JsonDemo {
    pub(crate) fn start(mut command: Command, temporary: &Path) -> Self {
        command.env("TMPDIR", temporary).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let line = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self {
            process,
            stdout,
            line,
        }
    }

    /// Everything that is printed after the line until the last process that can print ends.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for JsonDemo {
    fn drop(&mut self) {
        // It has ended unless the test failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn json_demo(arguments: &[&str]) -> Command {
    let mut command = appkeep();
    command
        .args(["serve", "--demo", "--format", "json"])
        .args(arguments);
    command
}

#[test]
fn the_json_line_suffices_to_create_a_backup() {
    let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
    let mut demo = JsonDemo::start(json_demo(&[]), temporary.path());
    let line = demo.line.clone();
    let [url, token, account, data] =
        ["url", "token", "accountID", "data"].map(|name| line[name].as_str().unwrap());
    let (app, bucket) = (&line["apps"][0], &line["buckets"][0]);
    let path = format!(
        "{url}/accounts/{account}/k8s/v1/apps/{}/appBackups",
        app["id"].as_str().unwrap()
    );
    let client = Client::default();
    let mut body = backup_body();
    body["bucketID"] = bucket["id"].clone();
    let created = client
        .request(&Method::POST, &path, Some(token), &[], Some(&body))
        .unwrap();
    assert_eq!(created.status, 201, "{}", created.text);
    let backup = format!("{path}/{}", created.body["id"].as_str().unwrap());
    let backup = eventually("the backup to be completed", || {
        let fetched = client
            .request(&Method::GET, &backup, Some(token), &[], None)
            .unwrap();
        (fetched.body["state"] == "completed").then_some(fetched.body)
    });
    assert_eq!(backup["bucketID"], bucket["id"]);

    assert_eq!((&app["name"], &bucket["name"]), (&json!("shop"), &json!("local")));
    let directories = [
        &app["volumes"]["database"],
        &app["volumes"]["media"],
        &bucket["path"],
    ];
    for directory in directories {
        let directory = Path::new(directory.as_str().unwrap());
        assert!(fs::read_dir(directory).unwrap().count() > 0, "{directory:?}");
    }
    let shown = stdout(&run(["key", "show", "--recovery", "--data", data]));
    assert!(shown.contains("export RESTIC_PASSWORD="), "{shown}");

    signal("TERM", &demo.process.id().to_string()).unwrap();
    assert_eq!(demo.rest(), "");
    assert_eq!(demo.process.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn the_json_line_names_the_certificate_authority_and_the_operations() {
    let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
    let arguments = ["--tls", "self-signed", "--operations-listen", "127.0.0.1:0"];
    let mut demo = JsonDemo::start(json_demo(&arguments), temporary.path());
    let text = |name: &str| demo.line[name].as_str().unwrap().to_owned();
    assert!(text("url").starts_with("https://127.0.0.1:"), "{}", demo.line);
    let authority = fs::read_to_string(text("ca")).unwrap();
    assert!(
        authority.starts_with("-----BEGIN CERTIFICATE-----"),
        "{authority}"
    );
    let version = format!("{}/version", text("operationsURL"));
    let version = Client::default()
        .request(&Method::GET, &version, None, &[], None)
        .unwrap();
    assert_eq!(version.status, 200, "{}", version.text);
    signal("TERM", &demo.process.id().to_string()).unwrap();
    assert_eq!(demo.rest(), "");
}

#[test]
fn a_json_demo_ends_and_is_removed_when_its_parent_is_killed() {
    let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
    let mut shell = Command::new("sh");
    // A shell replaces itself with its last command, which therefore is another one.
    shell
        .args(["-c", "\"$0\" serve --demo --format json; true"])
        .arg(env!("CARGO_BIN_EXE_appkeep"));
    let mut demo = JsonDemo::start(shell, temporary.path());
    let url = demo.line["url"].as_str().unwrap().to_owned();
    assert!(
        Client::default()
            .request(&Method::GET, &url, None, &[], None)
            .is_ok()
    );
    demo.process.kill().unwrap();
    assert_eq!(demo.rest(), "");
    eventually("the directory to be removed", || {
        (fs::read_dir(temporary.path()).unwrap().count() == 0).then_some(())
    });
    assert!(
        Client::default()
            .request(&Method::GET, &url, None, &[], None)
            .is_err()
    );
}

#[test]
fn servers_end_if_their_json_line_cannot_be_read() {
    for mode in ["--demo", "--test-mode"] {
        let temporary = TempDir::with_prefix("appkeep-demo-test-").unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = appkeep();
        let child = command
            .args(["serve", mode, "--format", "json", "--log", "off,audit=off"])
            .env("TMPDIR", temporary.path())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn();
        let error = only_error_line(&child.unwrap().wait_with_output().unwrap());
        assert!(
            error.starts_with("failed to write to stdout: "),
            "{mode}: {error}"
        );
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "{mode}");
    }
}

#[test]
fn the_format_is_for_demos_only() {
    let output = run(["serve", "--config", "a", "--data", "b", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("'--format <FORMAT>'"), "{message}");
}

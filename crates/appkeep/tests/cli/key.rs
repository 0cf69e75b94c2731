//! `appkeep key`, and servers whose master key is lost, wrong or in another place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use appkeep_launcher::{APP, BUCKET, CONFIG, Installation, RunningServer};

use crate::program::{installation, only_error_line, run, started, stdout};

const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const TWO: &str = "2222222222222222222222222222222222222222222222222222222222222222";

fn master(installation: &Installation) -> PathBuf {
    installation.data().join("keys/master.key")
}

fn write_master(installation: &Installation, content: &[u8]) {
    fs::write(master(installation), content).expect("a master key");
    fs::set_permissions(master(installation), fs::Permissions::from_mode(0o600)).expect("a mode");
}

/// Creates a backup and returns its final state and the reason.
fn back_up(server: &RunningServer, token: &str) -> (String, String) {
    let path = server.create_backup(token).expect("a backup");
    let ended = server.wait_for(token, &path, &["completed", "failed"]);
    (
        ended["state"].as_str().expect("a state").to_owned(),
        ended["stateUnready"].to_string(),
    )
}

fn backed_up(installation: &Installation) {
    let server = installation.start().unwrap();
    let (state, reasons) = back_up(&server, &installation.token("acme").unwrap());
    assert_eq!(state, "completed", "{reasons}");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

fn key(installation: &Installation, arguments: &[&str]) -> Output {
    let data = installation.data().display().to_string();
    let (command, more) = arguments.split_first().expect("a command");
    run(["key", command, "--data", &data].iter().chain(more))
}

fn declare(installation: &Installation, keys: &str) {
    let config = format!("[keys]\n{keys}\n{CONFIG}");
    installation.write_config(&config).expect("a configuration");
}

fn config(installation: &Installation) -> String {
    installation.config().display().to_string()
}

/// Returns the quoted value after `name=`.
fn value<'a>(printed: &'a str, name: &str) -> &'a str {
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix(&format!("export {name}='")));
    line.and_then(|rest| rest.strip_suffix('\''))
        .expect("a quoted value")
}

#[test]
fn restic_restores_with_the_printed_commands() {
    let installation = installation();
    let server = installation.start().unwrap();
    let (state, reasons) = back_up(&server, &installation.token("acme").unwrap());
    assert_eq!(state, "completed", "{reasons}");
    let shown = key(&installation, &["show", "--recovery"]);
    assert_eq!(shown.status.code(), Some(0), "while the server runs");
    let message = String::from_utf8(shown.stderr.clone()).unwrap();
    assert!(
        message.starts_with("warning: anyone with these passwords "),
        "{message}"
    );
    let lines = stdout(&shown);
    assert!(
        lines.starts_with("# app \"shop\" of account \"acme\" in bucket \"local\""),
        "{lines}"
    );
    let restored = Command::new("sh")
        .args(["-e", "-c", &lines])
        .env("XDG_CACHE_HOME", installation.path())
        .current_dir(installation.path())
        .output()
        .unwrap();
    assert!(
        restored.status.success(),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    let greeting = installation.path().join("restored/local/shop/data/greeting.txt");
    assert_eq!(fs::read_to_string(greeting).unwrap(), "hello\n");
}

#[test]
fn keys_and_configuration_suffice_for_recovery() {
    let installation = installation();
    backed_up(&installation);
    let all = stdout(&key(&installation, &["show", "--recovery"]));
    for entry in fs::read_dir(installation.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(
        stdout(&key(
            &installation,
            &["show", "--recovery", "--config", &config(&installation)]
        )),
        all
    );
    let nameless = stdout(&key(&installation, &["show", "--recovery"]));
    assert_eq!(
        value(&nameless, "RESTIC_PASSWORD"),
        value(&all, "RESTIC_PASSWORD")
    );
    let repository = value(&nameless, "RESTIC_REPOSITORY");
    assert_eq!(repository, format!("DIRECTORY-OF-THE-BUCKET/{APP}"));
    fs::remove_dir_all(installation.data()).unwrap();
    let refused = only_error_line(&key(&installation, &["show"]));
    assert!(
        refused.ends_with("is not the data directory of a server: there are no keys in it"),
        "{refused}"
    );
}

#[test]
fn secrets_are_neither_logged_nor_stored_in_clear() {
    let installation = installation();
    let mut serve = installation.serve();
    serve.args(["--log", "trace"]);
    let server = RunningServer::start(serve).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size"));
    let core: Vec<_> = core
        .expect("a limit")
        .split_whitespace()
        .skip(4)
        .take(2)
        .collect();
    assert_eq!(core, ["0", "0"], "a core file would hold keys");
    let (state, reasons) = back_up(&server, &installation.token("acme").unwrap());
    assert_eq!(state, "completed", "{reasons}");
    let ended = server.stop("TERM").unwrap();
    let recovery = stdout(&key(&installation, &["show", "--recovery"]));
    let own = fs::read_to_string(master(&installation)).unwrap();
    assert!(ended.stderr.contains("DEBUG"), "it did log");
    for secret in [value(&recovery, "RESTIC_PASSWORD"), own.trim()] {
        assert_eq!(secret.len(), 64);
        assert!(!ended.stderr.contains(secret));
        let found = Command::new("grep")
            .args(["-rl", secret])
            .arg(installation.path())
            .output()
            .unwrap();
        let found = stdout(&found);
        let expected = if secret == own.trim() {
            master(&installation).display().to_string()
        } else {
            String::new()
        };
        assert_eq!(found.trim(), expected);
    }
    let outline = stdout(&key(&installation, &["show"]));
    assert!(outline.starts_with("master key "), "{outline}");
    assert!(
        outline.ends_with(", from keys/master.key; keys of repositories: 1\n"),
        "{outline}"
    );
    assert!(!outline.contains(own.trim()));
}

#[test]
fn rotation_requires_a_stopped_server_and_keeps_repositories() {
    let (installation, server, token) = started();
    assert_eq!(back_up(&server, &token).0, "completed");
    let refused = only_error_line(&key(&installation, &["rotate"]));
    assert!(refused.contains("is in use by another server"), "{refused}");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let (before, recovery) = (
        fs::read(master(&installation)).unwrap(),
        stdout(&key(&installation, &["show", "--recovery"])),
    );
    let rotated = key(&installation, &["rotate"]);
    assert_eq!(rotated.status.code(), Some(0), "{rotated:?}");
    assert!(stdout(&rotated).ends_with(", in keys/master.key; keys wrapped with it: 1\n"));
    assert!(fs::read(master(&installation)).unwrap() != before);
    assert_eq!(stdout(&key(&installation, &["show", "--recovery"])), recovery);
    let server = installation.start().unwrap();
    assert_eq!(back_up(&server, &token).0, "completed");
}

#[test]
fn missing_or_wrong_master_keys_prevent_the_start() {
    let installation = installation();
    backed_up(&installation);
    let right = fs::read(master(&installation)).unwrap();
    fs::remove_file(master(&installation)).unwrap();
    let refused = only_error_line(&installation.serve().output().unwrap());
    assert!(
        refused.starts_with(&format!("key: keys/{BUCKET}/{APP}.json requires master key ")),
        "{refused}"
    );
    assert!(
        refused.contains("but keys/master.key is missing: restore it"),
        "{refused}"
    );
    assert!(!master(&installation).exists());
    let rotation = only_error_line(&key(&installation, &["rotate"]));
    assert!(
        rotation.starts_with("the master key was not changed"),
        "{rotation}"
    );

    write_master(&installation, ONE.as_bytes());
    let refused = only_error_line(&installation.serve().output().unwrap());
    assert!(refused.contains(" requires master key "), "{refused}");
    write_master(&installation, b"no key");
    let refused = only_error_line(&installation.serve().output().unwrap());
    assert!(
        refused.contains("keys/master.key: expected a master key of 64 hex digits"),
        "{refused}"
    );
    write_master(&installation, &right);
    backed_up(&installation);
}

#[test]
fn the_master_key_can_move_to_a_variable_and_a_command() {
    let installation = installation();
    backed_up(&installation);
    declare(&installation, "env = \"APPKEEP_TEST_MASTER\"");
    let refused = only_error_line(&installation.serve().output().unwrap());
    let expected =
        "failed to get the master key from the environment variable APPKEEP_TEST_MASTER: it is not set";
    assert_eq!(refused, expected);
    let rotate = |more: &[&str]| {
        let mut command = crate::program::appkeep();
        command.args(["key", "rotate", "--config", &config(&installation), "--data"]);
        command
            .arg(installation.data())
            .args(more)
            .env("APPKEEP_TEST_MASTER", ONE);
        command.output().unwrap()
    };
    let rotated = rotate(&[]);
    assert_eq!(rotated.status.code(), Some(0), "{rotated:?}");
    assert!(!master(&installation).exists(), "the key is only in the variable");
    let serve = |value: &str| {
        let mut serve = installation.serve();
        serve.env("APPKEEP_TEST_MASTER", value);
        serve
    };
    let refused = only_error_line(&serve(TWO).output().unwrap());
    assert!(refused.contains(" requires master key "), "{refused}");
    assert!(!refused.contains(ONE) && !refused.contains(TWO), "{refused}");
    let server = RunningServer::start(serve(ONE)).unwrap();
    assert_eq!(
        back_up(&server, &installation.token("acme").unwrap()).0,
        "completed"
    );
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    fs::write(installation.path().join("vault"), TWO).unwrap();
    declare(&installation, "command = [\"cat\", \"vault\"]");
    let mut relative = installation.serve();
    relative.current_dir(installation.path());
    assert!(only_error_line(&relative.output().unwrap()).contains(" requires master key "));
    declare(
        &installation,
        &format!(
            "command = [\"cat\", {:?}]",
            installation.path().join("vault").display().to_string()
        ),
    );
    assert_eq!(
        rotate(&["--old-key-env", "APPKEEP_TEST_MASTER"]).status.code(),
        Some(0)
    );
    backed_up(&installation);

    declare(&installation, "file = \"vault\"");
    backed_up(&installation);
    for (keys, message) in [
        (
            "command = [\"false\"]",
            "the command false: it ended with exit status: 1",
        ),
        (
            "command = [\"echo\", \"secret\"]",
            "the command echo: expected a master key of 64 hex digits",
        ),
        (
            "command = [\"no-such-vault\"]",
            "the command no-such-vault: No such file or directory",
        ),
        ("file = \"gone\"", "gone: No such file or directory"),
    ] {
        declare(&installation, keys);
        let refused = only_error_line(&installation.serve().output().unwrap());
        assert!(
            refused.starts_with("failed to get the master key from "),
            "{refused}"
        );
        assert!(refused.contains(message), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
}

#[test]
fn invalid_app_keys_only_fail_backups_of_that_app() {
    let installation = installation();
    backed_up(&installation);
    let file = installation.data().join(format!("keys/{BUCKET}/{APP}.json"));
    let kept = fs::read(&file).unwrap();
    fs::write(&file, "{\"version\": 2}").unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let (state, reasons) = back_up(&server, &token);
    assert_eq!(state, "failed");
    assert!(reasons.contains("is not a key file"), "{reasons}");
    fs::write(&file, kept).unwrap();
    assert_eq!(back_up(&server, &token).0, "completed");
}

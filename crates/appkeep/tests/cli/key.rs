//! `appkeep key`, and servers whose master key is lost, wrong or in another place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use appkeep_launcher::{APP, BUCKET, CONFIG, Installation, RunningServer, app_backups, backups};
use serde_json::json;

use crate::program::{installation, one_line_error, run, said};

const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const TWO: &str = "2222222222222222222222222222222222222222222222222222222222222222";

fn master(place: &Installation) -> PathBuf {
    place.data().join("keys/master.key")
}

fn write_master(place: &Installation, content: &[u8]) {
    fs::write(master(place), content).expect("a master key");
    fs::set_permissions(master(place), fs::Permissions::from_mode(0o600)).expect("a mode");
}

/// Creates a backup and returns its final state and the reason.
fn back_up(server: &RunningServer, token: &str) -> (String, String) {
    let body = json!({"type": "application/astra-appBackup", "version": "1.1"});
    let made = server.post(token, &app_backups(), &body);
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("{}/{}", backups(), made.body["id"].as_str().expect("an id"));
    let ended = server.wait_for(token, &path, &["completed", "failed"]);
    (
        ended["state"].as_str().expect("a state").to_owned(),
        ended["stateUnready"].to_string(),
    )
}

fn backed_up(place: &Installation) {
    let server = place.start().unwrap();
    let (state, reasons) = back_up(&server, &place.token("acme").unwrap());
    assert_eq!(state, "completed", "{reasons}");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

fn key(place: &Installation, arguments: &[&str]) -> Output {
    let data = place.data().display().to_string();
    let (command, more) = arguments.split_first().expect("a command");
    run(["key", command, "--data", &data].iter().chain(more))
}

fn declare(place: &Installation, keys: &str) {
    let config = format!("[keys]\n{keys}\n{CONFIG}");
    fs::write(place.path().join("appkeep.toml"), config).expect("a configuration");
}

fn config(place: &Installation) -> String {
    place.path().join("appkeep.toml").display().to_string()
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
fn restic_restores_with_the_lines_that_show_prints() {
    let place = installation();
    let server = place.start().unwrap();
    let (state, reasons) = back_up(&server, &place.token("acme").unwrap());
    assert_eq!(state, "completed", "{reasons}");
    let shown = key(&place, &["show", "--recovery"]);
    assert_eq!(shown.status.code(), Some(0), "while the server runs");
    let complaint = String::from_utf8(shown.stderr.clone()).unwrap();
    assert!(
        complaint.starts_with("warning: anyone with these passwords "),
        "{complaint}"
    );
    let lines = said(&shown);
    assert!(
        lines.starts_with("# app \"shop\" of account \"acme\" in bucket \"local\""),
        "{lines}"
    );
    let restored = Command::new("sh")
        .args(["-e", "-c", &lines])
        .env("XDG_CACHE_HOME", place.path())
        .current_dir(place.path())
        .output()
        .unwrap();
    assert!(
        restored.status.success(),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    let greeting = place.path().join("restored/local/shop/data/greeting.txt");
    assert_eq!(fs::read_to_string(greeting).unwrap(), "hello\n");
}

#[test]
fn a_copy_of_the_keys_alone_is_enough_with_the_configuration() {
    let place = installation();
    backed_up(&place);
    let all = said(&key(&place, &["show", "--recovery"]));
    for entry in fs::read_dir(place.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(
        said(&key(&place, &["show", "--recovery", "--config", &config(&place)])),
        all
    );
    let nameless = said(&key(&place, &["show", "--recovery"]));
    assert_eq!(
        value(&nameless, "RESTIC_PASSWORD"),
        value(&all, "RESTIC_PASSWORD")
    );
    let repository = value(&nameless, "RESTIC_REPOSITORY");
    assert_eq!(repository, format!("DIRECTORY-OF-THE-BUCKET/{APP}"));
    fs::remove_dir_all(place.data()).unwrap();
    let refused = one_line_error(&key(&place, &["show"]));
    assert!(
        refused.ends_with("is not the data directory of a server: there are no keys in it"),
        "{refused}"
    );
}

#[test]
fn no_secret_reaches_the_log_or_a_file_in_clear() {
    let place = installation();
    let mut serve = place.serve();
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
    let (state, reasons) = back_up(&server, &place.token("acme").unwrap());
    assert_eq!(state, "completed", "{reasons}");
    let ended = server.stop("TERM").unwrap();
    let recovery = said(&key(&place, &["show", "--recovery"]));
    let own = fs::read_to_string(master(&place)).unwrap();
    assert!(ended.stderr.contains("DEBUG"), "it did log");
    for secret in [value(&recovery, "RESTIC_PASSWORD"), own.trim()] {
        assert_eq!(secret.len(), 64);
        assert!(!ended.stderr.contains(secret));
        let found = Command::new("grep")
            .args(["-rl", secret])
            .arg(place.path())
            .output()
            .unwrap();
        let found = said(&found);
        let expected = if secret == own.trim() {
            master(&place).display().to_string()
        } else {
            String::new()
        };
        assert_eq!(found.trim(), expected);
    }
    let outline = said(&key(&place, &["show"]));
    assert!(outline.starts_with("master key "), "{outline}");
    assert!(
        outline.ends_with(", from keys/master.key; keys of repositories: 1\n"),
        "{outline}"
    );
    assert!(!outline.contains(own.trim()));
}

#[test]
fn a_rotation_waits_for_no_server_and_changes_no_repository() {
    let place = installation();
    let server = place.start().unwrap();
    let token = place.token("acme").unwrap();
    assert_eq!(back_up(&server, &token).0, "completed");
    let refused = one_line_error(&key(&place, &["rotate"]));
    assert!(refused.contains("is in use by another server"), "{refused}");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let (before, recovery) = (
        fs::read(master(&place)).unwrap(),
        said(&key(&place, &["show", "--recovery"])),
    );
    let rotated = key(&place, &["rotate"]);
    assert_eq!(rotated.status.code(), Some(0), "{rotated:?}");
    assert!(said(&rotated).ends_with(", in keys/master.key; keys wrapped with it: 1\n"));
    assert!(fs::read(master(&place)).unwrap() != before);
    assert_eq!(said(&key(&place, &["show", "--recovery"])), recovery);
    let server = place.start().unwrap();
    assert_eq!(back_up(&server, &token).0, "completed");
}

#[test]
fn a_lost_or_wrong_master_key_is_told_at_the_start_and_no_new_one_is_made() {
    let place = installation();
    backed_up(&place);
    let right = fs::read(master(&place)).unwrap();
    fs::remove_file(master(&place)).unwrap();
    let refused = one_line_error(&place.serve().output().unwrap());
    assert!(
        refused.starts_with(&format!("key: keys/{BUCKET}/{APP}.json requires master key ")),
        "{refused}"
    );
    assert!(
        refused.contains("but keys/master.key is missing: restore it"),
        "{refused}"
    );
    assert!(!master(&place).exists());
    let rotation = one_line_error(&key(&place, &["rotate"]));
    assert!(
        rotation.starts_with("the master key was not changed"),
        "{rotation}"
    );

    write_master(&place, ONE.as_bytes());
    let refused = one_line_error(&place.serve().output().unwrap());
    assert!(refused.contains(" requires master key "), "{refused}");
    write_master(&place, b"no key");
    let refused = one_line_error(&place.serve().output().unwrap());
    assert!(
        refused.contains("keys/master.key: expected a master key of 64 hex digits"),
        "{refused}"
    );
    write_master(&place, &right);
    backed_up(&place);
}

#[test]
fn the_master_key_moves_from_the_server_to_a_variable_to_a_command() {
    let place = installation();
    backed_up(&place);
    declare(&place, "env = \"APPKEEP_TEST_MASTER\"");
    let refused = one_line_error(&place.serve().output().unwrap());
    let expected =
        "failed to get the master key from the environment variable APPKEEP_TEST_MASTER: it is not set";
    assert_eq!(refused, expected);
    let rotate = |more: &[&str]| {
        let mut command = crate::program::appkeep();
        command.args(["key", "rotate", "--config", &config(&place), "--data"]);
        command
            .arg(place.data())
            .args(more)
            .env("APPKEEP_TEST_MASTER", ONE);
        command.output().unwrap()
    };
    let rotated = rotate(&[]);
    assert_eq!(rotated.status.code(), Some(0), "{rotated:?}");
    assert!(!master(&place).exists(), "it lies nowhere but in the variable");
    let serve = |value: &str| {
        let mut serve = place.serve();
        serve.env("APPKEEP_TEST_MASTER", value);
        serve
    };
    let refused = one_line_error(&serve(TWO).output().unwrap());
    assert!(refused.contains(" requires master key "), "{refused}");
    assert!(!refused.contains(ONE) && !refused.contains(TWO), "{refused}");
    let server = RunningServer::start(serve(ONE)).unwrap();
    assert_eq!(back_up(&server, &place.token("acme").unwrap()).0, "completed");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    fs::write(place.path().join("vault"), TWO).unwrap();
    declare(&place, "command = [\"cat\", \"vault\"]");
    let mut relative = place.serve();
    relative.current_dir(place.path());
    assert!(one_line_error(&relative.output().unwrap()).contains(" requires master key "));
    declare(
        &place,
        &format!(
            "command = [\"cat\", {:?}]",
            place.path().join("vault").display().to_string()
        ),
    );
    assert_eq!(
        rotate(&["--old-key-env", "APPKEEP_TEST_MASTER"]).status.code(),
        Some(0)
    );
    backed_up(&place);

    declare(&place, "file = \"vault\"");
    backed_up(&place);
    for (keys, complaint) in [
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
        declare(&place, keys);
        let refused = one_line_error(&place.serve().output().unwrap());
        assert!(
            refused.starts_with("failed to get the master key from "),
            "{refused}"
        );
        assert!(refused.contains(complaint), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
}

#[test]
fn a_key_of_one_app_that_cannot_be_opened_fails_its_backups_and_nothing_else() {
    let place = installation();
    backed_up(&place);
    let file = place.data().join(format!("keys/{BUCKET}/{APP}.json"));
    let kept = fs::read(&file).unwrap();
    fs::write(&file, "{\"version\": 2}").unwrap();
    let server = place.start().unwrap();
    let token = place.token("acme").unwrap();
    let (state, reasons) = back_up(&server, &token);
    assert_eq!(state, "failed");
    assert!(reasons.contains("is not a key file"), "{reasons}");
    fs::write(&file, kept).unwrap();
    assert_eq!(back_up(&server, &token).0, "completed");
}

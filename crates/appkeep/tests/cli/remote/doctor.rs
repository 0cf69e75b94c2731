//! `appkeep doctor`

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::{Fixture, client_command};
use crate::program::{appkeep, stdout};

/// A check: its subject, its result, the reason, and the fix.
type Check = (String, String, String, String);

fn checks(command: &mut std::process::Command) -> (Option<i32>, Vec<Check>) {
    if command.get_args().all(|argument| argument != "doctor") {
        command.arg("doctor");
    }
    let output = command.args(["--output", "json"]).output().expect("it runs");
    assert_eq!(String::from_utf8(output.stderr.clone()).expect("text"), "");
    let checks: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it runs");
    let text = |check: &Value, member: &str| check[member].as_str().unwrap_or_default().to_owned();
    let all = ["at", "verdict", "found", "fix"];
    let checks = checks
        .iter()
        .map(|check| all.map(|member| text(check, member)).into());
    (output.status.code(), checks.collect())
}

fn only_problem(command: &mut std::process::Command) -> (String, String, String) {
    let (code, checks) = checks(command);
    assert_eq!(code, Some(1), "{checks:?}");
    let mut wrong = checks.into_iter().filter(|check| check.1 == "wrong");
    let (at, _, found, fix) = wrong.next().expect("something is wrong");
    assert_eq!(wrong.next(), None);
    (at, found, fix)
}

#[test]
fn a_working_setup_has_no_findings() {
    let fixture = Fixture::new();
    fixture.json(&["backup", "create", "good", "--wait"]);
    let (code, checks) = checks(&mut fixture.command([""; 0]));
    assert_eq!(code, Some(0), "{checks:?}");
    let found: Vec<(&str, &str)> = checks
        .iter()
        .map(|check| (check.0.as_str(), check.1.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            "server",
            "token",
            "connection",
            "clock",
            "account",
            "apps",
            "backups",
            "buckets"
        ]
        .map(|at| (at, "good"))
    );
    let output = fixture.run(["doctor"]);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    assert!(text.starts_with("good  server      http://127.0.0.1:"), "{text}");
    assert!(text.contains("from APPKEEP_URL\n"), "{text}");
}

#[test]
fn missing_backups_are_doubtful_and_failed_ones_wrong() {
    let fixture = Fixture::new();
    let (code, found) = checks(&mut fixture.command([""; 0]));
    assert_eq!(code, Some(0));
    let last = found.iter().find(|check| check.0 == "backups").unwrap();
    assert_eq!(
        (last.1.as_str(), last.3.as_str()),
        ("doubtful", "appkeep backup create --app shop --wait")
    );
    fs::remove_dir_all(fixture.installation.path().join("volume")).unwrap();
    fixture.run(["backup", "create", "hopeless", "--wait"]);
    let (at, found, _) = only_problem(&mut fixture.command([""; 0]));
    assert_eq!(at, "backups");
    assert!(
        found.contains("hopeless") && found.contains("is failed"),
        "{found}"
    );
}

#[test]
fn the_first_problem_is_reported_with_its_fix() {
    let (at, found, fix) = only_problem(appkeep().env("APPKEEP_TOKEN", "a"));
    assert_eq!(
        (at.as_str(), found.as_str(), fix.as_str()),
        (
            "server",
            "no server is set",
            "specify --url or APPKEEP_URL, or run appkeep login"
        )
    );
    let (at, found, fix) = only_problem(&mut client_command("http://127.0.0.1:1", "secret"));
    assert_eq!(at, "connection");
    assert!(found.contains("Connection refused"), "{found}");
    assert_eq!(fix, "check that it runs");
    let fixture = Fixture::new();
    let (at, ..) = only_problem(&mut client_command(&fixture.server.url, "wrong"));
    assert_eq!(at, "token");
    let (at, found, _) = only_problem(
        fixture
            .command([""; 0])
            .env("APPKEEP_ACCOUNT", appkeep_launcher::OTHER_ACCOUNT),
    );
    assert_eq!(at, "account");
    assert!(found.contains(appkeep_launcher::OTHER_ACCOUNT), "{found}");
}

#[test]
fn logins_readable_by_others_are_wrong() {
    let fixture = Fixture::new();
    let output = fixture.run(["login"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let file = fixture.installation.path().join("config/appkeep/login.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let (at, _, fix) = only_problem(&mut fixture.command([""; 0]));
    assert_eq!(at, "login");
    assert!(fix.starts_with(&format!("chmod 600 {}", file.display())), "{fix}");
}

#[test]
fn a_stopped_server_is_reported_even_if_no_account_is_set() {
    let mut command = client_command("http://127.0.0.1:1", "secret");
    let (at, found, _) = only_problem(command.env_remove("APPKEEP_ACCOUNT"));
    assert_eq!(at, "connection");
    assert!(
        found.ends_with("Connection refused (os error 111) (the address is from APPKEEP_URL)"),
        "{found}"
    );
}

#[test]
fn wrong_values_are_reported_with_their_source() {
    let fixture = Fixture::idle();
    let file = fixture.installation.path().join("wrong-token");
    fs::write(&file, "wrong").unwrap();
    let mut command = fixture.command(["doctor", "--token-file"]);
    command.env_remove("APPKEEP_TOKEN").arg(&file);
    let (at, found, fix) = only_problem(&mut command);
    assert_eq!(at, "token");
    let source = format!("--token-file {}", file.display());
    assert!(
        found.ends_with(&format!("(the token is from {source})")),
        "{found}"
    );
    assert!(fix.ends_with(&format!("correct {source}")), "{fix}");
    let (at, found, fix) = only_problem(fixture.command([""; 0]).env("APPKEEP_ACCOUNT", "nowhere"));
    assert_eq!(
        (at.as_str(), fix.as_str()),
        ("account", "correct APPKEEP_ACCOUNT")
    );
    assert!(
        found.ends_with("(the account is from APPKEEP_ACCOUNT)"),
        "{found}"
    );
    let (at, found, _) = only_problem(fixture.command([""; 0]).env("APPKEEP_CA", "/nowhere/ca.pem"));
    assert_eq!(at, "settings");
    assert!(
        found.starts_with("failed to use APPKEEP_CA: failed to read /nowhere/ca.pem"),
        "{found}"
    );
}

/// Checks a data directory, without a server.
fn machine(fixture: &Fixture) -> std::process::Command {
    let mut command = appkeep();
    command
        .args(["doctor", "--data"])
        .arg(fixture.installation.data());
    command
}

#[test]
fn the_data_directory_is_checked_without_a_server() {
    let fixture = Fixture::new();
    fixture.json(&["backup", "create", "good", "--wait"]);
    let (code, found) = checks(&mut machine(&fixture));
    assert_eq!(code, Some(0), "{found:?}");
    let at: Vec<&str> = found.iter().map(|check| check.0.as_str()).collect();
    assert_eq!(at, ["permissions", "restores", "markers"]);

    let bucket = fixture.installation.path().join("bucket");
    fs::rename(&bucket, bucket.with_extension("away")).unwrap();
    fs::create_dir(&bucket).unwrap();
    let (at, found, fix) = only_problem(&mut machine(&fixture));
    assert_eq!(at, "markers");
    assert!(found.contains("it lacks appkeep-bucket-"), "{found}");
    assert!(fix.starts_with("mount its disk"), "{fix}");
    fs::remove_dir(&bucket).unwrap();
    fs::rename(bucket.with_extension("away"), &bucket).unwrap();

    let keys = fixture.installation.data().join("keys");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o750)).unwrap();
    let (at, found, fix) = only_problem(&mut machine(&fixture));
    assert_eq!(at, "permissions");
    assert!(
        found.ends_with("has mode 0750: other users have access"),
        "{found}"
    );
    assert_eq!(fix, format!("chmod go= {}", keys.display()));
}

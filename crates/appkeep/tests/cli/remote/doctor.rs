//! `appkeep doctor`

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::{Site, person};
use crate::program::{appkeep, said};

/// A check: its subject, its result, the reason, and the fix.
type Look = (String, String, String, String);

fn looks(command: &mut std::process::Command) -> (Option<i32>, Vec<Look>) {
    let output = command
        .args(["doctor", "--output", "json"])
        .output()
        .expect("it runs");
    assert_eq!(String::from_utf8(output.stderr.clone()).expect("text"), "");
    let looks: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it runs");
    let text = |look: &Value, member: &str| look[member].as_str().unwrap_or_default().to_owned();
    let all = ["at", "verdict", "found", "fix"];
    let looks = looks
        .iter()
        .map(|look| all.map(|member| text(look, member)).into());
    (output.status.code(), looks.collect())
}

fn the_wrong_one(command: &mut std::process::Command) -> (String, String, String) {
    let (code, looks) = looks(command);
    assert_eq!(code, Some(1), "{looks:?}");
    let mut wrong = looks.into_iter().filter(|look| look.1 == "wrong");
    let (at, _, found, fix) = wrong.next().expect("something is wrong");
    assert_eq!(wrong.next(), None);
    (at, found, fix)
}

#[test]
fn a_set_up_that_is_well_is_called_so() {
    let site = Site::new();
    site.json(&["backup", "create", "good", "--wait"]);
    let (code, looks) = looks(&mut site.command([""; 0]));
    assert_eq!(code, Some(0), "{looks:?}");
    let found: Vec<(&str, &str)> = looks
        .iter()
        .map(|look| (look.0.as_str(), look.1.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            "server",
            "token",
            "connection",
            "account",
            "clock",
            "apps",
            "backups",
            "buckets"
        ]
        .map(|at| (at, "good"))
    );
    let output = site.ask(["doctor"]);
    assert_eq!(output.status.code(), Some(0));
    let text = said(&output);
    assert!(text.starts_with("good  server      http://127.0.0.1:"), "{text}");
    assert!(text.contains("from APPKEEP_URL\n"), "{text}");
}

#[test]
fn an_app_without_a_backup_is_doubtful_and_a_failed_one_wrong() {
    let site = Site::new();
    let (code, found) = looks(&mut site.command([""; 0]));
    assert_eq!(code, Some(0));
    let last = found.iter().find(|look| look.0 == "backups").unwrap();
    assert_eq!(
        (last.1.as_str(), last.3.as_str()),
        ("doubtful", "appkeep backup create --app shop --wait")
    );
    fs::remove_dir_all(site.place.path().join("volume")).unwrap();
    site.ask(["backup", "create", "hopeless", "--wait"]);
    let (at, found, _) = the_wrong_one(&mut site.command([""; 0]));
    assert_eq!(at, "backups");
    assert!(
        found.contains("hopeless") && found.contains("is failed"),
        "{found}"
    );
}

#[test]
fn the_first_thing_that_is_wrong_is_named_with_its_fix() {
    let (at, found, fix) = the_wrong_one(appkeep().env("APPKEEP_TOKEN", "a"));
    assert_eq!(
        (at.as_str(), found.as_str(), fix.as_str()),
        (
            "server",
            "no server is set",
            "give --url or APPKEEP_URL, or run appkeep login"
        )
    );
    let (at, found, fix) = the_wrong_one(&mut person("http://127.0.0.1:1", "secret"));
    assert_eq!(at, "connection");
    assert!(found.contains("Connection refused"), "{found}");
    assert!(fix.contains("check that it runs"), "{fix}");
    let site = Site::new();
    let (at, ..) = the_wrong_one(&mut person(&site.server.url, "wrong"));
    assert_eq!(at, "token");
    let (at, found, _) = the_wrong_one(
        site.command([""; 0])
            .env("APPKEEP_ACCOUNT", appkeep_launcher::OTHER_ACCOUNT),
    );
    assert_eq!(at, "account");
    assert!(found.contains(appkeep_launcher::OTHER_ACCOUNT), "{found}");
}

#[test]
fn a_login_that_others_can_read_is_wrong() {
    let site = Site::new();
    let output = site.ask(["login"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let file = site.place.path().join("config/appkeep/login.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let (at, _, fix) = the_wrong_one(&mut site.command([""; 0]));
    assert_eq!(at, "login");
    assert!(fix.starts_with(&format!("chmod 600 {}", file.display())), "{fix}");
}

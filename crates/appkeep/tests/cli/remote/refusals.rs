//! Refused commands: one line with the cause and the next step, and an exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use appkeep_launcher::{ACCOUNT, CONFIG, Installation, OTHER_ACCOUNT};

use super::{Site, person, refused, refused_at_last};
use crate::canned;
use crate::program::{appkeep, installation, run, said};

/// Returns an installation whose account has two apps.
fn two_apps() -> Installation {
    let place = installation();
    let second =
        "[[accounts.apps]]\nname = \"blog\"\nvolumes = { data = \"volume\" }\n\n[[accounts.buckets]]";
    let config = CONFIG.replacen("[[accounts.buckets]]", second, 1);
    fs::write(place.path().join("appkeep.toml"), config).expect("a configuration");
    place
}

#[test]
fn what_is_missing_is_asked_for() {
    let nowhere = |variable: &str| {
        let mut command = person("http://127.0.0.1:1", "secret");
        command.env_remove(variable).args(["app", "list"]);
        refused(&command.output().unwrap(), 2)
    };
    assert_eq!(
        nowhere("APPKEEP_URL"),
        "no server is set; give --url or APPKEEP_URL, or run appkeep login"
    );
    assert_eq!(
        nowhere("APPKEEP_TOKEN"),
        "no token is set; give --token-file or APPKEEP_TOKEN, or run appkeep login"
    );
    let output = run([
        "app",
        "list",
        "--url",
        "127.0.0.1",
        "--token",
        "secret",
        "--account",
        ACCOUNT,
    ]);
    assert!(refused(&output, 2).starts_with("the base URL `127.0.0.1` can't be read"));
}

#[test]
fn a_server_that_is_down_is_named() {
    let output = person("http://127.0.0.1:1", "secret")
        .args(["backup", "list"])
        .output()
        .unwrap();
    assert_eq!(
        refused(&output, 2),
        "failed to reach http://127.0.0.1:1: Connection refused (os error 111); check that it runs, or \
         find the reason with appkeep doctor"
    );
}

#[test]
fn a_wrong_token_and_a_foreign_account_are_not_permitted() {
    let site = Site::new();
    let wrong = refused(&site.ask(["app", "list", "--token", "wrong"]), 4);
    assert!(
        wrong.starts_with("the server refused the token: app_list: 401 Unauthorized: "),
        "{wrong}"
    );
    assert!(
        wrong.ends_with("; it is wrong, expired or revoked: run appkeep login with another one"),
        "{wrong}"
    );
    let foreign = refused(&site.ask(["app", "list", "--account", OTHER_ACCOUNT]), 4);
    assert!(
        foreign.starts_with("the token doesn't permit this: app_list: 403 Forbidden: "),
        "{foreign}"
    );
    let viewer = site
        .place
        .create_token(&["--account", "acme", "--role", "viewer"])
        .unwrap();
    let viewer = said(&viewer);
    let refusal = refused(&site.ask(["backup", "create", "--token", viewer.trim()]), 4);
    assert!(
        refusal.ends_with("; use a token of this account with a higher role"),
        "{refusal}"
    );
}

#[test]
fn what_is_not_there_is_not_found() {
    let site = Site::new();
    assert_eq!(
        refused(&site.ask(["app", "show", "shp"]), 3),
        "there is no app \"shp\"; did you mean shop?"
    );
    assert_eq!(
        refused(&site.ask(["backup", "show", "nightly"]), 3),
        "there is no backup \"nightly\"; there are no backups"
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    let refusal = refused(&site.ask(["backup", "wait", unknown]), 3);
    assert!(
        refusal.starts_with("not found: app_backup_fetch: 404 Not Found: "),
        "{refusal}"
    );
}

#[test]
fn what_may_be_two_things_lists_both() {
    let site = Site::of(two_apps());
    assert_eq!(
        refused(&site.ask(["backup", "create"]), 6),
        "the account has 2 apps: blog, shop; select one with --app"
    );
    for app in ["shop", "blog"] {
        let made = site.ask(["backup", "create", "nightly", "--app", app, "--wait"]);
        assert_eq!(made.status.code(), Some(0), "{made:?}");
    }
    let refusal = refused(&site.ask(["backup", "delete", "nightly"]), 6);
    assert!(
        refusal.starts_with("\"nightly\" matches 2 backups: nightly ("),
        "{refusal}"
    );
    for part in [
        ", of shop, created 20",
        ", of blog, created 20",
        "; give more digits of the id",
    ] {
        assert!(refusal.contains(part), "{refusal}");
    }
    let one = site.json(&["backup", "show", "nightly", "--app", "blog"]);
    let deleted = site.ask(["backup", "delete", "nightly", "--app", "blog"]);
    assert_eq!(
        said(&deleted),
        format!("backup nightly is deleted ({})\n", one["id"].as_str().unwrap())
    );
    assert_eq!(site.json(&["backup", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_conflict_says_so() {
    let site = Site::idle();
    site.json(&["backup", "create", "waiting"]);
    let refusal = refused(&site.ask(["backup", "delete", "waiting"]), 5);
    assert!(
        refusal.contains("409 Conflict: Backup cancellation not allowed"),
        "{refusal}"
    );
    assert!(
        refusal.ends_with("; check its state, and try again when it isn't in use"),
        "{refusal}"
    );
}

#[test]
fn half_a_name_is_not_enough_to_delete_without_being_asked() {
    let site = Site::new();
    let backup = site.json(&["backup", "create", "nightly-1", "--wait"]);
    let id = backup["id"].as_str().unwrap();
    assert_eq!(
        refused(&site.ask(["backup", "delete", "nightly"]), 2),
        format!("\"nightly\" is only a prefix of nightly-1 ({id}); confirm it with --yes")
    );
    let deleted = site.ask(["backup", "delete", "nightly", "--yes"]);
    assert_eq!(deleted.status.code(), Some(0), "{deleted:?}");
}

#[test]
fn a_backup_that_fails_ends_the_wait_with_its_reason() {
    let site = Site::new();
    let volume = site.place.path().join("volume");
    fs::remove_dir_all(&volume).unwrap();
    let output = site.ask(["backup", "create", "hopeless", "--wait", "--output", "json"]);
    let complaint = refused_at_last(&output, 1);
    assert!(complaint.starts_with("backup hopeless failed: "), "{complaint}");
    assert!(complaint.contains("; appkeep backup show "), "{complaint}");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["state"], "failed");
}

#[test]
fn a_server_without_an_operation_is_called_old() {
    let server = canned::start(|_, _| {
        let body = r#"{"request_id":"a","message":"Not Found"}"#;
        (404, "application/json", body.to_owned())
    });
    let url = server.uri();
    let output = person(&url, "secret").args(["app", "list"]).output().unwrap();
    assert_eq!(
        refused(&output, 2),
        format!(
            "the server at {url} doesn't have the operation app_list; it is older than this command, or not an \
             appkeep server: update it"
        )
    );
}

#[test]
fn what_speaks_another_language_is_not_understood() {
    let server = canned::start(|_, _| (200, "text/html", "<html>\n\u{1b}[2Jlog in".to_owned()));
    let url = server.uri();
    let output = person(&url, "secret").args(["app", "list"]).output().unwrap();
    let refusal = refused(&output, 1);
    assert!(
        refusal.starts_with(&format!("{url} sent an invalid response: ")),
        "{refusal}"
    );
    assert!(!refusal.contains('\u{1b}'), "{refusal}");
    let server = canned::start(|_, _| (502, "text/plain", "bad gateway".to_owned()));
    let url = server.uri();
    let output = person(&url, "secret").args(["app", "list"]).output().unwrap();
    assert!(refused(&output, 1).contains("the server failed: app_list: 502 Bad Gateway"));
    let https = url.replace("http:", "https:");
    let output = person(&https, "secret").args(["app", "list"]).output().unwrap();
    let refusal = refused(&output, 2);
    assert!(
        refusal.ends_with("; the scheme may be http:// instead of https://"),
        "{refusal}"
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let site = Site::new();
    for number in 0..3 {
        site.json(&["backup", "create", &format!("nightly-{number}")]);
    }
    for format in ["table", "json", "yaml"] {
        let mut listing = site
            .command(["backup", "list", "--output", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The reader closes the pipe.
        drop(listing.stdout.take());
        let output = listing.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{format}");
    }
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let place = installation();
    let file = place.path().join("none");
    let name = file.display().to_string();
    for flag in ["--token-file", "--ca"] {
        let output = person("http://127.0.0.1:1", "secret")
            .args(["app", "list", flag, &name])
            .output()
            .unwrap();
        assert!(
            refused(&output, 2).starts_with(&format!("failed to read {name}: ")),
            "{flag}"
        );
    }
    fs::write(&file, "no certificate").unwrap();
    let output = person("https://127.0.0.1:1", "secret")
        .args(["app", "list", "--ca", &name])
        .output()
        .unwrap();
    assert!(refused(&output, 2).starts_with("the root certificates can't be read: "));
    let output = appkeep()
        .args(["man", &format!("{name}/below")])
        .output()
        .unwrap();
    assert!(refused(&output, 2).starts_with(&format!("failed to write manual pages into {name}/below: ")));
    // Root could write anywhere else.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn arguments_that_are_wrong_are_refused_before_anything_is_asked() {
    for (arguments, part) in [
        (
            &["backup", "create", "--label", "release"][..],
            "expected NAME=VALUE",
        ),
        (&["backup", "create", "--timeout", "5"], "--wait"),
        (&["backup", "wait", "a", "--timeout", "soon"], "soon"),
        (
            &["app", "list", "--output", "xml"],
            "[possible values: table, json, yaml]",
        ),
        (&["app", "list", "--token", ""], "--token"),
        (
            &["app", "list", "--token", "a", "--token-file", "b"],
            "cannot be used with",
        ),
        (&["backup", "show"], "<BACKUP>"),
    ] {
        let output = person("http://127.0.0.1:1", "secret")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains(part), "{arguments:?}: {complaint}");
    }
}

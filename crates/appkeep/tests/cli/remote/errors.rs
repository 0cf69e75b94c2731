//! Refused commands: one line with the cause and the next step, and an exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use appkeep_launcher::{Installation, OTHER_ACCOUNT};

use super::{Fixture, client_command, error_line, last_error_as_json, run_at};
use crate::fake_server;
use crate::program::{appkeep, installation, stdout};

/// Returns an installation whose account has two apps.
fn two_apps() -> Installation {
    let installation = installation();
    let second = "[[accounts.apps]]\nname = \"blog\"\nvolumes = { data = \"volume\" }\n";
    installation.add_apps(second).expect("a configuration");
    installation
}

#[test]
fn missing_settings_are_named() {
    let nowhere = |variable: &str| {
        let mut command = client_command("http://127.0.0.1:1", "secret");
        command.env_remove(variable).args(["app", "list"]);
        error_line(&command.output().unwrap(), 2)
    };
    assert_eq!(
        nowhere("APPKEEP_URL"),
        "no server is set; specify --url or APPKEEP_URL, or run appkeep login"
    );
    assert_eq!(
        nowhere("APPKEEP_TOKEN"),
        "no token is set; specify --token-file or APPKEEP_TOKEN, or run appkeep login"
    );
}

#[test]
fn abbreviated_and_pasted_addresses_are_corrected() {
    for (address, error) in [
        (
            "127.0.0.1:8480",
            "the address \"127.0.0.1:8480\", from APPKEEP_URL, has no scheme; specify https://127.0.0.1:8480, or \
             http://127.0.0.1:8480 if the server has no TLS",
        ),
        (
            "http://a.example:8480/ui/#/apps?x=1",
            "the address http://a.example:8480/ui/#/apps?x=1, from APPKEEP_URL, is that of a page and not of the server; \
             specify http://a.example:8480",
        ),
        (
            "https://a.example/backup/docs",
            "the address https://a.example/backup/docs, from APPKEEP_URL, is that of a page and not of the server; specify \
             https://a.example/backup",
        ),
    ] {
        assert_eq!(error_line(&run_at(address, &["app", "list"]), 2), error);
    }
    // A path in front of that of the API is a part of the server's address.
    let output = run_at("http://127.0.0.1:1/prefix", &["app", "list"]);
    assert!(error_line(&output, 2).starts_with("failed to reach http://127.0.0.1:1/prefix: "));
}

#[test]
fn unreachable_servers_are_named() {
    let output = run_at("http://127.0.0.1:1", &["backup", "list"]);
    assert_eq!(
        error_line(&output, 2),
        "failed to reach http://127.0.0.1:1: Connection refused (os error 111); check that it runs, or \
         find the reason with appkeep doctor"
    );
}

#[test]
fn wrong_tokens_and_foreign_accounts_are_rejected() {
    let fixture = Fixture::new();
    let wrong = error_line(&fixture.run(["app", "list", "--token", "wrong"]), 4);
    assert!(wrong.starts_with("the server refused the token: "), "{wrong}");
    assert!(
        wrong.ends_with("; it is wrong, expired or revoked: run appkeep login with another one"),
        "{wrong}"
    );
    for internal in ["app_list", "http", "401"] {
        assert!(!wrong.contains(internal), "{wrong}");
    }
    let foreign = error_line(&fixture.run(["app", "list", "--account", OTHER_ACCOUNT]), 4);
    assert!(
        foreign.starts_with("the token doesn't permit this: "),
        "{foreign}"
    );
    let viewer = fixture
        .installation
        .create_token(&["--account", "acme", "--role", "viewer"])
        .unwrap();
    let viewer = stdout(&viewer);
    let refusal = error_line(&fixture.run(["backup", "create", "--token", viewer.trim()]), 4);
    assert!(
        refusal.ends_with("; use a token of this account with a higher role"),
        "{refusal}"
    );
}

#[test]
fn unknown_resources_are_not_found() {
    let fixture = Fixture::new();
    assert_eq!(
        error_line(&fixture.run(["app", "show", "shp"]), 3),
        "there is no app \"shp\"; did you mean shop?"
    );
    assert_eq!(
        error_line(&fixture.run(["backup", "show", "nightly"]), 3),
        "there is no backup \"nightly\"; there are no backups"
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    let refusal = error_line(&fixture.run(["backup", "wait", unknown]), 3);
    assert!(
        refusal.starts_with("not found: ") && !refusal.contains("app_backup_fetch"),
        "{refusal}"
    );
}

#[test]
fn ambiguous_names_list_all_matches() {
    let fixture = Fixture::of(two_apps());
    assert_eq!(
        error_line(&fixture.run(["backup", "create"]), 6),
        "the account has 2 apps: blog, shop; select one with --app"
    );
    for app in ["shop", "blog"] {
        let made = fixture.run(["backup", "create", "nightly", "--app", app, "--wait"]);
        assert_eq!(made.status.code(), Some(0), "{made:?}");
    }
    let refusal = error_line(&fixture.run(["backup", "delete", "nightly"]), 6);
    assert!(
        refusal.starts_with("\"nightly\" matches 2 backups: nightly ("),
        "{refusal}"
    );
    for part in [
        ", of shop, created 20",
        ", of blog, created 20",
        "; specify --app, or more characters of the id",
    ] {
        assert!(refusal.contains(part), "{refusal}");
    }
    let one = fixture.json(&["backup", "show", "nightly", "--app", "blog"]);
    let deleted = fixture.run(["backup", "delete", "nightly", "--app", "blog"]);
    assert_eq!(
        stdout(&deleted),
        format!("backup nightly is deleted ({})\n", one["id"].as_str().unwrap())
    );
    assert_eq!(fixture.json(&["backup", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn conflicts_are_reported() {
    let fixture = Fixture::idle();
    fixture.json(&["backup", "create", "waiting"]);
    let refusal = error_line(&fixture.run(["backup", "delete", "waiting"]), 5);
    assert!(
        refusal.starts_with("Backup cancellation not allowed: "),
        "{refusal}"
    );
    assert!(
        refusal.ends_with("; check its state, and try again when it is no longer in use"),
        "{refusal}"
    );
    let refusal = error_line(&fixture.run(["backup", "create", "waiting"]), 5);
    assert!(refusal.ends_with("; choose another name"), "{refusal}");
}

#[test]
fn deletes_by_name_prefix_require_confirmation() {
    let fixture = Fixture::new();
    let backup = fixture.json(&["backup", "create", "nightly-1", "--wait"]);
    let id = backup["id"].as_str().unwrap();
    assert_eq!(
        error_line(&fixture.run(["backup", "delete", "nightly"]), 2),
        format!("\"nightly\" is only a prefix of nightly-1 ({id}); confirm it with --yes")
    );
    let deleted = fixture.run(["backup", "delete", "nightly", "--yes"]);
    assert_eq!(deleted.status.code(), Some(0), "{deleted:?}");
}

#[test]
fn failed_backups_end_the_wait_with_their_reason() {
    let fixture = Fixture::new();
    let volume = fixture.installation.path().join("volume");
    fs::remove_dir_all(&volume).unwrap();
    let output = fixture.run(["backup", "create", "hopeless", "--wait", "--output", "json"]);
    let error = last_error_as_json(&output, 1);
    let message = error["title"].as_str().unwrap();
    assert!(message.starts_with("backup hopeless failed: "), "{message}");
    let next = error["nextStep"].as_str().unwrap();
    assert!(next.starts_with("appkeep backup show "), "{next}");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["state"], "failed");
}

#[test]
fn missing_operations_suggest_an_update() {
    let server = fake_server::start(|_, _| {
        let body = r#"{"request_id":"a","message":"Not Found"}"#;
        (404, "application/json", body.to_owned())
    });
    let url = server.uri();
    let output = run_at(&url, &["app", "list"]);
    assert_eq!(
        error_line(&output, 2),
        format!(
            "the server at {url} doesn't have the operation app_list; it is older than this command, or not an \
             appkeep server: update it"
        )
    );
}

#[test]
fn non_api_responses_are_reported() {
    let server = fake_server::start(|_, _| (200, "text/html", "<html>\n\u{1b}[2Jlog in".to_owned()));
    let url = server.uri();
    let output = run_at(&url, &["app", "list"]);
    let refusal = error_line(&output, 1);
    assert!(
        refusal.starts_with(&format!("{url} sent an invalid response: ")),
        "{refusal}"
    );
    assert!(!refusal.contains('\u{1b}'), "{refusal}");
    let server = fake_server::start(|_, _| (502, "text/plain", "bad gateway".to_owned()));
    let url = server.uri();
    let output = run_at(&url, &["app", "list"]);
    assert!(error_line(&output, 1).contains("the server failed: 502 Bad Gateway"));
    let https = url.replace("http:", "https:");
    let output = run_at(&https, &["app", "list"]);
    let refusal = error_line(&output, 2);
    assert!(
        refusal.ends_with("; the scheme may be http:// instead of https://"),
        "{refusal}"
    );
}

/// A proxy would receive the token in clear text.
#[test]
fn proxies_of_the_environment_are_not_used_without_tls() {
    let proxy = fake_server::start(|_, _| {
        (
            200,
            "application/json",
            r#"{"items":[],"metadata":{}}"#.to_owned(),
        )
    });
    let mut command = client_command("http://appkeep.invalid", "secret");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        command.env(name, proxy.uri());
    }
    let output = command.args(["app", "list"]).output().expect("it runs");
    let refusal = error_line(&output, 2);
    assert!(refusal.contains("http://appkeep.invalid"), "{refusal}");
}

#[test]
fn closed_pipes_are_not_errors() {
    let fixture = Fixture::new();
    for number in 0..3 {
        fixture.json(&["backup", "create", &format!("nightly-{number}")]);
    }
    for format in ["table", "json", "yaml"] {
        let mut listing = fixture
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
fn inaccessible_files_are_named() {
    let installation = installation();
    let file = installation.path().join("none");
    let name = file.display().to_string();
    for flag in ["--token-file", "--ca"] {
        let output = run_at("http://127.0.0.1:1", &["app", "list", flag, &name]);
        assert!(
            error_line(&output, 2).starts_with(&format!("failed to read {name}: ")),
            "{flag}"
        );
    }
    fs::write(&file, "no certificate").unwrap();
    let output = run_at("https://127.0.0.1:1", &["app", "list", "--ca", &name]);
    assert_eq!(
        error_line(&output, 2),
        format!(
            "--ca {name} contains no certificate authority: no certificate in there; expected PEM, which begins with \
             -----BEGIN CERTIFICATE-----"
        )
    );
    let output = appkeep()
        .args(["man", &format!("{name}/below")])
        .output()
        .unwrap();
    assert!(error_line(&output, 2).starts_with(&format!("failed to write manual pages into {name}/below: ")));
    // Root could write anywhere else.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn invalid_arguments_are_rejected_before_any_request() {
    for (arguments, part) in [
        (
            &["backup", "create", "--label", "release"][..],
            "expected NAME=VALUE",
        ),
        (&["backup", "create", "--timeout", "5"], "--wait"),
        (&["backup", "wait", "a", "--timeout", "soon"], "soon"),
        (
            &["app", "list", "--output", "xml"],
            "[possible values: table, json, yaml, csv]",
        ),
        (&["app", "list", "--token", ""], "--token"),
        (
            &["app", "list", "--token", "a", "--token-file", "b"],
            "cannot be used with",
        ),
        (&["backup", "show"], "<BACKUP>"),
    ] {
        let output = client_command("http://127.0.0.1:1", "secret")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(part), "{arguments:?}: {message}");
    }
}

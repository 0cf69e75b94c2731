//! `appkeep login` and `appkeep logout`

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use appkeep_launcher::{ACCOUNT, RunningServer};

use super::{Site, refused};
use crate::program::{appkeep, installation, said};
use crate::terminal::{Terminal, plain};

/// Returns a call of the binary with only the configuration directory of this site.
fn bare(site: &Site) -> Command {
    let mut command = appkeep();
    command.env("XDG_CONFIG_HOME", site.place.path().join("config"));
    command
}

fn file(site: &Site) -> std::path::PathBuf {
    site.place.path().join("config/appkeep/login.toml")
}

fn log_in(site: &Site) {
    let output = bare(site)
        .args(["login", "--url", &site.server.url, "--account", ACCOUNT])
        .env("APPKEEP_TOKEN", &site.token)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        said(&output),
        format!(
            "logged in to {}, account acme ({ACCOUNT}) as member with 1 app; stored in {}\n",
            site.server.url,
            file(site).display()
        )
    );
}

#[test]
fn what_is_stored_is_used_and_the_users_alone() {
    let site = Site::new();
    log_in(&site);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file(&site)), 0o600);
    assert_eq!(mode(file(&site).parent().unwrap()), 0o700);
    let output = bare(&site)
        .args(["app", "list", "--output", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // A second login replaces the first one.
    log_in(&site);
    assert_eq!(fs::read_dir(file(&site).parent().unwrap()).unwrap().count(), 1);

    let output = bare(&site).arg("logout").output().unwrap();
    assert_eq!(
        said(&output),
        format!(
            "logged out: {} was removed; the token is still valid\n",
            file(&site).display()
        )
    );
    let output = bare(&site).args(["app", "list"]).output().unwrap();
    assert_eq!(
        refused(&output, 2),
        "no server is set; give --url or APPKEEP_URL, or run appkeep login"
    );
    let output = bare(&site).arg("logout").output().unwrap();
    assert_eq!(
        (output.status.code(), said(&output).as_str()),
        (Some(0), "no login was stored\n")
    );
}

#[test]
fn the_only_account_need_not_be_named_and_others_may_be_by_name() {
    let site = Site::new();
    let log_in = |token: &str, more: &[&str]| {
        let mut command = bare(&site);
        command.args(["login", "--url", &site.server.url, "--token", token]);
        command.args(more).output().unwrap()
    };
    let output = log_in(&site.token, &[]);
    assert!(
        said(&output).contains(&format!("account acme ({ACCOUNT}) as member")),
        "{output:?}"
    );
    let all = said(
        &site
            .place
            .create_token(&["--account", "*", "--role", "viewer"])
            .unwrap(),
    );
    assert_eq!(
        refused(&log_in(all.trim(), &[]), 6),
        "the token can access 2 accounts: other, acme; select one with --account"
    );
    let output = log_in(all.trim(), &["--account", "acme"]);
    assert!(said(&output).contains("as viewer"), "{output:?}");
    assert_eq!(
        refused(&log_in(all.trim(), &["--account", "zebra"]), 3),
        "there is no account \"zebra\"; expected other, acme"
    );
}

#[test]
fn a_certificate_has_to_be_trusted_and_is_remembered() {
    let place = installation();
    let mut command = place.serve();
    command.args(["--tls", "self-signed"]);
    let mut server = RunningServer::start(command).unwrap();
    let line = server.next_line().unwrap();
    let (_, ca) = line.split_once(": ").expect("where the authority is");
    let token = place.token("acme").unwrap();
    let person = || {
        let mut command = appkeep();
        command.env("XDG_CONFIG_HOME", place.path().join("config"));
        command
    };
    let log_in = || {
        let mut command = person();
        command.args(["login", "--url", &server.url, "--token", &token]);
        command
    };
    let refusal = refused(&log_in().output().unwrap(), 2);
    assert!(
        refusal.starts_with(&format!("the certificate of {} is not trusted: ", server.url)),
        "{refusal}"
    );
    assert!(
        refusal.ends_with("; give --ca FILE, the authority that signed it, or APPKEEP_CA"),
        "{refusal}"
    );
    let output = log_in().env("APPKEEP_CA", ca).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = person().args(["app", "list"]).output().unwrap();
    assert!(said(&output).contains("shop"), "{output:?}");
}

#[test]
fn a_token_goes_to_no_other_server_than_its_own() {
    let site = Site::new();
    log_in(&site);
    let output = bare(&site)
        .args(["app", "list", "--url", "http://127.0.0.1:1"])
        .output()
        .unwrap();
    assert_eq!(
        refused(&output, 2),
        format!(
            "no token for http://127.0.0.1:1 is set: the login is for {}; give --token-file or APPKEEP_TOKEN, or run \
             appkeep login",
            site.server.url
        )
    );
}

#[test]
fn what_does_not_work_is_not_stored() {
    let site = Site::new();
    let output = bare(&site)
        .args([
            "login",
            "--url",
            &site.server.url,
            "--account",
            ACCOUNT,
            "--token",
            "wrong",
        ])
        .output()
        .unwrap();
    refused(&output, 4);
    assert!(!file(&site).exists());
    let output = bare(&site)
        .args(["login", "--url", &site.server.url, "--account", ACCOUNT])
        .output()
        .unwrap();
    assert_eq!(
        refused(&output, 2),
        "no token is set; give --token-file or APPKEEP_TOKEN"
    );
    // The directory can't be created.
    fs::write(site.place.path().join("config"), "").unwrap();
    let output = bare(&site)
        .args([
            "login",
            "--url",
            &site.server.url,
            "--account",
            ACCOUNT,
            "--token",
            &site.token,
        ])
        .output()
        .unwrap();
    assert!(refused(&output, 2).starts_with(&format!("failed to write {}: ", file(&site).display())));
}

#[test]
fn a_terminal_is_asked_for_the_token_and_does_not_show_it() {
    let site = Site::new();
    let mut command = bare(&site);
    command.args(["login", "--url", &site.server.url, "--account", ACCOUNT]);
    let mut terminal = Terminal::start(200, &command);
    terminal.expect(&format!("Token for {}", site.server.url));
    terminal.until_hidden();
    terminal.type_line(&site.token);
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(plain(&text).contains("logged in to "), "{text}");
    assert!(!text.contains(&site.token), "{text}");
}

#[test]
fn a_broken_login_is_named_without_its_secret() {
    let site = Site::new();
    log_in(&site);
    fs::write(
        file(&site),
        format!("url = \"http://a\"\ntoken = {}\n", site.token),
    )
    .unwrap();
    let output = bare(&site).args(["app", "list"]).output().unwrap();
    let refusal = refused(&output, 2);
    assert!(
        refusal.starts_with(&format!("failed to read {}: ", file(&site).display())),
        "{refusal}"
    );
    assert!(!refusal.contains(&site.token), "{refusal}");
}

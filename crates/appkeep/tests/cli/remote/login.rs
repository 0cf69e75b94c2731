//! `appkeep login` and `appkeep logout`

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use appkeep_launcher::{ACCOUNT, RunningServer};

use super::{Fixture, error_line, run_at};
use crate::program::{appkeep, installation, stdout};
use crate::terminal::{Terminal, plain};

/// Returns a call of the binary with only the configuration directory of this fixture.
fn bare(fixture: &Fixture) -> Command {
    let mut command = appkeep();
    command.env("XDG_CONFIG_HOME", fixture.installation.path().join("config"));
    command
}

fn file(fixture: &Fixture) -> std::path::PathBuf {
    fixture.installation.path().join("config/appkeep/login.toml")
}

fn log_in(fixture: &Fixture) {
    let output = bare(fixture)
        .args(["login", "--url", &fixture.server.url, "--account", ACCOUNT])
        .env("APPKEEP_TOKEN", &fixture.token)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        stdout(&output),
        format!(
            "logged in to {}, account acme ({ACCOUNT}) as member with 1 app; stored in {}\n",
            fixture.server.url,
            file(fixture).display()
        )
    );
}

#[test]
fn stored_logins_are_used_and_private() {
    let fixture = Fixture::new();
    log_in(&fixture);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file(&fixture)), 0o600);
    assert_eq!(mode(file(&fixture).parent().unwrap()), 0o700);
    let output = bare(&fixture)
        .args(["app", "list", "--output", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // A second login replaces the first one.
    log_in(&fixture);
    assert_eq!(fs::read_dir(file(&fixture).parent().unwrap()).unwrap().count(), 1);

    let output = bare(&fixture).arg("logout").output().unwrap();
    assert_eq!(
        stdout(&output),
        format!(
            "logged out: {} was removed; the token is still valid\n",
            file(&fixture).display()
        )
    );
    let output = bare(&fixture).args(["app", "list"]).output().unwrap();
    assert_eq!(
        error_line(&output, 2),
        "no server is set; specify --url or APPKEEP_URL, or run appkeep login"
    );
    let output = bare(&fixture).arg("logout").output().unwrap();
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(0), "no login was stored\n")
    );
}

#[test]
fn the_account_is_optional_if_there_is_only_one() {
    let fixture = Fixture::new();
    let log_in = |token: &str, more: &[&str]| {
        let mut command = bare(&fixture);
        command.args(["login", "--url", &fixture.server.url, "--token", token]);
        command.args(more).output().unwrap()
    };
    let output = log_in(&fixture.token, &[]);
    assert!(
        stdout(&output).contains(&format!("account acme ({ACCOUNT}) as member")),
        "{output:?}"
    );
    let all = stdout(
        &fixture
            .installation
            .create_token(&["--account", "*", "--role", "viewer"])
            .unwrap(),
    );
    assert_eq!(
        error_line(&log_in(all.trim(), &[]), 6),
        "the token can access 2 accounts: acme, other; select one with --account"
    );
    let output = log_in(all.trim(), &["--account", "acme"]);
    assert!(stdout(&output).contains("as viewer"), "{output:?}");
    assert_eq!(
        error_line(&log_in(all.trim(), &["--account", "zebra"]), 3),
        "there is no account \"zebra\"; expected acme, other"
    );
}

#[test]
fn trusted_certificates_are_stored() {
    let installation = installation();
    let mut command = installation.serve();
    command.args(["--tls", "self-signed"]);
    let mut server = RunningServer::start(command).unwrap();
    let line = server.next_line().unwrap();
    let (_, ca) = line.split_once(": ").expect("where the authority is");
    let token = installation.token("acme").unwrap();
    let client_command = || {
        let mut command = appkeep();
        command.env("XDG_CONFIG_HOME", installation.path().join("config"));
        command
    };
    let log_in = || {
        let mut command = client_command();
        command.args(["login", "--url", &server.url, "--token", &token]);
        command
    };
    let refusal = error_line(&log_in().output().unwrap(), 2);
    assert!(
        refusal.starts_with(&format!("the certificate of {} is not trusted: ", server.url)),
        "{refusal}"
    );
    assert!(
        refusal.ends_with(
            "; specify its certificate authority with --ca FILE or APPKEEP_CA (appkeep ca prints it)"
        ),
        "{refusal}"
    );
    let without_tls = run_at(&server.url.replace("https:", "http:"), &["app", "list"]);
    let refusal = error_line(&without_tls, 2);
    assert!(
        refusal.ends_with("; if the server uses TLS, the scheme is https:// instead of http://"),
        "{refusal}"
    );
    let output = log_in().env("APPKEEP_CA", ca).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = client_command().args(["app", "list"]).output().unwrap();
    assert!(stdout(&output).contains("shop"), "{output:?}");
}

#[test]
fn stored_tokens_are_sent_only_to_their_server() {
    let fixture = Fixture::new();
    log_in(&fixture);
    let output = bare(&fixture)
        .args(["app", "list", "--url", "http://127.0.0.1:1"])
        .output()
        .unwrap();
    assert_eq!(
        error_line(&output, 2),
        format!(
            "no token for http://127.0.0.1:1 is set: the login is for {}; specify --token-file or APPKEEP_TOKEN, or run \
             appkeep login",
            fixture.server.url
        )
    );
}

#[test]
fn failing_logins_are_not_stored() {
    let fixture = Fixture::new();
    let log_in = |token: &[&str]| {
        let mut command = bare(&fixture);
        command.args(["login", "--url", &fixture.server.url, "--account", ACCOUNT]);
        command.args(token).output().unwrap()
    };
    error_line(&log_in(&["--token", "wrong"]), 4);
    assert!(!file(&fixture).exists());
    assert_eq!(
        error_line(&log_in(&[]), 2),
        "no token is set; specify --token-file or APPKEEP_TOKEN"
    );
    // The directory can't be created.
    fs::write(fixture.installation.path().join("config"), "").unwrap();
    let output = log_in(&["--token", &fixture.token]);
    assert!(error_line(&output, 2).starts_with(&format!("failed to write {}: ", file(&fixture).display())));
}

#[test]
fn the_token_prompt_hides_input() {
    let fixture = Fixture::new();
    let mut command = bare(&fixture);
    command.args(["login", "--url", &fixture.server.url, "--account", ACCOUNT]);
    let mut terminal = Terminal::start(200, &command);
    terminal.expect(&format!("Token for {}", fixture.server.url));
    terminal.until_hidden();
    terminal.type_line(&fixture.token);
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(plain(&text).contains("logged in to "), "{text}");
    assert!(!text.contains(&fixture.token), "{text}");
}

#[test]
fn invalid_login_files_are_named_without_the_token() {
    let fixture = Fixture::new();
    log_in(&fixture);
    fs::write(
        file(&fixture),
        format!("url = \"http://a\"\ntoken = {}\n", fixture.token),
    )
    .unwrap();
    let output = bare(&fixture).args(["app", "list"]).output().unwrap();
    let refusal = error_line(&output, 2);
    assert!(
        refusal.starts_with(&format!("failed to read {}: ", file(&fixture).display())),
        "{refusal}"
    );
    assert!(!refusal.contains(&fixture.token), "{refusal}");
}

//! Several logins, and tokens from the standard input.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use appkeep_launcher::{ACCOUNT, OTHER_ACCOUNT};
use serde_json::Value;

use super::{Fixture, error_line, rows};
use crate::program::{appkeep, stdout};

/// Runs the binary with only the configuration directory of this fixture.
fn run(fixture: &Fixture, arguments: &[&str]) -> Output {
    command(fixture, arguments).output().expect("it runs")
}

fn command(fixture: &Fixture, arguments: &[&str]) -> Command {
    let mut command = appkeep();
    command
        .env("XDG_CONFIG_HOME", fixture.installation.path().join("config"))
        .args(arguments);
    command
}

/// Stores a login as this context.
#[track_caller]
fn log_in(fixture: &Fixture, name: &str, token: &str) {
    let login = [
        "login",
        "--name",
        name,
        "--url",
        &fixture.server.url,
        "--token",
        token,
        "--account",
    ];
    let account = if name == "other" { OTHER_ACCOUNT } else { ACCOUNT };
    let output = run(fixture, &[&login[..], &[account]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let stored = stdout(&output);
    let as_context = format!("; stored as context {name} in ");
    assert!(name == "default" || stored.contains(&as_context), "{stored}");
}

/// Returns the accounts of the contexts `prod` and `other`, and logs in to both. The last one is selected.
fn two_contexts() -> Fixture {
    let fixture = Fixture::idle();
    log_in(&fixture, "prod", &fixture.token);
    log_in(&fixture, "other", &fixture.installation.token("other").unwrap());
    fixture
}

/// Returns the names of apps: those of the account `acme` have one, those of `other` none.
fn apps(output: &Output) -> usize {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let apps: Value = serde_json::from_slice(&output.stdout).unwrap();
    apps.as_array().unwrap().len()
}

#[test]
fn contexts_are_selected_by_command_option_and_environment() {
    let fixture = two_contexts();
    let list = ["app", "list", "--output", "json"];
    assert_eq!(apps(&run(&fixture, &list)), 0, "the last login is selected");
    for arguments in [
        &["--context", "prod", "app", "list", "-o", "json"][..],
        &["app", "list", "-o", "json", "--context", "prod"],
    ] {
        assert_eq!(apps(&run(&fixture, arguments)), 1, "{arguments:?}");
    }
    let in_environment = |name: &str, arguments: &[&str]| {
        let mut command = command(&fixture, arguments);
        command.env("APPKEEP_CONTEXT", name).output().unwrap()
    };
    assert_eq!(apps(&in_environment("prod", &list)), 1);
    let both = in_environment("prod", &[&list[..], &["--context", "other"]].concat());
    assert_eq!(apps(&both), 0, "the option takes precedence");
    let output = run(&fixture, &["context", "use", "prod"]);
    assert_eq!(
        stdout(&output),
        format!("the context prod is selected: {}\n", fixture.server.url)
    );
    assert_eq!(apps(&run(&fixture, &list)), 1);
    // The option also takes precedence over the other variables.
    let mut other = command(&fixture, &["--context", "other", "app", "list", "-o", "json"]);
    let output = other
        .env("APPKEEP_URL", "http://127.0.0.1:1")
        .env("APPKEEP_TOKEN", "wrong")
        .output();
    assert_eq!(apps(&output.unwrap()), 0);
    let output = run(
        &fixture,
        &["--context", "prod", "app", "list", "--url", "http://127.0.0.1:1"],
    );
    assert!(
        error_line(&output, 2).contains("no token for http://127.0.0.1:1 is set"),
        "{output:?}"
    );
}

#[test]
fn contexts_are_listed_renamed_and_deleted() {
    let fixture = two_contexts();
    let output = run(&fixture, &["context", "list"]);
    let table = stdout(&output);
    assert_eq!(
        rows(&table)[1],
        ["*", "other", &fixture.server.url, OTHER_ACCOUNT]
    );
    assert_eq!(rows(&table)[2], ["prod", &fixture.server.url, ACCOUNT]);
    let json = stdout(&run(&fixture, &["context", "list", "--output", "json"]));
    let contexts: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&contexts[0]["isCurrent"], &contexts[1]["isCurrent"]),
        (&true.into(), &false.into())
    );
    assert!(!json.contains(&fixture.token), "{json}");
    let file = fixture.installation.path().join("config/appkeep/login.toml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let refused = run(&fixture, &["context", "rename", "prod", "other"]);
    assert_eq!(
        error_line(&refused, 5),
        "there is already a context \"other\"; choose another name"
    );
    assert_eq!(
        run(&fixture, &["context", "rename", "other", "test"])
            .status
            .code(),
        Some(0)
    );
    let unknown = run(&fixture, &["app", "list", "--context", "other"]);
    assert_eq!(
        error_line(&unknown, 3),
        "there is no context \"other\"; expected prod, test"
    );
    // Without a selected context, no other one is used in its place.
    assert_eq!(run(&fixture, &["logout"]).status.code(), Some(0));
    assert_eq!(
        error_line(&run(&fixture, &["app", "list"]), 2),
        "no context is selected; select one with appkeep context use: prod"
    );
    let output = run(&fixture, &["logout", "--all"]);
    assert!(stdout(&output).starts_with("logged out: "), "{output:?}");
    assert!(!file.exists());
}

#[test]
fn tokens_are_read_from_the_standard_input() {
    let fixture = Fixture::idle();
    let pipe = |arguments: &[&str], input: &str| {
        let mut child = command(&fixture, arguments)
            .args(["--url", &fixture.server.url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that refuses the input has ended already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let line = format!("{}\n", fixture.token);
    for arguments in [
        &["login", "--token-stdin"][..],
        &["app", "list", "--token-file", "-"],
    ] {
        let output = pipe(arguments, &line);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    }
    assert_eq!(
        error_line(&pipe(&["login", "--token-stdin"], "\n"), 2),
        "the standard input contains no token"
    );
    assert_eq!(
        error_line(&pipe(&["login", "--token-stdin"], &"a".repeat(20_000)), 2),
        "the standard input is too large for a token: expected at most 16384 bytes"
    );
}

#[test]
fn logins_of_earlier_versions_are_the_default_context() {
    let fixture = Fixture::idle();
    log_in(&fixture, "default", &fixture.token);
    let file = fixture.installation.path().join("config/appkeep/login.toml");
    let old = format!(
        "url = \"{}\"\naccount = \"{ACCOUNT}\"\ntoken = \"{}\"\n",
        fixture.server.url, fixture.token
    );
    fs::write(&file, old).unwrap();
    assert_eq!(apps(&run(&fixture, &["app", "list", "-o", "json"])), 1);
    let listed = stdout(&run(&fixture, &["context", "list"]));
    assert!(listed.contains("*  default"), "{listed}");
}

//! Runs that are impossible, and the reasons: exit code 2.

use std::fs;

use appkeep_launcher::{ACCOUNT, APP, OTHER_ACCOUNT};

use super::verify_faulty_server;
use crate::faulty_server;
use crate::program::{installation, only_error_line, run, started};

#[test]
fn unreachable_servers_cannot_be_checked() {
    let of = ["--token", "secret", "--account", ACCOUNT, "--app", APP];
    for (url, message) in [
        ("http://127.0.0.1:1", "failed to reach http://127.0.0.1:1: "),
        ("127.0.0.1", "invalid server address `127.0.0.1`: "),
    ] {
        let refused = only_error_line(&run(["verify", url].iter().chain(&of)));
        assert!(refused.starts_with(message), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
}

#[test]
fn unusable_tokens_and_accounts_cannot_be_checked() {
    let (_installation, server, token) = started();
    for (token, account, app, message) in [
        ("wrong", ACCOUNT, APP, "401 "),
        (token.as_str(), OTHER_ACCOUNT, APP, "403 "),
        (token.as_str(), ACCOUNT, OTHER_ACCOUNT, "404 "),
    ] {
        let of = ["--token", token, "--account", account, "--app", app];
        let refused = only_error_line(&run(["verify", &server.url].iter().chain(&of)));
        let beginning =
            format!("failed to request app_backup_list_for_app for app {app} in account {account} at ");
        assert!(refused.starts_with(&beginning), "{refused}");
        assert!(refused.contains(message), "{refused}");
    }
}

#[test]
fn an_app_must_be_given_if_the_server_lists_none() {
    let url = faulty_server::start();
    let refused = only_error_line(&run(["verify", &url, "--token", "secret", "--account", ACCOUNT]));
    assert_eq!(
        refused,
        format!(
            "no app is set: specify --app: failed to find an app of account {ACCOUNT} at {url}: the list of apps \
             returned 404 t d"
        )
    );
}

#[test]
fn the_account_is_required_if_it_is_ambiguous_or_unknown() {
    let installation = installation();
    let server = installation.start().unwrap();
    let all = installation.token("*").unwrap();
    let refused = only_error_line(&run(["verify", &server.url, "--token", &all]));
    let beginning = format!(
        "no account is set: specify --account: failed to find the account at {}: ",
        server.url
    );
    assert!(refused.starts_with(&beginning), "{refused}");
    let accounts = format!("several accounts: {OTHER_ACCOUNT}, {ACCOUNT}");
    assert!(refused.ends_with(&accounts), "{refused}");
    let more = ["--account", ACCOUNT, "--app", APP, "--token-b", &all];
    let refused = only_error_line(&run([
        "verify",
        &server.url,
        "--token",
        &installation.token("acme").unwrap(),
    ]
    .iter()
    .chain(&more)));
    assert!(
        refused.starts_with("no account is set: specify --account-b: "),
        "{refused}"
    );
    let url = faulty_server::start();
    let refused = only_error_line(&run(["verify", &url, "--token", "secret"]));
    assert_eq!(
        refused,
        format!(
            "no account is set: specify --account: failed to find the account at {url}: the list of accounts returned \
             404 t d"
        )
    );
}

#[test]
fn the_other_account_requires_a_token() {
    for more in [["--account-b", OTHER_ACCOUNT], ["--app-b", APP]] {
        let refused = only_error_line(&verify_faulty_server("http://127.0.0.1:1", &more));
        assert_eq!(
            refused,
            "a token of the other account is missing: specify --token-b or APPKEEP_TOKEN_B"
        );
    }
}

#[test]
fn a_token_is_required() {
    let of = ["verify", "http://127.0.0.1:1", "--account", ACCOUNT, "--app", APP];
    assert_eq!(
        only_error_line(&run(of)),
        "a token is missing: specify --token, --token-file or APPKEEP_TOKEN"
    );
    let installation = installation();
    let file = installation.path().join("token").display().to_string();
    let with_file = || only_error_line(&run(of.iter().copied().chain(["--token-file", &file])));
    assert!(with_file().starts_with(&format!("failed to read {file}: ")));
    fs::write(&file, "\n").unwrap();
    assert_eq!(with_file(), format!("{file} contains no token"));
}

#[test]
fn unknown_operations_get_suggestions() {
    let refused = only_error_line(&verify_faulty_server(
        "http://127.0.0.1:1",
        &["--operations", "app_backup_lst_all"],
    ));
    assert!(
        refused.starts_with(
            "--operations: the contract has no operation \"app_backup_lst_all\"; did you mean app_backup_list_all or "
        ),
        "{refused}"
    );
    let refused = only_error_line(&run(["verify", "--operations", "zzz"]));
    assert!(refused.contains("expected app_backup_list_all, "), "{refused}");
}

#[test]
fn url_options_are_rejected_without_a_url() {
    for arguments in [
        ["--app", APP],
        ["--account", ACCOUNT],
        ["--token", "secret"],
        ["--viewer-token", "secret"],
        ["--account-b", ACCOUNT],
        ["--openapi", "file.json"],
        ["--ca", "file.pem"],
    ] {
        let refused = run(["verify"].iter().chain(&arguments));
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(refused.stderr).unwrap();
        assert!(message.contains("<URL>"), "{message}");
    }
}

#[test]
fn contradictory_flags_are_rejected() {
    let refused = verify_faulty_server("http://127.0.0.1:1", &["--token-file", "token"]);
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("cannot be used with"), "{message}");
}

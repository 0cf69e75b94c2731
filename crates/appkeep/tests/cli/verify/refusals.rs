//! Runs that are impossible, and the reasons: exit code 2.

use std::fs;

use appkeep_launcher::{ACCOUNT, APP, OTHER_ACCOUNT};

use super::verify_forger;
use crate::forger;
use crate::program::{installation, one_line_error, run};

#[test]
fn a_server_that_cannot_be_reached_could_not_be_judged() {
    let of = ["--token", "secret", "--account", ACCOUNT, "--app", APP];
    for (url, complaint) in [
        ("http://127.0.0.1:1", "failed to reach http://127.0.0.1:1: "),
        ("127.0.0.1", "failed to read the server's address `127.0.0.1`: "),
    ] {
        let refused = one_line_error(&run(["verify", url].iter().chain(&of)));
        assert!(refused.starts_with(complaint), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
}

#[test]
fn a_token_or_an_account_that_is_good_for_nothing_could_not_be_judged() {
    let place = installation();
    let server = place.start().unwrap();
    let token = place.token("acme").unwrap();
    for (token, account, app, complaint) in [
        ("wrong", ACCOUNT, APP, "401 "),
        (token.as_str(), OTHER_ACCOUNT, APP, "403 "),
        (token.as_str(), ACCOUNT, OTHER_ACCOUNT, "404 "),
    ] {
        let of = ["--token", token, "--account", account, "--app", app];
        let refused = one_line_error(&run(["verify", &server.url].iter().chain(&of)));
        let beginning =
            format!("failed to request app_backup_list_for_app for app {app} in account {account} at ");
        assert!(refused.starts_with(&beginning), "{refused}");
        assert!(refused.contains(complaint), "{refused}");
    }
}

#[test]
fn an_app_must_be_given_if_the_server_lists_none() {
    let url = forger::start();
    let refused = one_line_error(&run(["verify", &url, "--token", "secret", "--account", ACCOUNT]));
    assert_eq!(
        refused,
        format!(
            "no app is set: give --app: failed to find an app of account {ACCOUNT} at {url}: the list of apps \
             returned 404 t d"
        )
    );
}

#[test]
fn an_account_has_to_be_given_where_the_token_is_good_for_several_or_the_server_does_not_say() {
    let place = installation();
    let server = place.start().unwrap();
    let all = place.token("*").unwrap();
    let refused = one_line_error(&run(["verify", &server.url, "--token", &all]));
    let beginning = format!(
        "no account is set: give --account: failed to find the account at {}: ",
        server.url
    );
    assert!(refused.starts_with(&beginning), "{refused}");
    let accounts = format!("several: {OTHER_ACCOUNT}, {ACCOUNT}");
    assert!(refused.ends_with(&accounts), "{refused}");
    let more = ["--account", ACCOUNT, "--app", APP, "--token-b", &all];
    let refused = one_line_error(&run([
        "verify",
        &server.url,
        "--token",
        &place.token("acme").unwrap(),
    ]
    .iter()
    .chain(&more)));
    assert!(
        refused.starts_with("no account is set: give --account-b: "),
        "{refused}"
    );
    let url = forger::start();
    let refused = one_line_error(&run(["verify", &url, "--token", "secret"]));
    assert_eq!(
        refused,
        format!(
            "no account is set: give --account: failed to find the account at {url}: the list of accounts returned \
             404 t d"
        )
    );
}

#[test]
fn of_another_account_the_token_is_what_is_needed() {
    for more in [["--account-b", OTHER_ACCOUNT], ["--app-b", APP]] {
        let refused = one_line_error(&verify_forger("http://127.0.0.1:1", &more));
        assert_eq!(
            refused,
            "a token of the other account is missing: give --token-b or APPKEEP_TOKEN_B"
        );
    }
}

#[test]
fn a_token_has_to_come_from_somewhere() {
    let of = ["verify", "http://127.0.0.1:1", "--account", ACCOUNT, "--app", APP];
    assert_eq!(
        one_line_error(&run(of)),
        "a token is missing: give --token, --token-file or APPKEEP_TOKEN"
    );
    let place = installation();
    let file = place.path().join("token").display().to_string();
    let with_file = || one_line_error(&run(of.iter().copied().chain(["--token-file", &file])));
    assert!(with_file().starts_with(&format!("failed to read {file}: ")));
    fs::write(&file, "\n").unwrap();
    assert_eq!(with_file(), format!("{file} contains no token"));
}

#[test]
fn an_operation_that_is_none_names_those_that_are_like_it() {
    let refused = one_line_error(&verify_forger(
        "http://127.0.0.1:1",
        &["--operations", "app_backup_lst_all"],
    ));
    assert!(
        refused.starts_with(
            "--operations: the contract has no operation \"app_backup_lst_all\"; did you mean app_backup_list_all or "
        ),
        "{refused}"
    );
    let refused = one_line_error(&run(["verify", "--operations", "zzz"]));
    assert!(refused.contains("expected app_backup_list_all, "), "{refused}");
}

#[test]
fn what_belongs_to_a_url_is_refused_without_one() {
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
        let complaint = String::from_utf8(refused.stderr).unwrap();
        assert!(complaint.contains("<URL>"), "{complaint}");
    }
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let refused = verify_forger("http://127.0.0.1:1", &["--token-file", "token"]);
    assert_eq!(refused.status.code(), Some(2));
    let complaint = String::from_utf8(refused.stderr).unwrap();
    assert!(complaint.contains("cannot be used with"), "{complaint}");
}

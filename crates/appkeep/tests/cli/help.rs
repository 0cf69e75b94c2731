//! Help texts and version of the binary.

use serde_json::Value;

use crate::program::{run, said};

#[test]
fn every_command_says_what_it_does() {
    for (arguments, parts) in [
        (
            &["--help"][..],
            &[
                "backups and snapshots",
                "serve",
                "token",
                "key",
                "verify",
                "diff",
                "explain",
                "openapi",
            ][..],
        ),
        (
            &["serve", "--help"],
            &[
                "Run the server",
                "--demo",
                "--config <FILE>",
                "port 0 takes a free one",
            ],
        ),
        (
            &["config", "--help"],
            &["Look at configurations", "check", "example"],
        ),
        (
            &["config", "check", "--help"],
            &["Check a configuration", "Exit codes: 0 it is good, 2"],
        ),
        (
            &["restore", "--help"],
            &[
                "while the server is stopped",
                "--in-place",
                "Exit codes: 0 restored, 1 it failed",
                "Example: appkeep restore",
            ],
        ),
        (
            &["token", "--help"],
            &["Create, list and revoke", "create", "list", "revoke"],
        ),
        (
            &["token", "create", "--help"],
            &[
                "print it, this once",
                "Works while the server runs",
                "Example: appkeep token create",
            ],
        ),
        (&["key", "--help"], &["keys that open backups", "show", "rotate"]),
        (
            &["key", "show", "--help"],
            &["--recovery", "Works while the server runs", "plain restic"],
        ),
        (
            &["key", "rotate", "--help"],
            &["The server must not run", "run it again", "--old-key-file <FILE>"],
        ),
        (
            &["verify", "--help"],
            &[
                "Check whether a server conforms to the contract",
                "Exit codes: 0 no violations, 1 violations, 2",
                "Example: appkeep verify",
                "--token-file <FILE>",
                "--output <FORMAT=FILE>",
                "--seed <UUID>",
            ],
        ),
        (
            &["diff", "--help"],
            &[
                "Compare two OpenAPI 3.0 documents",
                "--by-version",
                "Exit codes: 0 clients of OLD still work, 1 they may break, 2",
            ],
        ),
        (
            &["explain", "--help"],
            &["Explain a code of a report", "Exit codes: 0 success, 2"],
        ),
        (&["openapi", "--help"], &["Print this server's OpenAPI document"]),
    ] {
        has(arguments, parts);
    }
}

/// Replaces all white space by single spaces, because help texts are wrapped.
fn without_line_breaks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has(arguments: &[&str], parts: &[&str]) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    let help = said(&output);
    let unwrapped = without_line_breaks(&help);
    for part in parts {
        let part = without_line_breaks(part);
        assert!(unwrapped.contains(&part), "{arguments:?}: no {part:?} in\n{help}");
    }
}

#[test]
fn commands_that_ask_a_server_have_examples_and_exit_codes() {
    for (arguments, parts) in [
        (
            &["app", "--help"][..],
            &[
                "Look at apps",
                "list",
                "show",
                "Examples:",
                "--url <URL>",
                "Exit codes: 0 done, 1 it failed",
            ][..],
        ),
        (
            &["backup", "--help"],
            &[
                "list",
                "show",
                "create",
                "wait",
                "restore",
                "delete",
                "Examples:\n  appkeep backup create before-upgrade --app shop --wait",
                "130 interrupted.",
            ],
        ),
        (
            &["backup", "create", "--help"],
            &[
                "without --wait this only begins it",
                "--bucket <BUCKET>",
                "--label <NAME=VALUE>",
                "Examples:",
            ],
        ),
        (
            &["backup", "restore", "--help"],
            &[
                "Stop the app first",
                "--yes",
                "--wait",
                "appkeep restore --target",
            ],
        ),
        (
            &["snapshot", "--help"],
            &["list", "show", "create", "delete", "Examples:"],
        ),
        (
            &["login", "--help"],
            &[
                "Remember a server",
                "readable for the user alone",
                "Examples:\n  appkeep login --url",
            ],
        ),
        (&["bucket", "--help"], &["list", "check", "Examples:"]),
        (
            &["bucket", "check", "--help"],
            &["as far as the server knows", "This adds that up", "Example:"],
        ),
        (
            &["schedule", "--help"],
            &["list", "server's configuration", "Examples:"],
        ),
        (&["logout", "--help"], &["Forget what login stored"]),
        (
            &["doctor", "--help"],
            &[
                "the most likely first",
                "Nothing is changed",
                "Exit codes: 0 nothing is wrong",
            ],
        ),
        (
            &["completions", "--help"],
            &["bash", "zsh", "fish", "powershell", "Example: source"],
        ),
        (
            &["man", "--help"],
            &["Write manual pages", "Example: appkeep man"],
        ),
    ] {
        has(arguments, parts);
    }
}

#[test]
fn without_a_command_it_shows_its_help_and_could_not_run() {
    let output = run(Vec::<String>::new());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("Usage: appkeep <COMMAND>")
    );
}

#[test]
fn openapi_prints_the_document_with_every_operation() {
    let output = run(["openapi"]);
    assert_eq!(output.status.code(), Some(0));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.0"));
    let paths = document["paths"].as_object().unwrap().values();
    let methods = paths.flat_map(|path| path.as_object().unwrap().values());
    let mut operations: Vec<_> = methods
        .filter_map(|method| method["operationId"].as_str())
        .collect();
    operations.sort_unstable();
    assert_eq!(
        operations,
        [
            "account_list",
            "app_backup_create_for_app",
            "app_backup_delete",
            "app_backup_delete_for_app",
            "app_backup_fetch",
            "app_backup_fetch_for_app",
            "app_backup_list_all",
            "app_backup_list_for_app",
            "app_fetch",
            "app_list",
            "app_schedule_list_for_app",
            "app_snap_create_for_app",
            "app_snap_delete_for_app",
            "app_snap_fetch_for_app",
            "app_snap_list_for_app",
            "app_update",
            "bucket_list",
            "cloud_list",
        ]
    );
}

//! Help texts and version of the binary.

use serde_json::Value;

use crate::program::{run, stdout};

#[test]
fn help_of_every_command_describes_it() {
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
                "port 0 selects a free one",
            ],
        ),
        (
            &["config", "--help"],
            &["Check configurations, or print an example", "check", "example"],
        ),
        (
            &["config", "check", "--help"],
            &["Check a configuration", "Exit codes: 0 valid, 2"],
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
                "print it, only this once",
                "Works while the server runs",
                "Example: appkeep token create",
            ],
        ),
        (
            &["key", "--help"],
            &["keys that decrypt backups", "show", "rotate"],
        ),
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
    let help = stdout(&output);
    let unwrapped = without_line_breaks(&help);
    for part in parts {
        let part = without_line_breaks(part);
        assert!(unwrapped.contains(&part), "{arguments:?}: no {part:?} in\n{help}");
    }
}

#[test]
fn help_of_remote_commands_has_examples_and_exit_codes() {
    for (arguments, parts) in [
        (
            &["app", "--help"][..],
            &[
                "List and show apps",
                "list",
                "show",
                "Examples:",
                "--url <URL>",
                "Exit codes: 0 success, 1 failed",
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
                "without --wait, the command returns at once",
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
                "Store a server",
                "readable only by the user",
                "Examples:\n  appkeep login --url",
            ],
        ),
        (&["bucket", "--help"], &["list", "check", "Examples:"]),
        (
            &["bucket", "check", "--help"],
            &["as far as the server knows", "sums up the states", "Example:"],
        ),
        (
            &["schedule", "--help"],
            &["list", "server's configuration", "Examples:"],
        ),
        (&["logout", "--help"], &["Remove the stored login"]),
        (
            &["doctor", "--help"],
            &[
                "the most likely first",
                "Nothing is changed",
                "Exit codes: 0 no problems",
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
fn without_a_command_help_is_shown_with_exit_code_2() {
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

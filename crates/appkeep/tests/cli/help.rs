//! Help texts and version of the binary.

use serde_json::Value;

use crate::program::{run, stdout};

/// Commands, and parts of their help texts.
const HELP: &str = r"
appkeep: backups and snapshots | Use a server: | Run a server: | Check a server: | Other commands:
  | serve | token | key | verify | diff | explain | openapi | help | may also precede it
serve: Run the server | --demo | --config <FILE> | port 0 selects a free one | accountID, apps (id, name, volumes)
config: Check configurations, or print an example | check | example
config check: Check a configuration | Exit codes: 0 valid, 2
restore: while the server is stopped | --backup <BACKUP> | a unique prefix is enough | --in-place | Exit codes: 0 restored, 1 it failed
  | Example: appkeep restore | --include <PATH> | list | show | wait | cancel
restore list: to directories | --state <STATE> | Examples:
restore cancel: remove what it has written | --yes | Example: appkeep restore cancel
token: Create, list and revoke | create | list | revoke
token create: print it, only this once | Works while the server runs | Example: appkeep token create
key: keys that decrypt backups | show | rotate
key show: --recovery | Works while the server runs | plain restic
key rotate: The server must not run | run it again | --old-key-file <FILE>
node: List the nodes of servers that share a database | list | forget
node list: with the apps and buckets | --output <FORMAT> | Example: appkeep node list
node forget: Its server must be stopped | Exit codes: 0 forgotten, 2 | Example: appkeep node forget
notify: Test the receivers | test
notify test: nothing is retried | --config <FILE> | Example: appkeep notify test | Exit codes: 0 all receivers
store: Copy the server's database | copy
store copy: The server must be stopped | APPKEEP_STORE_TO | list of processes | Exit codes: 0 copied | Example:
verify: Check whether a server conforms to the contract
  | Exit codes: 0 no violations, 1 violations, 2 | Example: appkeep verify | --token-file <FILE>
  | --output <FORMAT[=FILE]> | --seed <UUID>
diff: Compare two OpenAPI 3.0 or 3.1 documents | --by-version | --output <FORMAT[=FILE]> | --level <CODE=LEVEL>
  | --fail-on <LEVEL> | --ignore <FILE> | --external-refs <DIR> | --limit <NAME=NUMBER> | Example: appkeep diff
  | Exit codes: 0 clients of OLD still work, 1 they may break, 2
explain: Explain a code of a report | Exit codes: 0 success, 2
openapi: Print this server's OpenAPI document
app: List and show apps | list | show | Examples: | --url <URL> | Exit codes: 0 success, 1 failed
backup: --data <DIR> | --config <FILE> | Without a server | list | show | create | wait | restore | delete
  | ls | find | dump | diff
  | Examples: appkeep backup create before-upgrade --app shop --wait | 130 interrupted.
backup list: --state <STATE> | --sort <[-]FIELD> | --columns <FIELD> | an age such as 7d | Examples:
backup cancel: Cancel a backup in progress, and delete it | appkeep job cancel | Example:
backup create: without --wait, the command returns at once | --bucket <BUCKET> | --all
  | --label <NAME=VALUE> | Examples:
backup restore: Stop the app first | --yes | --wait | --target <DIR> | --include <PATH> | --to-app <APP> | Examples:
backup ls: --recursive | %25 is a percent sign | Examples:
backup find: A glob | Examples:
backup dump: --target <FILE> | Only the owner can read | Examples:
backup diff: The content isn't read | Examples:
snapshot: list | show | create | delete | Examples:
ca: Compare its fingerprint | --fingerprint <FINGERPRINT> | Examples:
context: the selected one, or that of --context | list | use | rename | delete | Examples:
login: Store a server | --token-stdin | --name <CONTEXT> | readable only by the user | Examples: appkeep login --url
backup delete: --older-than <WHEN> | --keep-last <COUNT> | --dry-run | Examples:
snapshot wait: --timeout <SECONDS> | Example:
version: Print the version
bucket: list | show | check | Examples:
bucket import: The server must be stopped | can be repeated | Exit codes: 0 | --output <FORMAT> | Example:
bucket check: as far as the server knows | sums up the states | --read-data | Example
schedule: create | update | delete | list | show | run | server's configuration | Examples:
schedule create: --cron <CRON> | --zone <ZONE> | --what <KINDS> | --keep-daily <COUNT> | Example:
schedule update: --disable | replace all rules | Example:
schedule delete: Its backups and snapshots stay | --yes | Example:
logout: Remove a stored login | --all
status: the last good backup of each app | --watch | Exit codes: 0 nothing needs attention, 1
doctor: the most likely first | Nothing is changed | Exit codes: 0 no problems
completions: bash | zsh | fish | powershell | Example: source
man: Write manual pages | Example: appkeep man
";

#[test]
fn help_describes_every_command_with_examples_and_exit_codes() {
    for entry in HELP.trim().replace("\n  |", " |").lines() {
        let (command, parts) = entry.split_once(": ").unwrap();
        let arguments = command
            .split(' ')
            .filter(|word| *word != "appkeep")
            .chain(["--help"]);
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{command}");
        let help = stdout(&output);
        // Help texts are wrapped.
        let unwrapped = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts.split(" | ") {
            assert!(unwrapped.contains(part), "{command}: no {part:?} in\n{help}");
        }
    }
}

#[test]
fn help_lists_every_command_in_one_group() {
    let help = stdout(&run(["--help"]));
    let (_, groups) = help.split_once("Use a server:\n").unwrap();
    let (groups, options) = groups.split_once("\nOptions:\n").unwrap();
    let mut names: Vec<&str> = groups
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    names.sort_unstable();
    let pages = tempfile::tempdir().unwrap();
    run(["man".as_ref(), pages.path().as_os_str()]);
    let mut expected = vec!["help".to_owned()];
    for page in std::fs::read_dir(pages.path()).unwrap() {
        let page = page.unwrap().file_name().into_string().unwrap();
        let name = page.strip_suffix(".1").unwrap().strip_prefix("appkeep-");
        // `bucket take-over` and similar names have a parent's page.
        expected.extend(name.filter(|name| !name.contains('-')).map(str::to_owned));
    }
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert!(!options.contains("--url"), "{help}");
    assert!(options.starts_with("  -h, --help"), "{help}");
}

#[test]
fn help_shows_only_accepted_options() {
    for (command, refused) in [
        (&["backup", "delete"][..], &["--data", "--config"][..]),
        (&["backup", "create"], &["--data", "--config"]),
        (&["snapshot", "restore"], &["--data", "--config"]),
        (&["schedule", "run"], &["--url", "--token", "--ca", "--output"]),
        (
            &["bucket", "take-over"],
            &["--url", "--token", "--ca", "--output"],
        ),
    ] {
        let help = stdout(&run(command.iter().chain(&["--help"])));
        for option in refused {
            assert!(!help.contains(&format!("{option} <")), "{command:?}: {help}");
        }
    }
    assert!(stdout(&run(["backup", "list", "--help"])).contains("--data <"));
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
            "app_backup_change_list_for_app",
            "app_backup_content_fetch_for_app",
            "app_backup_create_for_app",
            "app_backup_delete",
            "app_backup_delete_for_app",
            "app_backup_fetch",
            "app_backup_fetch_for_app",
            "app_backup_file_list_for_app",
            "app_backup_list_all",
            "app_backup_list_for_app",
            "app_fetch",
            "app_hook_list_for_app",
            "app_list",
            "app_restore_create_for_app",
            "app_restore_delete_for_app",
            "app_restore_fetch_for_app",
            "app_restore_list_for_app",
            "app_schedule_create_for_app",
            "app_schedule_delete_for_app",
            "app_schedule_fetch_for_app",
            "app_schedule_list_for_app",
            "app_schedule_update_for_app",
            "app_snap_create_for_app",
            "app_snap_delete_for_app",
            "app_snap_fetch_for_app",
            "app_snap_list_for_app",
            "app_summary_list",
            "app_update",
            "bucket_list",
            "cloud_list",
            "user_list",
        ]
    );
}

//! Lists and restores without a server.

use std::fs;
use std::process::Output;

use appkeep_launcher::{ACCOUNT, APP, Installation, eventually};
use serde_json::Value;

use crate::program::{appkeep, installation, run, stdout};
use crate::remote::{Fixture, error_line};

/// Runs a command with the database as its source, in the account `acme`.
fn offline(installation: &Installation, arguments: &[&str]) -> Output {
    let mut command = appkeep();
    command.args(arguments).arg("--data").arg(installation.data());
    command.env("APPKEEP_ACCOUNT", "acme").output().expect("it runs")
}

/// Returns the text with ages replaced: they depend on the time of the command.
fn without_ages(text: &str) -> Vec<String> {
    let is_age = |word: &str| {
        let number = word.trim_start_matches('(').strip_suffix('s');
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let words = text.split_whitespace();
    words
        .map(|word| if is_age(word) { "AGE" } else { word }.to_owned())
        .collect()
}

/// Creates a backup and a snapshot of the app.
fn fill(fixture: &Fixture) {
    for noun in ["snapshot", "backup"] {
        fixture.json(&[noun, "create", "before-upgrade", "--app", "shop", "--wait"]);
    }
}

#[test]
fn lists_without_a_server_equal_those_of_a_server() {
    let mut schedule = "[[accounts.apps.schedules]]\nname = \"nightly\"\n".to_owned();
    schedule.push_str("cron = \"0 3 * * *\"\n");
    let installation = installation();
    installation.add_apps(&schedule).unwrap();
    let fixture = Fixture::of(installation);
    fill(&fixture);
    let commands: &[&[&str]] = &[
        &["app", "list"],
        &["app", "show", "sh"],
        &["backup", "list"],
        &["backup", "list", "--app", "shop"],
        &["backup", "show", "before"],
        &["snapshot", "list"],
        &["snapshot", "list", "--app", APP],
        &["snapshot", "show", "before-upgrade"],
        &["bucket", "list"],
        &["bucket", "show"],
        &["schedule", "list"],
    ];
    let calls = commands.iter().flat_map(|command| {
        let formats = ["table", "json", "yaml"];
        formats.map(|format| [*command, &["--output", format]].concat())
    });
    let calls: Vec<_> = calls.collect();
    let online: Vec<_> = calls.iter().map(|call| fixture.run(call)).collect();
    let compare = |state: &str| {
        for (call, online) in calls.iter().zip(&online) {
            let offline = offline(&fixture.installation, call);
            assert_eq!(offline.status.code(), Some(0), "{state}, {call:?}: {offline:?}");
            let (expected, found) = (stdout(online), stdout(&offline));
            assert!(!found.is_empty(), "{call:?}");
            assert_eq!(without_ages(&found), without_ages(&expected), "{state}, {call:?}");
        }
    };
    compare("running");
    fixture.server.stop_gracefully().unwrap();
    compare("stopped");
}

#[test]
fn changes_without_a_server_are_refused() {
    let installation = installation();
    let server = installation.start().unwrap();
    for command in [
        &["backup", "create", "--app", "shop"][..],
        &["backup", "delete", "before"],
        &["backup", "wait", "before"],
        &["snapshot", "create"],
        &["snapshot", "restore", "before", "--yes"],
    ] {
        assert_eq!(
            error_line(&offline(&installation, command), 2),
            "--data only lists and shows: this command requires a running server; start the server, and omit --data and \
             --config",
            "{command:?}"
        );
    }
    server.stop_gracefully().unwrap();
    let output = offline(&installation, &["backup", "list", "--url", "http://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn one_of_several_accounts_must_be_selected() {
    let installation = installation();
    installation.start().unwrap().stop_gracefully().unwrap();
    let data = installation.data().display().to_string();
    assert_eq!(
        error_line(&run(["app", "list", "--data", &data]), 6),
        "the database has 2 accounts: acme, other; select one with --account"
    );
    for account in ["acme", ACCOUNT] {
        let output = offline(
            &installation,
            &["app", "list", "-o", "json", "--account", account],
        );
        let apps: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(apps[0]["name"], "shop", "{account}");
    }
    let output = offline(
        &installation,
        &["app", "list", "-o", "json", "--account", "other"],
    );
    assert_eq!(stdout(&output), "[]\n");
}

#[test]
fn directories_without_a_database_are_refused() {
    let installation = installation();
    let refused = error_line(&offline(&installation, &["backup", "list"]), 2);
    assert!(
        refused.contains("is not the data directory of a server"),
        "{refused}"
    );
    let mut command = appkeep();
    let output = command
        .args(["backup", "list", "--config"])
        .arg(installation.config());
    let refused = error_line(&output.output().unwrap(), 2);
    assert!(refused.contains("specify it with --data DIR"), "{refused}");
}

#[test]
fn backups_and_snapshots_are_restored_by_name_and_prefix() {
    let installation = installation();
    let volume = "[[accounts.apps]]\nname = \"wiki\"\nvolumes = { data = \"wiki\" }\n";
    installation.add_apps(volume).unwrap();
    fs::create_dir(installation.path().join("wiki")).unwrap();
    fs::write(installation.path().join("wiki/page"), "welcome\n").unwrap();
    let fixture = Fixture::of(installation);
    fill(&fixture);
    for noun in ["backup", "snapshot"] {
        fixture.json(&[noun, "create", "before-upgrade", "--app", "wiki", "--wait"]);
        fixture.json(&[noun, "create", "nightly", "--app", "wiki", "--wait"]);
    }
    let Fixture {
        installation, server, ..
    } = fixture;
    server.stop_gracefully().unwrap();
    let target = installation.path().join("restored");
    let restore = |arguments: &[&str]| {
        let to = target.display().to_string();
        let data = installation.data().display().to_string();
        run(["restore", "--data", &data, "--target", &to]
            .iter()
            .chain(arguments))
    };
    for source in ["--backup", "--snapshot"] {
        for (wanted, app, file) in [
            ("nightly", None, "page"),
            ("night", None, "page"),
            ("before-upgrade", Some("shop"), "greeting.txt"),
            ("before", Some("wi"), "page"),
            ("before", Some(APP), "greeting.txt"),
        ] {
            let app: Vec<&str> = app.iter().flat_map(|app| ["--app", app]).collect();
            let output = restore(&[&[source, wanted], &app[..]].concat());
            assert_eq!(
                output.status.code(),
                Some(0),
                "{source} {wanted} {app:?}: {output:?}"
            );
            assert!(
                target.join("data").join(file).exists(),
                "{source} {wanted} {app:?}"
            );
            fs::remove_dir_all(&target).unwrap();
        }
        let noun = source.trim_start_matches('-');
        let ambiguous = error_line(&restore(&[source, "before-upgrade"]), 6);
        let begins = format!("\"before-upgrade\" matches 2 {noun}s: before-upgrade (");
        assert!(ambiguous.starts_with(&begins), "{ambiguous}");
        assert!(ambiguous.contains(", of wiki, created "), "{ambiguous}");
        assert!(
            ambiguous.ends_with("; specify --app, or more characters of the id"),
            "{ambiguous}"
        );
        assert_eq!(
            error_line(&restore(&[source, "nihgtly"]), 3),
            format!("there is no {noun} \"nihgtly\"; did you mean nightly?")
        );
        assert_eq!(
            error_line(&restore(&[source, "nightly", "--app", "wikki"]), 3),
            "there is no app \"wikki\"; did you mean wiki?"
        );
    }
    assert!(!target.exists());
}

#[test]
fn schedules_run_at_once_by_name() {
    let installation = installation();
    let schedule =
        "[[accounts.apps.schedules]]\nname = \"yearly\"\ncron = \"0 0 1 1 *\"\njitter_secs = 3600\n";
    installation.add_apps(schedule).unwrap();
    let fixture = Fixture::of(installation);
    let planned = || fixture.json(&["schedule", "show", "yearly"])["nextRunTimestamp"].clone();
    let next = eventually("the schedule to be planned", || {
        Some(planned()).filter(|next| !next.is_null())
    });
    let data = fixture.installation.data().display().to_string();
    let output = run(["schedule", "run", "--data", &data, "year"]);
    assert_eq!(
        stdout(&output),
        "yearly is due: a running server begins within seconds\n",
        "{output:?}"
    );
    let backups = eventually("the schedule to run", || {
        let backups = fixture.json(&["backup", "list", "--state", "completed"]);
        backups
            .as_array()
            .is_some_and(|backups| !backups.is_empty())
            .then_some(backups)
    });
    let schedules = fixture.json(&["schedule", "list"]);
    assert_eq!(backups[0]["scheduleID"], schedules[0]["id"]);
    assert_eq!(planned(), next, "later runs don't change");
    let unknown = error_line(&run(["schedule", "run", "--data", &data, "daily"]), 3);
    assert_eq!(unknown, "there is no schedule \"daily\"; expected yearly");
}

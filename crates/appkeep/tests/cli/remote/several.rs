//! `backup create` and `snapshot create` of several apps, `backup cancel`, and `app show`.

use std::fs;
use std::sync::{Arc, Mutex};

use appkeep_launcher::ACCOUNT;
use serde_json::{Value, json};

use super::{Fixture, error_line, run_at};
use crate::fake_server;
use crate::program::{installation, stdout};
use crate::terminal::{Terminal, plain};

/// Starts a server with the apps blog, shop and wiki, of which blog can't be backed up.
fn three_apps() -> Fixture {
    let installation = installation();
    let app = |name: &str, volume: &str| {
        format!("[[accounts.apps]]\nname = \"{name}\"\nvolumes = {{ data = \"{volume}\" }}\n")
    };
    installation
        .add_apps(&(app("blog", "blog") + &app("wiki", "volume")))
        .unwrap();
    fs::create_dir(installation.path().join("blog")).unwrap();
    let fixture = Fixture::of(installation);
    fs::remove_dir(fixture.installation.path().join("blog")).unwrap();
    fixture
}

#[test]
fn several_apps_are_backed_up_with_one_exit_code() {
    let fixture = three_apps();
    for noun in ["backup", "snapshot"] {
        let both = fixture.run([noun, "create", "both", "--app", "shop", "--app", "wi", "--wait"]);
        assert_eq!(both.status.code(), Some(0), "{both:?}");
        let lines = stdout(&both);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for (line, app) in lines.iter().zip(["shop", "wiki"]) {
            assert!(
                line.starts_with(&format!("{noun} both of {app} is completed")),
                "{line}"
            );
        }
        let all = fixture.run([noun, "create", "--all", "--wait", "--output", "json"]);
        assert_eq!(all.status.code(), Some(1), "{all:?}");
        let created: Value = serde_json::from_slice(&all.stdout).unwrap();
        let states: Vec<_> = created
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["state"])
            .collect();
        assert_eq!(states, ["failed", "completed", "completed"]);
        let message = String::from_utf8(all.stderr).unwrap();
        let error: Value = serde_json::from_str(message.lines().last().unwrap()).unwrap();
        let title = error["title"].as_str().unwrap();
        assert!(
            title.starts_with(noun) && title.contains(" of blog failed: "),
            "{title}"
        );
        let repeated = fixture.run([noun, "create", "both", "--app", "shop", "--app", "shop"]);
        assert!(error_line(&repeated, 5).ends_with("; choose another name"));
        let list = fixture.json(&[noun, "create", "again", "--app", "shop", "--app", "wiki"]);
        assert_eq!(list.as_array().unwrap().len(), 2);
    }
}

#[test]
fn apps_whose_backup_is_refused_do_not_stop_the_others() {
    let fixture = three_apps();
    fixture.json(&["backup", "create", "nightly", "--app", "shop"]);
    let rest = fixture.run(["backup", "create", "nightly", "--app", "shop", "--app", "wiki"]);
    assert!(error_line(&rest, 5).ends_with("; choose another name"));
    assert!(
        stdout(&rest).starts_with("backup nightly of wiki is being created ("),
        "{rest:?}"
    );
}

#[test]
fn terminals_show_a_bar_for_each_app() {
    let installation = installation();
    let wiki = "[[accounts.apps]]\nname = \"wiki\"\nvolumes = { data = \"volume\" }\n";
    installation.add_apps(wiki).unwrap();
    let fixture = Fixture {
        server: installation.start_idle().unwrap(),
        token: installation.token("acme").unwrap(),
        installation,
    };
    let create = fixture.command(["backup", "create", "nightly", "--all", "--wait", "--timeout", "2"]);
    let mut terminal = Terminal::start(100, &create);
    terminal.expect("backup nightly of shop: pending");
    terminal.expect("backup nightly of wiki: pending");
    let (code, text) = terminal.end();
    assert_eq!(code, 1, "{text}");
    assert_eq!(
        plain(&text).matches("is still running after").count(),
        2,
        "{text}"
    );
}

/// A fake server with one backup in this state; also returns the methods of its requests.
fn server_with(state: &'static str) -> (wiremock::MockServer, Arc<Mutex<Vec<String>>>) {
    let methods = Arc::new(Mutex::new(Vec::new()));
    let seen = methods.clone();
    let server = fake_server::start(move |method, _| {
        seen.lock().unwrap().push(method.to_owned());
        if method == "DELETE" {
            return (204, "application/json", String::new());
        }
        let backup = json!({
            "type": "application/astra-appBackup", "version": "1.1", "id": ID, "name": "nightly",
            "bucketID": ACCOUNT, "state": state, "stateUnready": [],
            "metadata": {"labels": [], "creationTimestamp": "2026-01-05T09:30:00Z",
                         "modificationTimestamp": "2026-01-05T09:30:00Z", "createdBy": ACCOUNT},
        });
        (200, "application/json", backup.to_string())
    });
    (server, methods)
}

const ID: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7f01";

#[test]
fn only_backups_in_progress_are_cancelled() {
    for state in ["discovering", "running"] {
        let (server, methods) = server_with(state);
        let output = run_at(&server.uri(), &["backup", "cancel", ID]);
        assert_eq!(
            stdout(&output),
            format!("backup nightly is cancelled and deleted ({ID})\n"),
            "{output:?}"
        );
        assert_eq!(*methods.lock().unwrap(), ["GET", "DELETE"]);
    }
    for (state, refusal) in [
        (
            "pending",
            "backup nightly is pending: the API only cancels backups that have begun; appkeep job cancel, on the \
             server's machine, cancels queued backups"
                .to_owned(),
        ),
        (
            "completed",
            format!("backup nightly is completed, not in progress; appkeep backup delete {ID} deletes it"),
        ),
    ] {
        let (server, methods) = server_with(state);
        let output = run_at(&server.uri(), &["backup", "cancel", ID]);
        assert_eq!(error_line(&output, 5), refusal);
        assert_eq!(*methods.lock().unwrap(), ["GET"]);
    }
}

#[test]
fn apps_show_schedules_and_the_last_good_backup() {
    let installation = installation();
    let schedule =
        "[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\nzone = \"Europe/Berlin\"\n";
    installation.add_apps(schedule).unwrap();
    let fixture = Fixture::of(installation);
    let shown = stdout(&fixture.run(["app", "show", "shop"]));
    assert!(shown.contains("last good      none"), "{shown}");
    fixture.json(&["backup", "create", "good", "--wait"]);
    fs::remove_dir_all(fixture.installation.path().join("volume")).unwrap();
    fixture.run(["backup", "create", "bad", "--wait"]);
    let shown = stdout(&fixture.run(["app", "show", "shop"]));
    for part in [
        "schedule       nightly, 30 2 * * * Europe/Berlin, next 20",
        "latest backup  bad, failed, ",
        "last good      good, completed, ",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
}

#[test]
fn backups_show_names_and_no_hooks_without_any() {
    let fixture = Fixture::new();
    fixture.json(&["snapshot", "create", "quiet", "--wait"]);
    fixture.json(&["backup", "create", "of-quiet", "--snapshot", "quiet", "--wait"]);
    let shown = stdout(&fixture.run(["backup", "show", "of-quiet"]));
    assert!(shown.contains("snapshot    quiet ("), "{shown}");
    assert!(!shown.contains("hooks"), "{shown}");
}

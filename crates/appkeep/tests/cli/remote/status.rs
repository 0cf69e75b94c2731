//! `appkeep status`

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Output, Stdio};

use appkeep_launcher::eventually;
use serde_json::{Value, json};

use super::{Fixture, client_command};
use crate::program::{installation, only_error_line, stdout};

fn status(fixture: &Fixture) -> (Option<i32>, Value) {
    let output = fixture.run(["status", "--output", "json"]);
    let status = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), status)
}

fn lines(output: &Output) -> Vec<String> {
    let text = stdout(output);
    let words = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    words.collect()
}

#[test]
fn only_apps_without_good_backups_need_attention() {
    let fixture = Fixture::new();
    let (code, never) = status(&fixture);
    assert_eq!((code, &never["problems"]), (Some(1), &json!(1)));
    assert_eq!(never["apps"][0]["problems"], json!(["there is no good backup"]));
    assert_eq!(never["apps"][0]["lastGood"], Value::Null);

    fixture.json(&["backup", "create", "first", "--wait"]);
    let (code, good) = status(&fixture);
    assert_eq!((code, &good["problems"]), (Some(0), &json!(0)), "{good}");
    assert_eq!(good["apps"][0]["lastGood"]["name"], "first");
    assert_eq!(good["running"], json!([]));
    let output = fixture.run(["status"]);
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), b"".as_slice())
    );
    let text = lines(&output);
    assert_eq!(text[0], "APP LAST GOOD BACKUP AGE NEXT PROBLEM");
    assert!(text[1].starts_with("good shop first "), "{text:?}");
    assert_eq!(text[3], "BUCKET STATE STORED FREE PROBLEM");
    assert!(text[4].starts_with("good local available "), "{text:?}");

    // The last good backup stays; the reason of the failure is shown.
    let volume = fixture.installation.path().join("volume");
    fs::rename(&volume, volume.with_extension("away")).unwrap();
    fixture.run(["backup", "create", "second", "--wait"]);
    let (code, failed) = status(&fixture);
    assert_eq!(code, Some(1));
    assert_eq!(failed["apps"][0]["lastGood"]["name"], "first");
    let problem = failed["apps"][0]["problems"][0].as_str().unwrap();
    assert!(problem.starts_with("the backup second failed: "), "{problem}");
    let output = fixture.run(["status"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        lines(&output)[1].starts_with("ATTENTION shop first "),
        "{output:?}"
    );
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "1 app or bucket needs attention\n"
    );
}

#[test]
fn failed_hooks_need_attention() {
    let installation = installation();
    let volumes = "volumes = { data = \"volume\" }\n";
    let hook =
        "[[accounts.apps.hooks]]\nname = \"release\"\nstage = \"post-snapshot\"\ncommand = [\"false\"]\n";
    installation
        .configure(volumes, &format!("{volumes}{hook}"))
        .unwrap();
    let fixture = Fixture::of(installation);
    fixture.run(["backup", "create", "first", "--wait"]);
    let (code, found) = status(&fixture);
    assert_eq!(code, Some(1));
    assert_eq!(found["apps"][0]["lastGood"]["name"], "first");
    let problem = found["apps"][0]["problems"][0].as_str().unwrap();
    assert!(
        problem.starts_with("the backup first is completed, but hooks failed: "),
        "{problem}"
    );
    let doctor = fixture.run(["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    let expected = "is completed, but hooks failed: ";
    assert!(stdout(&doctor).contains(expected), "{doctor:?}");
}

#[test]
fn pending_backups_and_failed_buckets_are_shown() {
    let fixture = Fixture::idle();
    fixture.json(&["backup", "create", "waiting"]);
    let (_, found) = status(&fixture);
    let running = &found["running"][0];
    assert_eq!(
        (&running["work"], &running["name"]),
        (&json!("backup"), &json!("waiting"))
    );
    assert_eq!(
        (&running["app"], &running["state"]),
        (&json!("shop"), &json!("pending"))
    );
    let text = lines(&fixture.run(["status"]));
    assert!(
        text.iter()
            .any(|line| line.starts_with("backup shop waiting pending")),
        "{text:?}"
    );

    let Fixture {
        installation,
        server,
        token,
    } = fixture;
    server.stop("TERM").unwrap();
    let bucket = installation.path().join("bucket");
    fs::rename(&bucket, bucket.with_extension("away")).unwrap();
    let server = installation.start_idle().unwrap();
    eventually("the bucket to be failed", || {
        let output = client_command(&server.url, &token)
            .arg("status")
            .output()
            .unwrap();
        let is_shown = lines(&output)
            .iter()
            .any(|line| line.starts_with("ATTENTION local failed "));
        (is_shown && output.status.code() == Some(1)).then_some(())
    });
}

#[test]
fn long_queues_are_counted_and_not_listed() {
    let fixture = Fixture::idle();
    for _ in 0..12 {
        fixture.json(&["backup", "create"]);
    }
    let (_, found) = status(&fixture);
    assert_eq!(found["running"].as_array().unwrap().len(), 10);
    assert_eq!(found["moreRunning"], 2);
    let text = lines(&fixture.run(["status"]));
    assert!(text.iter().any(|line| line == "and 2 more"), "{text:?}");
}

#[test]
fn a_status_that_cannot_be_read_has_another_exit_code() {
    let fixture = Fixture::new();
    let refused = client_command(&fixture.server.url, "no-such-token")
        .arg("status")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(4));
    let unreachable = client_command("http://127.0.0.1:1", &fixture.token)
        .arg("status")
        .output()
        .unwrap();
    assert_eq!(unreachable.status.code(), Some(2));
    let both = fixture.run(["status", "--watch", "--output", "yaml"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(
        only_error_line(&both).contains("--watch shows a screen"),
        "{both:?}"
    );
}

#[test]
fn watch_shows_changes_until_it_is_killed() {
    let fixture = Fixture::new();
    let mut command = fixture.command(["status", "--watch", "--interval", "1"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    assert!(lines.any(|line| line == "1 app or bucket needs attention"));
    fixture.json(&["backup", "create", "first", "--wait"]);
    assert!(lines.any(|line| line == "nothing needs attention"));
    child.kill().unwrap();
    child.wait().unwrap();
}

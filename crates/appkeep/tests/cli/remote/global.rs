//! Options of all commands: before the command, logs of requests, quiet output, and errors as JSON.

use serde_json::json;

use super::{Fixture, error_line, last_error_as_json, run_at};
use crate::program::{run, stdout};

#[test]
fn options_may_precede_the_command() {
    let fixture = Fixture::new();
    for arguments in [
        &["--output", "json", "app", "list"][..],
        &["app", "--output", "json", "list"],
        &["app", "list", "--output", "json"],
        &["--output", "yaml", "app", "list", "--output", "json"],
    ] {
        let output = fixture.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        let apps: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(apps[0]["name"], "shop", "{arguments:?}");
    }
    let data = fixture.installation.data().display().to_string();
    let output = run(["--account", "acme", "--data", &data, "app", "list", "-q"]);
    assert_eq!(stdout(&output).lines().count(), 1, "{output:?}");
}

#[test]
fn options_before_a_command_without_them_are_refused() {
    for (arguments, problem) in [
        (
            &["--url", "http://a", "version"][..],
            "appkeep version doesn't accept --url before the command",
        ),
        (
            &["--data", "a", "serve", "--demo"],
            "appkeep serve doesn't accept --data before the command",
        ),
        (
            &["--output", "json", "token", "list", "--data", "a"],
            "appkeep token list doesn't accept --output before the command",
        ),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(problem), "{arguments:?}: {message}");
    }
}

#[test]
fn errors_are_problem_documents_with_json_output() {
    let fixture = Fixture::idle();
    fixture.json(&["backup", "create", "waiting"]);
    let refused = last_error_as_json(&fixture.run(["-o", "json", "backup", "create", "waiting"]), 5);
    assert_eq!(refused["status"], "409");
    assert_eq!(refused["invalidFields"][0]["name"], "name");
    assert!(refused["nextStep"].is_string(), "{refused}");
    let unknown = last_error_as_json(&fixture.run(["backup", "show", "none", "--output=json"]), 3);
    assert_eq!(
        unknown,
        json!({"type": "about:blank", "title": "there is no backup \"none\"", "exitCode": 3,
               "nextStep": "expected waiting"})
    );
    let usage = last_error_as_json(&fixture.run(["backup", "show", "-o", "json", "--nonsense"]), 2);
    assert_eq!(usage["title"], "unexpected argument '--nonsense' found");
}

#[test]
fn debug_output_describes_requests_without_the_token() {
    let fixture = Fixture::new();
    for option in ["-v", "--debug"] {
        let output = fixture.run(["app", "list", option]);
        let log = String::from_utf8(output.stderr).unwrap();
        for part in [
            "method=GET",
            &format!("url={}/accounts/", fixture.server.url),
            "status=200",
            "elapsed_ms=",
        ] {
            assert!(log.contains(part), "no {part:?} in\n{log}");
        }
        assert!(!log.contains(&fixture.token), "{log}");
    }
    let output = fixture.run(["--debug", "app", "list", "--token", "wrong"]);
    assert_eq!(output.status.code(), Some(4));
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("status=401") && log.contains("request_id="), "{log}");
}

#[test]
fn quiet_commands_print_only_ids() {
    let fixture = Fixture::new();
    let created = fixture.run(["--quiet", "backup", "create", "nightly", "--wait"]);
    assert_eq!(created.status.code(), Some(0), "{created:?}");
    assert!(created.stderr.is_empty(), "{created:?}");
    let id = fixture.json(&["backup", "show", "nightly"])["id"].clone();
    assert_eq!(stdout(&created), format!("{}\n", id.as_str().unwrap()));
    let deleted = fixture.run(["backup", "delete", "nightly", "-q"]);
    assert_eq!(stdout(&deleted), stdout(&created));
    let output = run_at("http://127.0.0.1:1", &["backup", "list", "--quiet"]);
    assert!(error_line(&output, 2).starts_with("failed to reach "));
}

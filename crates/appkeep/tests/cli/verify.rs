//! `appkeep verify`

mod early_end;
mod errors;
mod formats;

use std::fs;
use std::process::Output;

use appkeep_contract::codes;
use appkeep_launcher::{ACCOUNT, APP, app_backups, backup_body};
use serde_json::Value;

use crate::faulty_server;
use crate::program::{appkeep, installation, run, stdout};

/// Runs `appkeep verify` on a server that implements little of the contract.
fn verify_faulty_server(url: &str, more: &[&str]) -> Output {
    let of = [
        "verify",
        url,
        "--token",
        "secret",
        "--account",
        ACCOUNT,
        "--app",
        APP,
    ];
    run(of.iter().chain(more))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_new_server_conforms_to_the_contract() {
    let output = run(["verify"]);
    let report = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{report}");
    for part in ["operation", "app_backup_create_for_app", "valid"] {
        assert!(report.contains(part), "{report}");
    }
    // Without a terminal there is no bar and no colour.
    let progress = String::from_utf8(output.stderr).unwrap();
    let is_progress = |line: &str| line.contains(" checks are done; the next one is ");
    assert!(progress.lines().all(is_progress), "{progress}");
    assert!(!progress.contains('\u{1b}'), "{progress}");
    assert!(!report.contains('\u{1b}'), "{report}");
}

#[test]
fn a_server_at_a_url_conforms_and_is_left_unchanged() {
    let installation = installation();
    // The checker waits for the response to half a body.
    installation
        .configure("body_timeout_secs = 600", "body_timeout_secs = 1")
        .unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let output = appkeep()
        // Account and app are found through the server's lists.
        .args(["verify", &server.url])
        .args(["--format", "json"])
        .env("APPKEEP_TOKEN", &token)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(!stdout(&output).contains(&token), "the report contains the token");
    let report = json(&output);
    assert_eq!(report["outcome"], "holds");
    assert_eq!(report["static"], Value::Null);
    // Checks that need more arguments are skipped with a reason.
    let checks = report["live"]["checks"].as_array().unwrap();
    let reason = |code: &str| {
        let check = checks.iter().find(|check| check["code"] == code).unwrap();
        check["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        reason("role-too-low"),
        "requires a read-only token (--viewer-token)"
    );
    assert_eq!(
        reason("token-of-others"),
        "requires a second account with its own token (--token-b)"
    );
    for check in checks {
        let code = check["code"].as_str().unwrap();
        assert!(!codes::find(code).is_empty(), "{code} isn't explained");
    }
    let note = String::from_utf8_lossy(&output.stderr);
    assert!(
        note.contains(&format!(
            "checking {} with account {ACCOUNT} and app {APP}",
            server.url
        )),
        "{note}"
    );
    let left = server.get(&token, &appkeep_launcher::backups());
    assert_eq!(left.body["items"], serde_json::json!([]));
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

#[test]
fn apps_with_data_are_used_only_if_that_is_confirmed() {
    let installation = installation();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let created = server.post(&token, &app_backups(), &backup_body());
    assert_eq!(created.status, 201, "{}", created.body);
    let verify = |more: &[&str]| {
        let mut command = appkeep();
        command
            .args(["verify", &server.url])
            .args(more)
            .env("APPKEEP_TOKEN", &token);
        command.output().unwrap()
    };
    let refused = verify(&[]);
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8_lossy(&refused.stderr);
    // The temporary snapshot may exist, too.
    assert!(error.contains(&format!("app {APP} has ")), "{error}");
    assert!(error.contains("--yes"), "{error}");
    // A run that only reads doesn't ask.
    let reading = verify(&["--operations", "app_backup_list_all"]);
    assert_eq!(reading.status.code(), Some(0), "{}", stdout(&reading));
    let confirmed = verify(&["--yes", "--time-limit", "1ms"]);
    assert!(
        stdout(&confirmed).contains("ended early: "),
        "{}",
        stdout(&confirmed)
    );
}

#[test]
fn only_the_given_operations_are_checked() {
    let installation = installation();
    let of_other = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02";
    let app = format!(
        "[[accounts.apps]]\nname = \"till\"\nid = \"{of_other}\"\nvolumes = {{ data = \"volume\" }}\n"
    );
    let bucket = "[[accounts.buckets]]\nname = \"second\"\npath = \"bucket\"\n";
    installation.add_to_other(&format!("{app}\n{bucket}")).unwrap();
    let server = installation.start().unwrap();
    let file = installation.path().join("token");
    fs::write(&file, format!("{}\n", installation.token("acme").unwrap())).unwrap();
    let output = appkeep()
        .args([
            "verify",
            &server.url,
            "--account",
            ACCOUNT,
            "--app",
            APP,
            "--token-file",
        ])
        .arg(&file)
        .args([
            "--operations",
            "app_backup_list_all,app_backup_list_for_app",
            "--format",
            "json",
        ])
        .env("APPKEEP_TOKEN", "another one, which the file goes before")
        .env("APPKEEP_TOKEN_B", installation.token("other").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let report = json(&output);
    let made = |code: &str| -> Vec<&str> {
        let checks = report["live"]["checks"].as_array().unwrap().iter();
        let made = checks.filter(|check| check["code"] == code && check["result"] == "held");
        made.map(|check| check["operation"].as_str().unwrap()).collect()
    };
    let named = ["app_backup_list_all", "app_backup_list_for_app"];
    assert_eq!(made("token-missing"), named);
    // The second token comes from the environment.
    assert_eq!(made("token-of-others"), named);
}

#[test]
fn incomplete_servers_violate_the_contract() {
    let url = faulty_server::start();
    let output = verify_faulty_server(&url, &[]);
    assert_eq!(output.status.code(), Some(1));
    let report = stdout(&output);
    let progress = String::from_utf8_lossy(&output.stderr);
    let progress_lines = progress.matches(" checks are done; the next one is ").count();
    assert_eq!(progress_lines, 9, "{progress}");
    for part in [
        "limit-zero  app_backup_list_all",
        "rule:     The least limit is 1.",
        "found:    expected 400, received 200",
        "#/components/parameters/Limit",
        "again:    curl -isS -H \"Authorization: Bearer $APPKEEP_TOKEN\"",
        "more:     appkeep explain limit-zero",
        "VIOLATED",
        " probable causes, the most probable first:\n  1. ",
        "skipped, requires a read-only token (--viewer-token): ",
        "slowest: ",
        "to repeat the same requests: --seed ",
    ] {
        assert!(report.contains(part), "no {part:?} in\n{report}");
    }
    assert!(!report.contains("secret"), "the report contains the token");
    for line in report.lines().filter(|line| line.starts_with("  contract: ")) {
        let line = line.strip_prefix("  contract: spec/openapi.yaml:").unwrap();
        let (number, pointer) = line.split_once("  #").unwrap();
        assert!(
            number.parse::<usize>().unwrap() > 1 && pointer.starts_with('/'),
            "{line}"
        );
    }
}

#[test]
fn a_seed_repeats_the_requests() {
    let url = faulty_server::start();
    let seed = "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11";
    let requests = |seed: &str| {
        let options = [
            "--format",
            "json",
            "--seed",
            seed,
            "--operations",
            "app_snap_create_for_app,app_backup_list_for_app",
        ];
        let report = json(&verify_faulty_server(&url, &options));
        let exchanges = report["live"]["exchanges"].as_array().unwrap();
        let requests: Vec<Value> = exchanges.iter().map(|one| one["request"].clone()).collect();
        assert_eq!(report["live"]["seed"], seed);
        requests
    };
    assert_eq!(requests(seed), requests(seed));
    assert_ne!(requests(seed), requests("8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a12"));
}

//! `appkeep verify`

use std::fs;

use crate::place::{ACCOUNT, APP, CONFIG, Place};
use crate::running::{appkeep, one_line_error, run, said};

#[test]
fn a_fresh_server_of_ours_holds_the_contract() {
    let output = run(["verify"]);
    let report = said(&output);
    assert_eq!(output.status.code(), Some(0), "{report}");
    for part in ["operation", "app_backup_create_for_app", "valid"] {
        assert!(report.contains(part), "{report}");
    }
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_server_at_a_url_holds_the_contract_and_is_left_as_it_was() {
    let place = Place::new();
    // The judge waits for the answer to half a body.
    let config = CONFIG.replace("body_timeout_secs = 600", "body_timeout_secs = 1");
    fs::write(place.path().join("appkeep.toml"), config).unwrap();
    let server = place.start();
    let token = place.token();
    let output = appkeep()
        .args(["verify", &server.url, "--account", ACCOUNT, "--app", APP])
        .env("APPKEEP_TOKEN", &token)
        .output()
        .unwrap();
    let report = said(&output);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(!report.contains(&token), "the token is nobody else's business");
    let left = server.get(&token, &crate::place::backups());
    assert_eq!(left.body["items"], serde_json::json!([]));
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}

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
fn what_belongs_to_a_url_is_refused_without_one() {
    for arguments in [["--app", APP], ["--account", ACCOUNT], ["--openapi", "file.json"]] {
        let refused = run(["verify"].iter().chain(&arguments));
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        let complaint = String::from_utf8(refused.stderr).unwrap();
        assert!(complaint.contains("<URL>"), "{complaint}");
    }
}

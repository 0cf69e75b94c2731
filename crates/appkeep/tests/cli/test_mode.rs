//! `appkeep serve --test-mode`: a server for tests in any language.

use std::fs;

use appkeep_launcher::{Client, Method, backup_body, signal};
use serde_json::json;
use tempfile::TempDir;

use crate::demo::JsonDemo;
use crate::program::{appkeep, only_error_line, run};

#[test]
fn the_printed_line_suffices_to_test_a_program() {
    let temporary = TempDir::with_prefix("appkeep-mode-test-").unwrap();
    let mut command = appkeep();
    command.args(["serve", "--test-mode", "--format", "json"]);
    let mut server = JsonDemo::start(command, temporary.path());
    let line = server.line.clone();
    let [url, control, token, account, app] =
        ["url", "controlURL", "token", "accountID", "appID"].map(|name| line[name].as_str().unwrap());
    let client = Client::default();
    let path = format!("{url}/accounts/{account}/k8s/v1/apps/{app}/appBackups");
    let created = client.request(&Method::POST, &path, Some(token), &[], Some(&backup_body()));
    let created = created.unwrap();
    assert_eq!(created.status, 201, "{}", created.text);
    let list = client
        .request(&Method::GET, &path, Some(token), &[], None)
        .unwrap();
    assert_eq!(list.body["items"][0]["state"], "completed");

    let fault = json!({ "effect": { "respond": { "status": 503 } }, "times": 1 });
    let faults = format!("{control}/faults");
    let added = client
        .request(&Method::POST, &faults, None, &[], Some(&fault))
        .unwrap();
    assert_eq!(added.status, 204, "{}", added.text);
    let statuses = [503, 200].map(|_| {
        let list = client.request(&Method::GET, &path, Some(token), &[], None);
        list.unwrap().status
    });
    assert_eq!(statuses, [503, 200]);

    signal("TERM", &server.process.id().to_string()).unwrap();
    assert_eq!(server.rest(), "");
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);

    let address = url.trim_start_matches("http://");
    let other = std::net::TcpListener::bind(address).unwrap();
    let refused = run(["serve", "--test-mode", "--listen", address]);
    let error = only_error_line(&refused);
    assert!(
        error.contains(&format!("failed to listen on {address}")),
        "{error}"
    );
    drop(other);
}

#[test]
fn test_mode_is_refused_with_a_configuration() {
    for others in [
        &["--config", "a", "--data", "b"][..],
        &["--demo"],
        &["--tls", "self-signed"],
    ] {
        let output = run(["serve", "--test-mode"].iter().chain(others));
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains("cannot be used with"), "{message}");
    }
}

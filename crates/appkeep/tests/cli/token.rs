//! `appkeep token create`

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::place::{ACCOUNT, OTHER_ACCOUNT, Place, app_backups, backups};
use crate::running::{one_line_error, said};

#[test]
fn a_token_is_printed_once_and_works_at_once_while_the_server_runs() {
    let place = Place::new();
    let server = place.start();
    let created = place.create_token(&["--account", "acme", "--name", "ci"]);
    assert_eq!(created.status.code(), Some(0));
    assert_eq!(String::from_utf8(created.stderr.clone()).unwrap(), "");
    let printed = said(&created);
    let token = printed.strip_suffix('\n').expect("a whole line");
    let digits = token.strip_prefix("appkeep_").expect("its prefix");
    assert_eq!(digits.len(), 64, "256 bits");
    assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digits}");
    assert_eq!(server.get(token, &backups()).status, 200);

    let path = place.data();
    assert!(!is_in_a_file_below(&path, token), "it is kept nowhere in clear");
    assert_eq!(server.stop("TERM").status.code(), Some(0));
    assert!(!is_in_a_file_below(&path, token));
}

fn is_in_a_file_below(directory: &Path, secret: &str) -> bool {
    let holds = |path: PathBuf| {
        if path.is_dir() {
            return is_in_a_file_below(&path, secret);
        }
        let content = fs::read(path).expect("a readable file");
        content
            .windows(secret.len())
            .any(|part| part == secret.as_bytes())
    };
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").path()).any(holds)
}

#[test]
fn a_token_may_do_what_its_role_permits() {
    let place = Place::new();
    let server = place.start();
    let body = json!({"type": "application/astra-appBackup", "version": "1.1"});
    for (role, status) in [("viewer", 403), ("member", 201), ("admin", 201), ("owner", 201)] {
        let created = place.create_token(&["--account", "acme", "--role", role]);
        let token = said(&created).trim_end().to_owned();
        assert_eq!(server.get(&token, &backups()).status, 200, "{role}");
        let made = server.post(&token, &app_backups(), &body);
        assert_eq!(made.status, status, "{role}: {made:?}");
        if status == 403 {
            assert_eq!(made.problem(), Some("11"));
            assert_eq!(
                server.delete(&token, &format!("{}/{ACCOUNT}", backups())).status,
                403
            );
        }
    }
    let created = place.create_token(&["--account", "acme", "--role", "boss"]);
    assert_eq!(created.status.code(), Some(2));
    let complaint = String::from_utf8(created.stderr).unwrap();
    assert!(
        complaint.contains("[possible values: viewer, member, admin, owner]"),
        "{complaint}"
    );
}

#[test]
fn a_token_is_good_for_its_accounts_and_no_others() {
    let place = Place::new();
    let server = place.start();
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (accounts, expected) in [
        (&["acme"][..], [200, 403, 403]),
        (&[OTHER_ACCOUNT], [403, 200, 403]),
        (&["other", ACCOUNT], [200, 200, 403]),
        (&["*"], [200, 200, 404]),
    ] {
        let arguments: Vec<_> = accounts.iter().flat_map(|name| ["--account", name]).collect();
        let token = said(&place.create_token(&arguments)).trim_end().to_owned();
        let statuses = [ACCOUNT, OTHER_ACCOUNT, unknown].map(|account| {
            server
                .get(&token, &format!("/accounts/{account}/topology/v1/appBackups"))
                .status
        });
        assert_eq!(statuses, expected, "{accounts:?}");
    }
}

#[test]
fn an_account_that_is_unknown_is_answered_with_those_that_are_known() {
    let place = Place::new();
    let server = place.start();
    for unknown in ["amce", "", "00000000-0000-4000-8000-000000000000"] {
        let refused = one_line_error(&place.create_token(&["--account", "acme", "--account", unknown]));
        let expected = format!("no account is called {unknown:?}; this server has \"acme\", \"other\"");
        assert_eq!(refused, expected);
    }
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}

#[test]
fn a_directory_without_a_server_is_named() {
    let place = Place::new();
    let refused = one_line_error(&place.create_token(&["--account", "acme"]));
    let expected = format!(
        "{} is not the data directory of a server: there is no appkeep.sqlite3 in it",
        place.data().display()
    );
    assert_eq!(refused, expected);
    assert!(!place.data().exists());
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    let place = Place::new();
    let server = place.start();
    for (name, chars) in [(String::new(), 0), ("x".repeat(101), 101)] {
        let refused = place.create_token(&["--account", "acme", "--name", &name]);
        let expected = format!("the name of a token has 1 to 100 characters, not {chars}");
        assert_eq!(one_line_error(&refused), expected);
    }
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}

//! `appkeep token`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use appkeep_launcher::{ACCOUNT, Installation, OTHER_ACCOUNT, app_backups, backups, eventually};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::program::{installation, one_line_error, run, said};

#[test]
fn a_token_is_printed_once_and_works_at_once_while_the_server_runs() {
    let place = installation();
    let server = place.start().unwrap();
    let created = place
        .create_token(&["--account", "acme", "--name", "ci"])
        .unwrap();
    assert_eq!(created.status.code(), Some(0));
    let audit = String::from_utf8(created.stderr.clone()).unwrap();
    assert!(
        audit.contains(" INFO audit: create token ") && audit.lines().count() == 1,
        "{audit}"
    );
    let printed = said(&created);
    let token = printed.strip_suffix('\n').expect("a whole line");
    let digits = token.strip_prefix("appkeep_").expect("its prefix");
    assert_eq!(digits.len(), 64, "256 bits");
    assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digits}");
    assert_eq!(server.get(token, &backups()).status, 200);

    let path = place.data();
    assert!(!is_in_a_file_below(&path, token), "it is kept nowhere in clear");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
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
    let place = installation();
    let server = place.start().unwrap();
    let body = json!({"type": "application/astra-appBackup", "version": "1.1"});
    for (role, status) in [("viewer", 403), ("member", 201), ("admin", 201), ("owner", 201)] {
        let created = place
            .create_token(&["--account", "acme", "--role", role])
            .unwrap();
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
    let created = place
        .create_token(&["--account", "acme", "--role", "boss"])
        .unwrap();
    assert_eq!(created.status.code(), Some(2));
    let complaint = String::from_utf8(created.stderr).unwrap();
    assert!(
        complaint.contains("[possible values: viewer, member, admin, owner]"),
        "{complaint}"
    );
}

#[test]
fn a_token_is_good_for_its_accounts_and_no_others() {
    let place = installation();
    let server = place.start().unwrap();
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (accounts, expected) in [
        (&["acme"][..], [200, 403, 403]),
        (&[OTHER_ACCOUNT], [403, 200, 403]),
        (&["other", ACCOUNT], [200, 200, 403]),
        (&["*"], [200, 200, 404]),
    ] {
        let arguments: Vec<_> = accounts.iter().flat_map(|name| ["--account", name]).collect();
        let token = said(&place.create_token(&arguments).unwrap())
            .trim_end()
            .to_owned();
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
    let place = installation();
    let server = place.start().unwrap();
    for unknown in ["amce", "", "00000000-0000-4000-8000-000000000000"] {
        let refused = one_line_error(
            &place
                .create_token(&["--account", "acme", "--account", unknown])
                .unwrap(),
        );
        let expected = format!("no account is called {unknown:?}; this server has \"acme\", \"other\"");
        assert_eq!(refused, expected);
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

#[test]
fn a_directory_without_a_server_is_named() {
    let place = installation();
    let refused = one_line_error(&place.create_token(&["--account", "acme"]).unwrap());
    let expected = format!(
        "{} is not the data directory of a server: there is no appkeep.sqlite3 in it",
        place.data().display()
    );
    assert_eq!(refused, expected);
    assert!(!place.data().exists());
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    let place = installation();
    let server = place.start().unwrap();
    for (name, chars) in [(String::new(), 0), ("x".repeat(101), 101)] {
        let refused = place
            .create_token(&["--account", "acme", "--name", &name])
            .unwrap();
        let expected = format!("the name of a token has 1 to 100 characters, not {chars}");
        assert_eq!(one_line_error(&refused), expected);
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

fn token_command(place: &Installation, arguments: &[&str]) -> Output {
    let data = place.data().display().to_string();
    run(["token", arguments[0], "--data", &data]
        .iter()
        .chain(&arguments[1..]))
}

/// Returns all tokens, from the JSON output.
fn listed(place: &Installation) -> Vec<Value> {
    let output = token_command(place, &["list", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0));
    serde_json::from_slice(&output.stdout).expect("an array")
}

#[test]
fn a_revoked_token_is_no_good_from_the_next_request_on() {
    let place = installation();
    let server = place.start().unwrap();
    let [lost, kept] = ["lost", "kept"].map(|name| {
        let created = place
            .create_token(&["--account", "acme", "--name", name])
            .unwrap();
        said(&created).trim_end().to_owned()
    });
    for token in [&lost, &kept] {
        assert_eq!(server.get(token, &backups()).status, 200);
    }
    let revoked = token_command(&place, &["revoke", "lost"]);
    assert_eq!(revoked.status.code(), Some(0));
    let id = listed(&place)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(said(&revoked), format!("revoked {id} (\"lost\")\n"));
    for path in [&backups(), &format!("{}/{ACCOUNT}", backups())] {
        let answer = server.get(&lost, path);
        assert_eq!((answer.status, answer.problem()), (401, Some("4")), "{path}");
    }
    assert_eq!(server.get(&kept, &backups()).status, 200);

    let again = token_command(&place, &["revoke", "lost"]);
    assert_eq!(one_line_error(&again), "the token \"lost\" is revoked already");
    // By the token itself, as found in a leak.
    let found = token_command(&place, &["revoke", &kept]);
    assert_eq!(found.status.code(), Some(0));
    assert!(!said(&found).contains(&kept), "it is shown never again");
    assert_eq!(server.get(&kept, &backups()).problem(), Some("4"));
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    let server = place.start().unwrap();
    assert_eq!(
        server.get(&kept, &backups()).problem(),
        Some("4"),
        "after a restart, too"
    );
}

#[test]
fn a_token_ends_when_it_was_said_to() {
    let place = installation();
    let server = place.start().unwrap();
    let create = |when: &str| {
        place
            .create_token(&["--account", "acme", "--expires", when])
            .unwrap()
    };
    let brief = said(&create("1s")).trim_end().to_owned();
    let long = said(&create("90d")).trim_end().to_owned();
    eventually("the token to end", || {
        let answer = server.get(&brief, &backups());
        (answer.status != 200).then(|| assert_eq!((answer.status, answer.problem()), (401, Some("4"))))
    });
    assert_eq!(server.get(&long, &backups()).status, 200);
    let tokens = listed(&place);
    let time =
        |token: &Value, name: &str| -> DateTime<Utc> { token[name].as_str().unwrap().parse().unwrap() };
    let lasts = time(&tokens[1], "expires") - time(&tokens[1], "created");
    assert!(
        (lasts - TimeDelta::days(90)).abs() < TimeDelta::minutes(1),
        "{lasts}"
    );

    let over = one_line_error(&create("2020-02-29"));
    assert_eq!(
        over,
        "the token would be over before it is made: 2020-03-01 00:00:00 UTC has passed"
    );
    let odd = create("soon");
    assert_eq!(odd.status.code(), Some(2));
    let complaint = String::from_utf8(odd.stderr).unwrap();
    assert!(
        complaint.contains("invalid value 'soon' for '--expires <WHEN>'"),
        "{complaint}"
    );
    assert!(complaint.contains("such as 90d"), "{complaint}");
}

#[test]
fn tokens_are_listed_without_their_secrets() {
    let place = installation();
    let server = place.start().unwrap();
    assert_eq!(listed(&place), Vec::<Value>::new());
    assert_eq!(said(&token_command(&place, &["list"])), "");
    let all = place
        .create_token(&["--account", "*", "--name", "a\u{1b}[2Jb", "--role", "owner"])
        .unwrap();
    let some = place
        .create_token(&[
            "--account",
            "acme",
            "--account",
            "other",
            "--expires",
            "2999-12-31",
        ])
        .unwrap();
    let tokens = listed(&place);
    assert_eq!(tokens[0]["accounts"], "*");
    assert_eq!(tokens[0]["expires"], Value::Null);
    assert_eq!(tokens[1]["accounts"], json!([ACCOUNT, OTHER_ACCOUNT]));
    assert_eq!(tokens[1]["role"], "member");
    assert_eq!(tokens[1]["expires"], "3000-01-01T00:00:00.000000Z");

    let id = tokens[1]["id"].as_str().unwrap();
    let revoked = token_command(&place, &["revoke", &id[..13]]);
    assert_eq!(revoked.status.code(), Some(0), "the beginning of an id is enough");
    let table = said(&token_command(&place, &["list"]));
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    let words = |line: &str| {
        line.split("  ")
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words(lines[0]),
        ["ID", "NAME", "ROLE", "ACCOUNTS", "CREATED", "EXPIRES", "REVOKED"]
    );
    let first = words(lines[1]);
    assert_eq!(first[1..4], ["a\\u{1b}[2Jb", "owner", "*"]);
    assert_eq!(first[5..], ["-", "-"]);
    let second = words(lines[2]);
    assert_eq!(second[1..4], ["unnamed", "member", "acme, other"]);
    assert_eq!(second[5], "3000-01-01");
    assert_ne!(second[6], "-");
    let everything = format!("{table}{tokens:?}");
    for secret in [said(&all), said(&some)] {
        assert!(!everything.contains(secret.trim_end()));
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    assert_eq!(listed(&place).len(), 2, "without a server, too");
}

#[test]
fn a_token_that_is_not_meant_for_sure_is_not_revoked() {
    let place = installation();
    let server = place.start().unwrap();
    for _ in 0..2 {
        place
            .create_token(&["--account", "acme", "--name", "twin"])
            .unwrap();
    }
    let tokens = listed(&place);
    let [one, other] = [0, 1].map(|n| format!("{} (\"twin\")", tokens[n]["id"].as_str().unwrap()));
    let refused = one_line_error(&token_command(&place, &["revoke", "twin"]));
    assert_eq!(
        refused,
        format!("\"twin\" may be any of {one}, {other}: give the id")
    );
    let unknown = one_line_error(&token_command(&place, &["revoke", "unknown"]));
    assert_eq!(
        unknown,
        "no token is called \"unknown\", nor has an id that begins so; `appkeep token list` shows them"
    );
    let secret = format!("appkeep_{}", "0".repeat(64));
    let unknown = one_line_error(&token_command(&place, &["revoke", &secret]));
    assert!(!unknown.contains(&secret), "{unknown}");
    let id = tokens[0]["id"].as_str().unwrap();
    let first_digits = one_line_error(&token_command(&place, &["revoke", &id[..3]]));
    assert!(
        first_digits.starts_with("no token is called"),
        "three digits are too few"
    );
    assert!(listed(&place).iter().all(|token| token["revoked"].is_null()));
    // Once one of the two is revoked, the name refers to the other.
    assert!(token_command(&place, &["revoke", id]).status.success());
    assert!(token_command(&place, &["revoke", "twin"]).status.success());
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

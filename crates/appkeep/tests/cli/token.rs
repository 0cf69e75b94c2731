//! `appkeep token`

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::{fs, io};

use appkeep_launcher::{ACCOUNT, Installation, OTHER_ACCOUNT, app_backups, backup_body, backups, eventually};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::program::{appkeep, installation, only_error_line, run, stdout};
use crate::remote::error_line;

#[test]
fn tokens_are_printed_once_and_work_at_once() {
    let installation = installation();
    let server = installation.start().unwrap();
    let created = installation
        .create_token(&["--account", "acme", "--name", "ci"])
        .unwrap();
    assert_eq!(created.status.code(), Some(0));
    let audit = String::from_utf8(created.stderr.clone()).unwrap();
    assert!(
        audit.contains(" INFO audit: create token ") && audit.lines().count() == 1,
        "{audit}"
    );
    let printed = stdout(&created);
    let token = printed.strip_suffix('\n').expect("a whole line");
    let digits = token.strip_prefix("appkeep_").expect("its prefix");
    assert_eq!(digits.len(), 64, "256 bits");
    assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digits}");
    assert_eq!(server.get(token, &backups()).status, 200);

    let path = installation.data();
    // Neither the token nor its random part, as found in a leak without the prefix.
    assert!(
        !is_in_a_file_below(&path, digits),
        "it is stored nowhere in clear"
    );
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    assert!(!is_in_a_file_below(&path, digits));
}

/// Creates a token and returns it.
fn created(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.create_token(arguments).expect("it runs");
    stdout(&output).trim_end().to_owned()
}

/// Whether a file of a running server contains the secret. Repeats the search while files are renamed.
fn is_in_a_file_below(directory: &Path, secret: &str) -> bool {
    eventually("no file to be renamed", || {
        let found = is_in_a_file(directory, secret);
        match found {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found.expect("readable files")),
        }
    })
}

fn is_in_a_file(path: &Path, secret: &str) -> io::Result<bool> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            if is_in_a_file(&entry?.path(), secret)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let content = fs::read(path)?;
    Ok(content
        .windows(secret.len())
        .any(|part| part == secret.as_bytes()))
}

#[test]
fn tokens_have_the_permissions_of_their_role() {
    let installation = installation();
    let server = installation.start().unwrap();
    for (role, status) in [("viewer", 403), ("member", 201), ("admin", 201), ("owner", 201)] {
        let token = created(&installation, &["--account", "acme", "--role", role]);
        assert_eq!(server.get(&token, &backups()).status, 200, "{role}");
        let made = server.post(&token, &app_backups(), &backup_body());
        assert_eq!(made.status, status, "{role}: {made:?}");
        if status == 403 {
            assert_eq!(made.problem(), Some("11"));
            assert_eq!(
                server.delete(&token, &format!("{}/{ACCOUNT}", backups())).status,
                403
            );
        }
    }
    let created = installation
        .create_token(&["--account", "acme", "--role", "boss"])
        .unwrap();
    assert_eq!(created.status.code(), Some(2));
    let message = String::from_utf8(created.stderr).unwrap();
    assert!(
        message.contains("[possible values: viewer, member, admin, owner]"),
        "{message}"
    );
}

#[test]
fn tokens_can_only_access_their_accounts() {
    let installation = installation();
    let server = installation.start().unwrap();
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (accounts, expected) in [
        (&["acme"][..], [200, 403, 403]),
        (&[OTHER_ACCOUNT], [403, 200, 403]),
        (&["other", ACCOUNT], [200, 200, 403]),
        (&["*"], [200, 200, 404]),
    ] {
        let arguments: Vec<_> = accounts.iter().flat_map(|name| ["--account", name]).collect();
        let token = created(&installation, &arguments);
        let statuses = [ACCOUNT, OTHER_ACCOUNT, unknown].map(|account| {
            server
                .get(&token, &format!("/accounts/{account}/topology/v1/appBackups"))
                .status
        });
        assert_eq!(statuses, expected, "{accounts:?}");
    }
}

#[test]
fn unknown_accounts_list_the_known_ones() {
    let installation = installation();
    let server = installation.start().unwrap();
    for unknown in ["amce", "", "00000000-0000-4000-8000-000000000000"] {
        let refused = only_error_line(
            &installation
                .create_token(&["--account", "acme", "--account", unknown])
                .unwrap(),
        );
        let expected = format!("no account is called {unknown:?}; this server has \"acme\", \"other\"");
        assert_eq!(refused, expected);
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

#[test]
fn directories_without_a_server_are_named() {
    let installation = installation();
    let refused = only_error_line(&installation.create_token(&["--account", "acme"]).unwrap());
    let expected = format!(
        "{} is not the data directory of a server: there is no appkeep.sqlite3 in it; for a server on PostgreSQL, \
         specify its configuration with --config FILE",
        installation.data().display()
    );
    assert_eq!(refused, expected);
    assert!(!installation.data().exists());
}

#[test]
fn names_with_invalid_length_are_rejected() {
    let installation = installation();
    let server = installation.start().unwrap();
    for (name, chars) in [(String::new(), 0), ("x".repeat(101), 101)] {
        let refused = installation
            .create_token(&["--account", "acme", "--name", &name])
            .unwrap();
        let expected = format!("the name of a token has 1 to 100 characters, not {chars}");
        assert_eq!(only_error_line(&refused), expected);
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

fn token_command(installation: &Installation, arguments: &[&str]) -> Output {
    let data = installation.data().display().to_string();
    run(["token", arguments[0], "--data", &data]
        .iter()
        .chain(&arguments[1..]))
}

/// Returns all tokens, from the JSON output.
fn listed(installation: &Installation) -> Vec<Value> {
    let output = token_command(installation, &["list", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0));
    serde_json::from_slice(&output.stdout).expect("an array")
}

#[test]
fn revoked_tokens_are_invalid_at_once() {
    let installation = installation();
    let server = installation.start().unwrap();
    let [lost, kept] =
        ["lost", "kept"].map(|name| created(&installation, &["--account", "acme", "--name", name]));
    for token in [&lost, &kept] {
        assert_eq!(server.get(token, &backups()).status, 200);
    }
    let revoked = token_command(&installation, &["revoke", "lost"]);
    assert_eq!(revoked.status.code(), Some(0));
    let id = listed(&installation)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(stdout(&revoked), format!("revoked {id} (\"lost\")\n"));
    for path in [&backups(), &format!("{}/{ACCOUNT}", backups())] {
        let answer = server.get(&lost, path);
        assert_eq!((answer.status, answer.problem()), (401, Some("4")), "{path}");
    }
    assert_eq!(server.get(&kept, &backups()).status, 200);

    let again = token_command(&installation, &["revoke", "lost"]);
    assert_eq!(only_error_line(&again), "the token \"lost\" is already revoked");
    // By the token itself, as found in a leak.
    let found = token_command(&installation, &["revoke", &kept]);
    assert_eq!(found.status.code(), Some(0));
    assert!(!stdout(&found).contains(&kept), "it is shown never again");
    assert_eq!(server.get(&kept, &backups()).problem(), Some("4"));
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    let server = installation.start().unwrap();
    assert_eq!(
        server.get(&kept, &backups()).problem(),
        Some("4"),
        "after a restart, too"
    );
}

#[test]
fn tokens_expire() {
    let installation = installation();
    let server = installation.start().unwrap();
    let create = |when: &str| {
        installation
            .create_token(&["--account", "acme", "--expires", when])
            .unwrap()
    };
    let brief = stdout(&create("1s")).trim_end().to_owned();
    let long = stdout(&create("90d")).trim_end().to_owned();
    eventually("the token to end", || {
        let answer = server.get(&brief, &backups());
        (answer.status != 200).then(|| assert_eq!((answer.status, answer.problem()), (401, Some("4"))))
    });
    assert_eq!(server.get(&long, &backups()).status, 200);
    let tokens = listed(&installation);
    let time =
        |token: &Value, name: &str| -> DateTime<Utc> { token[name].as_str().unwrap().parse().unwrap() };
    let lasts = time(&tokens[1], "expires") - time(&tokens[1], "created");
    assert!(
        (lasts - TimeDelta::days(90)).abs() < TimeDelta::minutes(1),
        "{lasts}"
    );

    let over = only_error_line(&create("2020-02-29"));
    assert_eq!(over, "expiry 2020-03-01T00:00:00Z is in the past");
    let odd = create("soon");
    assert_eq!(odd.status.code(), Some(2));
    let message = String::from_utf8(odd.stderr).unwrap();
    assert!(
        message.contains("invalid value 'soon' for '--expires <WHEN>'"),
        "{message}"
    );
    assert!(message.contains("such as 90d"), "{message}");
}

#[test]
fn tokens_are_listed_without_their_secrets() {
    let installation = installation();
    let server = installation.start().unwrap();
    assert_eq!(listed(&installation), Vec::<Value>::new());
    assert_eq!(stdout(&token_command(&installation, &["list"])), "");
    let all = ["--account", "*", "--name", "a\u{1b}[2Jb", "--role", "owner"];
    let both = [
        "--account",
        "acme",
        "--account",
        "other",
        "--expires",
        "2999-12-31",
    ];
    let secrets = [&all, &both].map(|arguments| created(&installation, arguments));
    let tokens = listed(&installation);
    assert_eq!(tokens[0]["accounts"], "*");
    assert_eq!(tokens[0]["expires"], Value::Null);
    assert_eq!(tokens[1]["accounts"], json!([ACCOUNT, OTHER_ACCOUNT]));
    assert_eq!(tokens[1]["role"], "member");
    assert_eq!(tokens[1]["expires"], "3000-01-01T00:00:00.000000Z");

    let id = tokens[1]["id"].as_str().unwrap();
    let revoked = token_command(&installation, &["revoke", &id[..13]]);
    assert_eq!(revoked.status.code(), Some(0), "the beginning of an id is enough");
    let table = stdout(&token_command(&installation, &["list"]));
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
    for secret in &secrets {
        assert!(!everything.contains(secret));
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    assert_eq!(listed(&installation).len(), 2, "without a server, too");
}

#[test]
fn ambiguous_names_revoke_no_token() {
    let installation = installation();
    let server = installation.start().unwrap();
    for _ in 0..2 {
        created(&installation, &["--account", "acme", "--name", "twin"]);
    }
    let tokens = listed(&installation);
    let [one, other] = [0, 1].map(|n| format!("{} (\"twin\")", tokens[n]["id"].as_str().unwrap()));
    let refused = error_line(&token_command(&installation, &["revoke", "twin"]), 6);
    assert_eq!(
        refused,
        format!("\"twin\" matches several tokens: {one}, {other}; specify the id")
    );
    let unknown = error_line(&token_command(&installation, &["revoke", "unknown"]), 3);
    assert_eq!(
        unknown,
        "no token has the name or id \"unknown\"; `appkeep token list` shows all tokens"
    );
    let secret = format!("appkeep_{}", "0".repeat(64));
    let unknown = error_line(&token_command(&installation, &["revoke", &secret]), 3);
    assert!(!unknown.contains(&secret), "{unknown}");
    let id = tokens[0]["id"].as_str().unwrap();
    let first_digits = error_line(&token_command(&installation, &["revoke", &id[..3]]), 3);
    assert!(
        first_digits.starts_with("no token has the name or id "),
        "three digits are too few"
    );
    assert!(
        listed(&installation)
            .iter()
            .all(|token| token["revoked"].is_null())
    );
    // Once one of the two is revoked, the name refers to the other.
    assert!(token_command(&installation, &["revoke", id]).status.success());
    assert!(token_command(&installation, &["revoke", "twin"]).status.success());
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

#[test]
fn token_files_are_private_and_the_data_directory_can_be_a_variable() {
    let installation = installation();
    let server = installation.start().unwrap();
    let file = installation.path().join("token");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let create = |out: &Path| {
        let mut command = appkeep();
        command.env("APPKEEP_DATA", installation.data());
        command.args(["token", "create", "--account", "acme", "--name", "ci", "--out"]);
        command.arg(out).output().unwrap()
    };
    let created = create(&file);
    assert_eq!(
        (created.status.code(), stdout(&created).as_str()),
        (Some(0), ""),
        "{created:?}"
    );
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = fs::read_to_string(&file).unwrap();
    assert_eq!(server.get(token.trim(), &backups()).status, 200);
    let tokens = listed(&installation).len();
    let refused = only_error_line(&create(&installation.path().join("none/token")));
    assert!(refused.starts_with("failed to write "), "{refused}");
    assert_eq!(listed(&installation).len(), tokens, "no token is lost");
}

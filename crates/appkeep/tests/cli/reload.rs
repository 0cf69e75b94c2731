//! SIGHUP: applies another configuration completely or not at all, and never ends the server.

use std::fs;

use appkeep_launcher::{ACCOUNT, CONFIG, RunningServer, eventually};

use crate::program::{installation, started};

const SECOND_APP: &str =
    "[[accounts.apps]]\nname = \"blog\"\nvolumes = { data = \"blog\" }\n\n[[accounts.buckets]]";

fn app_names(server: &RunningServer, token: &str) -> Vec<String> {
    let apps = server
        .get(token, &format!("/accounts/{ACCOUNT}/k8s/v2/apps"))
        .body;
    let names = apps["items"].as_array().into_iter().flatten();
    names
        .map(|app| {
            format!(
                "{} {}",
                app["name"].as_str().unwrap_or_default(),
                app["state"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn sighup_applies_a_valid_configuration() {
    let installation = installation();
    fs::create_dir(installation.path().join("blog")).unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    assert_eq!(app_names(&server, &token), ["shop ready"]);
    let hooks =
        "[[accounts.apps.hooks]]\nname = \"fail\"\nstage = \"pre-snapshot\"\ncommand = [\"false\"]\n\n";
    let config = CONFIG.replacen("[[accounts.buckets]]", &format!("{hooks}{SECOND_APP}"), 1);
    let file = installation.config();
    fs::write(&file, &config).unwrap();
    server.signal("HUP").unwrap();
    eventually("the second app", || {
        let mut names = app_names(&server, &token);
        names.sort();
        (names == ["blog ready", "shop ready"]).then_some(())
    });
    let path = server.create_backup(&token).unwrap();
    let failed = server.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(failed["state"], "failed", "the new hook runs: {failed}");

    fs::write(&file, CONFIG.replace("workers = 2", "workers = 1")).unwrap();
    server.signal("HUP").unwrap();
    eventually("the second app to be withdrawn", || {
        app_names(&server, &token)
            .contains(&"blog unavailable".to_owned())
            .then_some(())
    });
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0));
    for said in [
        "added app blog of account acme",
        "changed app shop of account acme",
        "removed app blog of account acme",
        "changed settings that only a restart applies",
    ] {
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
}

#[test]
fn sighup_rejects_an_invalid_configuration() {
    let (installation, server, token) = started();
    let file = installation.config();
    // The valid part of each isn't applied either.
    let with_app = CONFIG.replacen("[[accounts.buckets]]", SECOND_APP, 1);
    let bad = [
        (Some(format!("{with_app}[sever]\n")), "unknown field `sever`"),
        (
            Some(with_app.replacen("path = \"bucket\"", "path = \"data/bucket\"", 1)),
            "is inside the data directory",
        ),
        (None, "failed to read it: No such file or directory"),
    ];
    for (config, reason) in &bad {
        match config {
            Some(config) => fs::write(&file, config).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        server.signal("HUP").unwrap();
        eventually("the reason in the log", || {
            let log = server.log();
            let line = log.lines().find(|line| line.contains(reason))?;
            let what = "the configuration was not reloaded: the previous one stays in use";
            assert!(line.contains("ERROR") && line.contains(what), "{line}");
            Some(())
        });
        assert_eq!(app_names(&server, &token), ["shop ready"]);
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

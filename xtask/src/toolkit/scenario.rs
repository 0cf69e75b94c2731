//! Common tasks with the toolkit, in order, and their expected results.

use std::fs;

use anyhow::Result;
use appkeep_launcher::{APP, describe};
use serde_json::Value;

use super::server::{TestServer, ToolkitOutput, Trust};
use super::tree;

/// An unused id.
const UNKNOWN: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7fff";

/// The progress of the test.
#[derive(Debug, Default)]
pub(super) struct Scenario {
    /// Number of commands that were run.
    pub(super) commands: usize,
    /// Deviations from the expected results.
    pub(super) findings: Vec<String>,
}

impl Scenario {
    /// Runs all tasks.
    ///
    /// # Errors
    /// When the toolkit can't be started, or a file can't be read or written.
    pub(super) fn run(&mut self, server: &TestServer) -> Result<()> {
        self.certificates(server)?;
        self.lists(server)?;
        self.protections(server)?;
        let original = describe(&server.volume())?;
        let snapshot = self.creates(server, "snapshot", "before")?;
        let backup = self.creates(server, "backup", "nightly")?;
        for (flag, source) in [("--backup", &backup), ("--snapshot", &snapshot)] {
            self.restores(server, flag, source, &original)?;
        }
        self.destroys(server, "backup", "Backup", &backup)?;
        self.destroys(server, "snapshot", "Snapshot", &snapshot)?;
        self.is_rejected(server)
    }

    /// Certificates are verified unless the toolkit's configuration says otherwise.
    fn certificates(&mut self, server: &TestServer) -> Result<()> {
        let token = server.token();
        let output = server.run_with(token, Trust::Default, &["list", "apps"])?;
        self.expect("list apps", &output, 1, "CERTIFICATE_VERIFY_FAILED");
        let output = server.run_with(token, Trust::Disabled, &["list", "apps"])?;
        self.expect("list apps", &output, 0, "shop");
        Ok(())
    }

    fn lists(&mut self, server: &TestServer) -> Result<()> {
        let table = server.run(&["list", "apps"])?;
        self.expect("list apps", &table, 0, "| shop ");
        self.expect("list apps", &table, 0, "| ready ");
        let apps = self.list(server, "apps")?;
        self.same("the apps", &names(&apps), &["blog", "shop"]);
        let buckets = self.list(server, "buckets")?;
        self.same("the buckets", &names(&buckets), &["local"]);
        let clouds = self.list(server, "clouds")?;
        self.same("the clouds", &names(&clouds), &[]);
        let schedules = self.list(server, "protections")?;
        self.same("the schedules", &names(&schedules), &["yearly"]);
        let hooks = self.list(server, "hooks")?;
        self.same("the hooks", &names(&hooks), &["quiesce"]);
        if hooks.to_string().contains("secret") {
            self.findings
                .push(format!("list hooks shows a command line: {hooks}"));
        }
        // The server itself, and the tokens.
        let users = server.run(&["list", "users", "--nameFilter", "appkeep"])?;
        self.expect("list users", &users, 0, "| appkeep ");
        self.expect("list users", &users, 0, "| local ");
        self.expect("list users", &users, 0, "| active ");
        for (kind, heading) in [
            ("buckets", "bucketID"),
            ("protections", "protectionID"),
            ("hooks", "hookID"),
            ("backups", "backupName"),
            ("snapshots", "snapshotName"),
        ] {
            let output = server.run(&["list", kind])?;
            self.expect(&format!("list {kind}"), &output, 0, heading);
        }
        Ok(())
    }

    /// Creates a protection policy of each granularity, changes one, and destroys them. Those of the configuration are
    /// read-only.
    fn protections(&mut self, server: &TestServer) -> Result<()> {
        for (granularity, times, name) in [
            ("hourly", &["-m", "7"][..], "hourly-schedule"),
            ("daily", &["-H", "0"], "daily-schedule"),
            ("weekly", &["-H", "2", "-W", "0", "-m", "30"], "weekly-schedule"),
            ("monthly", &["-H", "23", "-M", "31"], "monthly-schedule"),
        ] {
            let fixed = [
                "create",
                "protection",
                APP,
                "-g",
                granularity,
                "-b",
                "2",
                "-s",
                "1",
            ];
            let output = server.run(&[&fixed, times].concat())?;
            self.expect("create protection", &output, 0, &format!("\"name\": \"{name}\""));
        }
        let twice = ["create", "protection", APP, "-g", "hourly", "-b", "2", "-s", "1"];
        let output = server.run(&twice)?;
        self.expect("create protection", &output, 1, "JSON resource conflict");
        let nothing = ["create", "protection", APP, "-g", "hourly", "-b", "0", "-s", "0"];
        let output = server.run(&nothing)?;
        self.expect("create protection", &output, 1, "snapshotRetention");
        let table = server.run(&["list", "protections"])?;
        for granularity in ["hourly", "daily", "weekly", "monthly", "custom"] {
            self.expect("list protections", &table, 0, &format!("| {granularity} "));
        }
        let list = self.list(server, "protections")?;
        let id_of = |name: &str| {
            let found = items(&list).iter().find(|item| item["name"] == name);
            let id = found.and_then(|item| item["id"].as_str());
            id.unwrap_or(UNKNOWN).to_owned()
        };
        let daily = id_of("daily-schedule");
        let output = server.run(&["update", "protection", &daily, "-H", "4", "-b", "9"])?;
        self.expect("update protection", &output, 0, "\"cron\": \"0 4 * * *\"");
        self.expect("update protection", &output, 0, "\"backupRetention\": \"9\"");
        self.expect("update protection", &output, 0, "\"snapshotRetention\": \"1\"");
        let output = server.run(&["destroy", "protection", APP, &id_of("yearly")])?;
        self.expect(
            "destroy protection",
            &output,
            1,
            "part of the server's configuration",
        );
        for granularity in ["hourly", "daily", "weekly", "monthly"] {
            let id = id_of(&format!("{granularity}-schedule"));
            let output = server.run(&["destroy", "protection", APP, &id])?;
            self.expect(
                "destroy protection",
                &output,
                0,
                &format!("Protection policy {id} destroyed"),
            );
        }
        let schedules = self.list(server, "protections")?;
        self.same("the schedules", &names(&schedules), &["yearly"]);
        Ok(())
    }

    /// Creates a backup or snapshot, waits for it with the toolkit, finds it in the list, and returns its id.
    fn creates(&mut self, server: &TestServer, kind: &str, name: &str) -> Result<String> {
        let output = server.run(&["create", kind, APP, name, "--pollTimer", "1"])?;
        let what = format!("create {kind}");
        self.expect(&what, &output, 0, &format!("Starting {kind} of {APP}"));
        self.expect(&what, &output, 0, "complete!");
        let list = self.list(server, &format!("{kind}s"))?;
        let mut items = items(&list).iter().filter(|item| item["name"] == name);
        let (found, others) = (items.next(), items.count());
        let state = found.map(|item| item["state"].clone()).unwrap_or_default();
        if others > 0 || state != "completed" {
            self.findings.push(format!(
                "{what}: {name} isn't listed exactly once as completed: {list}"
            ));
        }
        let id = found.and_then(|item| item["id"].as_str());
        Ok(id.unwrap_or(UNKNOWN).to_owned())
    }

    fn restores(&mut self, server: &TestServer, flag: &str, source: &str, original: &[String]) -> Result<()> {
        let volume = server.volume();
        fs::remove_dir_all(volume.join("deep"))?;
        fs::remove_file(volume.join("empty"))?;
        fs::write(volume.join("greeting.txt"), "destroyed")?;
        fs::write(volume.join("new"), "unrelated")?;
        let output = server.run(&["ipr", APP, flag, source, "--pollTimer", "1"])?;
        let what = format!("ipr {flag}");
        self.expect(&what, &output, 0, "In-Place-Restore job in progress");
        self.expect(&what, &output, 0, "Success!");
        let found = describe(&volume)?;
        if let Some(difference) = tree::difference(original, &found) {
            self.findings.push(format!("{what}: {difference}"));
        }
        let apps = self.list(server, "apps")?;
        let restored = items(&apps).iter().find(|app| app["id"] == APP);
        if restored.is_none_or(|app| app["state"] != "ready") {
            self.findings.push(format!("{what}: the app isn't ready: {apps}"));
        }
        Ok(())
    }

    fn destroys(&mut self, server: &TestServer, kind: &str, printed_as: &str, id: &str) -> Result<()> {
        let output = server.run(&["destroy", kind, APP, id])?;
        self.expect(
            &format!("destroy {kind}"),
            &output,
            0,
            &format!("{printed_as} {id} destroyed"),
        );
        let list = self.list(server, &format!("{kind}s"))?;
        self.same(&format!("the {kind}s"), &names(&list), &[]);
        Ok(())
    }

    /// A rejected request ends with an exit code and a message with the reason.
    fn is_rejected(&mut self, server: &TestServer) -> Result<()> {
        // Without --fast, the toolkit checks itself whether the resource exists.
        let output = server.run(&["--fast", "destroy", "backup", APP, UNKNOWN])?;
        self.expect(
            "destroy backup",
            &output,
            1,
            &format!("Failed destroying backup: {UNKNOWN}"),
        );
        self.expect("destroy backup", &output, 1, "Resource not found");
        let output = server.run(&["--fast", "ipr", APP, "--snapshot", UNKNOWN])?;
        self.expect("ipr --snapshot", &output, 1, "Submitting restore job failed.");
        self.expect("ipr --snapshot", &output, 1, "there is no such snapshot");
        let output = server.run_with(&server.bad_token(), Trust::Configured, &["list", "apps"])?;
        self.expect("list apps", &output, 1, "check Authorization");
        Ok(())
    }

    /// A list as JSON.
    fn list(&mut self, server: &TestServer, kind: &str) -> Result<Value> {
        let output = server.run(&["--output", "json", "list", kind])?;
        let what = format!("list {kind}");
        self.expect(&what, &output, 0, "\"items\"");
        let list = serde_json::from_str(&output.stdout);
        if list.is_err() {
            self.findings
                .push(format!("{what} isn't JSON: {}", output.stdout));
        }
        Ok(list.unwrap_or_default())
    }

    /// Checks that the toolkit ended with that code, and that its output contains these words.
    fn expect(&mut self, what: &str, output: &ToolkitOutput, code: i32, words: &str) {
        self.commands += 1;
        if output.code != Some(code) || !(output.stdout.contains(words) || output.stderr.contains(words)) {
            let ended = output
                .code
                .map_or_else(|| "by a signal".to_owned(), |code| format!("with {code}"));
            self.findings.push(format!(
                "`{what}`: expected exit code {code} and {words:?}, but it ended {ended}: {}{}",
                output.stdout, output.stderr
            ));
        }
    }

    fn same(&mut self, what: &str, found: &[String], wanted: &[&str]) {
        if found != wanted {
            self.findings
                .push(format!("{what}: expected {wanted:?}, found {found:?}"));
        }
    }
}

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The names in a list, sorted.
fn names(list: &Value) -> Vec<String> {
    let names = items(list).iter().filter_map(|item| item["name"].as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

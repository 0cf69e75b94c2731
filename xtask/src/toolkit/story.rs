//! Common tasks with the toolkit, in order, and their expected results.

use std::fs;

use anyhow::Result;
use appkeep_launcher::APP;
use serde_json::Value;

use super::tree::{self, Tree};
use super::world::{Said, Trust, World};

/// An unused id.
const UNKNOWN: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7fff";

/// The progress of the test.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// Number of commands that were run.
    pub(super) commands: usize,
    /// Deviations from the expected results.
    pub(super) findings: Vec<String>,
}

impl Story {
    /// Runs all tasks.
    ///
    /// # Errors
    /// When the toolkit can't be started, or a file can't be read or written.
    pub(super) fn tell(&mut self, world: &World) -> Result<()> {
        self.trusts_who_it_is_told_to(world)?;
        self.looks_around(world)?;
        let original = tree::read(&world.volume())?;
        let snapshot = self.makes(world, "snapshot", "before")?;
        let backup = self.makes(world, "backup", "nightly")?;
        for (flag, source) in [("--backup", &backup), ("--snapshot", &snapshot)] {
            self.gets_back_what_was_destroyed(world, flag, source, &original)?;
        }
        self.destroys(world, "backup", "Backup", &backup)?;
        self.destroys(world, "snapshot", "Snapshot", &snapshot)?;
        self.is_refused(world)
    }

    /// Certificates are verified unless the toolkit's configuration says otherwise.
    fn trusts_who_it_is_told_to(&mut self, world: &World) -> Result<()> {
        let token = world.token();
        let said = world.ask_as(token, Trust::Usual, &["list", "apps"])?;
        self.expect("list apps", &said, 1, "CERTIFICATE_VERIFY_FAILED");
        let said = world.ask_as(token, Trust::Blind, &["list", "apps"])?;
        self.expect("list apps", &said, 0, "shop");
        Ok(())
    }

    fn looks_around(&mut self, world: &World) -> Result<()> {
        let table = world.ask(&["list", "apps"])?;
        self.expect("list apps", &table, 0, "| shop ");
        self.expect("list apps", &table, 0, "| ready ");
        let apps = self.list(world, "apps")?;
        self.same("the apps", &names(&apps), &["blog", "shop"]);
        let buckets = self.list(world, "buckets")?;
        self.same("the buckets", &names(&buckets), &["local"]);
        let clouds = self.list(world, "clouds")?;
        self.same("the clouds", &names(&clouds), &[]);
        let schedules = self.list(world, "protections")?;
        self.same("the schedules", &names(&schedules), &["yearly"]);
        for (kind, heading) in [
            ("buckets", "bucketID"),
            ("protections", "protectionID"),
            ("backups", "backupName"),
            ("snapshots", "snapshotName"),
        ] {
            let said = world.ask(&["list", kind])?;
            self.expect(&format!("list {kind}"), &said, 0, heading);
        }
        Ok(())
    }

    /// Creates a backup or snapshot, waits for it with the toolkit, finds it in the list, and returns its id.
    fn makes(&mut self, world: &World, kind: &str, name: &str) -> Result<String> {
        let said = world.ask(&["create", kind, APP, name, "--pollTimer", "1"])?;
        let what = format!("create {kind}");
        self.expect(&what, &said, 0, &format!("Starting {kind} of {APP}"));
        self.expect(&what, &said, 0, "complete!");
        let list = self.list(world, &format!("{kind}s"))?;
        let mut items = items(&list).iter().filter(|item| item["name"] == name);
        let (found, others) = (items.next(), items.count());
        let state = found.map(|item| item["state"].clone()).unwrap_or_default();
        if others > 0 || state != "completed" {
            self.findings.push(format!(
                "{what}: {name} isn't in the list once, completed: {list}"
            ));
        }
        let id = found.and_then(|item| item["id"].as_str());
        Ok(id.unwrap_or(UNKNOWN).to_owned())
    }

    fn gets_back_what_was_destroyed(
        &mut self,
        world: &World,
        flag: &str,
        source: &str,
        original: &Tree,
    ) -> Result<()> {
        let volume = world.volume();
        fs::remove_dir_all(volume.join("deep"))?;
        fs::remove_file(volume.join("empty"))?;
        fs::write(volume.join("greeting.txt"), "destroyed")?;
        fs::write(volume.join("new"), "unrelated")?;
        let said = world.ask(&["ipr", APP, flag, source, "--pollTimer", "1"])?;
        let what = format!("ipr {flag}");
        self.expect(&what, &said, 0, "In-Place-Restore job in progress");
        self.expect(&what, &said, 0, "Success!");
        let found = tree::read(&volume)?;
        if let Some(difference) = tree::difference(original, &found) {
            self.findings.push(format!("{what}: {difference}"));
        }
        let apps = self.list(world, "apps")?;
        let restored = items(&apps).iter().find(|app| app["id"] == APP);
        if restored.is_none_or(|app| app["state"] != "ready") {
            self.findings.push(format!("{what}: the app isn't ready: {apps}"));
        }
        Ok(())
    }

    fn destroys(&mut self, world: &World, kind: &str, said_as: &str, id: &str) -> Result<()> {
        let said = world.ask(&["destroy", kind, APP, id])?;
        self.expect(
            &format!("destroy {kind}"),
            &said,
            0,
            &format!("{said_as} {id} destroyed"),
        );
        let list = self.list(world, &format!("{kind}s"))?;
        self.same(&format!("the {kind}s"), &names(&list), &[]);
        Ok(())
    }

    /// A rejected request ends with an exit code and a message with the reason.
    fn is_refused(&mut self, world: &World) -> Result<()> {
        // Without --fast, the toolkit checks itself whether the resource exists.
        let said = world.ask(&["--fast", "destroy", "backup", APP, UNKNOWN])?;
        self.expect(
            "destroy backup",
            &said,
            1,
            &format!("Failed destroying backup: {UNKNOWN}"),
        );
        self.expect("destroy backup", &said, 1, "Resource not found");
        let said = world.ask(&["--fast", "ipr", APP, "--snapshot", UNKNOWN])?;
        self.expect("ipr --snapshot", &said, 1, "Submitting restore job failed.");
        self.expect("ipr --snapshot", &said, 1, "there is no such snapshot");
        let said = world.ask_as(&world.bad_token(), Trust::Told, &["list", "apps"])?;
        self.expect("list apps", &said, 1, "check Authorization");
        Ok(())
    }

    /// A list as JSON.
    fn list(&mut self, world: &World, kind: &str) -> Result<Value> {
        let said = world.ask(&["--output", "json", "list", kind])?;
        let what = format!("list {kind}");
        self.expect(&what, &said, 0, "\"items\"");
        let list = serde_json::from_str(&said.stdout);
        if list.is_err() {
            self.findings.push(format!("{what} isn't JSON: {}", said.stdout));
        }
        Ok(list.unwrap_or_default())
    }

    /// Checks that the toolkit ended with that code, and that its output contains these words.
    fn expect(&mut self, what: &str, said: &Said, code: i32, words: &str) {
        self.commands += 1;
        if said.code != Some(code) || !(said.stdout.contains(words) || said.stderr.contains(words)) {
            let ended = said
                .code
                .map_or_else(|| "by a signal".to_owned(), |code| format!("with {code}"));
            self.findings.push(format!(
                "`{what}` has to end with {code} and to say {words:?}; it ended {ended} and said {}{}",
                said.stdout, said.stderr
            ));
        }
    }

    fn same(&mut self, what: &str, found: &[String], wanted: &[&str]) {
        if found != wanted {
            self.findings
                .push(format!("{what} have to be {wanted:?}, and they are {found:?}"));
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

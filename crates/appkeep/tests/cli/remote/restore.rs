//! In-place restores through the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::XattrFlags;

use super::{Fixture, error_line, last_error_line};
use crate::program::{damage_packs, installation, stdout};
use crate::terminal::{Terminal, plain};

fn greeting(fixture: &Fixture) -> PathBuf {
    fixture.installation.path().join("volume/greeting.txt")
}

#[test]
fn restores_bring_back_destroyed_data() {
    let fixture = Fixture::new();
    for (noun, arguments) in [
        ("backup", ["backup", "create"]),
        ("snapshot", ["snapshot", "create"]),
    ] {
        fixture.json(&[arguments[0], arguments[1], "good", "--wait"]);
        fs::write(greeting(&fixture), "destroyed").unwrap();
        let restored = fixture.run([noun, "restore", "good", "--yes", "--wait"]);
        assert_eq!(restored.status.code(), Some(0), "{restored:?}");
        assert_eq!(stdout(&restored), format!("shop was restored from {noun} good\n"));
        let stderr = String::from_utf8(restored.stderr).unwrap();
        assert!(
            stderr.starts_with(&format!("shop is being restored from {noun} good\n")),
            "{stderr}"
        );
        assert_eq!(
            fs::read_to_string(greeting(&fixture)).unwrap(),
            "hello\n",
            "{noun}"
        );
    }
}

#[test]
fn restores_require_confirmation() {
    let fixture = Fixture::new();
    let id = fixture.json(&["backup", "create", "good", "--wait"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    fs::write(greeting(&fixture), "newer").unwrap();
    assert_eq!(
        error_line(&fixture.run(["backup", "restore", "good"]), 2),
        "this command replaces all data of shop with that of backup good; confirm it with --yes"
    );
    let command = fixture.command(["backup", "restore", &id[..8], "--wait"]);
    let mut terminal = Terminal::start(120, &command);
    terminal.expect("Replace all data of shop with that of backup good, created ");
    terminal.type_line("n");
    let (code, text) = terminal.end();
    assert_eq!(code, 2, "{text}");
    assert!(
        plain(&text).contains("error: not confirmed: nothing was changed"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(greeting(&fixture)).unwrap(), "newer");

    let mut terminal = Terminal::start(120, &command);
    terminal.expect("Replace all data of shop");
    terminal.type_line("y");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(
        plain(&text).contains("shop was restored from backup good"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(greeting(&fixture)).unwrap(), "hello\n");
}

#[test]
fn restores_of_damaged_backups_fail_and_keep_the_data() {
    let fixture = Fixture::new();
    fixture.json(&["backup", "create", "good", "--wait"]);
    fs::write(greeting(&fixture), "newer").unwrap();
    damage_packs(&fixture.installation);
    let output = fixture.run(["backup", "restore", "good", "--yes", "--wait"]);
    let message = last_error_line(&output, 1);
    assert!(message.starts_with("the restore of shop failed: "), "{message}");
    assert_eq!(fs::read_to_string(greeting(&fixture)).unwrap(), "newer");
    let shown = stdout(&fixture.run(["app", "show"]));
    assert!(
        shown.contains("state           failed") && shown.contains("reason "),
        "{shown}"
    );
}

/// A file system in memory without extended attributes, mounted until this is dropped.
struct PlainDisk(PathBuf);

impl PlainDisk {
    fn mount(at: &Path) -> Self {
        let mount = Command::new("mount")
            .args(["-t", "ramfs", "ramfs"])
            .arg(at)
            .status();
        assert!(mount.expect("mount runs").success());
        Self(at.to_owned())
    }
}

impl Drop for PlainDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn unsupported_attributes_are_reported_as_root() {
    let installation = installation();
    let disk = installation.path().join("disk");
    let volume = disk.join("volume");
    fs::create_dir_all(&volume).unwrap();
    fs::write(volume.join("tagged"), "tagged").unwrap();
    rustix::fs::setxattr(volume.join("tagged"), "user.tag", b"value", XattrFlags::empty()).unwrap();
    installation.configure("\"volume\"", "\"disk/volume\"").unwrap();
    let fixture = Fixture::of(installation);
    fixture.json(&["backup", "create", "good", "--wait"]);

    let _plain = PlainDisk::mount(&disk);
    let restored = fixture.run(["backup", "restore", "good", "--yes", "--wait"]);
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    assert_eq!(fs::read_to_string(volume.join("tagged")).unwrap(), "tagged");
    let stderr = String::from_utf8(restored.stderr).unwrap();
    let noted = "extended attributes of 1 entry not restored";
    assert!(stderr.contains(noted) && stderr.contains("user.tag"), "{stderr}");
    let shown = stdout(&fixture.run(["app", "show"]));
    assert!(
        shown.contains("restore note") && shown.contains("user.tag"),
        "{shown}"
    );
}

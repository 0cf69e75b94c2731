//! In-place restores through the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::XattrFlags;

use super::{Site, refused, refused_at_last};
use crate::program::{installation, said};
use crate::terminal::{Terminal, plain};

fn greeting(site: &Site) -> PathBuf {
    site.place.path().join("volume/greeting.txt")
}

#[test]
fn destroyed_data_is_back_after_a_restore() {
    let site = Site::new();
    for (noun, arguments) in [
        ("backup", ["backup", "create"]),
        ("snapshot", ["snapshot", "create"]),
    ] {
        site.json(&[arguments[0], arguments[1], "good", "--wait"]);
        fs::write(greeting(&site), "destroyed").unwrap();
        let restored = site.ask([noun, "restore", "good", "--yes", "--wait"]);
        assert_eq!(restored.status.code(), Some(0), "{restored:?}");
        assert_eq!(said(&restored), format!("shop has the data of {noun} good\n"));
        let told = String::from_utf8(restored.stderr).unwrap();
        assert!(
            told.starts_with(&format!("shop is being restored from {noun} good\n")),
            "{told}"
        );
        assert_eq!(fs::read_to_string(greeting(&site)).unwrap(), "hello\n", "{noun}");
    }
}

#[test]
fn nothing_is_restored_without_a_yes() {
    let site = Site::new();
    let id = site.json(&["backup", "create", "good", "--wait"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    fs::write(greeting(&site), "newer").unwrap();
    assert_eq!(
        refused(&site.ask(["backup", "restore", "good"]), 2),
        "this command replaces all data of shop with that of backup good; confirm it with --yes"
    );
    let command = site.command(["backup", "restore", &id[..8], "--wait"]);
    let mut terminal = Terminal::start(120, &command);
    terminal.expect("Replace all data of shop with that of backup good, created ");
    terminal.type_line("n");
    let (code, text) = terminal.end();
    assert_eq!(code, 2, "{text}");
    assert!(
        plain(&text).contains("error: nothing was changed: not confirmed"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(greeting(&site)).unwrap(), "newer");

    let mut terminal = Terminal::start(120, &command);
    terminal.expect("Replace all data of shop");
    terminal.type_line("y");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(
        plain(&text).contains("shop has the data of backup good"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(greeting(&site)).unwrap(), "hello\n");
}

#[test]
fn a_restore_that_cannot_be_read_fails_with_the_reason_and_leaves_the_old_data() {
    let site = Site::new();
    site.json(&["backup", "create", "good", "--wait"]);
    fs::write(greeting(&site), "newer").unwrap();
    // Damages every pack.
    let data = site
        .place
        .path()
        .join("bucket")
        .join(appkeep_launcher::APP)
        .join("data");
    for directory in fs::read_dir(data).unwrap() {
        for pack in fs::read_dir(directory.unwrap().path()).unwrap() {
            let path = pack.unwrap().path();
            let mut bytes = fs::read(&path).unwrap();
            bytes[50] ^= 1;
            fs::write(path, bytes).unwrap();
        }
    }
    let output = site.ask(["backup", "restore", "good", "--yes", "--wait"]);
    let complaint = refused_at_last(&output, 1);
    assert!(
        complaint.starts_with("the restore of shop failed: "),
        "{complaint}"
    );
    assert_eq!(fs::read_to_string(greeting(&site)).unwrap(), "newer");
    let shown = said(&site.ask(["app", "show"]));
    assert!(
        shown.contains("state          failed") && shown.contains("reason "),
        "{shown}"
    );
}

/// A file system in memory without extended attributes, mounted at `place`/disk until this is dropped.
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
fn details_that_the_target_cannot_store_are_shown_as_root() {
    let place = installation();
    let disk = place.path().join("disk");
    let volume = disk.join("volume");
    fs::create_dir_all(&volume).unwrap();
    fs::write(volume.join("tagged"), "tagged").unwrap();
    rustix::fs::setxattr(volume.join("tagged"), "user.tag", b"value", XattrFlags::empty()).unwrap();
    place.configure("\"volume\"", "\"disk/volume\"").unwrap();
    let site = Site::of(place);
    site.json(&["backup", "create", "good", "--wait"]);

    let _plain = PlainDisk::mount(&disk);
    let restored = site.ask(["backup", "restore", "good", "--yes", "--wait"]);
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    assert_eq!(fs::read_to_string(volume.join("tagged")).unwrap(), "tagged");
    let told = String::from_utf8(restored.stderr).unwrap();
    let noted = "extended attributes of 1 entry not restored";
    assert!(told.contains(noted) && told.contains("user.tag"), "{told}");
    let shown = said(&site.ask(["app", "show"]));
    assert!(
        shown.contains("restore note") && shown.contains("user.tag"),
        "{shown}"
    );
}

//! Small disks that are mounted for a test, which requires root.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted disk; it is unmounted when the test ends.
pub(crate) struct Disk {
    at: PathBuf,
    /// The device and the file behind it; none for a disk in memory.
    device: Option<(String, PathBuf)>,
}

impl Disk {
    /// Mounts a disk in memory.
    pub(crate) fn in_memory(at: &Path, mib: u32) -> Self {
        let (at, size) = (at.to_owned(), format!("size={mib}m,mode=0755"));
        fs::create_dir_all(&at).unwrap();
        run(
            "mount",
            [
                OsStr::new("-t"),
                "tmpfs".as_ref(),
                "-o".as_ref(),
                size.as_ref(),
                "appkeep-test".as_ref(),
                at.as_ref(),
            ],
        );
        Self { at, device: None }
    }

    /// Mounts a disk in a file, bypassing the system's cache.
    pub(crate) fn in_file(at: &Path, image: &Path, mib: u64) -> Self {
        File::create(image).unwrap().set_len(mib << 20).unwrap();
        run("mkfs.ext4", ["-q".as_ref(), "-F".as_ref(), image.as_os_str()]);
        Self::mounted(at, image)
    }

    fn mount(&self) {
        let (device, _) = self.device.as_ref().unwrap();
        // Otherwise the file system writes unsynced data every few seconds.
        let options = ["-o".as_ref(), "commit=900".as_ref()];
        run(
            "mount",
            options.into_iter().chain([device.as_ref(), self.at.as_os_str()]),
        );
    }

    /// Mounts, at another place, the state that the disk would have after a power cut now.
    pub(crate) fn as_after_a_power_cut(&self, at: &Path) -> Self {
        let (_, image) = self.device.as_ref().unwrap();
        let copy = image.with_extension("copy");
        fs::copy(image, &copy).unwrap();
        fs::create_dir_all(at).unwrap();
        Self::mounted(at, &copy)
    }

    fn mounted(at: &Path, image: &Path) -> Self {
        let setup = [
            "-f".as_ref(),
            "--show".as_ref(),
            "--direct-io=on".as_ref(),
            image.as_os_str(),
        ];
        let device = run("losetup", setup).trim().to_owned();
        let disk = Self {
            at: at.to_owned(),
            device: Some((device, image.to_owned())),
        };
        disk.mount();
        disk
    }

    /// Remounts the disk to drop its cached data.
    pub(crate) fn mount_again(&self) {
        run("umount", [&self.at]);
        self.mount();
    }

    /// Changes the mount options.
    pub(crate) fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        run("mount", ["-o".as_ref(), options.as_ref(), self.at.as_os_str()]);
    }

    /// Cuts off the end of the disk, as if it broke.
    pub(crate) fn loses_all_after(&self, mib: u64) {
        let (_, image) = self.device.as_ref().unwrap();
        OpenOptions::new()
            .write(true)
            .open(image)
            .unwrap()
            .set_len(mib << 20)
            .unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, so that it also works while the disk is in use.
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
        if let Some((device, _)) = &self.device {
            let _ = Command::new("losetup").args(["-d", device]).status();
        }
    }
}

fn run(program: &str, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {complaints}");
    String::from_utf8(output.stdout).unwrap()
}

//! `cargo xtask test`: runs all tests in the same way for contributors and for CI.
//!
//! It uses cargo nextest if it is installed and cargo test otherwise, and then runs the doc tests. Snapshots
//! only change with `--accept`; an unused snapshot file is a finding. Tests that need a tool have the tool's
//! name in theirs, and are left out with a message if it is missing. So are tests that mount file systems
//! (`tmpfs`, `as_root`, `loop_mount`) where that isn't possible.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::process::{command, is_installed, quietly, succeeds};
use crate::{Outcome, files, python, tidy};

/// A requirement of all tests whose names contain its name.
struct Tool {
    name: &'static str,
    /// Checks whether it is available.
    probe: fn() -> bool,
    /// A description of what it requires.
    needs: &'static str,
    /// Whether it can simply be installed. On a machine that permits no mounts, they can't be required.
    is_installable: bool,
}

/// Looks for PostgreSQL's server, which Debian installs outside the path.
const FIND_INITDB: &str = "command -v initdb || ls /usr/lib/postgresql/*/bin/initdb";

/// Mounts a small file system in memory, which requires root.
const MOUNT_TMPFS: &str = "dir=$(mktemp -d) || exit; mount -t tmpfs tmpfs \"$dir\" && umount \"$dir\"; got=$?; \
                           rmdir \"$dir\"; exit $got";

/// Mounts in a namespace that ends with the command, and looks for a loop device.
const MOUNT_DISK: &str = "mount -t tmpfs appkeep-test /mnt && losetup --find && command -v mkfs.ext4";

const TOOLS: [Tool; 10] = [
    Tool::installable("restic", "restic", || quietly("restic", &["version"])),
    Tool::installable("rustic", "rustic, which `.ci/run` installs", || {
        is_installed("rustic")
    }),
    Tool::installable("npm", "npm", || is_installed("npm")),
    Tool::installable(
        "postgres",
        "PostgreSQL, or psql and APPKEEP_TEST_POSTGRES_URL",
        || {
            let is_elsewhere = env::var_os("APPKEEP_TEST_POSTGRES_URL").is_some() && is_installed("psql");
            is_elsewhere || quietly("sh", &["-c", FIND_INITDB])
        },
    ),
    Tool::installable("private_cluster", "PostgreSQL", || {
        quietly("sh", &["-c", FIND_INITDB])
    }),
    Tool::installable("promtool", "promtool, which `.ci/run` installs", || {
        is_installed("promtool")
    }),
    Tool::installable("python3", "python3 with venv", python::has_python),
    Tool::permission(
        "loop_mount",
        "root, loop devices, btrfs-progs and xfsprogs",
        mounts,
    ),
    Tool::permission("tmpfs", "root, and to mount a tmpfs", || {
        quietly("sh", &["-c", MOUNT_TMPFS])
    }),
    Tool::permission("as_root", "root, to mount, loop devices and mkfs.ext4", || {
        quietly("unshare", &["--mount", "sh", "-c", MOUNT_DISK])
    }),
];

impl Tool {
    const fn installable(name: &'static str, needs: &'static str, probe: fn() -> bool) -> Self {
        Self {
            name,
            probe,
            needs,
            is_installable: true,
        }
    }

    const fn permission(name: &'static str, needs: &'static str, probe: fn() -> bool) -> Self {
        Self {
            is_installable: false,
            ..Self::installable(name, needs, probe)
        }
    }
}

/// The file systems that are created in a file and mounted.
const FILE_SYSTEMS: [&str; 2] = ["btrfs", "xfs"];

/// The size of that file, in bytes; it is sparse.
const IMAGE_BYTES: u64 = 512 * 1024 * 1024;

/// Controls whether insta may write snapshots.
const INSTA_UPDATE: &str = "INSTA_UPDATE";

/// Names the file to which insta appends the path of each snapshot file that a test used.
const INSTA_REFERENCES: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// Sets the number of tests that nextest runs at once; an argument overrides it.
const TEST_THREADS: &str = "NEXTEST_TEST_THREADS";

/// Number of tests per processor: tests spend much of their time waiting for a server's jobs.
const TESTS_PER_PROCESSOR: usize = 2;

/// Runs the tests; with `args` only some of them, and without the check for unused snapshots.
///
/// # Errors
/// When the workspace doesn't build, a runner can't be started, or `require_all` is set and a tool is
/// missing.
pub(crate) fn run(accept: bool, require_all: bool, args: &[String]) -> Result<Outcome> {
    let missing = missing_tools(require_all)?;
    let references = tempfile::NamedTempFile::new().context("failed to create a temporary file")?;
    let mut runner = runner(is_installed("cargo-nextest"), &missing, args);
    runner.env(INSTA_UPDATE, if accept { "always" } else { "no" });
    runner.env(INSTA_REFERENCES, references.path());
    let mut passed = succeeds(&mut runner)?;
    if args.is_empty() {
        passed &= succeeds(&mut command(
            "cargo",
            &["test", "--quiet", "--doc", "--workspace"],
        ))?;
    }
    if !passed {
        if accept {
            report_inline_snapshots(&files::root())?;
        } else {
            eprintln!("tests failed; changed snapshots are accepted with `cargo xtask test --accept`");
        }
        return Ok(Outcome::Findings);
    }
    if !args.is_empty() || !missing.is_empty() {
        println!("test: only a part of the tests ran, so unused snapshots were not checked");
        return Ok(Outcome::Fine);
    }
    let used = fs::read_to_string(references.path()).context("failed to read the used snapshots")?;
    report_unused_snapshots(&files::root(), &used, accept)
}

fn names_package(args: &[String]) -> bool {
    args.iter().any(|arg| matches!(arg.as_str(), "-p" | "--package"))
}

/// The names of the missing tools.
fn missing_tools(require_all: bool) -> Result<Vec<&'static str>> {
    let missing = TOOLS.iter().filter(|tool| !(tool.probe)()).collect::<Vec<_>>();
    let needs: Vec<_> = missing
        .iter()
        .filter(|tool| tool.is_installable)
        .map(|tool| tool.needs)
        .collect();
    if require_all && !needs.is_empty() {
        bail!(
            "all tests are required, but these tools are missing: {}",
            needs.join("; ")
        );
    }
    for Tool { name, needs, .. } in &missing {
        println!("test: skipping tests with `{name}` in their names: requires {needs}");
    }
    Ok(missing.iter().map(|tool| tool.name).collect())
}

/// Whether file systems can be created in a file and mounted here, which requires a trial.
fn mounts() -> bool {
    let Ok(dir) = tempfile::tempdir() else {
        return false;
    };
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let (image, point) = (path("image"), path("mounted"));
    is_installed("btrfs")
        && fs::create_dir(&point).is_ok()
        && FILE_SYSTEMS.iter().all(|kind| {
            let made = fs::File::create(&image).and_then(|file| file.set_len(IMAGE_BYTES));
            made.is_ok()
                && quietly(&format!("mkfs.{kind}"), &["-q", &image])
                && quietly("mount", &["-o", "loop", &image, &point])
                && quietly("umount", &[&point])
        })
}

/// The command that runs all tests except doc tests and those of missing tools.
fn runner(nextest: bool, missing: &[&str], args: &[String]) -> Command {
    let mut runner = command("cargo", if nextest { &["nextest", "run"] } else { &["test"] });
    if !names_package(args) {
        runner.arg("--workspace");
    }
    if nextest {
        runner.args(["--no-fail-fast", "--no-tests=warn"]);
        if !missing.is_empty() {
            let named = missing
                .iter()
                .map(|name| format!("test({name})"))
                .collect::<Vec<_>>();
            runner.args(["--filterset", &format!("not ({})", named.join(" + "))]);
        }
        runner.args(args);
        if env::var_os(TEST_THREADS).is_none() {
            let processors = available_parallelism().map_or(1, usize::from);
            runner.env(TEST_THREADS, (processors * TESTS_PER_PROCESSOR).to_string());
        }
        return runner;
    }
    runner.args(["--no-fail-fast", "--tests"]).args(args);
    if !missing.is_empty() && !args.iter().any(|arg| arg == "--") {
        runner.arg("--");
    }
    runner.args(missing.iter().flat_map(|name| ["--skip", name]));
    runner
}

/// Lists the sources whose inline snapshots changed: these have to be edited by hand.
fn report_inline_snapshots(root: &Path) -> Result<()> {
    for pending in tidy::files_with_extension(root, "pending-snap")? {
        fs::remove_file(root.join(&pending))
            .with_context(|| format!("failed to remove {}", pending.display()))?;
        // insta writes `.a.rs.pending-snap` beside `a.rs`.
        let name = pending.file_stem().unwrap_or_default().to_string_lossy();
        let source = pending.with_file_name(name.trim_start_matches('.'));
        println!(
            "{}: an inline snapshot changed: edit it, the difference is above",
            source.display()
        );
    }
    Ok(())
}

/// Reports snapshot files that no test used, or deletes them when accepting.
fn report_unused_snapshots(root: &Path, used: &str, accept: bool) -> Result<Outcome> {
    let used = used
        .lines()
        .map(|line| canonical(Path::new(line)))
        .collect::<BTreeSet<_>>();
    let mut outcome = Outcome::Fine;
    for snapshot in tidy::files_with_extension(root, "snap")? {
        let full = root.join(&snapshot);
        if used.contains(&canonical(&full)) {
            continue;
        }
        if accept {
            fs::remove_file(&full).with_context(|| format!("failed to remove {}", snapshot.display()))?;
            println!("{}: removed, no test uses it", snapshot.display());
        } else {
            println!(
                "{}: no test uses it: run `cargo xtask test --accept`",
                snapshot.display()
            );
            outcome = Outcome::Findings;
        }
    }
    Ok(outcome)
}

/// The canonical path; the path itself if there is no such file.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> String {
        let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tests_of_missing_tools_are_skipped_by_name() {
        assert_eq!(
            words(&runner(true, &["restic", "npm"], &[])),
            "nextest run --workspace --no-fail-fast --no-tests=warn \
             --filterset not (test(restic) + test(npm))"
        );
        assert_eq!(
            words(&runner(false, &["restic", "npm"], &[])),
            "test --workspace --no-fail-fast --tests -- --skip restic --skip npm"
        );
    }

    #[test]
    fn arguments_reach_the_runner() {
        let args = ["--package".to_owned(), "xtask".to_owned(), "tidy".to_owned()];
        assert_eq!(
            words(&runner(true, &[], &args)),
            "nextest run --no-fail-fast --no-tests=warn --package xtask tidy"
        );
        assert_eq!(
            words(&runner(true, &[], &args[2..])),
            "nextest run --workspace --no-fail-fast --no-tests=warn tidy"
        );
    }

    #[test]
    fn pending_inline_snapshots_are_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        let pending = dir.path().join(".a.rs.pending-snap");
        fs::write(&pending, "").unwrap();
        report_inline_snapshots(dir.path()).unwrap();
        assert!(!pending.exists());
    }

    #[test]
    fn only_unused_snapshots_are_reported() {
        let dir = tempfile::tempdir().unwrap();
        let (used, unused) = (dir.path().join("used.snap"), dir.path().join("unused.snap"));
        fs::write(&used, "").unwrap();
        fs::write(&unused, "").unwrap();
        let references = format!("{}\n", used.display());
        assert_eq!(
            report_unused_snapshots(dir.path(), &references, false).unwrap(),
            Outcome::Findings
        );
        assert!(unused.exists());
        assert_eq!(
            report_unused_snapshots(dir.path(), &references, true).unwrap(),
            Outcome::Fine
        );
        assert!(used.exists() && !unused.exists());
    }
}

//! The tests, and which mutants each of them passes by.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::tree::Tree;
use crate::process::signal;
use crate::test::BLACK_BOX;

/// Sets the mutant that a process is.
pub(super) const MUTANT: &str = "APPKEEP_MUTANT";

/// Where a process writes down which places it passed.
const REACHED: &str = "APPKEEP_MUTANTS_REACHED";

/// The whole defect kit takes minutes: its defects are tried one by one instead.
const KIT: &str = "defects::every_planted_defect_is_found_and_an_honest_server_is_not_blamed";

/// The test that tries one of them.
const SINGLE: &str = "defects::a_single_defect_is_found";

/// The table of the kit's defects.
const DEFECTS: &str = "tests/tests/black_box/snapshots/black_box__defects__defects.snap";

/// What a mutant may take of memory, in KiB: one that never ends shouldn't take the machine with it.
const MEMORY_MAX: &str = "8388608";

/// How often is looked whether a test has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// A test that runs alone.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Its package and name, and a planted defect's id.
    pub(crate) name: String,
    binary: PathBuf,
    directory: PathBuf,
    /// The name as the binary knows it.
    own: String,
    /// The defect that it plants.
    pub(crate) defect: Option<String>,
    /// The places of mutants that it passes.
    pub(crate) reached: BTreeSet<usize>,
    /// How long it takes without a mutant.
    pub(crate) takes: Duration,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Passed,
    Failed,
    TimedOut,
}

/// The tests of the woven copy whose names contain one of `wanted`, each run once: those that pass by a mutant.
///
/// # Errors
/// When they don't build, or one fails without any mutant.
pub(crate) fn find(tree: &Tree, packages: &[String], wanted: &[String], jobs: usize) -> Result<Vec<Test>> {
    let mut tests = list(tree, packages)?;
    tests.retain(|test| wanted.is_empty() || wanted.iter().any(|part| test.name.contains(part)));
    eprintln!("mutants: {} tests run once, to see what they pass", tests.len());
    let outcomes = side_by_side(jobs, &tests, |test| {
        let reached = tempfile::NamedTempFile::new().context("failed to make a temporary file")?;
        let begun = Instant::now();
        let mut command = test.command(tree);
        command.env(REACHED, reached.path());
        let ended = end(command, Duration::from_mins(10))?;
        let sites = fs::read_to_string(reached.path()).context("failed to read what was passed")?;
        let sites = sites.lines().filter_map(|line| line.parse().ok()).collect();
        anyhow::Ok((ended, begun.elapsed(), sites))
    });
    let mut passing = Vec::new();
    for (mut test, outcome) in tests.into_iter().zip(outcomes) {
        let (ended, takes, reached) = outcome?;
        if ended != Ended::Passed {
            eprintln!("mutants: {} fails without a mutant, and is left out", test.name);
        } else if !BTreeSet::is_empty(&reached) {
            (test.takes, test.reached) = (takes, reached);
            passing.push(test);
        }
    }
    if passing.is_empty() {
        bail!("no test passes by any mutant");
    }
    Ok(passing)
}

fn list(tree: &Tree, packages: &[String]) -> Result<Vec<Test>> {
    // The black box starts the binary of another package.
    if packages.iter().any(|package| package == BLACK_BOX) {
        said_by(&mut tree.cargo(&["build", "--quiet", "--package", "appkeep"]))?;
    }
    let mut asked = tree.cargo(&["nextest", "list", "--message-format", "json"]);
    for package in packages {
        asked.args(["--package", package]);
    }
    let listed = said_by(&mut asked).context("failed to list the tests (is cargo-nextest installed?)")?;
    let listed: Value = serde_json::from_slice(&listed).context("failed to read the list of tests")?;
    let defects = defects(tree.root())?;
    let mut tests = Vec::new();
    for suite in listed["rust-suites"]
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::values)
    {
        let text = |name: &str| {
            suite[name]
                .as_str()
                .with_context(|| format!("a suite without `{name}`"))
        };
        let (package, binary, directory) = (text("binary-id")?, text("binary-path")?, text("cwd")?);
        let one = |own: &str, defect: Option<&String>| Test {
            name: defect.map_or_else(
                || format!("{package} {own}"),
                |id| format!("{package} {own} {id}"),
            ),
            binary: binary.into(),
            directory: directory.into(),
            own: own.to_owned(),
            defect: defect.cloned(),
            reached: BTreeSet::new(),
            takes: Duration::ZERO,
        };
        for (own, case) in suite["testcases"].as_object().into_iter().flatten() {
            if own == SINGLE {
                tests.extend(defects.iter().map(|id| one(own, Some(id))));
            } else if own != KIT && case["ignored"] == false {
                tests.push(one(own, None));
            }
        }
    }
    Ok(tests)
}

/// What a command of cargo prints. The compiler's warnings are of what was woven, so they are told only beside errors.
fn said_by(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.output().context("failed to start cargo")?;
    if !output.status.success() {
        bail!("cargo failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}

/// The ids of the defects on the wire: the table's lines are `kind id: what it is`.
fn defects(root: &Path) -> Result<Vec<String>> {
    let table =
        fs::read_to_string(root.join(DEFECTS)).with_context(|| format!("failed to read {DEFECTS}"))?;
    let ids = table
        .lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| {
            let (_, id) = line.split_once(": ")?.0.split_once(' ')?;
            Some(id.to_owned())
        });
    Ok(ids.collect())
}

impl Test {
    /// One that is never run, for tests of what is done with them.
    #[cfg(test)]
    pub(super) fn passing(reached: BTreeSet<usize>) -> Self {
        Self {
            name: String::new(),
            binary: PathBuf::new(),
            directory: PathBuf::new(),
            own: String::new(),
            defect: None,
            reached,
            takes: Duration::ZERO,
        }
    }

    /// Runs it as that mutant.
    ///
    /// # Errors
    /// When it can't be started.
    pub(crate) fn run(&self, tree: &Tree, mutant: u32) -> Result<Ended> {
        let mut command = self.command(tree);
        command.env(MUTANT, mutant.to_string());
        end(command, self.takes * 5 + Duration::from_secs(20))
    }

    fn command(&self, tree: &Tree) -> Command {
        let mut command = Command::new("sh");
        let limited = format!("ulimit -v {MEMORY_MAX}; exec \"$@\"");
        command
            .args(["-c", &limited, "sh"])
            .arg(&self.binary)
            .args(["--exact", &self.own]);
        if let Some(defect) = &self.defect {
            command.arg("--ignored").env("DEFECT", defect);
        }
        command
            .current_dir(&self.directory)
            .env("INSTA_UPDATE", "no")
            .env("INSTA_GLOB_FAIL_FAST", "1")
            .env("INSTA_WORKSPACE_ROOT", tree.root())
            .env("PROPTEST_CASES", "128");
        command
    }
}

/// Runs a command to its end, with all that it started, or for so long.
fn end(mut command: Command, limit: Duration) -> Result<Ended> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    let mut child = command.spawn().context("failed to start a test")?;
    let begun = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().context("failed to look at a test")? {
            break if status.success() {
                Ended::Passed
            } else {
                Ended::Failed
            };
        }
        if begun.elapsed() > limit {
            break Ended::TimedOut;
        }
        thread::sleep(PAUSE);
    };
    if ended != Ended::Passed {
        // A test that failed may have left a server behind.
        signal("KILL", &format!("-{}", child.id()))?;
        child.wait().context("failed to wait for a test")?;
    }
    Ok(ended)
}

/// Does something to each, `jobs` at a time, and answers in the order of what was given.
pub(super) fn side_by_side<T: Sync, R: Send>(
    jobs: usize,
    all: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let one = || {
        let mut done = Vec::new();
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            all.get(index).map(|item| (index, item))
        } {
            done.push((index, work(item)));
        }
        done
    };
    let mut done: BTreeMap<usize, R> = BTreeMap::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(one)).collect();
        for worker in workers {
            match worker.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    done.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_test_ends_in_one_of_three_ways_and_takes_what_it_started_with_it() {
        let long = Duration::from_mins(1);
        assert_eq!(end(shell("true"), long).unwrap(), Ended::Passed);
        assert_eq!(end(shell("exit 3"), long).unwrap(), Ended::Failed);
        let dir = tempfile::tempdir().unwrap();
        let pid = dir.path().join("pid");
        let script = format!(
            "sleep 600 & echo $! > {0}.new && mv {0}.new {0}; wait",
            pid.display()
        );
        assert_eq!(
            end(shell(&script), Duration::from_secs(3)).unwrap(),
            Ended::TimedOut
        );
        let pid = fs::read_to_string(&pid).unwrap();
        let is_gone = || {
            // One that nobody waited for yet is a zombie.
            let status = fs::read_to_string(format!("/proc/{}/status", pid.trim()));
            status.map_or(true, |status| status.contains("State:\tZ"))
        };
        let begun = Instant::now();
        while !is_gone() {
            assert!(begun.elapsed() < long, "{pid} is still there");
            thread::sleep(PAUSE);
        }
    }

    #[test]
    fn answers_come_in_the_order_of_what_was_given() {
        let all: Vec<usize> = (0..100).collect();
        let doubled: Vec<usize> = all.iter().map(|one| one * 2).collect();
        assert_eq!(side_by_side(3, &all, |one| one * 2), doubled);
    }

    #[test]
    fn the_kit_has_defects_to_try_one_by_one() {
        let ids = defects(&crate::files::root()).unwrap();
        assert!(ids.len() > 100, "{ids:?}");
        assert!(ids.contains(&"created-as-200".to_owned()), "{ids:?}");
        assert!(ids.iter().all(|id| !id.contains(' ')), "{ids:?}");
    }
}

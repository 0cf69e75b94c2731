//! The state of the git repository: its last commit, uncommitted changes, and tags of releases.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use cargo_metadata::semver::Version;

use crate::process::command;

/// The state of the repository that a release depends on.
#[derive(Debug)]
pub(super) struct Repository {
    /// The id of the last commit.
    pub(super) commit: String,
    /// The date of the last commit, as `YYYY-MM-DD`.
    pub(super) date: String,
    /// The time of the last commit, in seconds since 1970.
    pub(super) time_secs: String,
    /// Changed and untracked files, as `git status --porcelain` prints them.
    changes: Vec<String>,
    /// The versions of tags like `v0.1.0`, each with its commit.
    tags: Vec<(Version, String)>,
}

impl Repository {
    /// Reads the state of the repository in `dir`.
    ///
    /// # Errors
    /// When git can't be run, or there is no commit.
    pub(super) fn read(dir: &Path) -> Result<Self> {
        let last = git(dir, &["log", "-1", "--format=%H %cs %ct"])?;
        let mut words = last.split_whitespace().map(str::to_owned);
        let mut next = || words.next().context("unexpected output of git log");
        let (commit, date, time_secs) = (next()?, next()?, next()?);
        let target = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
        let format = format!("--format=%(refname:strip=2) {target}");
        let tags = git(dir, &["for-each-ref", &format, "refs/tags/v*"])?;
        let tags = tags.lines().filter_map(|line| {
            let (tag, commit) = line.split_once(' ')?;
            Some((Version::parse(tag.strip_prefix('v')?).ok()?, commit.to_owned()))
        });
        let changes = git(dir, &["status", "--porcelain"])?;
        Ok(Self {
            commit,
            date,
            time_secs,
            changes: changes.lines().map(str::to_owned).collect(),
            tags: tags.collect(),
        })
    }

    /// Uncommitted changes, a tag of this version at another commit, and a missing tag of the last release.
    pub(super) fn findings(&self, version: &Version, last: Option<&Version>) -> Vec<String> {
        let changes = self.changes.iter();
        let mut findings: Vec<_> = changes
            .map(|change| format!("the working tree has an uncommitted change: {change}"))
            .collect();
        let commit_of = |version| {
            let tag = self.tags.iter().find(|(tagged, _)| tagged == version);
            tag.map(|(_, commit)| commit)
        };
        if let Some(commit) = commit_of(version).filter(|commit| **commit != self.commit) {
            findings.push(format!(
                "version {version} is already released: the tag v{version} is at {commit}"
            ));
        }
        if let Some(last) = last.filter(|last| commit_of(last).is_none()) {
            findings.push(format!(
                "the tag v{last} of the last release is missing: run `git fetch --tags`"
            ));
        }
        findings
    }
}

/// Runs git in `dir` and returns its output.
///
/// # Errors
/// When it can't be run or fails.
fn git(dir: &Path, args: &[&str]) -> Result<String> {
    let output = command("git", args).current_dir(dir).output();
    let output = output.context("failed to run git")?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "git {} failed: {}",
        args.join(" "),
        error.trim()
    );
    String::from_utf8(output.stdout).context("git printed invalid UTF-8")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A repository with one commit.
    fn repository() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        git(dir.path(), &["init", "--quiet"]).unwrap();
        fs::write(dir.path().join("a.txt"), "a").unwrap();
        git(dir.path(), &["add", "."]).unwrap();
        commit(dir.path(), &["commit", "--quiet", "--message", "a"]);
        dir
    }

    /// Runs git as an author with a name.
    fn commit(dir: &Path, args: &[&str]) {
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        git(dir, &[&author[..], args].concat()).unwrap();
    }

    fn findings(dir: &TempDir, version: [u64; 3], last: Option<&Version>) -> Vec<String> {
        let version = Version::new(version[0], version[1], version[2]);
        Repository::read(dir.path()).unwrap().findings(&version, last)
    }

    #[test]
    fn changed_and_untracked_files_are_findings() {
        let dir = repository();
        assert_eq!(findings(&dir, [0, 1, 0], None), Vec::<String>::new());

        fs::write(dir.path().join("a.txt"), "changed").unwrap();
        fs::write(dir.path().join("b.txt"), "b").unwrap();
        assert_eq!(
            findings(&dir, [0, 1, 0], None),
            [
                "the working tree has an uncommitted change:  M a.txt",
                "the working tree has an uncommitted change: ?? b.txt"
            ]
        );
    }

    #[test]
    fn a_tag_of_the_version_at_another_commit_is_a_finding() {
        let dir = repository();
        commit(dir.path(), &["tag", "--annotate", "v0.1.0", "--message", "0.1.0"]);
        assert_eq!(findings(&dir, [0, 1, 0], None), Vec::<String>::new());

        let tagged = Repository::read(dir.path()).unwrap().commit;
        commit(
            dir.path(),
            &["commit", "--quiet", "--allow-empty", "--message", "b"],
        );
        assert_eq!(
            findings(&dir, [0, 1, 0], None),
            [format!(
                "version 0.1.0 is already released: the tag v0.1.0 is at {tagged}"
            )]
        );
        assert_eq!(findings(&dir, [0, 2, 0], None), Vec::<String>::new());
    }

    #[test]
    fn a_missing_tag_of_the_last_release_is_a_finding() {
        let dir = repository();
        let last = Version::new(0, 1, 0);
        assert_eq!(
            findings(&dir, [0, 2, 0], Some(&last)),
            ["the tag v0.1.0 of the last release is missing: run `git fetch --tags`"]
        );

        git(dir.path(), &["tag", "v0.1.0"]).unwrap();
        assert_eq!(findings(&dir, [0, 2, 0], Some(&last)), Vec::<String>::new());
    }

    #[test]
    fn a_directory_without_a_repository_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let error = Repository::read(dir.path()).unwrap_err().to_string();
        assert!(error.contains("not a git repository"), "{error}");
    }
}

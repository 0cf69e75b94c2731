//! The source of a document: a file, or a revision in git.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

use crate::process::command;
use crate::{files, spec};

/// A document in a file.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name in reports.
    pub(super) name: String,
    location: Location,
}

#[derive(Debug)]
enum Location {
    Own(PathBuf),
    /// A copy from git; deleted when this value is dropped.
    Copy(NamedTempFile),
}

impl Source {
    /// Finds the document that `text` refers to: a file, relative to the current directory or the workspace's
    /// root, or else a revision.
    ///
    /// # Errors
    /// When it is neither, or the revision has no such file. The message names it.
    pub(super) fn find(text: &str) -> Result<Self> {
        let candidates = [PathBuf::from(text), files::root().join(text)];
        if let Some(file) = candidates.into_iter().find(|file| file.is_file()) {
            let file = std::path::absolute(&file).with_context(|| format!("failed to find {text}"))?;
            return Ok(Self {
                name: text.to_owned(),
                location: Location::Own(file),
            });
        }
        let (revision, path) = split(text);
        if !exists(&format!("{revision}^{{commit}}"))? {
            bail!("no file or git revision `{text}`");
        }
        let name = format!("{revision}:{path}");
        if !exists(&name)? {
            bail!("the revision `{revision}` has no file {path}");
        }
        let shown = git(&["show", "--end-of-options", &name])?;
        if !shown.status.success() {
            bail!(
                "failed to read {name}: {}",
                String::from_utf8_lossy(&shown.stderr).trim()
            );
        }
        let copy = NamedTempFile::new().context("failed to create a temporary file")?;
        std::fs::write(copy.path(), &shown.stdout).context("failed to write a temporary file")?;
        Ok(Self {
            name,
            location: Location::Copy(copy),
        })
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &Path {
        match &self.location {
            Location::Own(path) => path,
            Location::Copy(file) => file.path(),
        }
    }
}

/// Splits into revision and path; the default path is that of the contract.
fn split(text: &str) -> (&str, &str) {
    match text.split_once(':') {
        Some((revision, path)) if !path.is_empty() => (revision, path),
        Some((revision, _)) => (revision, spec::PATH),
        None => (text, spec::PATH),
    }
}

/// Whether an object with this name exists in git.
fn exists(object: &str) -> Result<bool> {
    let found = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", object])?;
    Ok(found.status.success())
}

fn git(args: &[&str]) -> Result<std::process::Output> {
    command("git", args).output().context("failed to run git")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_may_name_a_path() {
        assert_eq!(split("v0.1.0"), ("v0.1.0", spec::PATH));
        assert_eq!(split("v0.1.0:"), ("v0.1.0", spec::PATH));
        assert_eq!(split("HEAD~2:a/b.yaml"), ("HEAD~2", "a/b.yaml"));
    }

    #[test]
    fn a_file_of_the_workspace_is_found_from_anywhere() {
        let source = Source::find(spec::PATH).unwrap();
        assert!(source.path().is_absolute());
        assert_eq!(source.name, spec::PATH);
    }

    #[test]
    fn there_is_a_released_contract() {
        let source = Source::find(crate::diff::RELEASED).unwrap();
        let text = std::fs::read_to_string(source.path()).unwrap();
        assert!(spec::parse(&text).unwrap()["info"]["version"].is_string());
    }

    #[test]
    fn documents_are_read_from_git_revisions() {
        let source = Source::find("HEAD").unwrap();
        assert_eq!(source.name, "HEAD:spec/openapi.yaml");
        let text = std::fs::read_to_string(source.path()).unwrap();
        assert!(text.contains("openapi: 3.0"));
    }

    #[test]
    fn missing_files_and_revisions_are_named() {
        let refusal = |text: &str| Source::find(text).unwrap_err().to_string();
        assert_eq!(
            refusal("no-such-thing"),
            "no file or git revision `no-such-thing`"
        );
        assert_eq!(
            refusal("HEAD:no/such.yaml"),
            "the revision `HEAD` has no file no/such.yaml"
        );
        assert!(refusal("--help").contains("no file or git revision"));
    }
}

//! `cargo xtask diff`: compares two versions of the contract with `appkeep diff`, including who is affected.
//!
//! This module only finds the two documents, in files or in git, and passes them to the binary.

mod source;

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use self::source::Source;
use crate::{Outcome, appkeep, files, spec};

/// The last released contract, relative to the workspace's root.
pub(crate) const RELEASED: &str = "spec/released/openapi.yaml";

/// The arguments.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// A file, a git revision, or REVISION:PATH [default: the last released contract].
    old: Option<String>,
    /// The same for the new contract [default: the one of the working tree].
    new: Option<String>,
    /// Permit breaking changes if NEW's version announces them. Always on without OLD.
    #[arg(long)]
    by_version: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Compares the contract of a git revision with the working tree's, and permits announced breaking changes.
    pub(crate) fn since(revision: &str) -> Self {
        Self {
            old: Some(revision.to_owned()),
            by_version: true,
            ..Self::default()
        }
    }
}

/// Builds the binary and runs `appkeep diff` on both documents.
///
/// # Errors
/// When a document isn't there or can't be read, or the build fails.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let old = Source::find(args.old.as_deref().unwrap_or(RELEASED))?;
    let new = Source::find(args.new.as_deref().unwrap_or(spec::PATH))?;
    let mut command = Command::new(appkeep::build(&[])?);
    command.current_dir(files::root());
    command.arg("diff").arg(old.path()).arg(new.path());
    command.args(["--old-name", &old.name, "--new-name", &new.name]);
    if args.by_version || args.old.is_none() {
        command.arg("--by-version");
    }
    if args.json {
        command.args(["--output", "json"]);
    }
    let child = command.stderr(Stdio::piped()).spawn();
    let output = child
        .and_then(std::process::Child::wait_with_output)
        .context("failed to run appkeep diff")?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => Ok(Outcome::Fine),
        Some(1) => {
            eprintln!("{}", advice(args));
            Ok(Outcome::Findings)
        }
        _ => bail!("{}", said.trim().trim_start_matches("error: ")),
    }
}

/// Advice on a breaking change.
fn advice(args: &Args) -> String {
    if args.old.is_some() {
        return "clients of OLD may break".to_owned();
    }
    format!(
        "{} breaks clients of the released contract, but its version doesn't permit that: revert the change, or raise \
         `info.version` (docs/breaking-changes.md)",
        spec::PATH
    )
}

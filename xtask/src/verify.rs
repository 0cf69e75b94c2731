//! `cargo xtask verify`: checks our own server with `appkeep verify`.
//!
//! This module only builds the binary, passes the arguments in and the exit code out. A stale client is
//! reported first, since it would check against an outdated contract.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{Outcome, appkeep, codegen, files};

/// Builds the binary and runs `appkeep verify ARGS`.
///
/// # Errors
/// When the build fails, or the verification could not run.
pub(crate) fn run(args: &[String]) -> Result<Outcome> {
    match codegen::run(true)? {
        Outcome::Fine => {}
        other => return Ok(other),
    }
    // The feature lets a new server's storage fail.
    let binary = appkeep::build(&["--features", "failpoints"])?;
    let status = Command::new(&binary)
        .arg("verify")
        .args(passed_on(args))
        .current_dir(files::root())
        .status()
        .with_context(|| format!("failed to start {}", binary.display()))?;
    outcome(status.code())
}

/// The arguments for `appkeep verify`: `--url URL` is its URL.
fn passed_on(args: &[String]) -> Vec<String> {
    let mut passed = Vec::new();
    for arg in args {
        match arg.strip_prefix("--url") {
            Some("") => {}
            Some(rest) if rest.starts_with('=') => passed.push(rest[1..].to_owned()),
            _ => passed.push(arg.clone()),
        }
    }
    passed
}

/// The outcome for the exit code of `appkeep verify`: 0 if the contract holds, 1 if it is violated.
fn outcome(code: Option<i32>) -> Result<Outcome> {
    match code {
        Some(0) => Ok(Outcome::Fine),
        Some(1) => Ok(Outcome::Findings),
        Some(code) => bail!("the verification could not run (exit code {code})"),
        None => bail!("the verification was ended by a signal"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_pass_through() {
        assert_eq!(outcome(Some(0)).unwrap(), Outcome::Fine);
        assert_eq!(outcome(Some(1)).unwrap(), Outcome::Findings);
        assert!(outcome(Some(2)).is_err());
        assert!(outcome(None).is_err());
    }

    #[test]
    fn the_url_may_be_a_flag() {
        let passed = |args: &[&str]| {
            let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
            passed_on(&args).join(" ")
        };
        assert_eq!(passed(&["--url", "http://h", "--app", "x"]), "http://h --app x");
        assert_eq!(passed(&["--app", "x", "--url=http://h"]), "--app x http://h");
        assert_eq!(
            passed(&["http://h", "--output", "json"]),
            "http://h --output json"
        );
    }
}

//! Programs from Python packages, each installed in its own environment from pinned requirements with hashes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{files, process};

/// The interpreter that creates the environment.
const PYTHON: &str = "python3";

/// Checks that the interpreter is new enough and can create environments.
const PROBE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// A program and its requirements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Package {
    /// The program's name.
    pub(crate) program: &'static str,
    /// The requirements file, relative to the workspace's root.
    pub(crate) requirements: &'static str,
    /// The directory of the environment, relative to the workspace's root.
    pub(crate) venv: &'static str,
}

/// The path of the program; it is installed first if the version in the requirements isn't there.
///
/// # Errors
/// When there is no suitable Python, or the installation fails.
pub(crate) fn installed(package: &Package) -> Result<PathBuf> {
    require_python(PYTHON, package.program)?;
    let (requirements, venv) = (
        files::root().join(package.requirements),
        files::root().join(package.venv),
    );
    let program = venv.join("bin").join(package.program);
    if is_installed(&requirements, &venv)? {
        return Ok(program);
    }
    if venv.exists() {
        fs::remove_dir_all(&venv).with_context(|| format!("failed to remove {}", venv.display()))?;
    }
    process::require(process::command(PYTHON, &["-m", "venv"]).arg(&venv))?;
    let pip = venv.join("bin/pip");
    process::require(
        process::command(
            &pip.to_string_lossy(),
            &["install", "--quiet", "--require-hashes"],
        )
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(&requirements),
    )?;
    fs::copy(&requirements, stamp(&venv)).context("failed to record the installed requirements")?;
    Ok(program)
}

/// Whether there is a suitable Python.
pub(crate) fn has_python() -> bool {
    require_python(PYTHON, "it").is_ok()
}

fn require_python(python: &str, program: &str) -> Result<()> {
    let probe = process::command(python, &["-c", PROBE]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        bail!(
            "{python} 3.11 or newer with venv isn't installed (Debian's python3-venv); {program} requires it"
        );
    }
    Ok(())
}

/// The copy of the requirements that an environment was created from, written when it was complete.
fn stamp(venv: &Path) -> PathBuf {
    venv.join("requirements.txt")
}

fn is_installed(requirements: &Path, venv: &Path) -> Result<bool> {
    let wanted =
        fs::read(requirements).with_context(|| format!("failed to read {}", requirements.display()))?;
    Ok(fs::read(stamp(venv)).is_ok_and(|found| found == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_python_is_reported_in_one_line() {
        let error = require_python("python3-that-is-not-there", "schemathesis")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("python3-venv") && error.lines().count() == 1,
            "{error}"
        );
    }

    #[test]
    fn changed_requirements_recreate_the_environment() {
        let dir = tempfile::tempdir().unwrap();
        let (requirements, venv) = (dir.path().join("wanted"), dir.path().join("venv"));
        fs::write(&requirements, "a==1").unwrap();
        assert!(!is_installed(&requirements, &venv).unwrap());
        fs::create_dir(&venv).unwrap();
        fs::copy(&requirements, stamp(&venv)).unwrap();
        assert!(is_installed(&requirements, &venv).unwrap());
        fs::write(&requirements, "a==2").unwrap();
        assert!(!is_installed(&requirements, &venv).unwrap());
    }

    #[test]
    fn every_requirement_is_pinned_and_hashed_and_names_no_registry() {
        for package in [
            crate::languages::PYTHON,
            crate::s3::Program::Rclone.package(),
            crate::schemathesis::PACKAGE,
            crate::toolkit::PACKAGE,
        ] {
            let text = fs::read_to_string(files::root().join(package.requirements)).unwrap();
            let lines: Vec<_> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'))
                .collect();
            let pins = lines
                .iter()
                .filter(|line| !line.starts_with(' ') && !line.is_empty());
            assert!(pins.clone().count() > 10);
            for pin in pins {
                assert!(pin.contains("==") && pin.ends_with('\\'), "{pin}");
            }
            assert!(!text.contains("://"), "a requirement names its registry");
        }
    }
}

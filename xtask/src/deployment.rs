//! `cargo xtask deployment`: checks the files in `deploy/`: the manifests against the schemas of Kubernetes, the
//! Containerfile, and the Debian package with the unit.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::process::{command, succeeds};
use crate::python::{self, Package};
use crate::{Outcome, appkeep, debian, files};

/// The checker of manifests, which contains the schemas; the linter of Containerfiles is installed next to it.
const PACKAGE: Package = Package {
    program: "kubernetes-validate",
    requirements: "xtask/deployment/requirements.txt",
    venv: "target/deployment/venv",
};

const CONTAINERFILE_LINTER: &str = "hadolint";

const CONTAINERFILE: &str = "deploy/Containerfile";

const MANIFESTS: &str = "deploy/kubernetes";

/// Describes the directory to Kustomize, and has no schema of Kubernetes.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// Checks all files. Unknown properties of manifests are errors.
///
/// # Errors
/// When the tools can't be installed, the binary can't be built, or there are no manifests.
pub(crate) fn run() -> Result<Outcome> {
    let checker = python::installed(&PACKAGE)?;
    let manifests = manifests().with_context(|| format!("failed to list {MANIFESTS}"))?;
    ensure!(!manifests.is_empty(), "{MANIFESTS} contains no manifests");
    let mut check = command(&checker.to_string_lossy(), &["--strict"]);
    let are_valid = succeeds(check.args(manifests))?;
    let linter = checker.with_file_name(CONTAINERFILE_LINTER);
    let mut lint = command(&linter.to_string_lossy(), &[]);
    let is_clean = succeeds(lint.arg(files::root().join(CONTAINERFILE)))?;
    if !(are_valid && is_clean) {
        return Ok(Outcome::Findings);
    }
    debian::check(&appkeep::build(&["--locked"])?)
}

fn manifests() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(files::root().join(MANIFESTS))? {
        let path = entry?.path();
        let is_manifest = path.extension().is_some_and(|extension| extension == "yaml");
        if is_manifest && !path.ends_with(KUSTOMIZATION) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

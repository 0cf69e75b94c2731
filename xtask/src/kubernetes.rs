//! `cargo xtask kubernetes`: checks the manifests in `deploy/kubernetes` against the schemas of Kubernetes.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::process::{command, succeeds};
use crate::python::{self, Package};
use crate::{Outcome, files};

/// The checker; it contains the schemas.
const PACKAGE: Package = Package {
    program: "kubernetes-validate",
    requirements: "xtask/kubernetes/requirements.txt",
    venv: "target/kubernetes/venv",
};

const MANIFESTS: &str = "deploy/kubernetes";

/// Describes the directory to Kustomize, and has no schema of Kubernetes.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// Checks all manifests. Unknown properties are errors.
///
/// # Errors
/// When the checker can't be installed, or there are no manifests.
pub(crate) fn run() -> Result<Outcome> {
    let program = python::installed(&PACKAGE)?;
    let manifests = manifests().with_context(|| format!("failed to list {MANIFESTS}"))?;
    ensure!(!manifests.is_empty(), "{MANIFESTS} contains no manifests");
    let mut check = command(&program.to_string_lossy(), &["--strict"]);
    Ok(Outcome::of(succeeds(check.args(manifests))?))
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

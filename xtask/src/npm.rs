//! npm packages that are pinned in a directory of this repository, and installed there from the lockfile.
//!
//! The lockfile contains the digest of each package, which npm verifies before it unpacks anything.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{files, process, spec};

/// A directory with `package.json` and `package-lock.json`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packages {
    /// The directory, relative to the workspace's root.
    dir: &'static str,
}

impl Packages {
    /// The packages that are pinned in `dir`, relative to the workspace's root.
    pub(crate) const fn of(dir: &'static str) -> Self {
        Self { dir }
    }

    /// The path of the directory.
    pub(crate) fn path(self) -> PathBuf {
        files::root().join(self.dir)
    }

    /// The path of a package after its installation.
    pub(crate) fn package(self, name: &str) -> PathBuf {
        self.path().join("node_modules").join(name)
    }

    /// Makes sure that the packages in the lockfile are installed.
    ///
    /// # Errors
    /// When npm isn't installed, or fails.
    pub(crate) fn install(self) -> Result<()> {
        if !process::is_installed("npm") {
            bail!(
                "npm isn't installed; it is required for the packages in {}",
                self.dir
            );
        }
        let lock = self.read_json("package-lock.json")?;
        // npm's own record of installed packages; absent before the first installation.
        let installed = self
            .read_json("node_modules/.package-lock.json")
            .unwrap_or_default();
        if is_installed(&lock, &installed) {
            return Ok(());
        }
        process::require(process::command("npm", &["ci", "--ignore-scripts"]).current_dir(self.path()))
    }

    /// The version of a package that the lockfile names.
    ///
    /// # Errors
    /// When the lockfile can't be read.
    pub(crate) fn version(self, package: &str) -> Result<String> {
        let lock = self.read_json("package-lock.json")?;
        let version = &lock["packages"][format!("node_modules/{package}")]["version"];
        Ok(version.as_str().unwrap_or("?").to_owned())
    }

    fn read_json(self, name: &str) -> Result<Value> {
        let dir = self.dir;
        let text = fs::read_to_string(self.path().join(name))
            .with_context(|| format!("failed to read {dir}/{name}"))?;
        serde_json::from_str(&text).with_context(|| format!("failed to parse {dir}/{name}"))
    }
}

/// Whether npm's record contains everything in the lockfile, in the same version.
fn is_installed(lock: &Value, installed: &Value) -> bool {
    spec::members(lock.get("packages"))
        .filter(|(path, _)| !path.is_empty())
        .all(|(path, wanted)| {
            let found = installed.get("packages").and_then(|packages| packages.get(path));
            match found {
                Some(found) => found.get("integrity") == wanted.get("integrity"),
                // Some packages are for other platforms only.
                None => wanted["optional"].as_bool() == Some(true),
            }
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_of_another_version_is_stale() {
        let lock = json!({"packages": {
            "": {"name": "root"},
            "node_modules/a": {"version": "1.0.0", "integrity": "x"},
            "node_modules/b": {"version": "2.0.0", "integrity": "y", "optional": true},
        }});
        let with = |integrity: &str| json!({"packages": {"node_modules/a": {"integrity": integrity}}});
        assert!(is_installed(&lock, &with("x")));
        assert!(!is_installed(&lock, &with("z")));
        assert!(!is_installed(&lock, &Value::Null));
    }

    #[test]
    fn lockfiles_name_digests_and_no_registry() {
        for packages in [
            Packages::of("examples/typescript"),
            Packages::of("xtask/prism"),
            crate::lint::PACKAGES,
            crate::pages::PACKAGES,
            crate::vendor::PACKAGES,
        ] {
            let lock = packages.read_json("package-lock.json").unwrap();
            for (path, package) in spec::members(lock.get("packages")).filter(|(path, _)| !path.is_empty()) {
                assert!(package.get("resolved").is_none(), "{path} names its registry");
                assert!(package.get("integrity").is_some(), "{path} has no digest");
            }
        }
    }
}

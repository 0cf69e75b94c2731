//! The cargo commands for releases, packages and fuzzing, in pinned versions. They are built on first use.

use std::process::Command;

use anyhow::Result;

use crate::files;
use crate::process::{command, require};

/// A cargo command: its name without `cargo-`, and its version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool(&'static str, &'static str);

/// Creates the Debian package.
pub(crate) const DEB: Tool = Tool("deb", "3.8.0");

/// Describes the dependencies of the binary.
pub(crate) const CYCLONEDX: Tool = Tool("cyclonedx", "0.5.9");

/// Compares the public items of libraries with those of the last release.
pub(crate) const SEMVER_CHECKS: Tool = Tool("semver-checks", "0.51.0");

/// Builds fuzz targets.
pub(crate) const FUZZ: Tool = Tool("fuzz", "0.13.1");

impl Tool {
    /// Installs the tool in `target/tools`, unless it is there, and returns its command.
    ///
    /// # Errors
    /// When it can't be built.
    pub(crate) fn command(self, args: &[&str]) -> Result<Command> {
        let Self(name, version) = self;
        let tools = files::root().join("target/tools");
        let package = format!("cargo-{name}@{version}");
        let mut install = command("cargo", &["install", &package, "--locked", "--quiet", "--root"]);
        // As in .ci/run: building it quickly matters more than its speed.
        install
            .arg(&tools)
            .env("CARGO_TARGET_DIR", files::root().join("target/tools-build"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        require(&mut install)?;
        let program = tools.join(format!("bin/cargo-{name}"));
        Ok(command(&program.to_string_lossy(), &[&[name], args].concat()))
    }
}

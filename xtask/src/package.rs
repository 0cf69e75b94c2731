//! `cargo xtask package`: builds and tests the packages of a release outside the workspace.
//!
//! `cargo package` writes them but doesn't build them, as its builds would share nothing with the workspace's. They are
//! unpacked into another workspace with the same lockfile and profiles, which uses the dependencies in `target/`. The
//! example of a project that uses them, `examples/downstream`, is built next to them.

mod contents;
mod downstream;
mod workspace;

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package};
use sha2::{Digest, Sha256};

use crate::process::{command, require, succeeds};
use crate::workspace::{is_internal, is_published};
use crate::{Outcome, files, spec};

/// The packages whose tests run. The others are only checked: their tests take minutes or need other packages.
const TESTED: [&str; 4] = [
    "appkeep-client",
    "appkeep-client-mock",
    "appkeep-openapi",
    "appkeep-contract",
];

/// The modules of slow tests that read no file of their package: `cargo xtask test` runs them.
const SKIPPED: [&str; 2] = ["live::tests", "schema::tests::property"];

/// A package that may be published.
#[derive(Debug)]
struct Published {
    name: String,
    /// The directory in its archive, for example `appkeep-client-0.1.0`.
    dir: String,
    /// The oldest compiler, as its README states it; internal packages needn't.
    stated_rust: Option<String>,
}

/// Packages the workspace, then checks, tests and builds the unpacked packages.
///
/// # Errors
/// When a package can't be written or unpacked.
pub(crate) fn run() -> Result<Outcome> {
    let root = files::root();
    let metadata = crate::workspace::metadata()?;
    let (published, excluded): (Vec<&Package>, Vec<&Package>) =
        (metadata.packages.iter()).partition(|package| is_published(package));
    let mut pack = command(
        "cargo",
        &["package", "--workspace", "--no-verify", "--locked", "--offline"],
    );
    pack.args(
        excluded
            .iter()
            .map(|package| format!("--exclude={}", package.name)),
    );
    // Releases require a clean tree, contributors don't.
    if env::var_os("CI").is_none() {
        pack.arg("--allow-dirty");
    }
    require(&mut pack)?;

    // Always the same directory, because cargo keeps what it builds by path.
    let digest = hex::encode(Sha256::digest(root.as_os_str().as_encoded_bytes()));
    let dir = env::temp_dir().join(format!("appkeep-package-{}", &digest[..16]));
    let published: Vec<_> = published.into_iter().map(described).collect();
    workspace::create(&published, &metadata.target_directory, &dir)?;
    let contract =
        fs::read(root.join(spec::PATH)).with_context(|| format!("failed to read {}", spec::PATH))?;
    let packages = published.iter();
    let findings: Vec<_> = packages
        .flat_map(|package| contents::findings(package, &dir, &contract))
        .collect();
    for finding in &findings {
        println!("{finding}");
    }
    let lockfile = downstream::create(&published, &dir)?;
    if lockfile != Outcome::Fine {
        return Ok(lockfile);
    }
    let is_built = build(&metadata, &dir)? && downstream::check(&metadata.target_directory, &dir)?;
    Ok(Outcome::of(is_built && findings.is_empty()))
}

fn described(package: &Package) -> Published {
    let rust = package.rust_version.as_ref().filter(|_| !is_internal(package));
    Published {
        name: package.name.to_string(),
        dir: format!("{}-{}", package.name, package.version),
        stated_rust: rust.map(|version| format!("Rust {}.{}", version.major, version.minor)),
    }
}

/// Tests and checks the workspace in `dir`, and returns whether that succeeded.
fn build(metadata: &Metadata, dir: &Path) -> Result<bool> {
    let cargo = |args: &[&str]| {
        let mut cargo = command("cargo", args);
        cargo.arg("--offline").current_dir(dir);
        cargo.env("CARGO_TARGET_DIR", &metadata.target_directory);
        cargo
    };
    // Removes the entries of unpublished packages from the lockfile.
    require(&mut cargo(&["update", "--workspace", "--quiet"]))?;
    // One command for all: other combinations of features would need other builds of the dependencies.
    let mut test = cargo(&["test", "--locked", "--quiet", "--no-fail-fast"]);
    test.args(TESTED.map(|name| format!("--package={name}")))
        .arg("--");
    test.args(SKIPPED.iter().flat_map(|name| ["--skip", name]));
    Ok(succeeds(&mut test)? & succeeds(&mut cargo(&["check", "--locked", "--workspace"]))?)
}

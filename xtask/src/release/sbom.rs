//! The software bill of materials: the packages that the binary is built from, by `cargo cyclonedx`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{command, require};
use crate::tools::CYCLONEDX;

/// The name of the file that `cargo cyclonedx` writes beside each manifest, without its extension.
const OUTPUT: &str = "sbom";

/// Writes `name.cdx.json` into `dir` and returns its name.
///
/// `cargo cyclonedx` writes into the source tree, so it describes a copy of the commit.
///
/// # Errors
/// When the commit can't be copied, or the tool fails.
pub(super) fn write(dir: &Path, name: &str, target: &str, commit: &str, time_secs: &str) -> Result<String> {
    let copy = tempfile::tempdir().context("failed to create a temporary directory")?;
    let source = copy.path().display().to_string();
    let archive = copy.path().join("source.tar");
    let archive = archive.to_string_lossy();
    require(&mut command("git", &["archive", "--output", &archive, commit]))?;
    require(&mut command(
        "tar",
        &["--extract", "--directory", &source, "--file", &archive],
    ))?;
    let mut cyclonedx = CYCLONEDX.command(&[
        "--manifest-path",
        "crates/appkeep/Cargo.toml",
        "--format=json",
        "--spec-version=1.5",
        "--no-build-deps",
        "--override-filename",
        OUTPUT,
        "--target",
        target,
    ])?;
    // Sets the time in the document, which then has no random serial number.
    cyclonedx
        .current_dir(copy.path())
        .env("SOURCE_DATE_EPOCH", time_secs);
    require(&mut cyclonedx)?;
    let written = copy.path().join(format!("crates/appkeep/{OUTPUT}.json"));
    let text = fs::read_to_string(&written).context("failed to read the output of cargo cyclonedx")?;
    let document = format!("{name}.cdx.json");
    // The copy's path is random.
    fs::write(
        dir.join(&document),
        text.replace(&format!("file://{source}"), "file://"),
    )
    .with_context(|| format!("failed to write {document}"))?;
    Ok(document)
}

//! The packages of this workspace, as cargo describes them.

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package, Target};

use crate::files;
use crate::process::{command, output};

/// The beginning of the descriptions of packages that aren't meant to be used directly.
const INTERNAL: &str = "Internal to ";

/// Reads the packages of the workspace, without their dependencies.
///
/// # Errors
/// When cargo can't read a manifest.
pub(crate) fn metadata() -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.current_dir(files::root()).no_deps();
    command.exec().context("failed to read the workspace")
}

/// The target for which the compiler builds by default: this machine's.
///
/// # Errors
/// When the compiler fails.
pub(crate) fn host() -> Result<String> {
    let version = output(&mut command("rustc", &["--version", "--verbose"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc printed no host")?.to_owned())
}

/// Whether a package may be published.
pub(crate) fn is_published(package: &Package) -> bool {
    let registries = package.publish.as_ref();
    registries.is_none_or(|registries| !registries.is_empty())
}

/// Whether a package isn't meant to be used directly.
pub(crate) fn is_internal(package: &Package) -> bool {
    let description = package.description.as_deref();
    description.is_some_and(|text| text.starts_with(INTERNAL))
}

/// The published libraries that other projects may use, each as an argument of cargo.
pub(crate) fn public_libraries(metadata: &Metadata) -> Vec<String> {
    let packages = metadata.packages.iter();
    packages
        .filter(|package| is_published(package) && !is_internal(package))
        .filter(|package| package.targets.iter().any(Target::is_lib))
        .map(|package| format!("--package={}", package.name))
        .collect()
}

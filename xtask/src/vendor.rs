//! `cargo xtask vendor`: copies the renderer of the API reference from npm to the files that the server
//! serves.
//!
//! Swagger UI is pinned, with its digest, in the lockfile beside its files. The server is built from these
//! files, so neither a build nor a running server needs network access for them. To update the version, run
//! `npm install --save-exact --ignore-scripts --package-lock-only swagger-ui-dist@VERSION` there, then this
//! command.

use std::fs;

use anyhow::{Context, Result};

use crate::npm::Packages;
use crate::{Outcome, files};

/// The source of the files, and their destination.
pub(crate) const PACKAGES: Packages = Packages::of(DIR);

/// The directory of the packages and the files, relative to the workspace's root.
const DIR: &str = "crates/appkeep-server/pages/docs/swagger-ui";

/// The npm package.
const PACKAGE: &str = "swagger-ui-dist";

/// The name of this command.
const COMMAND: &str = "cargo xtask vendor";

/// The files that a browser needs. They are stored compressed, as the server sends them.
const ASSETS: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

/// The licence and copyright files.
const LICENCES: [&str; 3] = ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"];

/// Writes the renderer's files, or with `check` only reports whether they match the lockfile.
///
/// # Errors
/// When the package can't be installed, or a file can't be read or written.
pub(crate) fn run(check: bool) -> Result<Outcome> {
    PACKAGES.install()?;
    println!("{PACKAGE} {}", PACKAGES.version(PACKAGE)?);
    let package = PACKAGES.package(PACKAGE);
    let read = |name: &str| {
        let path = package.join(name);
        fs::read(&path).with_context(|| format!("failed to read {}", path.display()))
    };
    let mut outcome = Outcome::Fine;
    let mut record = |of_file: Outcome| {
        if of_file != Outcome::Fine {
            outcome = of_file;
        }
    };
    for name in ASSETS {
        let path = format!("{DIR}/{name}.gz");
        record(files::publish_gzip(&path, &read(name)?, check, COMMAND)?);
    }
    for name in LICENCES {
        let text = String::from_utf8(read(name)?).with_context(|| format!("{name} isn't valid UTF-8"))?;
        record(files::publish(&format!("{DIR}/{name}"), &text, check, COMMAND)?);
    }
    Ok(outcome)
}

//! `cargo xtask vendor`: takes the renderer of the API reference over from npm, into what the server serves.
//!
//! Swagger UI is pinned, with its digest, in the lockfile beside its files; the server is built from those, so that
//! neither a build nor a server asks anybody for anything. To raise the version, run there `npm install
//! --save-exact --ignore-scripts --package-lock-only swagger-ui-dist@VERSION`, then this command.

use std::fs;

use anyhow::{Context, Result};

use crate::npm::Packages;
use crate::{Outcome, files};

/// What the files are taken from, and where they go.
pub(crate) const PACKAGES: Packages = Packages::of(DIR);

/// The same, relative to the workspace's root.
const DIR: &str = "crates/appkeep-server/pages/docs/swagger-ui";

/// The package.
const PACKAGE: &str = "swagger-ui-dist";

/// What this command is called.
const COMMAND: &str = "cargo xtask vendor";

/// What a browser needs; kept as it is sent, compressed.
const SENT: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

/// Whose work it is, and on which terms.
const TERMS: [&str; 3] = ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"];

/// Writes the renderer's files, or with `check` only says whether they are what the lockfile names.
///
/// # Errors
/// When the package can't be installed, or a file read or written.
pub(crate) fn run(check: bool) -> Result<Outcome> {
    PACKAGES.install()?;
    println!("{PACKAGE} {}", PACKAGES.version(PACKAGE)?);
    let package = PACKAGES.package(PACKAGE);
    let read = |name: &str| {
        let path = package.join(name);
        fs::read(&path).with_context(|| format!("failed to read {}", path.display()))
    };
    let mut outcome = Outcome::Fine;
    let mut note = |one: Outcome| {
        if one != Outcome::Fine {
            outcome = one;
        }
    };
    for name in SENT {
        let path = format!("{DIR}/{name}.gz");
        note(files::publish_gzip(&path, &read(name)?, check, COMMAND)?);
    }
    for name in TERMS {
        let text = String::from_utf8(read(name)?).with_context(|| format!("{name} isn't text"))?;
        note(files::publish(&format!("{DIR}/{name}"), &text, check, COMMAND)?);
    }
    Ok(outcome)
}

//! `cargo xtask toolkit`: tests our own server with the unmodified client that users have.
//!
//! The client is installed from a registry, pinned with all its dependencies, and uses TLS, which it
//! requires. The test covers common tasks: it lists, creates and destroys backups and snapshots, and restores
//! an app whose files are gone. Exit codes, messages and restored files have to be correct.

mod story;
mod tree;
mod world;

use anyhow::Result;

use self::story::Story;
use self::world::World;
use crate::python::{self, Package};
use crate::{Outcome, appkeep};

/// The toolkit.
pub(crate) const PACKAGE: Package = Package {
    program: "actoolkit",
    requirements: "xtask/toolkit/requirements.txt",
    venv: "target/toolkit/venv",
};

/// Runs the whole test on a new server.
///
/// # Errors
/// When the toolkit can't be installed, or the server doesn't start.
pub(crate) fn run() -> Result<Outcome> {
    let toolkit = python::installed(&PACKAGE)?;
    let (_kept, binary) = appkeep::build_to_keep(&[])?;
    let world = World::start(&binary, toolkit)?;
    let mut story = Story::default();
    let told = story.tell(&world);
    for finding in &story.findings {
        println!("toolkit: {finding}");
    }
    told?;
    world.stop()?;
    println!(
        "toolkit: {} commands, {} findings",
        story.commands,
        story.findings.len()
    );
    Ok(Outcome::of(story.findings.is_empty()))
}

//! `cargo xtask toolkit`: the client that people have, unmodified, with our own server.
//!
//! It comes from a registry, pinned with everything that it needs, and talks over TLS as it insists. It does what
//! people do with it: lists, makes and destroys backups and snapshots, and gets back an app whose files are gone. Exit
//! codes, words and bytes have to be right.

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

/// Tells the whole story on a fresh server.
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
    Ok(if story.findings.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Findings
    })
}

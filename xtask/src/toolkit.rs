//! `cargo xtask toolkit`: tests our own server with the unmodified client that users have.
//!
//! The client is installed from a registry, pinned with all its dependencies, and uses TLS, which it
//! requires. The test covers common tasks: it lists, creates and destroys backups and snapshots, and restores
//! an app whose files are gone. Exit codes, messages and restored files have to be correct.

mod scenario;
mod server;
mod tree;

use anyhow::Result;

use self::scenario::Scenario;
use self::server::TestServer;
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
    let server = TestServer::start(&binary, toolkit)?;
    let mut scenario = Scenario::default();
    let outcome = scenario.run(&server);
    for finding in &scenario.findings {
        println!("toolkit: {finding}");
    }
    outcome?;
    server.stop()?;
    println!(
        "toolkit: {} commands, {} findings",
        scenario.commands,
        scenario.findings.len()
    );
    Ok(Outcome::of(scenario.findings.is_empty()))
}

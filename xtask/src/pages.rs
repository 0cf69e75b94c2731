//! `cargo xtask pages`: tests the server's pages in a real browser.
//!
//! The tests are in `tests/pages`: Playwright, pinned there, controls the installed Chromium. They start
//! their own servers, from a binary in which a backup can be slowed down, and save screenshots.

use std::ffi::OsString;

use anyhow::{Context, Result, bail};

use crate::npm::Packages;
use crate::process::{command, is_installed, succeeds};
use crate::{Outcome, appkeep, files};

/// Playwright and the tests.
pub(crate) const PACKAGES: Packages = Packages::of("tests/pages");

/// The directory of the screenshots, relative to the workspace's root.
const RESULTS: &str = "target/pages";

/// The screenshots in the documentation: the name in the results, and the path relative to the workspace's root.
const SCREENSHOTS: [(&str, &str); 3] = [
    ("dashboard.png", "docs/dashboard.png"),
    ("dashboard-files.png", "docs/dashboard-files.png"),
    ("dashboard-restore.png", "docs/dashboard-restore.png"),
];

/// Possible names of the browser.
const BROWSERS: [&str; 2] = ["chromium", "chromium-browser"];

/// The arguments.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Fail instead of skipping the tests if npm or Chromium is missing.
    #[arg(long, env = "CI")]
    pub(crate) require_all: bool,
    /// Copy the screenshots of the documentation to `docs/` after successful tests.
    #[arg(long)]
    update_docs: bool,
    /// Only tests whose name matches this regular expression.
    #[arg(value_name = "PATTERN")]
    pattern: Option<String>,
}

impl Args {
    /// The arguments for CI: no test is left out.
    pub(crate) fn all() -> Self {
        Self {
            require_all: true,
            update_docs: false,
            pattern: None,
        }
    }
}

/// Runs the tests.
///
/// # Errors
/// When the server can't be built, Playwright can't be installed, or a tool is missing that is required.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let browser = BROWSERS.into_iter().find(|name| is_installed(name));
    let (Some(browser), true) = (browser, is_installed("npm") && is_installed("node")) else {
        if args.require_all {
            bail!("the page tests require node, npm and chromium");
        }
        println!("pages: skipped: requires node, npm and chromium");
        return Ok(Outcome::Fine);
    };
    PACKAGES.install()?;
    let (_kept, binary) = appkeep::build_to_keep(&["--features", "failpoints"])?;
    let results = files::root().join(RESULTS);
    std::fs::create_dir_all(&results).with_context(|| format!("failed to create {}", results.display()))?;
    let mut node = command("node", &["--test"]);
    if let Some(pattern) = &args.pattern {
        node.arg(format!("--test-name-pattern={pattern}"));
    }
    let variables: [(&str, OsString); 3] = [
        ("APPKEEP_BINARY", binary.into()),
        ("APPKEEP_RESULTS", results.clone().into()),
        ("APPKEEP_BROWSER", browser.into()),
    ];
    node.envs(variables).current_dir(PACKAGES.path());
    let outcome = Outcome::of(succeeds(&mut node)?);
    if args.update_docs && matches!(outcome, Outcome::Fine) {
        for (name, path) in SCREENSHOTS {
            files::publish_copy(&results.join(name), path)?;
        }
    }
    Ok(outcome)
}

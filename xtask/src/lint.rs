//! `cargo xtask lint`: runs linters and our own checks on `spec/openapi.yaml`.
//!
//! Spectral runs with every rule of its OpenAPI set and Redocly with its strictest stock configuration; both
//! are npm packages pinned in `spec/lint/`. The checks that they lack (links, origins, examples, names inside
//! patterns) are in [`document`] and [`links`], which need no npm.

mod digests;
mod document;
mod links;
mod npm;

use anyhow::Result;
use serde_json::Value;

use crate::npm::Packages;
use crate::{Outcome, spec};

/// The linters.
pub(crate) const PACKAGES: Packages = Packages::of("spec/lint");

/// The result of one linter.
#[derive(Debug, Default, PartialEq, Eq)]
struct LintResult {
    /// The name of the linter, and what it checked.
    linter: String,
    /// One line for each finding.
    findings: Vec<String>,
}

/// Lints the contract and prints every finding and the counts.
///
/// # Errors
/// When the contract can't be read or a linter can't be run.
pub(crate) fn run() -> Result<Outcome> {
    let document = spec::load()?;
    let results = [own(&document)?, npm::spectral()?, npm::redocly()?];

    for result in &results {
        for finding in &result.findings {
            println!("{}: {finding}", result.linter);
        }
    }
    for result in &results {
        println!("{}: {} findings", result.linter, result.findings.len());
    }
    let total: usize = results.iter().map(|result| result.findings.len()).sum();
    println!("{}: {total} findings", spec::PATH);
    Ok(Outcome::of(total == 0))
}

/// Our own checks, which need no installation.
fn own(document: &Value) -> Result<LintResult> {
    let operations = spec::operations(document).len();
    let (links, mut findings) = links::check(document);
    findings.extend(document::check(document));
    let (payloads, changed) = digests::check(document)?;
    findings.extend(changed);
    Ok(LintResult {
        linter: format!(
            "own checks ({operations} operations, {links} links, {payloads} documented payloads)"
        ),
        findings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_passes_our_own_checks() {
        assert_eq!(
            own(&spec::load().unwrap()).unwrap().findings,
            Vec::<String>::new()
        );
    }
}

//! `cargo xtask reference DIR`: proves that the contract says what the two reference texts say.
//!
//! The texts aren't part of this repository. From them the command extracts every example payload and
//! every table of fields and compares them with `spec/openapi.yaml`; where the contract deliberately
//! differs, [`decisions`] says so and why. The digests of the payloads are checked as well; they are
//! what guards the payloads where the texts aren't at hand.

mod compare;
mod decisions;
pub(crate) mod digests;
mod field;
mod schema;
#[cfg(test)]
mod tests;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{Outcome, spec};

/// Compares the contract with the reference texts in `dir` and prints every difference.
///
/// # Errors
/// When the texts or the contract can't be read, or no text describes an operation.
pub(crate) fn run(dir: &Path) -> Result<Outcome> {
    let document = spec::load()?;
    let mut references = Vec::new();
    for path in texts(dir)? {
        let text = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        references.extend(text::read(&text).with_context(|| format!("failed to read {}", path.display()))?);
    }
    if references.is_empty() {
        bail!("no text in {} describes an operation", dir.display());
    }
    let report = compare::compare(&document, &references, decisions::DECISIONS);
    let (agreed, digest_differences) = digests::check(&document)?;

    let differences: Vec<_> = report.differences.iter().chain(&digest_differences).collect();
    for difference in &differences {
        println!("{difference}");
    }
    println!(
        "{} payloads, {} tables, {} fields compared, {agreed} digests checked, {} decisions applied; {} differences",
        report.payloads,
        report.tables,
        report.fields,
        report.decided.len(),
        differences.len()
    );
    Ok(if differences.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Findings
    })
}

/// The text files in `dir`, in the order of their names.
fn texts(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("failed to read {}", dir.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("failed to read {}", dir.display()))?
            .path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

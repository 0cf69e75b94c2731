//! `appkeep diff`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use appkeep_openapi::{Document, diff};
use clap::ValueEnum;

use crate::stdout::print_line;

/// Compare two OpenAPI 3.0 documents.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The document that clients and servers were written for, JSON or YAML.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The document that replaces it.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Permit breaking changes if NEW's version announces them: a higher major number, before 1.0.0 a higher minor one.
    #[arg(long)]
    by_version: bool,
    /// The name of OLD in the report, instead of its path.
    #[arg(long, value_name = "NAME")]
    old_name: Option<String>,
    /// The name of NEW in the report, instead of its path.
    #[arg(long, value_name = "NAME")]
    new_name: Option<String>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// # Errors
/// When a document can't be read or isn't OpenAPI 3.0, or the report can't be written.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let old = read(&args.old, args.old_name.as_deref())?;
    let new = read(&args.new, args.new_name.as_deref())?;
    let report = diff::compare(&old, &new);
    match args.format {
        Format::Text => print_line(report.text().trim_end())?,
        Format::Json => print_line(&report.json()?)?,
    }
    let outcome = if args.by_version {
        report.outcome_by_version()
    } else {
        report.outcome()
    };
    Ok(ExitCode::from(outcome.exit_code()))
}

fn read(file: &Path, name: Option<&str>) -> anyhow::Result<Document> {
    let name = name.map_or_else(|| file.display().to_string(), str::to_owned);
    let text = std::fs::read_to_string(file).with_context(|| format!("failed to read {name}"))?;
    Document::from_text(&name, &text).map_err(|error| anyhow::anyhow!("{error}"))
}

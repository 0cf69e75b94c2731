//! `appkeep diff`

mod policy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use appkeep_openapi::diff::{self, DiffReport};
use appkeep_openapi::{Document, DocumentError, Limits, Outcome};
use clap::ValueEnum;

use crate::report_output::{Destinations, Output};
use crate::stdout::print_line;

/// Compare two OpenAPI 3.0 or 3.1 documents.
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
    #[command(flatten)]
    policy: policy::Args,
    /// The name of OLD in the report, instead of its path.
    #[arg(long, value_name = "NAME")]
    old_name: Option<String>,
    /// The name of NEW in the report, instead of its path.
    #[arg(long, value_name = "NAME")]
    new_name: Option<String>,
    /// The format of the report on stdout: text (the default), json, markdown (for pull requests), sarif (for code
    /// scanning) or github (annotations of GitHub Actions). FORMAT=FILE writes a file, too; may be repeated.
    #[arg(long, short, alias = "format", value_name = "FORMAT[=FILE]")]
    output: Vec<Output<Format>>,
    /// Follow references to other files below this directory, which are refused otherwise. Nothing is fetched.
    #[arg(long, value_name = "DIR")]
    external_refs: Option<PathBuf>,
    /// Raise or lower a limit: document-bytes, yaml-values (in a YAML document), external-files (of a document), or
    /// proof-steps (for a pair of schemas); may be repeated.
    #[arg(long, value_name = "NAME=NUMBER")]
    limit: Vec<Limit>,
}

/// A limit by name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Limit(String, u64);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("expected NAME=NUMBER, for example proof-steps=1000000")?;
        Limits::default().set(name, 1)?;
        let value = value
            .parse()
            .map_err(|_| format!("invalid number {value:?}: expected a whole number"))?;
        Ok(Self(name.to_owned(), value))
    }
}

/// The format of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Markdown,
    Sarif,
    Github,
}

impl Format {
    fn of(self, report: &DiffReport) -> anyhow::Result<String> {
        Ok(match self {
            Self::Text => report.text(),
            Self::Json => report.json()?,
            Self::Markdown => report.markdown(),
            Self::Sarif => report.sarif()?,
            Self::Github => report.github(),
        })
    }
}

/// # Errors
/// When a document can't be read or isn't OpenAPI 3.0 or 3.1, the file of ignored changes is invalid, or a report can't be
/// written.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let destinations = Destinations::of(&args.output)?;
    let policy = args.policy.read()?;
    let mut limits = Limits::default();
    for Limit(name, value) in &args.limit {
        limits.set(name, *value).map_err(anyhow::Error::msg)?;
    }
    let read = |file: &Path, name: Option<&str>| {
        let name = name.map_or_else(|| file.display().to_string(), str::to_owned);
        let document = Document::from_file(&limits, &name, file, args.external_refs.as_deref());
        document.map_err(|error| match &error {
            DocumentError::Limit { limit, .. } => {
                anyhow::anyhow!("{error}; `--limit {limit}=N` raises it")
            }
            _ => anyhow::anyhow!("{error}"),
        })
    };
    let old = read(&args.old, args.old_name.as_deref())?;
    let new = read(&args.new, args.new_name.as_deref())?;
    let mut report = diff::compare(&old, &new);
    report.apply(&policy, policy::today());
    print_line(destinations.stdout.of(&report)?.trim_end())?;
    destinations.write(|format| format.of(&report))?;
    let outcome = match args.policy.fail_on() {
        None => Outcome::Holds,
        Some(level) if args.by_version => report.outcome_by_version(level),
        Some(level) => report.outcome(level),
    };
    Ok(ExitCode::from(outcome.exit_code()))
}

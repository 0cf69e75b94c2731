//! Options for levels and ignored changes.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, ensure};
use appkeep_openapi::diff::{Code, Level, Policy};
use appkeep_server::{Clock as _, SystemClock};
use chrono::NaiveDate;
use clap::ValueEnum;

use crate::nearest;

/// Maximum size of a file of ignored changes.
const IGNORE_BYTES_MAX: u64 = 1024 * 1024;

/// The decisions of a project about changes.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// The lowest level with exit code 1; `never` only reports.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,
    /// Change the level of a code to major, minor, patch or none; may be repeated.
    #[arg(long, value_name = "CODE=LEVEL")]
    level: Vec<CodeLevel>,
    /// Ignore the changes that are listed in a TOML file with code, place, reason and perhaps expires.
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,
}

/// The lowest level with exit code 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    #[default]
    Major,
    Minor,
    Patch,
    Never,
}

/// The level of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CodeLevel(Code, Level);

impl FromStr for CodeLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (code, level) = text
            .split_once('=')
            .ok_or("expected CODE=LEVEL, for example status-added=minor")?;
        let found = Code::named(code).ok_or_else(|| {
            let known: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
            match nearest::to(code, &known).as_slice() {
                [] => format!("unknown code {code:?}: expected one that `appkeep explain` lists"),
                like => format!("unknown code {code:?}: {}", nearest::listed(like, &known)),
            }
        })?;
        let level = match level {
            "major" => Level::Major,
            "minor" => Level::Minor,
            "patch" => Level::Patch,
            "none" => Level::None,
            _ => {
                return Err(format!(
                    "invalid level {level:?}: expected major, minor, patch or none"
                ));
            }
        };
        Ok(Self(found, level))
    }
}

impl Args {
    /// The lowest level with exit code 1; `None` for no level.
    pub(super) fn fail_on(&self) -> Option<Level> {
        match self.fail_on {
            FailOn::Major => Some(Level::Major),
            FailOn::Minor => Some(Level::Minor),
            FailOn::Patch => Some(Level::Patch),
            FailOn::Never => None,
        }
    }

    /// # Errors
    /// When the file of ignored changes can't be read or is invalid.
    pub(super) fn read(&self) -> anyhow::Result<Policy> {
        let mut policy = Policy::default();
        for CodeLevel(code, level) in &self.level {
            policy.set_level(*code, *level);
        }
        if let Some(file) = &self.ignore {
            let failed = || format!("failed to read {}", file.display());
            let bytes = std::fs::metadata(file).with_context(failed)?.len();
            ensure!(
                bytes <= IGNORE_BYTES_MAX,
                "{}: it has {bytes} bytes, expected at most {IGNORE_BYTES_MAX}",
                failed()
            );
            let text = std::fs::read_to_string(file).with_context(failed)?;
            policy.add_ignored(&file.display().to_string(), &text)?;
        }
        Ok(policy)
    }
}

/// The day in UTC, which decides whether an ignored change has expired.
pub(super) fn today() -> NaiveDate {
    SystemClock.now().date_naive()
}

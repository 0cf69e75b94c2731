//! The formats of a report, and where it goes: to stdout in one format, and to files in any.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, ensure};
use clap::ValueEnum;

/// A report in a format, on stdout or in a file: `FORMAT` or `FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output<F> {
    format: F,
    file: Option<PathBuf>,
}

impl<F: ValueEnum> FromStr for Output<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((format, "")) => {
                return Err(format!("expected a file after =, for example {format}=report"));
            }
            Some((format, file)) => (format, Some(file.into())),
            None => (text, None),
        };
        let format = F::from_str(format, false).map_err(|_| {
            let names = F::value_variants().iter().filter_map(F::to_possible_value);
            let names: Vec<_> = names.map(|name| name.get_name().to_owned()).collect();
            format!("invalid format {format:?}: expected {}", names.join(", "))
        })?;
        Ok(Self { format, file })
    }
}

/// Where a report goes.
pub(crate) struct Destinations<F> {
    /// The format on stdout.
    pub(crate) stdout: F,
    files: Vec<(F, PathBuf)>,
}

impl<F: Copy + Default> Destinations<F> {
    /// Checks outputs before a command begins, so that no run is wasted.
    ///
    /// # Errors
    /// When there are several for stdout, a file's directory doesn't exist, or a file is a directory.
    pub(crate) fn of(outputs: &[Output<F>]) -> anyhow::Result<Self> {
        let on_stdout = outputs.iter().filter(|output| output.file.is_none());
        let on_stdout: Vec<F> = on_stdout.map(|output| output.format).collect();
        ensure!(
            on_stdout.len() <= 1,
            "{} formats for stdout: expected one, and FORMAT=FILE for others",
            on_stdout.len()
        );
        let files = outputs
            .iter()
            .filter_map(|output| Some((output.format, output.file.clone()?)));
        let files: Vec<_> = files.collect();
        for (_, file) in &files {
            check(file)?;
        }
        Ok(Self {
            stdout: on_stdout.first().copied().unwrap_or_default(),
            files,
        })
    }

    /// Writes the files, each with a line feed at its end.
    ///
    /// # Errors
    /// When `text` can't write the report in a format, or a file can't be written.
    pub(crate) fn write(&self, text: impl Fn(F) -> anyhow::Result<String>) -> anyhow::Result<()> {
        for (format, file) in &self.files {
            let text = text(*format)?;
            fs::write(file, format!("{}\n", text.trim_end_matches('\n')))
                .with_context(|| format!("failed to write {}", file.display()))?;
        }
        Ok(())
    }
}

fn check(file: &Path) -> anyhow::Result<()> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    ensure!(
        parent.is_dir() && !file.is_dir(),
        "failed to write {}: {}",
        file.display(),
        if file.is_dir() {
            "it is a directory"
        } else {
            "its directory does not exist"
        }
    );
    Ok(())
}

//! Formats and destinations of reports.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::str::FromStr;

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use appkeep_contract::Report;
use clap::ValueEnum;

use super::checker_error;
use crate::report_file;
use crate::stdout::print_line;

/// The format of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Tables for people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// JUnit's XML, one case for every check.
    Junit,
    /// One page for a browser that needs nothing else.
    Html,
}

impl Format {
    fn of(self, report: &Report) -> anyhow::Result<String> {
        Ok(match self {
            Self::Text => report.text(),
            Self::Json => report.json().map_err(checker_error)?,
            Self::Junit => report.junit().map_err(checker_error)?,
            Self::Html => report.html(),
        })
    }
}

/// When text is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Also into a pipe.
    Always,
    /// Not at all.
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// Prints the report on stdout.
pub(super) fn print(report: &Report, format: Format, color: Color) -> anyhow::Result<()> {
    if format != Format::Text {
        return print_line(format.of(report)?.trim_end());
    }
    let mut out = AutoStream::new(io::stdout(), color.into()).lock();
    match out
        .write_all(report.coloured_text().as_bytes())
        .and_then(|()| out.flush())
    {
        // The reader has closed the pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("failed to write to stdout"),
    }
}

/// A file for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    format: Format,
    file: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text
            .split_once('=')
            .filter(|(_, file)| !file.is_empty())
            .ok_or("expected FORMAT=FILE, for example junit=report.xml")?;
        let format = Format::from_str(format, false)
            .map_err(|_| format!("invalid format {format:?}: expected text, json, junit or html"))?;
        let file = file.into();
        Ok(Self { format, file })
    }
}

impl Output {
    /// Checks that the file's directory exists.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        report_file::check(&self.file)
    }

    pub(super) fn write(&self, report: &Report) -> anyhow::Result<()> {
        report_file::write(&self.file, self.format.of(report)?)
    }
}

//! Formats of reports.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use appkeep_contract::Report;
use clap::ValueEnum;

use super::checker_error;
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
    pub(super) fn of(self, report: &Report) -> anyhow::Result<String> {
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

//! Output on stdout: tables, or JSON and YAML exactly as the server sent it.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use anstream::AutoStream;
use anyhow::Context;
use clap::ValueEnum;
use console::{Term, measure_text_width};
use dialoguer::Confirm;
use serde::Serialize;
use serde_json::Value;

use super::table::{Details, Table};
use crate::failure::{COULD_NOT_RUN, Failure, as_json, on_one_line};
use crate::stdout::print_line;

/// How messages on stderr are printed; the default until the arguments are parsed.
static MESSAGES: OnceLock<Messages> = OnceLock::new();

/// The options that select a database, each after a space.
static DATABASE_OPTIONS: OnceLock<String> = OnceLock::new();

/// The columns of a question's choices and answer: ` [y/N] yes`, and the cursor.
const ANSWER_COLUMNS: usize = 12;

/// How messages on stderr are printed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Messages {
    /// Errors are JSON.
    pub(crate) are_json: bool,
    /// Only errors are printed, neither notes nor progress.
    pub(crate) are_quiet: bool,
}

/// Sets how messages are printed, once.
pub(crate) fn set_messages(messages: Messages) {
    MESSAGES.get_or_init(|| messages);
}

fn messages() -> Messages {
    MESSAGES.get().copied().unwrap_or_default()
}

/// Sets the options that select a database, which suggested commands repeat.
pub(crate) fn set_database_options(options: String) {
    DATABASE_OPTIONS.get_or_init(|| options);
}

/// Returns a suggested command that uses the same database as this one, if it uses one.
pub(crate) fn suggested(command: &str) -> String {
    let options = DATABASE_OPTIONS.get().map(String::as_str).unwrap_or_default();
    format!("{command}{options}")
}

/// Returns whether only results and errors are printed.
pub(crate) fn is_quiet() -> bool {
    messages().are_quiet
}

/// The format of stdout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables, with rounded sizes and ages.
    #[default]
    Table,
    /// The server's data, in which backups have the names of apps and buckets, too; a list is an array.
    Json,
    /// The same as YAML.
    Yaml,
    /// Lists as CSV with exact values, with a header.
    Csv,
}

impl Format {
    /// Checks that a command that prints no list can use the format.
    ///
    /// # Errors
    /// When it is CSV.
    pub(crate) fn check_is_no_csv(self) -> Result<(), Failure> {
        if self == Self::Csv {
            let failure = Failure::new(COULD_NOT_RUN, "only lists are printed as CSV");
            return Err(failure.next("specify --output json"));
        }
        Ok(())
    }

    /// Prints a list.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(crate) fn list<T: Serialize>(
        self,
        things: &[T],
        table: impl FnOnce() -> Table,
    ) -> anyhow::Result<()> {
        match self {
            Self::Table => Self::table(things, table),
            Self::Csv => {
                let table = table();
                let (titles, rows) = table.texts();
                Self::csv(titles, rows)
            }
            Self::Json | Self::Yaml => self.exactly(things),
        }
    }

    /// Prints CSV.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(crate) fn csv<R, V>(names: impl IntoIterator<Item: AsRef<[u8]>>, rows: R) -> anyhow::Result<()>
    where
        R: IntoIterator<Item: IntoIterator<Item = V>>,
        V: AsRef<[u8]>,
    {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(names)?;
        for row in rows {
            writer.write_record(row)?;
        }
        print_line(String::from_utf8(writer.into_inner()?)?.trim_end_matches('\n'))
    }

    /// Prints a table, or nothing if it is empty.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(crate) fn table<T>(things: &[T], table: impl FnOnce() -> Table) -> anyhow::Result<()> {
        if things.is_empty() {
            return Ok(());
        }
        paint(&table().render(width()))
    }

    /// Prints one resource.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(crate) fn one<T: Serialize>(
        self,
        thing: &T,
        details: impl FnOnce() -> Details,
    ) -> anyhow::Result<()> {
        match self {
            Self::Table => paint(&details().render(width())),
            Self::Json | Self::Yaml | Self::Csv => self.exactly(thing),
        }
    }

    /// Prints the result of a change: one line as text, or only the resource's id, or the resource as JSON or YAML.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(crate) fn done<T: Serialize>(self, thing: &T, line: &str) -> anyhow::Result<()> {
        match self {
            Self::Table if is_quiet() => match serde_json::to_value(thing)?.get("id") {
                Some(Value::String(id)) => print_line(&on_one_line(id)),
                _ => Ok(()),
            },
            Self::Table => print_line(&on_one_line(line)),
            Self::Json | Self::Yaml | Self::Csv => self.exactly(thing),
        }
    }

    /// Prints the server's data as JSON or YAML.
    ///
    /// # Errors
    /// When stdout can't be written to.
    pub(crate) fn exactly<T: Serialize + ?Sized>(self, thing: &T) -> anyhow::Result<()> {
        self.check_is_no_csv()?;
        // Converted to a value first, so that numbers look the same in both formats.
        let value = serde_json::to_value(thing)?;
        if self == Self::Yaml {
            let text = serde_saphyr::to_string(&value).context("failed to write YAML")?;
            return print_line(text.trim_end());
        }
        print_line(&serde_json::to_string_pretty(&value)?)
    }
}

/// Prints a message for the user on stderr, unless only results are printed.
pub(crate) fn note(text: &str) {
    if !is_quiet() {
        // A closed stderr is not an error.
        let _ = writeln!(io::stderr(), "{}", on_one_line(text));
    }
}

/// Prints on stderr a failure after which the command continues.
pub(crate) fn complain(failure: &Failure) {
    print_error(&failure.clone().into());
}

/// Prints an error on stderr.
pub(crate) fn print_error(error: &anyhow::Error) {
    // A closed stderr is not an error.
    let _ = if messages().are_json {
        writeln!(io::stderr(), "{}", as_json(error))
    } else {
        writeln!(io::stderr(), "error: {error:#}")
    };
}

/// Asks for confirmation at a terminal.
///
/// # Errors
/// When the user declines, or there is no terminal.
pub(crate) fn confirmed(question: &str, refusal: &str) -> Result<(), Failure> {
    if !is_interactive() {
        return Err(Failure::new(COULD_NOT_RUN, refusal).next("confirm it with --yes"));
    }
    match Confirm::new()
        .with_prompt(fitting(on_one_line(question)))
        .default(false)
        .interact()
    {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(COULD_NOT_RUN, "not confirmed: nothing was changed")),
        Err(error) => Err(Failure::new(
            COULD_NOT_RUN,
            format!("failed to read the confirmation: {error}"),
        )),
    }
}

/// Returns the prompt if it fits on one line of the terminal. Otherwise prints it before a short prompt, because the prompt is
/// redrawn, and only the last one of its lines would be replaced.
fn fitting(prompt: String) -> String {
    let columns = Term::stderr()
        .size_checked()
        .map(|(_, columns)| usize::from(columns));
    if columns.is_none_or(|columns| measure_text_width(&prompt) + ANSWER_COLUMNS <= columns) {
        return prompt;
    }
    // A closed stderr is not an error.
    let _ = writeln!(io::stderr(), "{prompt}");
    "Continue?".to_owned()
}

/// Returns whether the user can be asked.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Returns the width of stdout; none for a file or a pipe.
fn width() -> Option<u16> {
    Term::stdout().size_checked().map(|(_, columns)| columns)
}

/// Prints text, coloured on a terminal unless `NO_COLOR` is set.
fn paint(text: &str) -> anyhow::Result<()> {
    let mut out = AutoStream::auto(io::stdout()).lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // The reader has closed the pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("failed to write to stdout"),
    }
}

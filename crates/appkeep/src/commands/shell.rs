//! `appkeep completions` and `appkeep man`, generated from the command definitions.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap_complete::Shell;

use crate::stdout::print_line;
use crate::{command, completion};

#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the completions.
///
/// # Errors
/// When stdout can't be written to.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<ExitCode> {
    let script = completion::script(&args.shell.to_string())?;
    print_line(script.context("the shell has no completions")?.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The directory to write into, one page for each command. Created if it doesn't exist.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// Writes the manual pages.
///
/// # Errors
/// When the directory can't be written to.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<ExitCode> {
    let dir = &args.dir;
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(command(), dir))
        .with_context(|| format!("failed to write manual pages into {}", dir.display()))?;
    print_line(&format!(
        "wrote manual pages into {0}; man {0}/appkeep.1 shows the first",
        dir.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

//! `appkeep explain`

use std::process::ExitCode;

use anyhow::bail;
use appkeep_contract::{codes, requirements};

use crate::nearest;
use crate::stdout::print_line;

/// Explain a code of a report.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The code in a report. Without one, all codes are listed.
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// List the requirements of the contract with the checks that cover them, as Markdown.
    #[arg(long, conflicts_with = "code")]
    requirements: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.requirements {
        print_line(requirements::table().trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(code) = &args.code else {
        print_line(codes::list_text().trim_end())?;
        return Ok(ExitCode::SUCCESS);
    };
    let found = codes::find(code);
    if found.is_empty() {
        let known: Vec<&str> = codes::all().iter().map(|one| one.code).collect();
        match nearest::to(code, &known).as_slice() {
            [] => bail!("unknown code {code:?}; `appkeep explain` lists all codes"),
            like => bail!("unknown code {code:?}; {}", nearest::listed(like, &known)),
        }
    }
    let texts: Vec<String> = found.into_iter().map(codes::Explanation::text).collect();
    print_line(texts.join("\n").trim_end())?;
    Ok(ExitCode::SUCCESS)
}

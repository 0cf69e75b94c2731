//! `appkeep ca`
//!
//! Before a user trusts the authority of a server, anyone on the network could send another one. So it is only printed
//! after its fingerprint was compared, as for a new host with ssh.

mod chain;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;

use self::chain::Authority;
use crate::credentials::read;
use crate::failure::{COULD_NOT_RUN, EXIT_CODES, FAILED, Failure};
use crate::remote::{self, Format, confirmed, is_interactive, note};
use crate::stdout::print_line;

const EXAMPLES: &str = "Examples:
  appkeep ca --data /var/lib/appkeep > ca.pem
  appkeep ca --url https://backup.example:8480 > ca.pem
  appkeep login --url https://backup.example:8480 --ca ca.pem";

/// Print the certificate authority of a server with `--tls self-signed`, as PEM for --ca.
///
/// Compare its fingerprint with that of the same command with --data on the server's machine: on a terminal, the command
/// asks. Elsewhere, specify --fingerprint. Nothing but a TLS handshake is sent to the server.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Args {
    #[command(flatten)]
    connection: remote::Args,
    /// The SHA-256 fingerprint that the authority must have: 64 hex digits, with or without colons.
    #[arg(long, value_name = "FINGERPRINT", value_parser = fingerprint)]
    fingerprint: Option<String>,
    /// Print the authority in the server's data directory, on the server's machine.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    data: Option<PathBuf>,
}

/// Parses a fingerprint into the form in which fingerprints are printed.
fn fingerprint(text: &str) -> Result<String, &'static str> {
    let digits = text.rsplit('=').next().unwrap_or_default().replace(':', "");
    if digits.len() != 64 || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("expected 64 hex digits, with or without colons between pairs");
    }
    let digits = digits.to_ascii_uppercase();
    let pairs: Vec<&str> = digits
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| str::from_utf8(pair).ok())
        .collect();
    Ok(pairs.join(":"))
}

/// An authority as JSON.
#[derive(Serialize)]
struct Printed<'a> {
    fingerprint: &'a str,
    pem: &'a str,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let output = args.connection.output;
    output.check_is_no_csv()?;
    let authority = if let Some(data) = &args.data {
        let file = data.join("tls").join("ca.pem");
        let pem = read(&file)?;
        Authority::parse(&pem)
            .with_context(|| format!("{} is not a certificate authority", file.display()))?
    } else {
        chain::fetch(args.connection.known()?.url()?).await?
    };
    compare(&args, &authority)?;
    match output {
        Format::Table => print_line(authority.pem.trim_end())?,
        _ => output.exactly(&Printed {
            fingerprint: &authority.fingerprint,
            pem: &authority.pem,
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Compares the fingerprint with the expected one, or lets the user compare it.
fn compare(args: &Args, authority: &Authority) -> Result<(), Failure> {
    let found = &authority.fingerprint;
    if let Some(expected) = &args.fingerprint {
        if expected == found {
            return Ok(());
        }
        let problem = format!("the fingerprint is {found}, not {expected}");
        return Err(Failure::new(FAILED, problem)
            .next("don't trust this authority: it may be that of another machine on the network"));
    }
    note(&format!("SHA-256 fingerprint: {found}"));
    if args.data.is_some() {
        return Ok(());
    }
    if !is_interactive() {
        let problem = "an authority from the network isn't printed before its fingerprint was compared";
        return Err(Failure::new(COULD_NOT_RUN, problem)
            .next("specify --fingerprint; appkeep ca --data DIR prints it on the server's machine"));
    }
    confirmed(
        "Is this the fingerprint that appkeep ca --data DIR prints on the server's machine?",
        "",
    )
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn fingerprints_are_accepted_in_all_usual_forms() {
        let printed = vec!["AB"; 32].join(":");
        for text in [
            printed.clone(),
            printed.to_lowercase(),
            "ab".repeat(32),
            format!("sha256 Fingerprint={printed}"),
        ] {
            assert_eq!(fingerprint(&text).as_deref(), Ok(printed.as_str()));
        }
        for text in ["", "AB:CD", &"G".repeat(64)] {
            assert!(fingerprint(text).is_err(), "{text}");
        }
    }
}

//! `appkeep bucket take-over`

use std::path::PathBuf;
use std::process::ExitCode;

use appkeep_server::Config;
use appkeep_server::admin::bucket::{BucketClaim, bucket_named, list_claims, remove_claim};

use crate::failure::{COULD_NOT_RUN, Failure};
use crate::remote::confirmed;
use crate::stdout::print_line;

/// The bucket and the configuration that declares it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The bucket, by name or id.
    #[arg(value_name = "BUCKET")]
    bucket: String,
    /// The server's configuration, which contains the location of the bucket.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Don't ask. Required without a terminal.
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.config)?;
    let name = &args.bucket;
    let bucket =
        bucket_named(&config.declaration, name).map_err(|problem| Failure::new(COULD_NOT_RUN, problem))?;
    let credentials = config.credentials();
    let claims = list_claims(bucket, &credentials).await?;
    let (here, others): (Vec<_>, Vec<_>) = claims.into_iter().partition(|claim| claim.runs_here);
    if others.is_empty() {
        let Some(claim) = here.first() else {
            print_line(&format!("no server uses the bucket {name}"))?;
            return Ok(ExitCode::SUCCESS);
        };
        return Err(Failure::new(
            COULD_NOT_RUN,
            format!(
                "the bucket {name} is used by {}, which runs on this machine",
                described(claim)
            ),
        )
        .next("stop that server if it is not the one that should use the bucket")
        .into());
    }
    let list: Vec<_> = others.iter().map(described).collect();
    let list = list.join("; ");
    if !args.yes {
        confirmed(
            &format!("Take the bucket {name} over from {list}? It must have stopped permanently."),
            &format!("this command takes the bucket {name} over from {list}"),
        )?;
    }
    for claim in &others {
        remove_claim(bucket, &credentials, claim).await?;
    }
    print_line(&format!("the bucket {name} was taken over from {list}"))?;
    Ok(ExitCode::SUCCESS)
}

fn described(claim: &BucketClaim) -> String {
    let process = claim.process.as_ref().map_or_else(
        || "an unknown server".to_owned(),
        |(pid, host)| format!("process {pid} on {host}"),
    );
    match claim.time {
        Some(time) => format!("{process} (last seen {})", time.format("%FT%TZ")),
        None => process,
    }
}

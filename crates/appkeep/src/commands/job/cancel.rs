//! `appkeep job cancel`

use anyhow::bail;
use appkeep_server::Clock as _;
use appkeep_server::admin::Store;
use appkeep_server::admin::database::clock_of;
use appkeep_server::admin::jobs::{Cancelled, JobPayload, PendingJob, cancel_job};

use super::{AppNames, CancelArgs, is_of};
use crate::stdout::print_line;

/// The shortest prefix of an id that identifies a job, in characters.
const ID_CHARS_MIN: usize = 4;

pub(super) async fn run(args: CancelArgs) -> anyhow::Result<()> {
    let store = args.database.open().await?;
    let result = cancel(store.as_ref(), &args).await;
    store.close().await;
    result
}

async fn cancel(store: &dyn Store, args: &CancelArgs) -> anyhow::Result<()> {
    let (jobs, names) = (store.list_pending_jobs().await?, AppNames::fetch(store).await?);
    let chosen = choose(&jobs, &names, args)?;
    let clock = clock_of(store).await?;
    let mut refusals = Vec::new();
    for job in chosen {
        match cancel_job(store, clock.now(), job.id).await {
            Ok(how) => {
                let how = match how {
                    Cancelled::Finished => "cancelled",
                    Cancelled::Requested => "a worker will cancel",
                };
                print_line(&format!("{how} {} ({} of {})", job.id, job.kind, names.of(job)))?;
            }
            Err(error) => refusals.push(error.to_string()),
        }
    }
    if !refusals.is_empty() {
        bail!("{}", refusals.join("; "));
    }
    Ok(())
}

fn choose<'a>(
    jobs: &'a [PendingJob],
    names: &AppNames,
    args: &CancelArgs,
) -> anyhow::Result<Vec<&'a PendingJob>> {
    if let Some(app) = &args.app {
        let app = names.find(app)?;
        let is_queued = |job: &&PendingJob| {
            job.state == "queued" && job.payload.as_ref().is_some_and(JobPayload::adds_work)
        };
        return Ok(jobs
            .iter()
            .filter(is_queued)
            .filter(|job| is_of(job, app))
            .collect());
    }
    args.jobs.iter().map(|wanted| find(jobs, wanted)).collect()
}

/// Finds the one job whose id begins with `wanted`.
fn find<'a>(jobs: &'a [PendingJob], wanted: &str) -> anyhow::Result<&'a PendingJob> {
    if wanted.len() < ID_CHARS_MIN {
        bail!("the job id {wanted:?} is too short: expected at least {ID_CHARS_MIN} characters");
    }
    let begins = |job: &&PendingJob| job.id.to_string().starts_with(&wanted.to_ascii_lowercase());
    let found: Vec<_> = jobs.iter().filter(begins).collect();
    match found[..] {
        [only] => Ok(only),
        [] => bail!("no pending job has the id {wanted:?}; `appkeep job list` shows them"),
        _ => bail!("{wanted:?} matches {} ids: specify more characters", found.len()),
    }
}

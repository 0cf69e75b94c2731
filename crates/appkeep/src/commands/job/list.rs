//! `appkeep job list`

use appkeep_server::admin::jobs::{JobPayload, PendingJob};
use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{AppNames, ListArgs, is_of};
use crate::remote::{Align, Column, Format, Table, note, short_ids};

pub(super) async fn run(args: ListArgs) -> anyhow::Result<()> {
    let store = args.database.open().await?;
    let (mut jobs, names) = (
        store.list_pending_jobs().await?,
        AppNames::fetch(store.as_ref()).await?,
    );
    store.close().await;
    if let Some(app) = &args.app {
        let app = names.find(app)?;
        jobs.retain(|job| is_of(job, app));
    }
    if jobs.is_empty() && args.output == Format::Table {
        note("no jobs are waiting, running or parked");
        return Ok(());
    }
    let exactly: Vec<Value> = jobs.iter().map(exact).collect();
    args.output.list(&exactly, || table(&jobs, &names))
}

fn table(jobs: &[PendingJob], names: &AppNames) -> Table {
    let mut table = Table::new([
        Column::new("ID", Align::Left),
        Column::new("KIND", Align::Left),
        Column::shrinking("APP"),
        Column::new("STATE", Align::Left),
        Column::new("ATTEMPTS", Align::Right),
        Column::shrinking("REASON"),
    ]);
    let ids: Vec<_> = jobs.iter().map(|job| job.id.as_uuid()).collect();
    for (job, id) in jobs.iter().zip(short_ids(&ids)) {
        let state = if job.cancel_requested {
            "cancelling"
        } else {
            &job.state
        };
        table.row([
            id.into(),
            job.kind.as_str().into(),
            names.of(job).into(),
            state.into(),
            job.attempt.into(),
            job.reason.as_deref().unwrap_or("-").into(),
        ]);
    }
    table
}

fn exact(job: &PendingJob) -> Value {
    let payload = job.payload.as_ref();
    json!({
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "accountID": payload.and_then(JobPayload::account_id),
        "appID": payload.map(JobPayload::app_id),
        "resourceID": payload.map(JobPayload::resource),
        "attempts": job.attempt,
        "due": job.run_after.to_rfc3339_opts(SecondsFormat::Micros, true),
        "cancelRequested": job.cancel_requested,
        "reason": job.reason,
    })
}

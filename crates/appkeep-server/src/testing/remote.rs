//! Control over a test server by requests, for test programs in other languages.

use std::time::Duration;

use appkeep_core::ids::AccountId;
use appkeep_core::ids::{BackupKind, SnapshotKind};
use appkeep_core::job::JobPayload;
use appkeep_core::resource::{Kind, Resource};
use appkeep_core::state::ResourceState;
use appkeep_core::store::{ListFilter, Page, Store, StoreError, StoredKind};
use dropshot::Body;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Fault;
use super::front::{Front, Running};
use super::response::{of_json, problem};
use crate::http::BODY_BYTES_MAX;

/// The beginning of the paths.
pub(super) const PATH: &str = "/test/";

/// The largest number of resources of each kind and account that are shown.
const SHOWN_MAX: u32 = 10_000;

/// A change of jobs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum JobChange {
    Hold(ResourceState),
    Advance(Uuid),
    Release,
    FailNextBackup(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u64,
}

impl Front {
    /// Responds to a request whose path begins with [`PATH`].
    pub(super) async fn control(&self, request: Request<Incoming>) -> Response<Body> {
        match self.controlled(request).await {
            Ok(Some(shown)) => of_json(200, "application/json", &shown),
            Ok(None) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                response
            }
            Err(detail) => problem(400, "Invalid control request", &detail),
        }
    }

    async fn controlled(&self, request: Request<Incoming>) -> Result<Option<Value>, String> {
        let running = self.running()?;
        let (parts, body) = request.into_parts();
        let target = parts.uri.path().strip_prefix(PATH).unwrap_or_default();
        match (&parts.method, target) {
            (&Method::GET, "state") => return self.shown(&running).await.map(Some),
            (&Method::POST, "reset") => self.reset().await?,
            (&Method::POST, "faults") => self.state.faults.add(read::<Fault>(body).await?),
            (&Method::DELETE, "faults") => self.state.faults.clear(),
            (&Method::POST, "jobs") => match read(body).await? {
                JobChange::Hold(state) => running.jobs.hold(state),
                JobChange::Advance(id) if running.jobs.held().contains_key(&id) => {
                    running.jobs.advance(&id).await;
                }
                JobChange::Advance(id) => return Err(format!("{id} is not held in a state")),
                JobChange::Release => running.jobs.release().await,
                JobChange::FailNextBackup(reason) => running.jobs.fail_next_backup(reason),
            },
            (&Method::POST, "clock") => {
                let change: ClockChange = read(body).await?;
                let by = Duration::from_secs(change.advance_seconds);
                self.state.test_clock.advance(by);
                running.jobs.wait().await.map_err(|error| error.to_string())?;
            }
            (method, _) => {
                return Err(format!(
                    "{method} {PATH}{target} doesn't exist: expected GET state, POST reset, POST or DELETE faults, \
                     POST jobs, or POST clock"
                ));
            }
        }
        Ok(None)
    }

    /// Backups, snapshots, jobs, held resources and the time.
    pub(super) async fn shown(&self, running: &Running) -> Result<Value, String> {
        let store = running.jobs.store.as_ref();
        let (mut backups, mut snapshots) = (Vec::new(), Vec::new());
        for account in &running.declaration.accounts {
            backups.extend(list::<BackupKind>(running, account.id).await.map_err(text)?);
            snapshots.extend(list::<SnapshotKind>(running, account.id).await.map_err(text)?);
        }
        let jobs = store.list_pending_jobs().await.map_err(text)?;
        let jobs: Vec<Value> = jobs
            .iter()
            .map(|job| {
                let resource = job.payload.as_ref().map(JobPayload::resource);
                json!({
                    "id": job.id.to_string(),
                    "kind": job.kind,
                    "state": job.state,
                    "resource": resource,
                    "reason": job.reason,
                })
            })
            .collect();
        let held = running.jobs.held();
        Ok(json!({
            "time": self.state.clock.now(),
            "backups": backups,
            "snapshots": snapshots,
            "jobs": jobs,
            "held": held,
        }))
    }
}

async fn list<K: StoredKind>(running: &Running, account_id: AccountId) -> Result<Vec<Value>, StoreError> {
    let filter = ListFilter {
        account_id,
        app_id: None,
    };
    let page = Page {
        after: None,
        rows_max: SHOWN_MAX,
        bytes_max: usize::MAX,
    };
    let list = K::of(running.jobs.store.as_ref())
        .list_resources(&filter, &page)
        .await?;
    Ok(list.rows.iter().map(show).collect())
}

fn show<K: Kind>(resource: &Resource<K>) -> Value {
    json!({
        "id": resource.id.to_string(),
        "accountID": resource.account_id.to_string(),
        "appID": resource.app_id.to_string(),
        "name": resource.name.as_str(),
        "state": resource.state,
        "stateUnready": resource.state_unready,
        "creationTimestamp": resource.metadata.created_at,
    })
}

/// Reads a body of at most [`BODY_BYTES_MAX`] bytes.
async fn read<T: DeserializeOwned>(body: Incoming) -> Result<T, String> {
    let collected = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let bytes = collected
        .map_err(|error| format!("the body can't be read: {error}"))?
        .to_bytes();
    serde_json::from_slice(&bytes).map_err(|error| format!("invalid body: {error}"))
}

#[expect(clippy::needless_pass_by_value, reason = "this is what `map_err` calls")]
fn text(error: StoreError) -> String {
    error.to_string()
}

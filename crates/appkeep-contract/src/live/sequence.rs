//! Random sequences of steps: the model determines the expected response to each step, in any order.
//!
//! The random numbers depend on the run's id, so a sequence can be repeated. The number of checks doesn't
//! depend on them.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::call::{Call, Server};
use super::connection::Exchange;
use super::context::{Context, Fixtures, ResourceKind, Stop, id_of};
use super::headers::joined;
use super::lifecycle::difference;
use super::lists::read_pages;
use super::model::{Lifecycle, TrackedResource};
use super::recording_client::RecordedResponse;
use super::resource_kind::not_found;

/// Number of steps in one sequence.
const STEPS: usize = 12;

/// The number of deleted resources that are requested after each step.
const DELETED_CHECKED_MAX: usize = 2;

/// The number of recent deletions that are considered: a server may still have data of these resources.
const RECENT_DELETES_MAX: usize = 3;

/// The next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Create,
    CreateDuplicate,
    ReuseName,
    BackUpSnapshot,
    Delete,
    DeleteAgain,
    Pages,
    Columns,
}

/// The steps; repetitions are weights.
const WEIGHTED_STEPS: [Step; 12] = [
    Step::Create,
    Step::Create,
    Step::Create,
    Step::CreateDuplicate,
    Step::ReuseName,
    Step::BackUpSnapshot,
    Step::BackUpSnapshot,
    Step::Delete,
    Step::Delete,
    Step::DeleteAgain,
    Step::Pages,
    Step::Columns,
];

/// Runs one sequence, and deletes the resources that it created.
pub(super) async fn run(ctx: &mut Context, number: u64) -> Result<(), Stop> {
    for kind in kinds(ctx)? {
        ctx.require_create(kind)?;
    }
    let seed = ctx.options.run_id.as_u64_pair().1;
    let mut rng = Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let before: Vec<String> = ctx.model.existing().map(|resource| resource.id.clone()).collect();
    let mut sequence = Sequence { rng: &mut rng };
    for _ in 0..STEPS {
        let step = WEIGHTED_STEPS[sequence.rng.usize(..WEIGHTED_STEPS.len())];
        let sent = ctx.http.log.len();
        sequence.step(ctx, step).await?;
        let is_write = |exchange: &Exchange| exchange.method != "GET";
        if ctx.http.log[sent..].iter().any(is_write) {
            expect_consistency(ctx).await?;
        }
    }
    let own = ctx
        .model
        .existing()
        .filter(|resource| !before.contains(&resource.id));
    let own: Vec<(ResourceKind, String)> = own.map(|resource| (resource.kind, resource.id.clone())).collect();
    // Backups first: snapshots can't be deleted while a backup reads them.
    for kind in [ResourceKind::Backup, ResourceKind::Snapshot] {
        let ids = own.iter().filter(|(own, _)| *own == kind);
        let ids: Vec<String> = ids.map(|(_, id)| id.clone()).collect();
        super::races::delete_all(ctx, kind, &ids).await?;
    }
    expect_consistency(ctx).await
}

/// The kinds of resources in a sequence.
fn kinds(ctx: &Context) -> Result<Vec<ResourceKind>, Stop> {
    let kinds = [ResourceKind::Backup, ResourceKind::Snapshot];
    let made: Vec<ResourceKind> = kinds
        .into_iter()
        .filter(|kind| ctx.require_create(*kind).is_ok())
        .collect();
    if made.is_empty() {
        ctx.require_create(ResourceKind::Backup)?;
    }
    Ok(made)
}

struct Sequence<'r> {
    rng: &'r mut Rng,
}

impl Sequence<'_> {
    fn choose<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.rng.usize(..of.len())].clone())
    }

    fn kind(&mut self, ctx: &Context) -> Result<ResourceKind, Stop> {
        let kinds = kinds(ctx)?;
        self.choose(&kinds).ok_or(Stop::Recorded)
    }

    /// A random resource of the suite in its own app.
    fn resource(
        &mut self,
        ctx: &Context,
        kind: ResourceKind,
        lifecycle: Lifecycle,
    ) -> Option<TrackedResource> {
        let app = ctx.target.app.to_string();
        let resources = ctx.model.resources.iter();
        let resources = resources.filter(|resource| {
            let is_here = resource.server == Server::Main && resource.app == app;
            is_here
                && resource.kind == kind
                && resource.lifecycle == lifecycle
                && !is_fixture(ctx, &resource.id)
        });
        let resources = resources.rev().cloned();
        let resources: Vec<TrackedResource> = match lifecycle {
            Lifecycle::Existing => resources.collect(),
            Lifecycle::Deleted => resources.take(RECENT_DELETES_MAX).collect(),
        };
        self.choose(&resources)
    }

    async fn step(&mut self, ctx: &mut Context, step: Step) -> Result<(), Stop> {
        let kind = self.kind(ctx)?;
        match step {
            Step::Create => {
                let body = self.body(ctx, kind);
                self.create(ctx, kind, body).await
            }
            Step::CreateDuplicate => match self.resource(ctx, kind, Lifecycle::Existing) {
                Some(taken) => self.create_named(ctx, kind, taken.name()).await,
                None => Ok(()),
            },
            Step::ReuseName => match self.resource(ctx, kind, Lifecycle::Deleted) {
                Some(deleted) => self.create_named(ctx, kind, deleted.name()).await,
                None => Ok(()),
            },
            Step::BackUpSnapshot => self.back_up_snapshot(ctx).await,
            Step::Delete => match self.resource(ctx, kind, Lifecycle::Existing) {
                Some(resource) => self.delete(ctx, &resource).await,
                None => Ok(()),
            },
            Step::DeleteAgain => match self.resource(ctx, kind, Lifecycle::Deleted) {
                Some(deleted) => super::deletes::expect_deleted(ctx, kind, &deleted.id).await,
                None => Ok(()),
            },
            Step::Pages => self.pages(ctx, kind).await,
            Step::Columns => self.columns(ctx, kind).await,
        }
    }

    /// A body with random optional members.
    fn body(&mut self, ctx: &mut Context, kind: ResourceKind) -> Value {
        let versions = match kind {
            ResourceKind::Backup => &["1.0", "1.1"][..],
            ResourceKind::Snapshot => &["1.0", "1.1", "1.2"][..],
        };
        let version = versions[self.rng.usize(..versions.len())];
        let mut body = json!({"type": kind.body_type(), "version": version});
        if self.rng.u8(..4) > 0 {
            body["name"] = json!(ctx.new_name());
        }
        if self.rng.bool() {
            let count = self.rng.usize(..4);
            let labels = (0..count).map(|index| {
                json!({"name": format!("label {}", count - index), "value": self.rng.u32(..).to_string()})
            });
            body["metadata"] = json!({"labels": labels.collect::<Vec<_>>()});
        }
        let app = ctx.target.app.to_string();
        let mut own = ctx
            .model
            .existing()
            .filter(|resource| resource.server == Server::Main && resource.app == app);
        let bucket = own.find_map(|resource| resource.last.get("bucketID").cloned());
        if kind == ResourceKind::Backup
            && self.rng.bool()
            && let Some(bucket) = bucket
        {
            body["bucketID"] = bucket;
        }
        body
    }

    async fn create(&mut self, ctx: &mut Context, kind: ResourceKind, body: Value) -> Result<(), Stop> {
        ctx.create(ctx.call(kind.create()).json(body)).await?;
        Ok(())
    }

    /// Creates a resource with that name: rejected if the name is in use, accepted if it was used before.
    async fn create_named(&mut self, ctx: &mut Context, kind: ResourceKind, name: &str) -> Result<(), Stop> {
        let mut body = self.body(ctx, kind);
        body["name"] = json!(name);
        if !is_name_in_use(ctx, kind, name) {
            return self.create(ctx, kind, body).await;
        }
        let response = ctx.send_for(&ctx.call(kind.create()).json(body), 409).await?;
        ctx.expect_problem(&response, &[10]);
        Ok(())
    }

    /// Creates a backup of a snapshot that is completed, in progress or deleted; sometimes the snapshot is
    /// deleted while it is read.
    async fn back_up_snapshot(&mut self, ctx: &mut Context) -> Result<(), Stop> {
        let lifecycle = if self.rng.u8(..4) == 0 {
            Lifecycle::Deleted
        } else {
            Lifecycle::Existing
        };
        if ctx.require_create(ResourceKind::Backup).is_err() {
            return Ok(());
        }
        let Some(snapshot) = self.resource(ctx, ResourceKind::Snapshot, lifecycle) else {
            return Ok(());
        };
        let mut body = self.body(ctx, ResourceKind::Backup);
        body["snapshotID"] = json!(snapshot.id);
        let call = ctx.call(ResourceKind::Backup.create()).json(body);
        let response = ctx.send(&call).await?;
        match (snapshot.lifecycle, snapshot.state()) {
            (Lifecycle::Deleted, _) => {
                ctx.expect_status(&response, 400)?;
                ctx.expect_problem(&response, &[46]);
            }
            (Lifecycle::Existing, "completed") => {
                ctx.expect_status(&response, 201)?;
                if self.rng.u8(..3) == 0 {
                    return self.delete(ctx, &snapshot).await;
                }
            }
            (Lifecycle::Existing, _) => {
                // It may have been completed in the meantime.
                ctx.expect_one_of(&response, &[201, 409])?;
                if response.status == 409 {
                    ctx.expect_problem(&response, &[111]);
                }
            }
        }
        Ok(())
    }

    async fn delete(&mut self, ctx: &mut Context, resource: &TrackedResource) -> Result<(), Stop> {
        let operations = ctx.permitted(resource.kind.deletes())?;
        let operation = self.choose(&operations).ok_or(Stop::Recorded)?;
        let response = ctx.send(&ctx.call_for(operation, &resource.id)).await?;
        let is_reader =
            |other: &TrackedResource| other.source() == Some(&resource.id) && other.is_in_progress();
        let is_read = ctx.model.existing().any(is_reader);
        let (may_wait, problem) = match resource.kind {
            ResourceKind::Backup => (resource.state() == "pending", 128),
            ResourceKind::Snapshot => (is_read, 144),
        };
        if may_wait {
            // Its state may have changed in the meantime.
            ctx.expect_one_of(&response, &[204, 409])?;
            if response.status == 409 {
                ctx.expect_problem(&response, &[problem]);
            }
            return Ok(());
        }
        ctx.expect_status(&response, 204)
    }

    /// Pages with a random limit contain the same items as the whole list.
    async fn pages(&mut self, ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
        let lists = ctx.permitted(kind.lists())?;
        let list = self.choose(&lists).ok_or(Stop::Recorded)?;
        let limit = self.rng.usize(1..6);
        let whole = ctx.list(list).await?;
        // Larger pages if there are many resources of other users.
        let limit = limit.max(whole.items().len() / 10);
        let pages = read_pages(ctx, &ctx.call(list), &whole, limit).await?;
        let (expected, received) = (ctx.own_ids(whole.items()), ctx.own_ids(&pages.items));
        ctx.expect(&pages.last, received == expected, || {
            format!(
                "pages of {limit} contain {} of the suite's resources, the whole list {}",
                joined(&received),
                joined(&expected)
            )
        });
        Ok(())
    }

    /// Rows of random fields; the model contains the values.
    async fn columns(&mut self, ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
        let lists = ctx.permitted(kind.lists())?;
        let list = self.choose(&lists).ok_or(Stop::Recorded)?;
        let every = super::lists::every_field(ctx, list);
        let mut names: Vec<String> = Vec::new();
        for _ in 0..self.rng.usize(1..8) {
            let name = self.choose(&every);
            // A field is requested at most once.
            names.extend(name.filter(|name| name != "id" && !names.contains(name)));
        }
        names.insert(self.rng.usize(..=names.len()), "id".to_owned());
        let call = ctx.call(list).query("include", &names.join(","));
        ctx.send_for(&call, 200).await?;
        Ok(())
    }
}

/// Whether an earlier check created it for a later one.
fn is_fixture(ctx: &Context, id: &str) -> bool {
    let Fixtures {
        backups,
        snapshots,
        backup_of_snapshot,
        ..
    } = &ctx.fixtures;
    [
        &backups.named,
        &backups.unnamed,
        &snapshots.named,
        &snapshots.unnamed,
        backup_of_snapshot,
    ]
    .into_iter()
    .filter_map(|fixture| fixture.0.as_ref())
    .any(|resource| id_of(resource) == id)
}

fn is_name_in_use(ctx: &Context, kind: ResourceKind, name: &str) -> bool {
    ctx.model
        .existing()
        .any(|resource| resource.kind == kind && resource.name() == name)
}

/// Lists and fetches in both path trees agree with each other and with the model; deleted resources aren't
/// found.
///
/// Requests for different resources are sent at the same time, those for the same one after each other: a resource in
/// progress may change between them.
async fn expect_consistency(ctx: &mut Context) -> Result<(), Stop> {
    let kinds = kinds(ctx)?;
    for n in 0.. {
        let lists = kinds.iter().filter_map(|kind| nth(ctx, kind.lists(), n));
        let calls: Vec<Call> = lists.map(|list| ctx.call(list)).collect();
        if calls.is_empty() {
            break;
        }
        ctx.send_ahead(calls.clone()).await?;
        for call in calls {
            ctx.send_for(&call, 200).await?;
        }
    }
    let resources = requested(ctx, &kinds);
    let mut shown: BTreeMap<&str, Value> = BTreeMap::new();
    for n in 0.. {
        let fetch = |resource| Some((resource, fetch(ctx, resource, n)?));
        let calls: Vec<(&TrackedResource, Call)> = resources.iter().filter_map(fetch).collect();
        if calls.is_empty() {
            break;
        }
        ctx.send_ahead(calls.iter().map(|(_, call)| call.clone()).collect())
            .await?;
        for (resource, call) in calls {
            if resource.lifecycle == Lifecycle::Deleted {
                let response = ctx.send_for(&call, 404).await?;
                ctx.expect_problem(&response, &[not_found(&call.operation)]);
                continue;
            }
            let response = ctx.send_for(&call, 200).await?;
            if let Some(first) = shown.get(resource.id.as_str()) {
                expect_same(ctx, first, &response);
            }
            shown.insert(&resource.id, response.body);
        }
    }
    Ok(())
}

/// The existing resources of the suite in its own app, and those that were deleted last.
fn requested(ctx: &Context, kinds: &[ResourceKind]) -> Vec<TrackedResource> {
    let app = ctx.target.app.to_string();
    let mut requested = Vec::new();
    for kind in kinds {
        let is_own = |resource: &&TrackedResource| {
            resource.server == Server::Main && resource.app == app && resource.kind == *kind
        };
        requested.extend(ctx.model.existing().filter(is_own).cloned());
        let deleted = ctx.model.resources.iter().filter(is_own).rev();
        let deleted = deleted.filter(|resource| resource.lifecycle == Lifecycle::Deleted);
        requested.extend(deleted.take(DELETED_CHECKED_MAX).cloned());
    }
    requested
}

/// The request for a resource in the n-th path tree that has it.
fn fetch(ctx: &Context, resource: &TrackedResource, n: usize) -> Option<Call> {
    let fetch = nth(ctx, resource.kind.fetches(), n)?;
    Some(ctx.call_for(fetch, &resource.id))
}

/// The n-th operation that may be requested.
fn nth(ctx: &Context, operations: &[&'static str], n: usize) -> Option<&'static str> {
    ctx.permitted(operations).ok()?.get(n).copied()
}

/// Once a resource is completed, both path trees return the same representation.
fn expect_same(ctx: &mut Context, first: &Value, response: &RecordedResponse) {
    let is_settled = first["state"] == "completed" && response.body["state"] == "completed";
    ctx.expect(response, !is_settled || *first == response.body, || {
        difference("the other tree", first, "this one", &response.body)
    });
}

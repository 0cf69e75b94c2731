//! Random sequences of steps: the model knows the expected response to any step in any order.
//!
//! The random numbers depend on the run's id, so a sequence can be repeated. The number of checks doesn't
//! depend on them.

use fastrand::Rng;
use serde_json::{Value, json};

use super::backups::difference;
use super::call::{Call, Server};
use super::kind::not_found;
use super::lists::walk;
use super::model::{Fate, Thing};
use super::stage::{BACKUP_TYPE, Kind, SNAP_TYPE, Stage, Stop, id_of};

/// Number of steps in one sequence.
const STEPS: usize = 12;

/// How many deleted resources are requested after each step.
const GONE_MAX: usize = 2;

/// How many recent deletions are considered: for these, a server may still have something left.
const LATELY: usize = 3;

/// The next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Create,
    CreateTaken,
    CreateAgain,
    BackUpSnapshot,
    Delete,
    DeleteGone,
    Pages,
    Columns,
}

/// The steps; repetitions are weights.
const LOTS: [Step; 12] = [
    Step::Create,
    Step::Create,
    Step::Create,
    Step::CreateTaken,
    Step::CreateAgain,
    Step::BackUpSnapshot,
    Step::BackUpSnapshot,
    Step::Delete,
    Step::Delete,
    Step::DeleteGone,
    Step::Pages,
    Step::Columns,
];

/// Runs one sequence, and deletes the resources that it created.
pub(super) async fn tell(stage: &mut Stage, number: u64) -> Result<(), Stop> {
    for kind in kinds(stage)? {
        stage.admits_making(kind)?;
    }
    let seed = stage.options.run_id.as_u64_pair().1;
    let mut rng = Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let before: Vec<String> = stage.model.alive().map(|thing| thing.id.clone()).collect();
    let mut sequence = Sequence { rng: &mut rng };
    for _ in 0..STEPS {
        let step = LOTS[sequence.rng.usize(..LOTS.len())];
        sequence.step(stage, step).await?;
        agree(stage).await?;
    }
    let own = stage.model.alive().filter(|thing| !before.contains(&thing.id));
    let own: Vec<(Kind, String)> = own.map(|thing| (thing.kind, thing.id.clone())).collect();
    // Backups first: snapshots can't be deleted while a backup reads them.
    for kind in [Kind::Backup, Kind::Snap] {
        let ids = own.iter().filter(|(own, _)| *own == kind);
        let ids: Vec<String> = ids.map(|(_, id)| id.clone()).collect();
        super::races::remove(stage, kind, &ids).await?;
    }
    agree(stage).await
}

/// The kinds of resources in a sequence.
fn kinds(stage: &Stage) -> Result<Vec<Kind>, Stop> {
    let kinds = [Kind::Backup, Kind::Snap];
    let made: Vec<Kind> = kinds
        .into_iter()
        .filter(|kind| stage.admits_making(*kind).is_ok())
        .collect();
    if made.is_empty() {
        stage.admits_making(Kind::Backup)?;
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

    fn kind(&mut self, stage: &Stage) -> Result<Kind, Stop> {
        let kinds = kinds(stage)?;
        self.choose(&kinds).ok_or(Stop::Noted)
    }

    /// A random resource of the suite in its own app.
    fn thing(&mut self, stage: &Stage, kind: Kind, fate: Fate) -> Option<Thing> {
        let app = stage.target.app.to_string();
        let things = stage.model.things.iter();
        let things = things.filter(|thing| {
            let is_here = thing.server == Server::Main && thing.app == app;
            is_here && thing.kind == kind && thing.fate == fate && !is_needed_later(stage, &thing.id)
        });
        let things = things.rev().cloned();
        let things: Vec<Thing> = match fate {
            Fate::Alive => things.collect(),
            Fate::Gone => things.take(LATELY).collect(),
        };
        self.choose(&things)
    }

    async fn step(&mut self, stage: &mut Stage, step: Step) -> Result<(), Stop> {
        let kind = self.kind(stage)?;
        match step {
            Step::Create => {
                let body = self.body(stage, kind);
                self.create(stage, kind, body).await
            }
            Step::CreateTaken => match self.thing(stage, kind, Fate::Alive) {
                Some(taken) => self.create_named(stage, kind, taken.name()).await,
                None => Ok(()),
            },
            Step::CreateAgain => match self.thing(stage, kind, Fate::Gone) {
                Some(gone) => self.create_named(stage, kind, gone.name()).await,
                None => Ok(()),
            },
            Step::BackUpSnapshot => self.back_up_snapshot(stage).await,
            Step::Delete => match self.thing(stage, kind, Fate::Alive) {
                Some(thing) => self.delete(stage, &thing).await,
                None => Ok(()),
            },
            Step::DeleteGone => match self.thing(stage, kind, Fate::Gone) {
                Some(gone) => super::deletes::is_gone(stage, kind, &gone.id).await,
                None => Ok(()),
            },
            Step::Pages => self.pages(stage, kind).await,
            Step::Columns => self.columns(stage, kind).await,
        }
    }

    /// A body with random optional members.
    fn body(&mut self, stage: &mut Stage, kind: Kind) -> Value {
        let (resource_type, versions) = match kind {
            Kind::Backup => (BACKUP_TYPE, &["1.0", "1.1"][..]),
            Kind::Snap => (SNAP_TYPE, &["1.0", "1.1", "1.2"][..]),
        };
        let version = versions[self.rng.usize(..versions.len())];
        let mut body = json!({"type": resource_type, "version": version});
        if self.rng.u8(..4) > 0 {
            body["name"] = json!(stage.fresh_name());
        }
        if self.rng.bool() {
            let count = self.rng.usize(..4);
            let labels = (0..count).map(|index| {
                json!({"name": format!("label {}", count - index), "value": self.rng.u32(..).to_string()})
            });
            body["metadata"] = json!({"labels": labels.collect::<Vec<_>>()});
        }
        let app = stage.target.app.to_string();
        let mut here = stage
            .model
            .alive()
            .filter(|thing| thing.server == Server::Main && thing.app == app);
        let bucket = here.find_map(|thing| thing.last.get("bucketID").cloned());
        if kind == Kind::Backup
            && self.rng.bool()
            && let Some(bucket) = bucket
        {
            body["bucketID"] = bucket;
        }
        body
    }

    async fn create(&mut self, stage: &mut Stage, kind: Kind, body: Value) -> Result<(), Stop> {
        let answer = stage.send_for(&stage.call(kind.create()).json(body), 201).await?;
        stage.id_in(&answer)?;
        Ok(())
    }

    /// Creates a resource with that name: rejected if the name is in use, accepted if it was used before.
    async fn create_named(&mut self, stage: &mut Stage, kind: Kind, name: &str) -> Result<(), Stop> {
        let mut body = self.body(stage, kind);
        body["name"] = json!(name);
        if !is_taken(stage, kind, name) {
            return self.create(stage, kind, body).await;
        }
        let answer = stage.send_for(&stage.call(kind.create()).json(body), 409).await?;
        stage.expect_problem(&answer, &[10]);
        Ok(())
    }

    /// Creates a backup of a snapshot that is completed, in progress or deleted; sometimes the snapshot is
    /// deleted while it is read.
    async fn back_up_snapshot(&mut self, stage: &mut Stage) -> Result<(), Stop> {
        let fate = if self.rng.u8(..4) == 0 {
            Fate::Gone
        } else {
            Fate::Alive
        };
        if stage.admits_making(Kind::Backup).is_err() {
            return Ok(());
        }
        let Some(snap) = self.thing(stage, Kind::Snap, fate) else {
            return Ok(());
        };
        let mut body = self.body(stage, Kind::Backup);
        body["snapshotID"] = json!(snap.id);
        let call = stage.call(Kind::Backup.create()).json(body);
        let answer = stage.send(&call).await?;
        match (snap.fate, snap.state()) {
            (Fate::Gone, _) => {
                stage.expect_status(&answer, 400)?;
                stage.expect_problem(&answer, &[46]);
            }
            (Fate::Alive, "completed") => {
                stage.expect_status(&answer, 201)?;
                if self.rng.u8(..3) == 0 {
                    return self.delete(stage, &snap).await;
                }
            }
            (Fate::Alive, _) => {
                // It may have been completed in the meantime.
                stage.expect_one_of(&answer, &[201, 409])?;
                if answer.status == 409 {
                    stage.expect_problem(&answer, &[111]);
                }
            }
        }
        Ok(())
    }

    async fn delete(&mut self, stage: &mut Stage, thing: &Thing) -> Result<(), Stop> {
        let ways = stage.admitted(thing.kind.deletes())?;
        let way = self.choose(&ways).ok_or(Stop::Noted)?;
        let answer = stage.send(&stage.call_for(way, thing.kind, &thing.id)).await?;
        let is_reader = |other: &Thing| other.source() == Some(&thing.id) && other.is_in_progress();
        let is_read = stage.model.alive().any(is_reader);
        let (may_wait, problem) = match thing.kind {
            Kind::Backup => (thing.state() == "pending", 128),
            Kind::Snap => (is_read, 144),
        };
        if may_wait {
            // Its state may have changed in the meantime.
            stage.expect_one_of(&answer, &[204, 409])?;
            if answer.status == 409 {
                stage.expect_problem(&answer, &[problem]);
            }
            return Ok(());
        }
        stage.expect_status(&answer, 204)
    }

    /// A walk with a random limit returns the same as the whole list.
    async fn pages(&mut self, stage: &mut Stage, kind: Kind) -> Result<(), Stop> {
        let lists = stage.admitted(kind.lists())?;
        let list = self.choose(&lists).ok_or(Stop::Noted)?;
        let limit = self.rng.usize(1..6);
        let whole = stage.send_for(&stage.call(list), 200).await?;
        // Larger pages if there are many resources of other users.
        let limit = limit.max(whole.items().len() / 10);
        let walked = walk(stage, &stage.call(list), &whole, limit).await?;
        let (wanted, got) = (stage.own_ids(whole.items()), stage.own_ids(&walked.items));
        stage.expect(&walked.last, got == wanted, || {
            format!("pages of {limit} contain {got:?} of the suite's resources, the whole list {wanted:?}")
        });
        Ok(())
    }

    /// Rows of random fields; the model knows the values.
    async fn columns(&mut self, stage: &mut Stage, kind: Kind) -> Result<(), Stop> {
        let lists = stage.admitted(kind.lists())?;
        let list = self.choose(&lists).ok_or(Stop::Noted)?;
        let every = super::lists::every_field(stage, list);
        let mut names: Vec<String> = Vec::new();
        for _ in 0..self.rng.usize(1..8) {
            let name = self.choose(&every);
            // A field is requested at most once.
            names.extend(name.filter(|name| name != "id" && !names.contains(name)));
        }
        names.insert(self.rng.usize(..=names.len()), "id".to_owned());
        let call = stage.call(list).query("include", &names.join(","));
        stage.send_for(&call, 200).await?;
        Ok(())
    }
}

/// Whether an earlier check created it for a later one.
fn is_needed_later(stage: &Stage, id: &str) -> bool {
    let world = &stage.world;
    [
        &world.backup,
        &world.unnamed_backup,
        &world.backup_of_snap,
        &world.snap,
        &world.unnamed_snap,
    ]
    .into_iter()
    .flatten()
    .any(|resource| id_of(resource) == id)
}

fn is_taken(stage: &Stage, kind: Kind, name: &str) -> bool {
    stage
        .model
        .alive()
        .any(|thing| thing.kind == kind && thing.name() == name)
}

/// Lists and fetches in both path trees agree with each other and with the model; deleted resources aren't
/// found.
async fn agree(stage: &mut Stage) -> Result<(), Stop> {
    for kind in kinds(stage)? {
        for list in stage.admitted(kind.lists())? {
            stage.send_for(&stage.call(list), 200).await?;
        }
        let app = stage.target.app.to_string();
        let here = |thing: &&Thing| thing.server == Server::Main && thing.app == app && thing.kind == kind;
        let alive: Vec<Thing> = stage.model.alive().filter(here).cloned().collect();
        let gone = stage.model.things.iter().filter(here).rev();
        let gone = gone.filter(|thing| thing.fate == Fate::Gone).take(GONE_MAX);
        let gone: Vec<String> = gone.map(|thing| thing.id.clone()).collect();
        for thing in &alive {
            fetch_everywhere(stage, thing).await?;
        }
        for id in &gone {
            for fetch in stage.admitted(kind.fetches())? {
                let answer = stage.send_for(&stage.call_for(fetch, kind, id), 404).await?;
                stage.expect_problem(&answer, &[not_found(fetch)]);
            }
        }
    }
    Ok(())
}

/// Both path trees show a resource; once it is completed, the representations are identical.
async fn fetch_everywhere(stage: &mut Stage, thing: &Thing) -> Result<(), Stop> {
    let mut first: Option<Value> = None;
    for fetch in stage.admitted(thing.kind.fetches())? {
        let call: Call = stage.call_for(fetch, thing.kind, &thing.id);
        let answer = stage.send_for(&call, 200).await?;
        if let Some(first) = &first {
            let is_settled = first["state"] == "completed" && answer.body["state"] == "completed";
            stage.expect(&answer, !is_settled || *first == answer.body, || {
                difference("the other tree", first, "this one", &answer.body)
            });
        }
        first = Some(answer.body);
    }
    Ok(())
}

//! The declared resources of the fake server: accounts, apps, schedules and buckets, like the document's examples.

use std::sync::LazyLock;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{ACCOUNT, APP, APPS, BUCKET, OTHER, OTHER_BUCKET};
use crate::authored;
use appkeep_openapi::Document;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| authored::document().unwrap());

/// The role of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::live::tests) enum Role {
    Member(Uuid),
    Viewer,
    Operator,
}

impl Role {
    /// Whether the token can access an account.
    pub(in crate::live::tests) fn can_access(self, account: Uuid) -> bool {
        match self {
            Self::Member(own) => own == account,
            Self::Viewer => account == ACCOUNT,
            Self::Operator => true,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Member(_) => "member",
            Self::Viewer => "viewer",
            Self::Operator => "owner",
        }
    }
}

/// The document's example with that name.
pub(in crate::live::tests) fn example(name: &str) -> &'static Value {
    let pointer = format!("/components/examples/{name}/value");
    DOCUMENT.root().pointer(&pointer).unwrap()
}

/// The first item of a documented list, with other members.
fn like(list: &str, members: Value) -> Value {
    let mut item = example(list)["items"][0].clone();
    if let (Value::Object(item), Value::Object(members)) = (&mut item, members) {
        item.extend(members);
    }
    item
}

/// The accounts that a token can access.
pub(in crate::live::tests) fn accounts(role: Role) -> Vec<Value> {
    let known = [(OTHER, "other"), (ACCOUNT, "own")].into_iter();
    let known = known.filter(|(id, _)| role.can_access(*id));
    known
        .map(|(id, name)| {
            like(
                "AccountListOfOne",
                json!({"id": id, "name": name, "role": role.name()}),
            )
        })
        .collect()
}

/// The apps of an account, newest first.
pub(in crate::live::tests) fn apps(account: &str) -> Vec<Value> {
    let mut apps: Vec<Uuid> = APPS
        .iter()
        .filter(|(own, _)| own.to_string() == account)
        .map(|(_, app)| *app)
        .collect();
    apps.sort();
    apps.reverse();
    let cluster = if account == OTHER.to_string() {
        "other"
    } else {
        "own"
    };
    let app = |id: Uuid| {
        let name = format!("app-{}", id.as_u128() % 16);
        let scoped = json!([{"namespace": name, "labelSelectors": []}]);
        like(
            "AppListOfOne",
            json!({
                "id": id, "name": name, "clusterID": account, "clusterName": cluster, "namespaces": [name],
                "namespaceScopedResources": scoped,
            }),
        )
    };
    apps.into_iter().map(app).collect()
}

/// The schedules of an app, newest first.
pub(in crate::live::tests) fn schedules(app: &str) -> Vec<Value> {
    if app != APP.to_string() {
        return Vec::new();
    }
    let schedule = |number: u32| {
        let id = format!("9a7f4c1e-2d35-5b60-8f14-6c0b9e3d7a5{number}");
        like(
            "ScheduleListOfOne",
            json!({"id": id, "name": format!("every-{number}"), "appID": app}),
        )
    };
    vec![schedule(2), schedule(1)]
}

/// The hooks of an app.
pub(in crate::live::tests) fn hooks(app: &str) -> Vec<Value> {
    if app != APP.to_string() {
        return Vec::new();
    }
    vec![like("HookListOfOne", json!({"appID": app}))]
}

/// The summary of an app with these resources, newest first.
pub(super) fn summary(
    app: &Value,
    backups: Vec<Value>,
    restores: Vec<Value>,
    schedules: Vec<Value>,
) -> Value {
    let mut summary = json!({"type": "application/astra-appSummary", "version": "1.0", "volumes": ["data"]});
    for member in ["id", "name", "state", "stateUnready", "metadata"] {
        summary[member] = app[member].clone();
    }
    summary["schedules"] = schedules.into();
    for (kind, items) in [("Backup", backups), ("Restore", restores)] {
        let ended = |item: &&Value| !["pending", "running"].iter().any(|state| item["state"] == *state);
        let completed = items.iter().find(|item| item["state"] == "completed");
        let (latest, last_completed) = if kind == "Backup" {
            ("latestBackup", completed)
        } else {
            ("lastRestore", None)
        };
        if let Some(item) = items.iter().find(ended) {
            summary[latest] = item.clone();
        }
        if let Some(item) = last_completed {
            summary["lastCompletedBackup"] = item.clone();
        }
        let of = |state: &str| -> Vec<Value> {
            let items = items.iter().filter(|item| item["state"] == state);
            items.cloned().collect()
        };
        let (started, pending) = (of("running"), of("pending"));
        summary[format!("started{kind}s")] = started.len().into();
        summary[format!("pending{kind}s")] = pending.len().into();
        let in_progress: Vec<Value> = started.into_iter().chain(pending).take(10).collect();
        summary[format!("{}sInProgress", kind.to_lowercase())] = in_progress.into();
    }
    summary
}

/// The users of every account.
pub(super) fn users() -> Vec<Value> {
    example("UserListOfTwo")["items"].as_array().unwrap().clone()
}

/// The buckets of an account, newest first.
pub(in crate::live::tests) fn buckets(account: &str) -> Vec<Value> {
    if account == OTHER.to_string() {
        return vec![like("BucketListOfOne", json!({"id": OTHER_BUCKET}))];
    }
    let older = "0afbe357-a717-4c7a-8b3d-000000000001";
    vec![
        like("BucketListOfOne", json!({"id": BUCKET})),
        like(
            "BucketListOfOne",
            json!({"id": older, "name": "older", "isDefault": false}),
        ),
    ]
}

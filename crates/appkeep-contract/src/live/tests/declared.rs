//! What is declared on the shelf: accounts, apps, schedules, buckets and clouds, each as the document shows it.

use std::sync::LazyLock;

use serde_json::{Value, json};
use uuid::Uuid;

use super::shelf::{APPS, BUCKET, OTHER, OTHER_BUCKET};
use super::{ACCOUNT, APP};
use crate::document::Document;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::authored().unwrap());

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Member(Uuid),
    Viewer,
    Operator,
}

impl Role {
    /// Whether somebody may ask for what an account has.
    pub(super) fn is_of(self, account: Uuid) -> bool {
        match self {
            Self::Member(own) => own == account,
            Self::Viewer => account == ACCOUNT,
            Self::Operator => true,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Member(_) => "member",
            Self::Viewer => "viewer",
            Self::Operator => "owner",
        }
    }
}

/// What the document shows by that name.
pub(super) fn example(name: &str) -> &'static Value {
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

/// The accounts that somebody may ask for.
pub(super) fn accounts(role: Role) -> Vec<Value> {
    let known = [(OTHER, "other"), (ACCOUNT, "own")].into_iter();
    let known = known.filter(|(id, _)| role.is_of(*id));
    known
        .map(|(id, name)| {
            like(
                "AccountListOfOne",
                json!({"id": id, "name": name, "role": role.word()}),
            )
        })
        .collect()
}

/// The apps of an account, newest first.
pub(super) fn apps(account: Uuid) -> Vec<Value> {
    let mut apps: Vec<Uuid> = APPS
        .iter()
        .filter(|(own, _)| *own == account)
        .map(|(_, app)| *app)
        .collect();
    apps.sort();
    apps.reverse();
    let app = |id: Uuid| {
        like(
            "AppListOfOne",
            json!({"id": id, "name": format!("app-{}", id.as_u128() % 16)}),
        )
    };
    apps.into_iter().map(app).collect()
}

/// The schedules of an app, newest first.
pub(super) fn schedules(app: &str) -> Vec<Value> {
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

/// The buckets of an account, newest first.
pub(super) fn buckets(account: Uuid) -> Vec<Value> {
    if account == OTHER {
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

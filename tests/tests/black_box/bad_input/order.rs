//! The order of checks: of several faults the documented first one is answered.
//!
//! The faults stand on the rungs of a ladder, in the documented order. Every two of them are put into one
//! request, on every operation that has both, and the upper one has to win.

use appkeep_tests::{Ask, Payload, operations};
use http::Method;
use serde_json::json;

use super::On::{Creates, Every, NoQuery, OneResource, Only, With, WithBody, Writes};
use super::{NOT_FOUND, On, Spoil, complaint};
use crate::stage::{Stage, UNKNOWN};

/// A fault and its place in the order. Faults of equal rank have no order among themselves.
struct Rung {
    rank: u32,
    name: &'static str,
    on: On,
    spoil: Spoil,
    says: &'static str,
    culprits: &'static [&'static str],
}

const fn rung(
    rank: u32,
    name: &'static str,
    on: On,
    spoil: Spoil,
    says: &'static str,
    culprits: &'static [&'static str],
) -> Rung {
    Rung {
        rank,
        name,
        on,
        spoil,
        says,
        culprits,
    }
}

const BACKUP: On = Only("app_backup_create_for_app");
const RESTORE: On = Only("app_update");
const IN_ACCOUNT: On = With("account_id");
const BODY: &[&str] = &["the body"];
#[rustfmt::skip]
const LADDER: &[Rung] = &[
    rung(0, "method", Every, |ask, _| ask.method = Method::PATCH, "405/69", &[]),
    rung(1, "no token", Every, |ask, _| ask.authorization = None, "401/3", &[]),
    rung(1, "unknown token", Every, |ask, _| ask.token("appkeep_nobody"), "401/4", &[]),
    rung(2, "malformed account", IN_ACCOUNT, |ask, _| ask.id("account_id", "x"), "400/33", &["account_id"]),
    rung(3, "foreign account", IN_ACCOUNT, |ask, stage| ask.token(&stage.foreigner), "403/11", &[]),
    rung(3, "role too low", Writes, |ask, stage| ask.token(&stage.viewer), "403/11", &[]),
    rung(4, "unknown account", IN_ACCOUNT, |ask, stage| {
        ask.token(&stage.operator);
        ask.id("account_id", UNKNOWN);
    }, NOT_FOUND, &[]),
    rung(5, "malformed app", With("app_id"), |ask, _| ask.id("app_id", "x"), "400/35", &["app_id"]),
    rung(5, "malformed backup", With("appBackup_id"), |ask, _| ask.id("appBackup_id", "x"),
        "400/35", &["appBackup_id"]),
    rung(5, "malformed snapshot", With("appSnap_id"), |ask, _| ask.id("appSnap_id", "x"),
        "400/35", &["appSnap_id"]),
    rung(6, "bad parameter", With("limit"), |ask, _| ask.parameter("limit=0"), "400/5", &["limit"]),
    rung(6, "unknown parameter", NoQuery, |ask, _| ask.parameter("limit=0"), "400/6", &["limit"]),
    rung(7, "no header", RESTORE, |ask, _| ask.force_update = None, "403/79", &["ForceUpdate"]),
    rung(7, "another header", RESTORE, |ask, _| ask.force_update = Some("no".to_owned()),
        "400/12", &["ForceUpdate"]),
    rung(8, "media type", WithBody, |ask, _| ask.content_type = Some(b"text/plain".to_vec()), "415/-", BODY),
    rung(9, "too large", WithBody, |ask, _| {
        let mut body = ask.bytes();
        body.resize(1024 * 1024 + 1, b' ');
        ask.body = Payload::Bytes(body);
    }, "413/85", BODY),
    rung(10, "no JSON", WithBody, |ask, _| ask.text([ask.bytes(), b"x".to_vec()].concat()), "400/7", BODY),
    rung(11, "unknown member", WithBody, |ask, _| ask.member("colour", json!(1)), "400/8", &["colour"]),
    rung(12, "label twice", Creates, |ask, _| {
        let label = json!({"name": "a", "value": "b"});
        ask.member("metadata", json!({"labels": [label, label]}));
    }, "400/9", &["metadata.labels[1].name"]),
    rung(12, "no source", RESTORE, |ask, _| ask.without("backupID"), "400/9", &["backupID", "snapshotID"]),
    rung(13, "unknown app", With("app_id"), |ask, _| ask.id("app_id", UNKNOWN), NOT_FOUND, &[]),
    rung(14, "unknown resource", OneResource, |ask, _| UNKNOWN.clone_into(&mut ask.resource), NOT_FOUND, &[]),
    rung(15, "unknown bucket", BACKUP, |ask, _| ask.member("bucketID", json!(UNKNOWN)),
        "400/108", &["bucketID"]),
    rung(15, "unknown snapshot", BACKUP, |ask, _| ask.member("snapshotID", json!(UNKNOWN)),
        "400/46", &["snapshotID"]),
    rung(15, "another app's snapshot", BACKUP, |ask, stage| {
        ask.member("snapshotID", json!(stage.blog_snap));
    }, "403/47", &["snapshotID"]),
    rung(15, "unknown source", RESTORE, |ask, _| ask.member("backupID", json!(UNKNOWN)),
        "400/9", &["backupID"]),
    rung(16, "pending source", RESTORE, |_, _| {}, "409/111", &["backupID"]),
    rung(16, "name taken", Creates, |ask, _| ask.member("name", json!("taken")), "409/10", &["name"]),
    rung(16, "pending snapshot", BACKUP, |ask, stage| {
        ask.member("snapshotID", json!(stage.pending_snap));
    }, "409/111", &["snapshotID"]),
];

/// Applies the lower fault first, so that the upper one decides where both touch the same part.
fn ask_with(stage: &Stage, operation: &str, rungs: &[&Rung]) -> Ask {
    let mut ask = stage.ask(operation);
    for rung in rungs.iter().rev() {
        (rung.spoil)(&mut ask, stage);
    }
    ask
}

fn rungs_of(stage: &Stage, operation: &str) -> Vec<&'static Rung> {
    let sound = stage.ask(operation);
    LADDER.iter().filter(|rung| rung.on.fits(&sound)).collect()
}

/// A server that answers before it has read a large body closes the connection while the client is still
/// sending, and not every client gets to see that answer. What never ends is in `connections`.
fn can_be_seen(upper: &Rung, lower: &Rung) -> bool {
    lower.says != "413/85" || upper.rank >= lower.rank
}

#[tokio::test]
async fn of_two_faults_the_first_is_answered() {
    let stage = Stage::set().await;
    let before = stage.everything().await;
    let (mut pairs, mut complaints) = (0, Vec::new());
    for operation in operations() {
        let rungs = rungs_of(&stage, &operation.id);
        for (index, upper) in rungs.iter().enumerate() {
            let lower = rungs[index..].iter();
            let lower = lower.filter(|lower| lower.rank > upper.rank && can_be_seen(upper, lower));
            for lower in lower {
                let ask = ask_with(&stage, &operation.id, &[upper, lower]);
                let answer = ask.send(&stage.api).await;
                let complaint = complaint(&ask, &answer, upper.says, upper.culprits);
                let what = format!("{} and {}", upper.name, lower.name);
                complaints.extend(complaint.map(|complaint| format!("{what}: {complaint}")));
                pairs += 1;
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(pairs > 500, "only {pairs} pairs");
    assert_eq!(stage.everything().await, before);
}

#[tokio::test]
async fn when_the_first_fault_is_mended_the_next_one_is_answered() {
    let stage = Stage::set().await;
    let mut complaints = Vec::new();
    for operation in operations() {
        let mut rungs = rungs_of(&stage, &operation.id);
        rungs.retain(|rung| rung.says != "413/85");
        rungs.dedup_by_key(|rung| rung.rank);
        for index in 0..rungs.len() {
            let ask = ask_with(&stage, &operation.id, &rungs[index..]);
            let answer = ask.send(&stage.api).await;
            let complaint = complaint(&ask, &answer, rungs[index].says, rungs[index].culprits);
            complaints.extend(complaint.map(|complaint| format!("{}: {complaint}", rungs[index].name)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

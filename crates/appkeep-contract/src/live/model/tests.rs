//! The model rejects responses that contradict each other.

mod ownership;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::Model;
use crate::live::call::{Call, Credential, Payload, Server};
use crate::live::recording_client::RecordedResponse;

const ID: &str = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";

const RUN: Uuid = Uuid::from_u128(7);

pub(super) fn call(operation: &str) -> Call {
    let path = [("account_id", "a"), ("app_id", "b"), ("appBackup_id", ID)];
    Call {
        operation: operation.to_owned(),
        server: Server::Main,
        credential: Credential::Own,
        method: None,
        location: None,
        path: path
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        query: Vec::new(),
        accept: None,
        range: None,
        if_range: None,
        content_type: None,
        force_update: None,
        payload: Payload::Json(json!({
            "type": "application/astra-appBackup", "name": "nightly",
            "metadata": {"labels": [{"name": "b", "value": "1"}, {"name": "a", "value": "2"}]},
        })),
    }
}

fn backup(state: &str, second: u32) -> Value {
    let mut backup = json!({
        "type": "application/astra-appBackup", "version": "1.1", "id": ID, "name": "nightly",
        "bucketID": "c", "state": state, "stateUnready": [],
        "metadata": {
            "labels": [{"name": "b", "value": "1"}, {"name": "a", "value": "2"}],
            "creationTimestamp": "2022-10-06T20:58:16Z",
            "modificationTimestamp": format!("2022-10-06T20:58:{second}Z"),
        },
    });
    if second > 16 {
        backup["metadata"]["modifiedBy"] = json!("8f84cf09-8036-51e4-b579-bd30cb07b269");
    }
    backup
}

fn recorded(operation: &str, status: u16, tag: &str, body: Value) -> RecordedResponse {
    RecordedResponse::for_test(operation, status, &[("etag", tag)], body)
}

const CREATE: &str = "app_backup_create_for_app";

/// A model with a backup that was just created.
fn with_pending_backup() -> Model {
    let mut model = Model::default();
    let created = recorded(CREATE, 201, "\"1\"", backup("pending", 16));
    assert_eq!(model.observe(&call(CREATE), &created), []);
    model
}

/// The codes of the violations in a fetched backup that was created and fetched once before.
fn codes(now: Value, tag: &str) -> Vec<&'static str> {
    let mut model = with_pending_backup();
    let mut before = backup("running", 20);
    (before["totalBytes"], before["bytesDone"], before["percentDone"]) = (json!(200), json!(100), json!(50));
    let seen = recorded("app_backup_fetch", 200, "\"2\"", before);
    assert_eq!(model.observe(&call("app_backup_fetch"), &seen), []);
    let seen = recorded("app_backup_fetch", 200, tag, now);
    let violations = model.observe(&call("app_backup_fetch"), &seen);
    let mut codes: Vec<_> = violations.iter().map(|one| one.rule.code).collect();
    codes.dedup();
    codes
}

fn running(change: impl FnOnce(&mut Value)) -> Value {
    let mut now = backup("running", 21);
    (now["totalBytes"], now["bytesDone"], now["percentDone"]) = (json!(200), json!(150), json!(75));
    change(&mut now);
    now
}

#[test]
fn changing_properties_may_change() {
    assert_eq!(codes(running(|_| ()), "\"3\""), [""; 0]);
    let done = running(|now| {
        (now["state"], now["bytesDone"], now["percentDone"]) = (json!("completed"), json!(200), json!(100));
        let labels = now["metadata"]["labels"].as_array_mut().unwrap();
        labels.push(json!({"name": "appkeep.io/read-only/snapshot-level", "value": "copy"}));
    });
    assert_eq!(codes(done, "\"3\""), [""; 0]);
}

#[test]
fn backward_changes_are_found() {
    let found = |change: fn(&mut Value)| codes(running(change), "\"3\"");
    assert_eq!(found(|now| now["state"] = json!("discovering")), ["state-moves"]);
    assert_eq!(found(|now| now["bytesDone"] = json!(90)), ["progress"]);
    assert_eq!(found(|now| now["bytesDone"] = json!(201)), ["progress"]);
    assert_eq!(found(|now| now["percentDone"] = json!(60)), ["progress"]);
    assert_eq!(found(|now| now["name"] = json!("daily")), ["constant-changes"]);
    assert_eq!(
        found(|now| now["metadata"]["creationTimestamp"] = json!("2022-10-06T20:58:15Z")),
        ["constant-changes"]
    );
    assert_eq!(
        found(|now| now["metadata"]["labels"].as_array_mut().unwrap().reverse()),
        ["labels-kept"]
    );
    assert_eq!(
        found(|now| now["metadata"]["labels"] = json!([{"name": "b", "value": "1"}])),
        ["labels-kept"]
    );
    assert_eq!(
        found(|now| now["metadata"]["modificationTimestamp"] = json!("2022-10-06T20:58:20Z")),
        ["modification-time"]
    );
    assert_eq!(
        found(|now| now["metadata"]["modificationTimestamp"] = json!("2022-10-06T20:58:19Z")),
        ["modification-time"]
    );
    assert_eq!(
        found(|now| now["state"] = json!("completed")),
        ["ended-well-or-not"]
    );
    assert_eq!(found(|now| now["state"] = json!("failed")), ["state-reasons"]);
}

#[test]
fn any_percentage_of_zero_bytes_is_valid() {
    for percent in [0, 40, 100] {
        let now = backup("running", 20);
        let mut later = backup("running", 21);
        (later["totalBytes"], later["bytesDone"], later["percentDone"]) =
            (json!(0), json!(0), json!(percent));
        let (call, mut model) = (call("app_backup_fetch"), Model::default());
        assert_eq!(
            model.observe(&call, &recorded("app_backup_fetch", 200, "\"1\"", now)),
            []
        );
        assert_eq!(
            model.observe(&call, &recorded("app_backup_fetch", 200, "\"2\"", later)),
            []
        );
    }
}

#[test]
fn entity_tags_belong_to_one_state() {
    assert_eq!(codes(running(|_| ()), "\"2\""), ["entity-tag"]);
    let mut same = backup("running", 20);
    (same["totalBytes"], same["bytesDone"], same["percentDone"]) = (json!(200), json!(100), json!(50));
    assert_eq!(codes(same.clone(), "\"2\""), [""; 0]);
    assert_eq!(codes(same.clone(), "\"3\""), ["entity-tag"]);
    same["metadata"]["modificationTimestamp"] = json!("2022-10-06T20:58:21Z");
    assert_eq!(codes(same, "\"3\""), ["modification-time"]);
}

#[test]
fn entity_tags_are_kept_across_responses_without_one() {
    let fetch = "app_backup_fetch";
    let (json, other) = ("application/json", "application/yaml");
    let seen = |media_type: &str, tag: &str, now: Value| {
        let list = "app_backup_list_all";
        let of = |operation: &str, status: u16, tag: &str, media_type: &str, body: Value| {
            let headers = [("etag", tag), ("content-type", media_type)];
            RecordedResponse::for_test(operation, status, &headers, body)
        };
        let mut model = Model::default();
        let made = of(CREATE, 201, "\"1\"", json, backup("pending", 16));
        assert_eq!(model.observe(&call(CREATE), &made), []);
        // Lists have no tags.
        let body = json!({"items": [backup("discovering", 20)], "metadata": {"count": 1}});
        assert_eq!(
            model.observe(&call(list), &RecordedResponse::for_test(list, 200, &[], body)),
            []
        );
        let violations = model.observe(&call(fetch), &of(fetch, 200, tag, media_type, now));
        violations.iter().map(|one| one.rule.code).collect::<Vec<_>>()
    };
    let later = backup("discovering", 20);
    assert_eq!(seen(json, "\"2\"", later.clone()), [""; 0]);
    assert_eq!(seen(json, "\"1\"", later.clone()), ["entity-tag"]);
    // Another representation may have the same tag.
    assert_eq!(seen(other, "\"1\"", later), [""; 0]);
}

#[test]
fn lists_are_compared_with_created_resources() {
    let list = "app_backup_list_all";
    let of = |items: &[Value], count: usize| {
        let body = json!({"items": items, "metadata": {"count": count}});
        RecordedResponse::for_test(list, 200, &[], body)
    };
    let mut model = with_pending_backup();
    let mut codes = |query: &[(&str, &str)], recorded: &RecordedResponse| {
        let mut call = call(list);
        for (name, value) in query {
            call = call.query(name, value);
        }
        let violations = model.observe(&call, recorded);
        violations.iter().map(|one| one.rule.code).collect::<Vec<_>>()
    };
    let item = backup("pending", 16);
    assert_eq!(codes(&[], &of(std::slice::from_ref(&item), 1)), [""; 0]);
    assert_eq!(codes(&[], &of(&[], 0)), ["list-complete"]);
    assert_eq!(codes(&[("limit", "1")], &of(&[], 0)), [""; 0]);
    assert_eq!(codes(&[], &of(std::slice::from_ref(&item), 2)), ["list-count"]);
    assert_eq!(
        codes(&[], &of(&[item.clone(), item.clone()], 2)),
        ["list-complete"]
    );
    let mut other = item.clone();
    other["hookState"] = json!("success");
    assert_eq!(codes(&[], &of(&[other], 1)), ["list-equals-fetch"]);
    let row = |row: Value| of(&[row], 1);
    let include = [("include", "name,id")];
    assert_eq!(codes(&include, &row(json!(["nightly", ID]))), [""; 0]);
    assert_eq!(codes(&include, &row(json!(["daily", ID]))), ["list-rows"]);
    assert_eq!(codes(&include, &row(json!([ID, "nightly"]))), ["list-complete"]);
    assert_eq!(codes(&include, &row(json!(["nightly", ID, 1]))), ["list-rows"]);
}

#[test]
fn deleted_resources_stay_deleted() {
    let mut model = Model::default();
    let delete = "app_backup_delete";
    let made = recorded(CREATE, 201, "\"1\"", backup("completed", 16));
    let begun = model.observe(&call(CREATE), &made);
    assert_eq!(begun.len(), 1, "its initial state must be pending: {begun:?}");
    let missing = model.observe(
        &call("app_backup_fetch"),
        &RecordedResponse::for_test("app_backup_fetch", 404, &[], json!({})),
    );
    assert_eq!(missing[0].rule.code, "made-is-found");
    let deleted = RecordedResponse::for_test(delete, 204, &[], Value::Null);
    assert_eq!(model.observe(&call(delete), &deleted), []);
    assert_eq!(
        model.observe(&call(delete), &deleted)[0].rule.code,
        "deleted-is-gone"
    );
    let seen = recorded("app_backup_fetch", 200, "\"1\"", backup("completed", 16));
    assert_eq!(
        model.observe(&call("app_backup_fetch"), &seen)[0].rule.code,
        "deleted-is-gone"
    );
    let again = model.observe(&call(CREATE), &made);
    assert!(again.iter().any(|one| one.rule.code == "id-unique"), "{again:?}");
}

#[test]
fn restorable_resources_are_known() {
    let restore = |member: &str, id: &str| Call {
        payload: Payload::Json(json!({member: id})),
        ..call("app_update")
    };
    let mut model = Model::default();
    assert!(!model.would_restore(&restore("backupID", ID)));
    model.observe(
        &call(CREATE),
        &recorded(CREATE, 201, "\"1\"", backup("pending", 16)),
    );
    assert!(model.would_restore(&restore("backupID", ID)));
    assert!(model.would_restore(&restore("snapshotID", ID)));
    assert!(!model.would_restore(&restore("name", ID)));
    // Resources of other users can be restored, too.
    let other = "54fe651d-3d3b-5fa8-b85c-000000000000";
    assert!(!model.would_restore(&restore("backupID", other)));
    let mut theirs = call("app_backup_fetch");
    theirs.path.insert("appBackup_id".to_owned(), other.to_owned());
    let mut body = backup("completed", 16);
    body["id"] = json!(other);
    model.observe(&theirs, &recorded("app_backup_fetch", 200, "\"1\"", body));
    assert!(model.would_restore(&restore("backupID", other)));
    let elsewhere = Call {
        server: Server::Idle,
        ..restore("backupID", other)
    };
    assert!(!model.would_restore(&elsewhere));
}

#[test]
fn rejected_creates_create_nothing() {
    let mut model = Model::default();
    model.record_changes(
        &call(CREATE),
        &recorded(CREATE, 409, "\"1\"", backup("pending", 16)),
    );
    assert_eq!(model.resources.len(), 0);
    model.record_changes(
        &call(CREATE),
        &recorded(CREATE, 201, "\"1\"", backup("pending", 16)),
    );
    assert_eq!(model.resources.len(), 1);
}

#[test]
fn later_resources_are_newer_per_server() {
    let made = |id: &str, second: u32| {
        let mut body = backup("pending", 59);
        (body["id"], body["name"]) = (json!(id), json!("nightly"));
        body["metadata"]["creationTimestamp"] = json!(format!("2022-10-06T20:58:{second}Z"));
        recorded(CREATE, 201, "\"1\"", body)
    };
    let mut model = Model::default();
    assert_eq!(model.observe(&call(CREATE), &made("1", 30)), []);
    let elsewhere = Call {
        server: Server::Idle,
        ..call(CREATE)
    };
    assert_eq!(model.observe(&elsewhere, &made("2", 20)), []);
    assert_eq!(model.observe(&call(CREATE), &made("3", 30)), []);
    let violations = model.observe(&call(CREATE), &made("4", 29));
    assert_eq!(
        violations.iter().map(|one| one.rule.code).collect::<Vec<_>>(),
        ["times-in-order"]
    );
}

#[test]
fn discovering_precedes_running() {
    let fetch = "app_backup_fetch";
    let mut model = Model::default();
    model.observe(
        &call(CREATE),
        &recorded(CREATE, 201, "\"1\"", backup("pending", 16)),
    );
    let mut seen = |state: &str, second: u32| {
        let tag = format!("\"{second}\"");
        let violations = model.observe(&call(fetch), &recorded(fetch, 200, &tag, backup(state, second)));
        let violations = violations.iter();
        violations
            .map(|one| format!("{}: {}", one.rule.code, one.what))
            .collect::<Vec<_>>()
    };
    assert_eq!(seen("discovering", 17), [""; 0]);
    assert_eq!(seen("running", 18), [""; 0]);
    let backwards = ["state-moves: the state changed from `running` to `discovering`"];
    assert_eq!(seen("discovering", 19), backwards);
    assert_eq!(seen("running", 20), [""; 0]);
}

#[test]
fn percentages_may_be_integers() {
    let percent = |percent: u32| codes(running(|now| now["percentDone"] = json!(percent)), "\"3\"");
    assert_eq!(percent(76), [""; 0]);
    assert_eq!(percent(77), ["progress"]);
}

#[test]
fn backups_of_snapshots_name_their_source() {
    let made = |body: Value| {
        let mut model = Model::default();
        let call = Call {
            payload: Payload::Json(body),
            ..call(CREATE)
        };
        model.observe(&call, &recorded(CREATE, 201, "\"1\"", backup("pending", 16)));
        model.resources[0].source().map(str::to_owned)
    };
    assert_eq!(made(json!({"snapshotID": "a"})).as_deref(), Some("a"));
    assert_eq!(made(json!({})), None);
}

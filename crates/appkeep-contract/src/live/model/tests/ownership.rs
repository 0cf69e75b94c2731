//! Ownership of created resources, and permitted deletes.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Collection, Model, unused_id};
use super::{CREATE, ID, RUN, backup, call, recorded};
use crate::live::call::{Call, Credential, Payload, Server};
use crate::live::recording_client::RecordedResponse;

#[test]
fn existing_resources_are_not_deleted_by_any_id_notation() {
    let mut model = Model::default();
    let (delete, fetch) = (call("app_backup_delete"), call("app_backup_fetch"));
    let body = json!({"items": [backup("completed", 16)], "metadata": {}});
    model.observe(
        &call("app_backup_list_all"),
        &RecordedResponse::for_test("app_backup_list_all", 200, &[], body),
    );
    assert!(!model.may_delete(&delete, RUN));
    assert!(model.may_delete(&fetch, RUN));
    // Other notations of its id are rejected, too.
    let notations = [
        ID.to_uppercase(),
        format!("{{{ID}}}"),
        format!("{ID}\n"),
        ID.replace('-', ""),
    ];
    for id in notations {
        let mut delete = delete.clone();
        delete.path.insert("appBackup_id".to_owned(), id.clone());
        assert!(!model.may_delete(&delete, RUN), "{id:?}");
    }
}

#[test]
fn only_created_or_generated_ids_are_deleted() {
    let mut model = Model::default();
    let mut delete = call("app_backup_delete");
    assert!(!model.may_delete(&delete, RUN), "nothing is known of it");
    let made = recorded(CREATE, 201, "\"1\"", backup("pending", 16));
    assert_eq!(model.observe(&call(CREATE), &made), []);
    assert!(model.may_delete(&delete, RUN));
    for id in ["not-an-id".to_owned(), unused_id(RUN, "backup", 5).to_string()] {
        delete.path.insert("appBackup_id".to_owned(), id.clone());
        assert!(model.may_delete(&delete, RUN), "{id}");
    }
    assert!(
        !model.may_delete(&delete, Uuid::from_u128(8)),
        "it is an unused id of another run"
    );
}

#[test]
fn undocumented_methods_are_requested_without_a_token() {
    let model = Model::default();
    for (method, may) in [
        ("DELETE", false),
        ("PUT", false),
        ("POST", false),
        ("TRACE", true),
    ] {
        let mut call = call("app_backup_list_all");
        call.method = Some(method.to_owned());
        assert_eq!(model.may_delete(&call, RUN), may, "{method}");
        assert!(model.may_delete(&call.with(Credential::None), RUN), "{method}");
    }
}

/// The codes of the violations in this response to a CREATE, and whether the resource may be deleted.
fn created(prepare: impl FnOnce(&mut Model), request: Value, response: Value) -> (Vec<&'static str>, bool) {
    let mut model = Model::default();
    prepare(&mut model);
    let call_with = Call {
        payload: Payload::Json(request),
        ..call(CREATE)
    };
    let violations = model.observe(&call_with, &recorded(CREATE, 201, "\"1\"", response));
    let codes = violations.iter().map(|one| one.rule.code).collect();
    (codes, model.may_delete(&call("app_backup_delete"), RUN))
}

#[test]
fn creates_that_return_existing_resources_delete_nothing() {
    let mut existing = backup("pending", 16);
    existing["metadata"]["labels"] = json!([]);
    let named = json!({"name": "nightly"});
    let nothing = |_: &mut Model| {};
    assert_eq!(created(nothing, named.clone(), existing.clone()), (vec![], true));
    let listed = |model: &mut Model| model.record_existing(Server::Main, ID);
    let found = created(listed, named.clone(), existing.clone());
    assert_eq!(found, (vec!["create-existing"], false));
    // Another name was requested.
    let found = created(nothing, json!({"name": "weekly"}), existing.clone());
    assert_eq!(found, (vec!["create-echo"], false));
    // No name was requested, and it is older than what the run created.
    let own = |model: &mut Model| {
        let mut younger = existing.clone();
        younger["id"] = json!("54fe651d-3d3b-5fa8-b85c-000000000000");
        younger["metadata"]["creationTimestamp"] = json!("2022-10-06T20:58:17Z");
        model.observe(&call(CREATE), &recorded(CREATE, 201, "\"1\"", younger));
    };
    let found = created(own, json!({}), existing.clone());
    assert_eq!(found, (vec!["times-in-order"], false));
    // No name was requested, and its state is too advanced for a new backup.
    let mut completed = existing.clone();
    completed["state"] = json!("completed");
    let found = created(nothing, json!({}), completed);
    assert_eq!(found, (vec!["create-begins"], false));
}

#[test]
fn listed_resources_with_a_requested_name_are_adopted() {
    let create = call(CREATE);
    let collection = Collection::of(&create);
    let mut model = Model::default();
    let item = backup("pending", 16);
    assert!(model.adopt(&collection, &item).is_none(), "nothing was requested");
    model.record_request(&create);
    assert!(model.adopt(&collection, &item).is_some());
    assert!(model.may_delete(&call("app_backup_delete"), RUN));
    let mut model = Model::default();
    model.record_request(&create);
    model.record_existing(Server::Main, ID);
    assert!(model.adopt(&collection, &item).is_none());
    assert!(!model.may_delete(&call("app_backup_delete"), RUN));
}

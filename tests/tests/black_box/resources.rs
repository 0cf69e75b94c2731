//! The structure of resources, lists and problems, member by member.

use appkeep_tests::{Builder, TestServer, bytes_below};
use serde_json::{Value, json};
use uuid::Uuid;

/// The user that stands for the server itself.
const SYSTEM: &str = "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b";

/// Returns the names of an object's members.
fn members(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Returns `names` in the order of [`members`].
fn sorted<const N: usize>(mut names: [&str; N]) -> Vec<&str> {
    names.sort_unstable();
    names.to_vec()
}

/// Returns metadata that a client may send, with all members that belong to the server.
fn sent_metadata() -> Value {
    json!({
        "labels": [{"name": "team", "value": "green"}],
        "creationTimestamp": "1999-01-01T00:00:00Z",
        "modificationTimestamp": "1999-01-01T00:00:00Z",
        "createdBy": "0b5c0f9e-7a51-4d9a-9f0a-3a1d4f0c6e77",
        "modifiedBy": "0b5c0f9e-7a51-4d9a-9f0a-3a1d4f0c6e77",
    })
}

/// Checks the metadata of a resource created with [`sent_metadata`]: the labels are the client's, everything
/// else is the server's.
fn check_new_metadata(metadata: &Value) {
    let expected = [
        "labels",
        "creationTimestamp",
        "modificationTimestamp",
        "createdBy",
    ];
    assert_eq!(
        members(metadata),
        sorted(expected),
        "nothing has been modified yet"
    );
    assert_eq!(metadata["labels"], json!([{"name": "team", "value": "green"}]));
    assert_eq!(metadata["creationTimestamp"], metadata["modificationTimestamp"]);
    assert!(
        metadata["creationTimestamp"]
            .as_str()
            .expect("a time")
            .starts_with("2026-")
    );
    assert_ne!(metadata["createdBy"], sent_metadata()["createdBy"]);
}

/// Checks that a resource changed by a worker was modified by the system, later than it was created.
fn check_modified_metadata(metadata: &Value, new: &Value) {
    for kept in ["creationTimestamp", "createdBy"] {
        assert_eq!(metadata[kept], new[kept]);
    }
    assert_eq!(
        metadata["labels"][0], new["labels"][0],
        "the system's labels come after it"
    );
    let (modified, created) = (&metadata["modificationTimestamp"], &new["creationTimestamp"]);
    assert!(modified.as_str() > created.as_str(), "{metadata}");
    assert_eq!(metadata["modifiedBy"], SYSTEM, "{metadata}");
    assert_ne!(metadata["createdBy"], SYSTEM, "{metadata}");
}

#[tokio::test]
async fn backups_have_the_documented_members() {
    let mut server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let bucket = server.bucket("acme", "spare").to_string();
    let wanted = json!({
        "type": "application/astra-appBackup",
        "version": "1.0",
        "name": "before-the-move",
        "bucketID": bucket,
        "metadata": sent_metadata(),
    });
    let new = api.create_backup(app, &wanted).await;
    let expected = [
        "type",
        "version",
        "id",
        "name",
        "bucketID",
        "state",
        "stateUnready",
        "metadata",
    ];
    assert_eq!(members(&new), sorted(expected));
    assert_eq!(new["type"], wanted["type"]);
    assert_eq!(new["version"], "1.1", "responses have the newest version");
    assert_eq!(new["name"], wanted["name"]);
    assert_eq!(new["bucketID"], wanted["bucketID"]);
    assert_eq!(new["state"], "pending");
    assert_eq!(new["stateUnready"], json!([]));
    check_new_metadata(&new["metadata"]);

    server.restart(1, None).await;
    let api = server.api().await;
    let path = api.backup_path(&new);
    let done = api.completed(&path).await;
    let mut grown = members(&new);
    grown.extend([
        "snapshotID",
        "hookState",
        "hookStateDetails",
        "backupCreationTimestamp",
    ]);
    grown.extend(["totalBytes", "bytesDone", "percentDone"]);
    grown.sort_unstable();
    assert_eq!(members(&done), grown, "without a schedule there is no scheduleID");
    for kept in ["type", "version", "id", "name", "bucketID", "stateUnready"] {
        assert_eq!(done[kept], new[kept]);
    }
    assert_eq!(done["hookState"], "success");
    assert_eq!(done["hookStateDetails"], json!([]));
    assert_eq!(
        done["totalBytes"],
        bytes_below(&server.path().join("volumes/blog"))
    );
    assert_eq!(done["bytesDone"], done["totalBytes"]);
    assert_ne!(done["snapshotID"], done["id"]);
    let time = done["backupCreationTimestamp"].as_str();
    assert!(done["metadata"]["creationTimestamp"].as_str() < time, "{done}");
    assert!(
        time < done["metadata"]["modificationTimestamp"].as_str(),
        "{done}"
    );
    assert_eq!(done["percentDone"], 100);
    check_modified_metadata(&done["metadata"], &new["metadata"]);
}

#[tokio::test]
async fn snapshots_have_the_documented_members() {
    let mut server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    for version in ["1.0", "1.1"] {
        let old = json!({"type": "application/astra-appSnap", "version": version});
        assert_eq!(api.create_snap(app, &old).await["version"], "1.2");
    }
    let wanted = json!({
        "type": "application/astra-appSnap",
        "version": "1.2",
        "name": "before-the-move",
        "metadata": sent_metadata(),
    });
    let new = api.create_snap(app, &wanted).await;
    let expected = [
        "type",
        "version",
        "id",
        "name",
        "state",
        "stateUnready",
        "metadata",
    ];
    assert_eq!(members(&new), sorted(expected));
    for kept in ["type", "version", "name"] {
        assert_eq!(new[kept], wanted[kept]);
    }
    assert_eq!(new["state"], "pending");
    assert_eq!(new["stateUnready"], json!([]));
    check_new_metadata(&new["metadata"]);
    let path = api.snap_path(app, &new);
    assert_eq!(api.get(&path).await.json(), new);

    server.restart(1, None).await;
    let api = server.api().await;
    let done = api.completed(&path).await;
    let mut grown = members(&new);
    grown.extend(["snapshotAppAsset", "hookState", "hookStateDetails"]);
    grown.sort_unstable();
    assert_eq!(members(&done), grown, "without a schedule there is no scheduleID");
    for kept in ["id", "name", "stateUnready"] {
        assert_eq!(done[kept], new[kept]);
    }
    assert_eq!(done["hookState"], "success");
    assert_eq!(done["hookStateDetails"], json!([]));
    let asset: Uuid = done["snapshotAppAsset"].as_str().unwrap().parse().unwrap();
    assert_eq!(asset.get_version_num(), 5);
    assert_eq!(
        api.get(&path).await.json(),
        done,
        "the asset's id is always the same"
    );
    check_modified_metadata(&done["metadata"], &new["metadata"]);
}

#[tokio::test]
async fn lists_have_the_documented_metadata() {
    let server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    for _ in 0..2 {
        api.create_backup(app, &json!({})).await;
    }
    let list = api.get(&api.backups()).await.json();
    assert_eq!(members(&list), sorted(["type", "version", "items", "metadata"]));
    assert_eq!(list["type"], "application/astra-appBackups");
    assert_eq!(list["version"], "1.1");
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let metadata = &list["metadata"];
    let times = ["creationTimestamp", "modificationTimestamp"];
    let mut expected = vec!["count", "labels", "createdBy", "modifiedBy"];
    expected.extend(times);
    expected.sort_unstable();
    assert_eq!(members(metadata), expected, "a whole list goes on nowhere");
    assert_eq!(metadata["count"], 2);
    assert_eq!(metadata["labels"], json!([]));
    let asker = &list["items"][0]["metadata"]["createdBy"];
    assert_eq!([&metadata["createdBy"], &metadata["modifiedBy"]], [asker, asker]);
    for time in times {
        assert!(
            metadata[time].as_str().unwrap().starts_with("2026-"),
            "{metadata}"
        );
    }

    let part = api.get(&format!("{}?limit=1", api.backups())).await.json();
    assert_eq!(part["metadata"]["count"], 1);
    assert!(part["metadata"]["continue"].is_string(), "{part}");
}

#[tokio::test]
async fn problems_have_the_documented_members() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let problem = api.get(&format!("{}?limit=none", api.backups())).await.json();
    let expected = [
        "type",
        "title",
        "detail",
        "status",
        "correlationID",
        "invalidParams",
    ];
    assert_eq!(members(&problem), sorted(expected));
    assert_eq!(problem["type"], "https://astra.netapp.io/problems/5");
    assert_eq!(problem["status"], "400");
    assert_eq!(members(&problem["invalidParams"][0]), ["name", "reason"]);
    assert_eq!(problem["invalidParams"][0]["name"], "limit");

    let body = json!({"type": "application/astra-appBackup", "version": "1.1", "name": "No Name"});
    let problem = api.post(&api.app_backups(app), &body).await.json();
    assert_eq!(members(&problem["invalidFields"][0]), ["name", "reason"]);
    assert_eq!(problem["invalidFields"][0]["name"], "name");
}

//! Backups restored with Debian's restic are equal to the original data.

use std::fs;

use appkeep_tests::{Builder, assert_same_tree, bytes_below, copy_tree, text, write_varied_files};
use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};

#[tokio::test]
async fn restic_restores_every_kind_of_file() {
    let builder = Builder::new();
    write_varied_files(&builder.path().join("volumes/shop-data"));
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "shop"));
    let backup = api.back_up(app, &json!({})).await;

    let repository = server.repository("local", app);
    repository.assert_sound();
    let restored = server.path().join("restored");
    repository.restore(&text(&backup, "id"), &restored);
    let volumes = server.path().join("volumes");
    assert_same_tree(&volumes.join("shop-data"), &restored.join("data"));
    assert_same_tree(&volumes.join("shop-media"), &restored.join("media"));
    let entries: Vec<_> = fs::read_dir(&restored).unwrap().flatten().collect();
    assert_eq!(entries.len(), 2, "{entries:?}");
}

#[tokio::test]
async fn restic_reports_the_total_bytes_of_a_backup() {
    let server = Builder::new().start().await;
    let (api, app) = (server.api().await, server.app("acme", "shop"));
    let backup = api.back_up(app, &json!({})).await;
    let said = server
        .repository("local", app)
        .restic(&["stats", "--json", "latest"]);
    let counted: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(counted["total_size"], backup["totalBytes"]);
}

fn moment_of(resource: &Value, member: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&text(resource, member)).expect("a moment")
}

#[tokio::test]
async fn restic_restores_each_backup_with_its_own_content_and_time() {
    let server = Builder::new().start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let file = server.path().join("volumes/blog/greeting.txt");
    let mut backups = Vec::new();
    for content in ["the first", "the second", "the third"] {
        fs::write(&file, content).unwrap();
        backups.push((content, api.back_up(app, &json!({})).await));
    }
    let repository = server.repository("local", app);
    let shown = repository.snapshots();
    for (number, (content, backup)) in backups.iter().enumerate() {
        let target = server.path().join(format!("restored-{number}"));
        repository.restore(&text(backup, "id"), &target);
        assert_eq!(
            fs::read_to_string(target.join("data/greeting.txt")).unwrap(),
            *content
        );
        let moment = moment_of(backup, "backupCreationTimestamp");
        assert_eq!(moment_of(&shown[number], "time"), moment);
        assert_eq!(shown[number]["hostname"], "blog");
    }
}

#[tokio::test]
async fn restic_restores_the_content_of_a_given_snapshot() {
    let server = Builder::new().start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let snap = text(&api.create_snap(app, &json!({})).await, "id");
    api.wait_for(&format!("{}/{snap}", api.app_snaps(app)), &["completed"])
        .await;
    let volume = server.path().join("volumes/blog");
    let original = server.path().join("original");
    copy_tree(&volume, &original);
    fs::write(volume.join("greeting.txt"), "too late").unwrap();
    fs::remove_file(volume.join("below/zeros")).unwrap();
    fs::write(volume.join("new"), "added later").unwrap();
    let backup = api.back_up(app, &json!({"snapshotID": snap})).await;
    assert_eq!(backup["snapshotID"], json!(snap));
    assert_eq!(backup["totalBytes"], bytes_below(&original));
    let kept = api.get(&format!("{}/{snap}", api.app_snaps(app))).await.json();
    assert_eq!(kept["state"], "completed", "a given snapshot stays");
    assert!(server.snapshot_dir(app, &snap).is_dir());

    let restored = server.path().join("restored");
    server
        .repository("local", app)
        .restore(&text(&backup, "id"), &restored);
    assert_same_tree(&original, &restored.join("data"));
    assert_eq!(
        fs::read_to_string(restored.join("data/greeting.txt")).unwrap(),
        "hello from blog\n"
    );
    assert_eq!(
        fs::read(restored.join("data/below/zeros")).unwrap(),
        vec![0; 100_000]
    );
}

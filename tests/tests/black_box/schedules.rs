//! Scheduled runs: when they happen, how their resources are marked, and which of them are kept.

use std::fs;
use std::time::Duration;

use appkeep_server::Config;
use appkeep_server::admin::import::import;
use appkeep_tests::{
    Api, Builder, TestServer, bytes_below, changed_config, eventually, until, usual_config, write_noise,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The creator of scheduled resources, on every server.
const SYSTEM: &str = "35c4d8d2-a62b-5308-9d36-52a4d9d6a50b";

const HOUR: Duration = Duration::from_hours(1);

/// Returns the usual configuration with an hourly schedule of `blog` that has these additional lines.
fn config_with(lines: &str) -> String {
    let blog = "volumes = { data = \"volumes/blog\" }\n";
    let schedule =
        format!("\n[[accounts.apps.schedules]]\nname = \"hourly\"\ncron = \"0 * * * *\"\n{lines}\n");

    changed_config(blog, &format!("{blog}{schedule}"))
}

/// Starts a server whose schedule is known to be planned, because the previous server has processed it.
async fn scheduled(lines: &str, workers: u32) -> TestServer {
    let builder = Builder::new().workers(workers).config(&config_with(lines));
    let mut server = builder.start().await;
    server.restart(workers, None).await;
    server
}

fn ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["id"].as_str().expect("an id"))
        .collect()
}

/// Advances the clock by an hour and waits until the run that is due then has ended.
async fn next_run(server: &TestServer, api: &Api, app: Uuid) -> Value {
    let before = api.items(&api.app_backups(app)).await;
    server.clock().advance(HOUR);
    eventually("a backup by the schedule to end", async || {
        let now = api.items(&api.app_backups(app)).await;
        // Not always the first one: an earlier backup may be dated in the future.
        let mut new = now
            .into_iter()
            .filter(|one| !before.iter().any(|other| other["id"] == one["id"]));
        new.find(|one| one["state"] == "completed" || one["state"] == "failed")
    })
    .await
}

#[tokio::test]
async fn only_scheduled_resources_are_marked() {
    let server = scheduled("what = [\"backup\", \"snapshot\"]\nbucket = \"spare\"", 2).await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let schedule = server.schedule("hourly").to_string();
    assert_eq!(
        api.items(&api.app_backups(app)).await,
        [] as [Value; 0],
        "not before its time"
    );

    let backup = next_run(&server, &api, app).await;
    assert_eq!(backup["state"], "completed", "{backup}");
    assert_eq!(backup["scheduleID"], schedule);
    assert_eq!(backup["bucketID"], server.bucket("acme", "spare").to_string());
    assert!(
        backup["name"].as_str().unwrap().starts_with("hourly-20260101010"),
        "{backup}"
    );
    let snap = eventually("the snapshot to be completed, alone", async || {
        let snaps = api.items(&api.app_snaps(app)).await;
        (snaps.len() == 1 && snaps[0]["state"] == "completed").then(|| snaps[0].clone())
    })
    .await;
    assert_eq!(snap["scheduleID"], schedule);
    assert!(
        snap["name"].as_str().unwrap().starts_with("hourly-20260101010"),
        "{snap}"
    );
    for made in [&backup, &snap] {
        assert_eq!(made["metadata"]["createdBy"], SYSTEM, "{made}");
        assert_eq!(made["metadata"]["modifiedBy"], SYSTEM, "{made}");
    }

    let by_hand = api.back_up(app, &json!({})).await;
    assert_eq!(by_hand.get("scheduleID"), None, "{by_hand}");
    assert_ne!(by_hand["metadata"]["createdBy"], SYSTEM);
}

#[tokio::test]
async fn retention_deletes_only_the_oldest_scheduled_backups() {
    let server = scheduled("keep_last = 2", 2).await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let own = server.path().join("volumes/blog/own");
    let by_hand = api.create_backup(app, &json!({})).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    api.wait_for(&format!("{}/{by_hand}", api.backups()), &["completed"])
        .await;
    let mut made = Vec::new();
    for _ in 0..3 {
        write_noise(&own, 1 << 20);
        let backup = next_run(&server, &api, app).await;
        assert_eq!(backup["state"], "completed", "{backup}");
        made.push(backup["id"].as_str().unwrap().to_owned());
    }
    let repository = server.repository("local", app);
    let oldest = format!("{}/{}", api.backups(), made[0]);
    until("the oldest backup and its bytes to be deleted", async || {
        let gone = api.get(&oldest).await.status == 404;
        let bytes = bytes_below(&repository.path.join("data"));
        gone && bytes < (5 << 20) / 2
    })
    .await;
    let left = api.items(&api.app_backups(app)).await;
    assert_eq!(ids(&left), [made[2].as_str(), made[1].as_str(), by_hand.as_str()]);
    assert!(bytes_below(&repository.path.join("data")) > 2 << 20);
}

#[tokio::test]
async fn imported_backups_keep_their_schedule_and_expire() {
    let mut server = scheduled("keep_last = 3", 2).await;
    let app = server.app("acme", "blog");
    let api = server.api().await;
    next_run(&server, &api, app).await;
    // Retention applies to all buckets of a schedule.
    let in_spare = config_with("keep_last = 3\nbucket = \"spare\"");
    for config in [&in_spare, &config_with("keep_last = 3")] {
        server.restart(2, Some(config)).await;
        next_run(&server, &api, app).await;
    }
    let unmodified = |mut items: Vec<Value>| {
        for item in &mut items {
            item["metadata"]["modificationTimestamp"].take();
        }
        items
    };
    let before = unmodified(api.items(&api.app_backups(app)).await);
    let schedule = json!(server.schedule("hourly"));
    assert_eq!(before.len(), 3);
    assert!(before.iter().all(|backup| backup["scheduleID"] == schedule));

    server.stop().await;
    fs::remove_file(server.data().join("appkeep.sqlite3")).unwrap();
    let config = Config::parse(&server.path().join("appkeep.toml"), &in_spare).unwrap();
    let imported = import(&server.data(), &config, &[], server.clock())
        .await
        .unwrap();
    let counts: Vec<_> = imported
        .iter()
        .map(|bucket| (&*bucket.bucket.name, bucket.imported))
        .collect();
    // The last one is of another account.
    assert_eq!(counts, [("spare", 1), ("local", 2), ("local", 0)]);
    // The first server plans the schedule.
    server.restart(2, None).await;
    server.restart(2, None).await;
    let api = server.api().await;
    assert_eq!(unmodified(api.items(&api.app_backups(app)).await), before);

    let newest = next_run(&server, &api, app).await;
    let left = eventually("the oldest backup to be deleted", async || {
        let left = api.items(&api.app_backups(app)).await;
        (left.len() == 3).then_some(left)
    })
    .await;
    let expected = [&newest, &before[0], &before[1]].map(|backup| backup["id"].as_str().unwrap());
    assert_eq!(ids(&left), expected);
}

#[tokio::test]
async fn retention_applies_to_snapshots() {
    let server = scheduled("what = [\"snapshot\"]\nkeep_last = 1", 2).await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let mut last = String::new();
    for _ in 0..3 {
        server.clock().advance(HOUR);
        last = eventually("a new snapshot, and no other", async || {
            let snaps = api.items(&api.app_snaps(app)).await;
            let id = ids(&snaps).first().copied().unwrap_or_default().to_owned();
            (snaps.len() == 1 && id != last && snaps[0]["state"] == "completed").then_some(id)
        })
        .await;
    }
    eventually("one copy to be left", async || {
        let entries = fs::read_dir(server.snapshot_dir(app, "")).ok()?;
        let copies = entries.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()));
        (copies.count() == 1 && server.snapshot_dir(app, &last).exists()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn failed_backups_do_not_count_towards_retention() {
    let server = scheduled("keep_last = 1", 2).await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let volume = server.path().join("volumes/blog");
    let good = next_run(&server, &api, app).await;
    assert_eq!(good["state"], "completed", "{good}");
    fs::rename(&volume, server.path().join("volumes/away")).unwrap();
    let mut failed = Vec::new();
    for _ in 0..2 {
        let run = next_run(&server, &api, app).await;
        assert_eq!(run["state"], "failed", "{run}");
        failed.push(run["id"].as_str().unwrap().to_owned());
    }
    fs::rename(server.path().join("volumes/away"), &volume).unwrap();
    let left = api.items(&api.app_backups(app)).await;
    assert!(ids(&left).contains(&good["id"].as_str().unwrap()), "{left:?}");
    let newer = next_run(&server, &api, app).await;
    let path = api.backup_path(&good);
    until("the older one to go", async || api.get(&path).await.status == 404).await;
    let left = api.items(&api.app_backups(app)).await;
    assert_eq!(
        ids(&left),
        [newer["id"].as_str().unwrap(), &failed[1], &failed[0]]
    );
}

#[tokio::test]
async fn missed_runs_are_made_up_for_once() {
    let mut server = scheduled("", 2).await;
    let app = server.app("acme", "blog");
    server.stop().await;
    server.clock().advance(72 * HOUR);
    server.restart(2, None).await;
    let api = server.api().await;
    until("what was missed to be made up", async || {
        let made = api.items(&api.app_backups(app)).await;
        !made.is_empty() && made.iter().all(|backup| backup["state"] == "completed")
    })
    .await;
    for _ in 0..2 {
        server.restart(2, None).await;
    }
    let api = server.api().await;
    let made = api.items(&api.app_backups(app)).await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert!(
        made[0]["name"].as_str().unwrap().starts_with("hourly-2026010400"),
        "{made:?}"
    );
}

#[tokio::test]
async fn runs_are_skipped_while_the_previous_one_is_running() {
    let mut server = scheduled("", 0).await;
    let app = server.app("acme", "blog");
    server.clock().advance(HOUR);
    let api = server.api().await;
    let first = eventually("the first run", async || {
        api.items(&api.app_backups(app)).await.pop()
    })
    .await;
    for _ in 0..3 {
        server.clock().advance(HOUR);
        // A server checks its schedules at least once before it stops.
        server.restart(0, None).await;
    }
    let api = server.api().await;
    let left = api.items(&api.app_backups(app)).await;
    assert_eq!(left, std::slice::from_ref(&first));
    server.restart(2, None).await;
    let api = server.api().await;
    let path = api.backup_path(&first);
    api.completed(&path).await;
    let second = next_run(&server, &api, app).await;
    assert_eq!(second["state"], "completed", "{second}");
    assert_eq!(api.items(&api.app_backups(app)).await.len(), 2);
}

#[tokio::test]
async fn undeclared_schedules_neither_create_nor_delete() {
    let mut server = scheduled("keep_last = 1", 2).await;
    let app = server.app("acme", "blog");
    let api = server.api().await;
    let made = next_run(&server, &api, app).await;
    // A second run is queued, but its backup completes when the schedule is no longer declared.
    server.restart(0, None).await;
    server.clock().advance(HOUR);
    server.restart(0, None).await;
    server.restart(2, Some(usual_config())).await;
    let api = server.api().await;
    let both = eventually("the second backup to be completed", async || {
        let both = api.items(&api.app_backups(app)).await;
        both.iter()
            .all(|backup| backup["state"] == "completed")
            .then_some(both)
    })
    .await;
    assert_eq!((both.len(), &both[1]), (2, &made));
    server.clock().advance(72 * HOUR);
    for _ in 0..2 {
        server.restart(2, None).await;
    }
    let api = server.api().await;
    // Jobs that were queued before are completed, in order, before this one begins.
    api.snapshot(app, &json!({})).await;
    assert_eq!(api.items(&api.app_backups(app)).await, both);
    // When declared again, the schedule begins anew: missed runs aren't made up for.
    server.restart(2, Some(&config_with("keep_last = 1"))).await;
    server.restart(2, None).await;
    let api = server.api().await;
    assert_eq!(api.items(&api.app_backups(app)).await, both);
}

/// Returns the schedule's label with the deletions that its retention holds back.
async fn held(api: &Api, app: Uuid) -> Option<String> {
    let path = api.app_snaps(app).replace("appSnaps", "schedules");
    let schedule = api.items(&path).await.pop().expect("a schedule");
    let labels = schedule["metadata"]["labels"].as_array().expect("labels");
    let label = labels
        .iter()
        .find(|label| label["name"] == "appkeep.io/read-only/retention-held");
    label.map(|label| label["value"].as_str().expect("a text").to_owned())
}

#[tokio::test]
async fn a_clock_one_year_ahead_deletes_no_backups() {
    const YEAR: Duration = Duration::from_hours(24 * 365);
    let mut server = scheduled("keep_days = 30", 1).await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    for _ in 0..3 {
        next_run(&server, &api, app).await;
    }
    server.clock().advance(YEAR);
    let ahead = next_run(&server, &api, app).await;
    assert_eq!(ahead["state"], "completed", "{ahead}");
    api.snapshot(app, &json!({})).await;
    assert_eq!(api.items(&api.app_backups(app)).await.len(), 4);
    let said = held(&api, app).await.expect("it is held");
    assert!(
        said.starts_with("backups: 3 of 4 would be deleted because "),
        "{said}"
    );

    server.set_back(YEAR);
    // The first server plans the schedule anew.
    server.restart(1, None).await;
    server.restart(1, None).await;
    let api = server.api().await;
    let right = next_run(&server, &api, app).await;
    assert_eq!(right["state"], "completed", "{right}");
    api.snapshot(app, &json!({})).await;
    assert_eq!(api.items(&api.app_backups(app)).await.len(), 5);
    assert_eq!(held(&api, app).await, None);
}

#[tokio::test]
async fn held_deletions_happen_after_confirmation() {
    let server = scheduled("keep_days = 30", 1).await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    for _ in 0..2 {
        next_run(&server, &api, app).await;
    }
    server.clock().advance(Duration::from_hours(24 * 60));
    let newest = next_run(&server, &api, app).await;
    eventually("the deletion to be held", async || held(&api, app).await).await;
    api.snapshot(app, &json!({})).await;
    assert_eq!(api.items(&api.app_backups(app)).await.len(), 3);
    server.confirm_retention("hourly").await;
    eventually("the older ones to be deleted", async || {
        let left = api.items(&api.app_backups(app)).await;
        (ids(&left) == [newest["id"].as_str()?]).then_some(())
    })
    .await;
    assert_eq!(held(&api, app).await, None);
}

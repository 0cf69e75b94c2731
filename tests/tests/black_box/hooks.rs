//! Hooks of apps during snapshots and backups, and the labels that report their results.

use std::fs;
use std::os::unix::net::UnixListener;

use appkeep_tests::{Builder, TestServer, eventually, until, usual_config, write_noise};
use serde_json::{Value, json};

/// A hook that waits for the file `go` in the temporary directory.
pub(crate) const WAITING_HOOK: (&str, &str, &str, u32) =
    ("wait", "pre", "until [ -e $DIR/go ]; do sleep 0.01; done", 600);

/// Sets the usual configuration, with these hooks for `blog`. `$LOG` stands for a file that they can write
/// to, `$DIR` for the temporary directory.
pub(crate) fn with_hooks(builder: Builder, hooks: &[(&str, &str, &str, u32)]) -> Builder {
    with_options(builder, "", hooks)
}

/// As [`with_hooks`], with further lines for `blog`.
pub(crate) fn with_options(builder: Builder, options: &str, hooks: &[(&str, &str, &str, u32)]) -> Builder {
    let dir = builder.path().display().to_string();
    let hook = |(name, stage, script, timeout_secs): &(&str, &str, &str, u32)| {
        let script = script
            .replace("$LOG", &format!("{dir}/log"))
            .replace("$DIR", &dir);
        format!(
            "\n[[accounts.apps.hooks]]\nname = \"{name}\"\nstage = \"{stage}-snapshot\"\n\
             command = [\"sh\", \"-c\", '''{script}''']\ntimeout_secs = {timeout_secs}\n"
        )
    };
    let declared: Vec<_> = hooks.iter().map(hook).collect();
    let blog = "volumes = { data = \"volumes/blog\" }\n";
    let config = usual_config();
    assert!(config.contains(blog));
    builder.config(&config.replace(blog, &format!("{blog}{options}{}", declared.concat())))
}

pub(crate) fn log(server: &TestServer) -> String {
    fs::read_to_string(server.path().join("log")).unwrap_or_default()
}

/// Creates a snapshot of `blog` and waits for its end.
pub(crate) async fn take(server: &TestServer) -> Value {
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_snap(app, &json!({})).await;
    api.ended(&api.snap_path(app, &created)).await
}

/// Creates a backup of `blog` and waits for its end.
pub(crate) async fn back_up(server: &TestServer) -> Value {
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let created = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&created);
    api.ended(&path).await
}

/// The kind and the text of each report of a hook, without durations.
pub(crate) fn reports(resource: &Value) -> Vec<[String; 2]> {
    let reports = resource["hookStateDetails"].as_array().expect("reports");
    let reports = reports.iter().map(|report| {
        let kind = report["type"].as_str().expect("a type");
        let kind = kind.strip_prefix("https://appkeep.io/hooks/").expect("a kind");
        let detail = report["detail"].as_str().expect("a detail");
        let detail = match detail.split_once(" after ") {
            Some((before, after)) => format!("{before}{}", after.split_once(" s").expect("seconds").1),
            None => detail.to_owned(),
        };
        [kind.to_owned(), detail]
    });
    reports.collect()
}

/// The report of a hook that exited with status 0 and printed nothing.
pub(crate) fn succeeded(stage: &str, name: &str) -> [String; 2] {
    let detail = format!("{stage}-snapshot hook \"{name}\" exited with status 0");
    ["success".to_owned(), detail]
}

pub(crate) fn labels(level: &str, skipped: &str) -> Value {
    json!([
        {"name": "appkeep.io/read-only/snapshot-level", "value": level},
        {"name": "appkeep.io/read-only/snapshot-skipped", "value": skipped},
    ])
}

#[tokio::test]
async fn hooks_run_in_order_around_the_copy() {
    // The copy contains what the first hook writes into the volume, but not what the last one writes.
    let hooks = [
        (
            "one",
            "pre",
            "echo one >> $LOG; echo quiet > $DIR/volumes/blog/mode",
            60,
        ),
        (
            "two",
            "post",
            "echo two >> $LOG; echo busy > $DIR/volumes/blog/mode",
            60,
        ),
        (
            "three",
            "pre",
            "echo three $APPKEEP_HOOK_STAGE $APPKEEP_APP_NAME >> $LOG",
            60,
        ),
        (
            "four",
            "post",
            "echo four $APPKEEP_SNAPSHOT_ID $APPKEEP_APP_ID >> $LOG",
            60,
        ),
    ];
    let server = with_hooks(Builder::new(), &hooks).start().await;
    let app = server.app("acme", "blog");
    let snap = take(&server).await;
    assert_eq!(snap["state"], "completed", "{snap}");
    assert_eq!(snap["hookState"], "success");
    let [one, two] = [("pre", "one"), ("post", "two")].map(|(stage, name)| succeeded(stage, name));
    let [three, four] = [("pre", "three"), ("post", "four")].map(|(stage, name)| succeeded(stage, name));
    assert_eq!(reports(&snap), [one, three, two, four]);
    let id = snap["id"].as_str().unwrap();
    assert_eq!(
        log(&server),
        format!("one\nthree pre-snapshot blog\ntwo\nfour {id} {app}\n")
    );
    let copy = server.snapshot_dir(app, id).join("data/mode");
    assert_eq!(fs::read_to_string(copy).unwrap(), "quiet\n");
    let original = server.path().join("volumes/blog/mode");
    assert_eq!(fs::read_to_string(original).unwrap(), "busy\n");
}

#[tokio::test]
async fn failed_pre_hooks_fail_the_snapshot_but_post_hooks_run() {
    let hooks = [
        (
            "lock",
            "pre",
            "echo lock >> $LOG; echo the table is locked >&2; exit 3",
            60,
        ),
        ("never", "pre", "echo never >> $LOG", 60),
        ("unlock", "post", "echo unlock >> $LOG", 60),
    ];
    let server = with_hooks(Builder::new(), &hooks).start().await;
    let app = server.app("acme", "blog");
    for ended in [take(&server).await, back_up(&server).await] {
        assert_eq!(ended["state"], "failed", "{ended}");
        assert_eq!(
            ended["stateUnready"],
            json!(["pre-snapshot hook lock exited with status 3"])
        );
        assert_eq!(ended["hookState"], "failed");
        assert_eq!(ended["hookStateDetails"][0]["title"], "Hook lock failed");
        let failed = "pre-snapshot hook \"lock\" exited with status 3; stderr: the table is locked";
        let failed = ["exit-status", failed].map(str::to_owned);
        assert_eq!(reports(&ended), [failed, succeeded("post", "unlock")]);
        assert_eq!(ended["metadata"]["labels"], json!([]));
    }
    assert_eq!(log(&server), "lock\nunlock\nlock\nunlock\n");
    assert!(!server.snapshot_dir(app, "").exists(), "nothing was copied");
}

#[tokio::test]
async fn failed_post_hooks_are_reported_by_completed_snapshots() {
    let hooks = [
        ("missing", "post", "exec /nowhere/at/all", 60),
        ("killed", "post", "kill -9 $$", 60),
        ("last", "post", "echo last >> $LOG", 60),
    ];
    let server = with_hooks(Builder::new(), &hooks).start().await;
    for ended in [take(&server).await, back_up(&server).await] {
        assert_eq!(ended["state"], "completed", "{ended}");
        assert_eq!(ended["stateUnready"], json!([]));
        assert_eq!(ended["hookState"], "failed");
        let [[missing, detail], killed, last] = &reports(&ended)[..] else {
            panic!("{ended}")
        };
        assert_eq!(missing, "exit-status");
        assert!(
            detail.starts_with("post-snapshot hook \"missing\" exited with status 127; stderr: "),
            "{detail}"
        );
        let signal = "post-snapshot hook \"killed\" was ended by signal 9";
        assert_eq!(killed, &["signal", signal].map(str::to_owned));
        assert_eq!(last, &succeeded("post", "last"));
        assert_eq!(ended["metadata"]["labels"], labels("copy", "0"));
    }
    assert_eq!(log(&server), "last\nlast\n");
}

#[tokio::test]
async fn hooks_are_killed_after_their_timeout() {
    let hooks = [("slow", "post", "echo still waiting; sleep 600", 5)];
    let builder = with_hooks(Builder::new(), &hooks);
    let server = builder.start().await;
    let snap = take(&server).await;
    assert_eq!(
        snap["hookStateDetails"],
        json!([{
            "type": "https://appkeep.io/hooks/time-out",
            "title": "Hook slow failed",
            "detail": "post-snapshot hook \"slow\" was killed after its time-out of 5 s; stdout: still waiting",
        }])
    );
}

#[tokio::test]
async fn post_hooks_run_when_the_copy_fails() {
    // The pre-hook removes data that existed when the volumes were measured.
    let hooks = [
        ("spoil", "pre", "mv $DIR/volumes/blog $DIR/volumes/elsewhere", 60),
        ("mend", "post", "mv $DIR/volumes/elsewhere $DIR/volumes/blog", 60),
    ];
    let server = with_hooks(Builder::new(), &hooks).start().await;
    let snap = take(&server).await;
    assert_eq!(snap["state"], "failed", "{snap}");
    let reason = snap["stateUnready"][0].as_str().unwrap();
    assert!(
        reason.ends_with("No such file or directory (os error 2)"),
        "{reason}"
    );
    assert_eq!(snap["hookState"], "success");
    assert_eq!(
        reports(&snap),
        [succeeded("pre", "spoil"), succeeded("post", "mend")]
    );
    assert!(server.path().join("volumes/blog/greeting.txt").exists());
}

#[tokio::test]
async fn post_hooks_run_when_the_snapshot_is_deleted() {
    let hooks = [
        ("wait", "pre", "echo began >> $LOG; sleep 600", 600),
        ("release", "post", "echo released >> $LOG", 60),
    ];
    let server = with_hooks(Builder::new(), &hooks).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let snap = api.create_snap(app, &json!({})).await;
    until("the first hook to run", async || log(&server) == "began\n").await;
    assert_eq!(api.delete(&api.snap_path(app, &snap)).await.status, 204);
    until("the last hook to run", async || {
        log(&server) == "began\nreleased\n"
    })
    .await;
}

/// The server is stopped in order here; after a kill, the next server finds the same state.
#[tokio::test]
async fn a_restart_runs_post_hooks_and_then_all_hooks_again() {
    // Waits only the first time.
    let hooks = [
        (
            "wait",
            "pre",
            "echo began >> $LOG; test $(wc -l < $LOG) -gt 1 || sleep 600",
            600,
        ),
        ("release", "post", "echo released >> $LOG", 60),
    ];
    let mut server = with_hooks(Builder::new(), &hooks).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let snap = api.create_snap(app, &json!({})).await;
    until("the first hook to run", async || log(&server) == "began\n").await;
    server.stop().await;
    assert_eq!(log(&server), "began\nreleased\n");
    server.restart(1, None).await;
    let api = server.api().await;
    let snap = api.ended(&api.snap_path(app, &snap)).await;
    assert_eq!(
        (&snap["state"], &snap["hookState"]),
        (&json!("completed"), &json!("success"))
    );
    assert_eq!(log(&server), "began\nreleased\nbegan\nreleased\n");
}

#[tokio::test]
async fn endless_post_hooks_delay_a_stop_only_briefly() {
    let hooks = [(
        "release",
        "post",
        "echo released >> $LOG; test $(wc -l < $LOG) -gt 1 || sleep 600",
        600,
    )];
    let mut server = with_hooks(Builder::new(), &hooks).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let snap = api.create_snap(app, &json!({})).await;
    until("the hook to run", async || log(&server) == "released\n").await;
    let begun = std::time::Instant::now();
    server.stop().await;
    let took = begun.elapsed();
    assert!(took < appkeep_tests::PATIENCE, "the stop took {took:?}");
    server.restart(1, None).await;
    let api = server.api().await;
    let snap = api.ended(&api.snap_path(app, &snap)).await;
    assert_eq!(snap["hookState"], "success", "{snap}");
    assert_eq!(log(&server), "released\nreleased\n");
}

#[tokio::test]
async fn snapshots_of_an_app_never_run_hooks_concurrently() {
    let hooks = [
        ("lock", "pre", "mkdir $DIR/lock", 60),
        ("unlock", "post", "rmdir $DIR/lock", 60),
    ];
    let builder = with_hooks(Builder::new(), &hooks);
    write_noise(&builder.path().join("volumes/blog/large"), 20 << 20);
    let server = builder.workers(4).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let mut snaps = Vec::new();
    for _ in 0..4 {
        snaps.push(api.create_snap(app, &json!({})).await);
    }
    for snap in &snaps {
        let ended = api.ended(&api.snap_path(app, snap)).await;
        assert_eq!(
            (&ended["state"], &ended["hookState"]),
            (&json!("completed"), &json!("success"))
        );
    }
}

#[tokio::test]
async fn labels_describe_the_snapshot_and_its_backup() {
    let builder = Builder::new();
    let _socket = UnixListener::bind(builder.path().join("volumes/blog/socket")).unwrap();
    let server = builder.start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let own = json!({"name": "team", "value": "red"});
    let more = json!({"metadata": {"labels": [own]}});
    let created = api.create_snap(app, &more).await;
    assert_eq!(created["metadata"]["labels"], json!([own]));
    let snap = api.ended(&api.snap_path(app, &created)).await;
    let told = labels("copy", "1");
    assert_eq!(snap["metadata"]["labels"], json!([own, told[0], told[1]]));
    let backup = api.create_backup(app, &json!({"snapshotID": snap["id"]})).await;
    let path = api.backup_path(&backup);
    let backup = api.ended(&path).await;
    assert_eq!(backup["metadata"]["labels"], told);
}

#[tokio::test]
async fn clients_cannot_set_system_labels() {
    let server = Builder::new().workers(0).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let labels = json!([
        {"name": "appkeep.io/read-only", "value": "is the client's own"},
        {"name": "appkeep.io/read-only/snapshot-level", "value": "subvolume"},
    ]);
    for (path, kind, version) in [
        (api.app_snaps(app), "application/astra-appSnap", "1.2"),
        (api.app_backups(app), "application/astra-appBackup", "1.1"),
    ] {
        let body = json!({"type": kind, "version": version, "metadata": {"labels": labels}});
        let response = api.post(&path, &body).await;
        assert_eq!(response.problem(), "400/9");
        assert_eq!(response.invalid_fields(), ["metadata.labels[1].name"]);
        let reason = response.json()["invalidFields"][0]["reason"].clone();
        assert_eq!(
            reason,
            "the label \"appkeep.io/read-only/snapshot-level\": only the system sets labels that begin with \
             appkeep.io/read-only/"
        );
    }
}

/// Waiting hooks hold a snapshot, and the backup that needs it, in their states.
#[tokio::test]
async fn backups_are_discovering_while_a_hook_runs() {
    let server = with_hooks(Builder::new(), &[WAITING_HOOK]).start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let backup = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&backup);
    let backup = eventually("the backup's own snapshot", async || {
        let backup = api.get(&path).await.json();
        backup["snapshotID"].is_string().then_some(backup)
    })
    .await;
    assert_eq!(backup["state"], "discovering", "{backup}");
    let own = format!(
        "{}/{}",
        api.app_snaps(app),
        backup["snapshotID"].as_str().unwrap()
    );
    assert_eq!(api.wait_for(&own, &["running"]).await["state"], "running");
    assert_eq!(api.get(&path).await.json()["state"], "discovering");
    fs::write(server.path().join("go"), "").unwrap();
    assert_eq!(api.ended(&path).await["state"], "completed");
}

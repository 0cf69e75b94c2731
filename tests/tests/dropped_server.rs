//! A dropped server leaves no task, no thread and no file.

use std::fs;
use std::net::SocketAddr;

use appkeep_server::Config;
use appkeep_server::{Options, Server};
use appkeep_tests::{Builder, until, usual_config, write_noise};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

/// Large enough that the test observes the backup in progress.
const LARGE_BYTES: u64 = 96 << 20;

/// Tests in one process share the threads that are counted.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Returns the names of this process's threads, sorted, without those of the test's own runtime: idle ones
/// stay for 10 s.
fn threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").expect("this process's threads");
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    let mut names: Vec<String> = names.filter(|name| name != "tokio-rt-worker\n").collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_dropped_server_leaves_no_task() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let dir = Builder::new();
    let config = Config::parse(&dir.path().join("appkeep.toml"), usual_config()).expect("a configuration");
    let free_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut options = Options::new(config, dir.path().join("data"), free_port);
    options.operations_listen = Some(free_port);
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let server = Server::start(options).await.expect("the server starts");
    assert!(tasks() > before, "workers, listeners, the reconciler");
    drop(server);
    until("all tasks to end", async || tasks() == before).await;
}

#[tokio::test]
async fn a_dropped_test_server_leaves_no_thread_and_no_file() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let builder = Builder::new();
    write_noise(&builder.path().join("volumes/blog/large"), LARGE_BYTES);
    let before = threads();
    let server = builder.with_operations().start().await;
    let api = server.api().await;
    let backup = api.create_backup(server.app("acme", "blog"), &json!({})).await;
    let path = api.backup_path(&backup);
    api.wait_for(&path, &["running"]).await;
    let dir = server.path().to_owned();
    assert_ne!(threads(), before);
    drop((server, api));
    assert!(!dir.exists(), "{} is still there", dir.display());
    until("all threads to end", async || threads() == before).await;
}

//! Servers that can't reach a bucket or their database.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use appkeep_launcher::{ACCOUNT, APP, PATIENCE, PostgresCluster, backup_body, eventually};
use appkeep_s3_server::{ACCESS_KEY, S3Server, SECRET_KEY};
use serde_json::{Value, json};

use crate::operations::MonitoredServer;
use crate::postgres::{Schema, selected, succeeded};
use crate::program::compiled;
use crate::several_servers::{serve, shared};

/// Refuses connections to a port while a file exists.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int connect(int socket, const struct sockaddr *address, socklen_t length) {
    const char *port = getenv("PARTITION_PORT"), *path = getenv("PARTITION_FILE");
    if (port && path && address->sa_family == AF_INET && access(path, F_OK) == 0
        && ntohs(((const struct sockaddr_in *)address)->sin_port) == atoi(port)) {
        errno = ENETUNREACH;
        return -1;
    }
    return syscall(SYS_connect, socket, address, length);
}
"#;

/// The state of the bucket, and its reasons.
fn bucket(server: &MonitoredServer, token: &str) -> Value {
    let path = format!("/accounts/{ACCOUNT}/topology/v1/buckets");
    let listed = server.server.get(token, &path).body;
    let bucket = &listed["items"][0];
    json!([bucket["state"], bucket["stateUnready"]])
}

/// Writes a file with the keys of the S3 server.
pub(crate) fn write_credentials(path: &Path) {
    let credentials = format!("access_key = {ACCESS_KEY}\nsecret_key = {SECRET_KEY}\n");
    fs::write(path, credentials).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_postgres_server_that_cannot_reach_a_bucket_leaves_its_jobs_to_others() {
    let schema = Schema::create();
    let s3 = S3Server::start();
    s3.create_bucket("backups");
    let installation = shared(&schema);
    write_credentials(&installation.path().join("s3-credentials"));
    let location = format!(
        "url = \"s3://backups\"\nendpoint = \"{}\"\ncredentials_file = \"s3-credentials\"",
        s3.url()
    );
    installation.configure("path = \"bucket\"", &location).unwrap();

    let one = MonitoredServer::start(serve(&installation, "one"));
    let token = succeeded(&installation, "token create --config CONFIG --account acme");
    let back_up = |server: &MonitoredServer| {
        let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups");
        let created = server.server.post(&token, &path, &backup_body());
        assert_eq!(created.status, 201, "{}", created.body);
        let path = format!("{path}/{}", created.body["id"].as_str().unwrap());
        let backup = server.server.wait_for(&token, &path, &["completed", "failed"]);
        assert_eq!(backup["state"], "completed", "{backup}");
        path
    };
    let first = back_up(&one);
    let available = json!(["available", []]);
    eventually("the bucket to be available", || {
        (bucket(&one, &token) == available).then_some(())
    });

    let partition = installation.path().join("partition");
    fs::write(&partition, "").unwrap();
    let port = s3.url().rsplit_once(':').unwrap().1.to_owned();
    let mut two = serve(&installation, "two");
    two.args(["--log", "info"])
        .env("LD_PRELOAD", compiled(&installation, SHIM))
        .env("PARTITION_PORT", port)
        .env("PARTITION_FILE", &partition);
    let two = MonitoredServer::start(two);
    // It still answers requests.
    let warning = eventually("readiness with a warning", || {
        let (status, body) = two.json("/readyz");
        let warning = body["warnings"][0].as_str()?;
        (status == 200 && body["status"] == "ready").then(|| warning.to_owned())
    });
    assert!(warning.starts_with("bucket local is unavailable: "), "{warning}");
    eventually("the other server to be ready", || {
        (one.json("/readyz") == (200, json!({"status": "ready"}))).then_some(())
    });
    for _ in 0..3 {
        back_up(&two);
    }
    assert_eq!(bucket(&two, &token), available, "another server can use it");
    let found = two.server.get(&token, &first).body;
    assert_eq!(found["state"], "completed", "another server can list it: {found}");

    fs::remove_file(&partition).unwrap();
    eventually("the end of the warning", || {
        (two.json("/readyz") == (200, json!({"status": "ready"}))).then_some(())
    });
    one.server.stop_gracefully().unwrap();
    back_up(&two);
    let ended = two.server.stop_gracefully().unwrap();
    let is_start = |line: &&str| line.contains("job started") && line.contains("\"take_backup\"");
    let started = ended.stderr.lines().filter(is_start).count();
    assert_eq!(started, 1, "{}", ended.stderr);
}

#[test]
fn a_server_without_its_database_is_not_ready_in_a_private_cluster() {
    let mut cluster = PostgresCluster::start_new(&[], &[]);
    let installation = selected(&cluster.url());
    let server = MonitoredServer::start(installation.serve());
    let token = succeeded(&installation, "token create --config CONFIG --account acme");
    let is_ready = || server.json("/readyz") == (200, json!({"status": "ready"}));
    eventually("the server to be ready", || is_ready().then_some(()));
    cluster.stop();
    let reasons = eventually("the server not to be ready", || {
        let (status, body) = server.json("/readyz");
        (status == 503).then(|| body["reasons"].clone())
    });
    let reason = reasons[0].as_str().unwrap_or_default();
    let is_known = ["the store is not available", "a trial write timed out"]
        .iter()
        .any(|known| reason.starts_with(known));
    assert!(is_known, "{reasons}");
    // No job can be claimed meanwhile. Afterwards, the server continues by itself.
    cluster.start();
    eventually("the server to be ready again", || is_ready().then_some(()));
    let path = server.server.create_backup(&token).unwrap();
    server.server.completed(&token, &path, PATIENCE).unwrap();
    server.server.stop_gracefully().unwrap();
}

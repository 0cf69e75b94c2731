//! Two servers on one database, each on a node of its own, with its own app and bucket.

use std::fs;
use std::process::{Command, Output};

use appkeep_launcher::{Installation, RunningServer, backups, eventually, snapshot_body};
use serde_json::{Value, json};

use crate::postgres::{Schema, configure, not_started, refused, succeeded};
use crate::program::{appkeep, installation, stdout};

const ACCOUNT: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01";
const SHOP: App = App("shop", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b01");
const WIKI: App = App("wiki", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02");
const BLOG: App = App("blog", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b03");
const LOCAL: Bucket = Bucket("local", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c01");
const SPARE: Bucket = Bucket("spare", "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c02");

/// A name and an id.
#[derive(Clone, Copy)]
struct App(&'static str, &'static str);

#[derive(Clone, Copy)]
struct Bucket(&'static str, &'static str);

/// Configures a node with one app and one bucket, whose settings end with `more`.
fn declare(
    installation: &Installation,
    schema: &Schema,
    node: &str,
    (app, bucket): (App, Bucket),
    more: &str,
) {
    let text = format!(
        "[server]\nnode = \"{node}\"\nworkers = 2\nengine_priority = \"low\"\n\
         [[accounts]]\nname = \"acme\"\nid = \"{ACCOUNT}\"\n\
         [[accounts.apps]]\nname = \"{}\"\nid = \"{}\"\nvolumes = {{ data = \"volume\" }}\n\
         [[accounts.buckets]]\nname = \"{}\"\nid = \"{}\"\npath = \"bucket\"\n{more}",
        app.0, app.1, bucket.0, bucket.1
    );
    configure(installation, &format!("url = \"{}\"", schema.url()), &text);
}

/// Each app with its state and its reasons, in the order of names.
fn apps(server: &RunningServer, token: &str) -> Vec<Value> {
    let listed = server
        .get(token, &format!("/accounts/{ACCOUNT}/k8s/v2/apps"))
        .body;
    let mut apps: Vec<Value> = listed["items"]
        .as_array()
        .unwrap_or_else(|| panic!("{listed}"))
        .iter()
        .map(|app| json!([app["name"], app["state"], app["stateUnready"]]))
        .collect();
    apps.sort_by_key(Value::to_string);
    apps
}

/// Runs a command of a client.
fn with_token(server: &RunningServer, token: &str, words: &[&str]) -> Output {
    let mut command = appkeep();
    command
        .args(words)
        .args(["--url", &server.url])
        .env("APPKEEP_TOKEN", token);
    command.output().expect("it runs")
}

/// Whether the data directory contains a directory with this name.
fn found(installation: &Installation, name: &str) -> bool {
    let found = Command::new("find")
        .arg(installation.data())
        .args(["-name", name])
        .output();
    !found.expect("find runs").stdout.is_empty()
}

/// The body of a request for a backup.
fn backup_into(bucket: Option<Bucket>) -> Value {
    let mut body = json!({ "type": "application/astra-appBackup", "version": "1.1" });
    if let Some(bucket) = bucket {
        body["bucketID"] = json!(bucket.1);
    }
    body
}

/// Requests a backup, and returns its path.
fn request_backup(server: &RunningServer, token: &str, app: App, bucket: Bucket) -> String {
    let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{}/appBackups", app.1);
    let created = server.post(token, &path, &backup_into(Some(bucket)));
    assert_eq!(created.status, 201, "{}", created.body);
    let id = created.body["id"].as_str().expect("an id");
    format!("{}/{id}", backups())
}

#[test]
fn each_node_backs_up_its_apps_and_all_servers_answer_for_them() {
    let schema = Schema::create();
    let (alpha, beta) = (installation(), installation());
    declare(&alpha, &schema, "alpha", (SHOP, LOCAL), "");
    declare(&beta, &schema, "beta", (WIKI, SPARE), "");
    let (one, two) = (alpha.start().unwrap(), beta.start().unwrap());
    let token = succeeded(&alpha, "token create --config CONFIG --account acme");
    let both = [json!(["shop", "ready", []]), json!(["wiki", "ready", []])];
    assert_eq!(apps(&one, &token), both);
    assert_eq!(apps(&two, &token), both);

    // Each server accepts requests for the apps of the other.
    let wiki_path = request_backup(&one, &token, WIKI, SPARE);
    let shop_path = request_backup(&two, &token, SHOP, LOCAL);
    for (path, app) in [(&wiki_path, WIKI), (&shop_path, SHOP)] {
        for server in [&one, &two] {
            let backup = server.wait_for(&token, path, &["completed", "failed"]);
            assert_eq!(backup["state"], "completed", "{}: {backup}", app.0);
        }
    }

    // Each server knows what the other's bucket supports.
    eventually("the features of both buckets", || {
        let checked = with_token(&one, &token, &["bucket", "check", "--output", "json"]);
        let found = stdout(&checked)
            .matches("\"features\": \"conditional writes\"")
            .count();
        (found == 2).then_some(())
    });

    // The app's node must declare the bucket, too. Without a bucket, a backup uses one that it declares.
    let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{}/appBackups", WIKI.1);
    let refused = one.post(&token, &path, &backup_into(Some(LOCAL)));
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(
        refused.body["invalidFields"],
        json!([{"name": "bucketID", "reason": "no node that can run the backup declares the bucket"}])
    );
    let created = one.post(&token, &path, &backup_into(None));
    assert_eq!(created.body["bucketID"], SPARE.1, "{}", created.body);
    let id = created.body["id"].as_str().expect("an id");
    one.wait_for(&token, &format!("{path}/{id}"), &["completed"]);

    // Snapshots are on the disk of the app's node, which also deletes them.
    let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{}/appSnaps", WIKI.1);
    let created = one.post(&token, &path, &snapshot_body());
    assert_eq!(created.status, 201, "{}", created.body);
    let id = created.body["id"].as_str().expect("an id");
    let path = format!("{path}/{id}");
    let snapshot = one.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(snapshot["state"], "completed", "{snapshot}");
    assert_eq!((found(&alpha, id), found(&beta, id)), (false, true));
    assert_eq!(one.delete(&token, &path).status, 204);
    eventually("the deletion", || (!found(&beta, id)).then_some(()));

    // A start with another configuration doesn't undeclare the other node's app.
    one.stop_gracefully().unwrap();
    declare(&alpha, &schema, "alpha", (BLOG, LOCAL), "");
    let one = alpha.start().unwrap();
    let gone = "it is no longer part of the server's configuration";
    let changed = [
        json!(["blog", "ready", []]),
        json!(["shop", "unavailable", [gone]]),
        json!(["wiki", "ready", []]),
    ];
    assert_eq!(apps(&two, &token), changed);

    // The app of a node without a server is away, and its jobs wait.
    two.stop_gracefully().unwrap();
    let reason = "node beta was not seen for 30 s";
    let away = json!(["wiki", "unavailable", [reason]]);
    eventually("the app to be away", || {
        apps(&one, &token).contains(&away).then_some(())
    });
    let doctor = with_token(&one, &token, &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    let report = stdout(&doctor);
    assert!(
        report.contains(&format!("wiki is unavailable: {reason}")),
        "{report}"
    );
    let create = [
        "backup", "create", "waiting", "--app", "wiki", "--bucket", "spare",
    ];
    let created = with_token(&one, &token, &create);
    assert_eq!(created.status.code(), Some(0), "{created:?}");
    let path = request_backup(&one, &token, WIKI, SPARE);
    let waiting = one.get(&token, &path).body;
    assert_eq!(waiting["state"], "pending", "{waiting}");
    assert_eq!(waiting["stateUnready"], json!([reason]), "{waiting}");
    let listed = one.get(&token, &backups()).body;
    let of_app = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["state"] == "pending");
    assert!(
        of_app.clone().count() == 2 && of_app.clone().all(|item| item["stateUnready"] == json!([reason])),
        "{listed}"
    );
    let jobs = succeeded(&alpha, "job list --config CONFIG");
    assert!(jobs.contains("wiki") && jobs.contains(reason), "{jobs}");
    let two = beta.start().unwrap();
    let backup = one.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(backup["state"], "completed", "{backup}");
    assert_eq!(backup["stateUnready"], json!([]), "{backup}");
    assert_eq!(apps(&one, &token), changed);
    one.stop_gracefully().unwrap();
    two.stop_gracefully().unwrap();
}

#[test]
fn a_start_that_contradicts_another_node_names_it_and_the_field() {
    let schema = Schema::create();
    let (alpha, beta) = (installation(), installation());
    declare(&alpha, &schema, "alpha", (SHOP, LOCAL), "backups_max = 1\n");
    declare(&beta, &schema, "beta", (SHOP, LOCAL), "backups_max = 1\n");
    let server = alpha.start().unwrap();
    assert_eq!(
        not_started(&beta),
        "nodes beta and alpha declare bucket \"local\" differently: `location` differs"
    );
    // The other node's declaration counts only while it has a server.
    server.stop_gracefully().unwrap();
    beta.start().unwrap().stop_gracefully().unwrap();
}

#[test]
fn commands_on_a_stopped_node_respect_the_servers_of_other_postgres_nodes() {
    const ROTATE: &str = "key rotate --config CONFIG --data DATA";
    const IMPORT: &str = "bucket import --config CONFIG --data DATA";
    let schema = Schema::create();
    let (alpha, beta) = (installation(), installation());
    declare(&alpha, &schema, "alpha", (SHOP, LOCAL), "");
    declare(&beta, &schema, "beta", (SHOP, SPARE), "");
    let one = alpha.start().unwrap();
    let token = succeeded(&alpha, "token create --config CONFIG --account acme");
    let path = request_backup(&one, &token, SHOP, LOCAL);
    let backup = one.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(backup["state"], "completed", "{backup}");
    let two = beta.start().unwrap();
    one.stop_gracefully().unwrap();

    let id = path.rsplit('/').next().expect("an id");
    let in_place = format!("restore --config CONFIG --data DATA --backup {id} --in-place");
    let running = "a server on node \"beta\" uses the database (it was seen ";
    for words in [ROTATE, IMPORT] {
        let error = refused(&alpha, words);
        assert!(error.contains(running), "{words}: {error}");
    }
    let error = refused(&alpha, &in_place);
    let expected = "the app shop is also declared on the node \"beta\", whose server is running; ";
    assert!(error.contains(expected), "{error}");
    two.stop_gracefully().unwrap();

    // The volumes are those of this node, although the other one declared the app last.
    let file = |installation: &Installation| installation.path().join("volume/greeting.txt");
    for installation in [&alpha, &beta] {
        fs::write(file(installation), "changed\n").unwrap();
    }
    succeeded(&alpha, &in_place);
    assert_eq!(fs::read_to_string(file(&alpha)).unwrap(), "hello\n");
    assert_eq!(fs::read_to_string(file(&beta)).unwrap(), "changed\n");
    assert!(succeeded(&alpha, ROTATE).ends_with("keys wrapped with it: 0 (1 already were)"));
    succeeded(&alpha, IMPORT);
}

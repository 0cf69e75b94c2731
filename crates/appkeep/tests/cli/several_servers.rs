//! Servers that share a PostgreSQL database and a bucket.

use std::fs;

use appkeep_launcher::{ACCOUNT, APP, Installation, RunningServer, backup_body, eventually};
use serde_json::json;

use crate::bucket_owner::is_claim;
use crate::operations::MonitoredServer;
use crate::postgres::{Schema, refused, selected, succeeded};

/// The second app of [`shared`].
pub(crate) const SITE: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02";

/// `appkeep serve` for the node, with a data directory of its own.
pub(crate) fn serve(installation: &Installation, node: &str) -> std::process::Command {
    let text = fs::read_to_string(installation.config()).unwrap();
    let (before, after) = text.split_once("node = \"").unwrap();
    let (_, after) = after.split_once('"').unwrap();
    installation
        .write_config(&format!("{before}node = \"{node}\"{after}"))
        .unwrap();
    installation.serve_at("127.0.0.1:0", &installation.path().join(format!("data-{node}")))
}

fn start(installation: &Installation, node: &str) -> RunningServer {
    RunningServer::start(serve(installation, node)).unwrap()
}

/// The number of claims in the bucket.
fn claims(installation: &Installation) -> usize {
    let entries = fs::read_dir(installation.path().join("bucket")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.filter(|name| is_claim(name)).count()
}

/// Two apps, and servers without a node yet.
pub(crate) fn shared(schema: &Schema) -> Installation {
    let installation = selected(&schema.url());
    installation
        .configure("[server]", "[server]\nnode = \"\"")
        .unwrap();
    fs::create_dir(installation.path().join("site")).unwrap();
    fs::write(installation.path().join("site/index.html"), "<p>\n").unwrap();
    let site =
        format!("[[accounts.apps]]\nname = \"site\"\nid = \"{SITE}\"\nvolumes = {{ data = \"site\" }}\n");
    installation.add_apps(&site).unwrap();
    installation
}

#[test]
fn servers_on_one_postgres_database_use_a_bucket_at_once() {
    let schema = Schema::create();
    let installation = shared(&schema);
    let servers = [start(&installation, "one"), start(&installation, "two")];
    let token = succeeded(&installation, "token create --config CONFIG --account acme");
    eventually("both servers to claim the bucket", || {
        (claims(&installation) == 2).then_some(())
    });
    let create = |server: &RunningServer, app: &str| {
        let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{app}/appBackups");
        let created = server.post(&token, &path, &backup_body());
        assert_eq!(created.status, 201, "{}", created.body);
        format!("{path}/{}", created.body["id"].as_str().unwrap())
    };
    for _ in 0..3 {
        let [one, two] = &servers;
        let paths = [create(one, APP), create(two, SITE)];
        for (path, server) in paths.iter().zip([two, one]) {
            let backup = server.wait_for(&token, path, &["completed", "failed"]);
            assert_eq!(backup["state"], "completed", "{backup}");
        }
        // Each deletes the backup that was requested from the other.
        for (path, server) in paths.iter().zip([two, one]) {
            assert_eq!(server.delete(&token, path).status, 204);
        }
    }
    eventually("all deletions", || {
        succeeded(&installation, "job list --config CONFIG")
            .is_empty()
            .then_some(())
    });
    for server in servers {
        server.stop_gracefully().unwrap();
    }
    assert_eq!(claims(&installation), 0);
}

#[test]
fn a_second_postgres_server_with_the_same_node_is_refused() {
    let schema = Schema::create();
    let installation = shared(&schema);
    let one = start(&installation, "one");
    let mut second = serve(&installation, "one");
    second.arg("--data").arg(installation.path().join("elsewhere"));
    let mut words = second.get_args().map(ToOwned::to_owned).collect::<Vec<_>>();
    // The first data directory is locked.
    let first = words.iter().position(|word| word == "--data").unwrap();
    words.drain(first..first + 2);
    let refused = installation.command().args(words).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let stderr = String::from_utf8(refused.stderr).unwrap();
    let error = stderr.lines().last().unwrap();
    assert!(
        error.starts_with("error: another running server has the node \"one\" (it was seen "),
        "{stderr}"
    );
    // A successor starts at once.
    one.stop_gracefully().unwrap();
    start(&installation, "one").stop_gracefully().unwrap();
}

#[test]
fn a_postgres_server_that_lost_its_node_is_not_ready_and_runs_no_jobs() {
    let schema = Schema::create();
    let installation = shared(&schema);
    let monitored = MonitoredServer::start(serve(&installation, "one"));
    let token = succeeded(&installation, "token create --config CONFIG --account acme");
    let ready = (200, json!({"status": "ready"}));
    eventually("readiness", || (monitored.json("/readyz") == ready).then_some(()));
    // Another server has registered itself, and stays live for an hour.
    schema.psql("UPDATE servers SET id = gen_random_uuid(), seen_micros = seen_micros + 3600000000");
    let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups");
    let created = monitored.server.post(&token, &path, &backup_body());
    assert_eq!(created.status, 201, "{}", created.body);
    let path = format!("{path}/{}", created.body["id"].as_str().unwrap());
    eventually("the reason", || {
        let (status, body) = monitored.json("/readyz");
        let lost = "another server has the node one: stop one of them";
        let reasons = body["reasons"].as_array().cloned().unwrap_or_default();
        (status == 503 && reasons.contains(&json!(lost))).then_some(())
    });
    assert_eq!(monitored.server.get(&token, &path).body["state"], "pending");
    schema.psql("DELETE FROM servers");
    let backup = monitored.server.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(backup["state"], "completed", "{backup}");
    eventually("readiness again", || {
        (monitored.json("/readyz") == ready).then_some(())
    });
    let ended = monitored.server.stop_gracefully().unwrap();
    let logged = ended.stderr.matches("another server has this node").count();
    assert_eq!(logged, 1, "{}", ended.stderr);
}

#[test]
fn operators_list_postgres_nodes_and_forget_those_that_never_return() {
    let schema = Schema::create();
    let installation = shared(&schema);
    let servers = [start(&installation, "one"), start(&installation, "two")];
    let listed = succeeded(&installation, "node list --config CONFIG");
    let lines: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["NODE", "STATE", "SEEN", "APPS", "BUCKETS"]);
    for (line, node) in lines[1..].iter().zip(["one", "two"]) {
        assert_eq!(line[..2], [node, "live"], "{listed}");
        assert_eq!(line[5..], ["shop,", "site", "local"], "{listed}");
    }
    let error = refused(&installation, "node forget --config CONFIG two");
    assert!(
        error.starts_with("node two has a running server, which was seen "),
        "{error}"
    );
    let error = refused(&installation, "node forget --config CONFIG three");
    assert!(error.starts_with("there is no node \"three\""), "{error}");
    let [one, two] = servers;
    two.stop_gracefully().unwrap();
    let forgotten = succeeded(&installation, "node forget --config CONFIG two");
    assert_eq!(forgotten, "forgot node two");
    let listed = succeeded(&installation, "node list --config CONFIG --output json");
    let nodes: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let names: Vec<_> = nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["node"])
        .collect();
    assert_eq!(names, ["one"], "{listed}");
    one.stop_gracefully().unwrap();
}

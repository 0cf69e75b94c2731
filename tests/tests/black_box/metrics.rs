//! Metrics of backups, buckets and the server, and the alerts and the dashboard that use them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use appkeep_server::Clock as _;
use appkeep_server::Tls;
use appkeep_tests::{Builder, TestServer, changed_config, eventually, write_noise};
use chrono::DateTime;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_hours(1);

/// The usual configuration with an hourly schedule of `blog`.
fn config() -> String {
    let blog = "volumes = { data = \"volumes/blog\" }\n";
    let schedule = "\n[[accounts.apps.schedules]]\nname = \"hourly\"\ncron = \"0 * * * *\"\n";
    changed_config(blog, &format!("{blog}{schedule}"))
}

/// Starts a server whose schedule is known to be planned, because the previous server has processed it.
async fn scheduled() -> TestServer {
    let mut server = Builder::new().with_operations().config(&config()).start().await;
    server.restart(2, None).await;
    server
}

/// The server's time.
fn unix_secs(server: &TestServer) -> f64 {
    let now = server.clock().now();
    (now - DateTime::UNIX_EPOCH).as_seconds_f64()
}

async fn scrape(server: &TestServer) -> String {
    let address = server
        .server()
        .operations_addr()
        .expect("the operations listener is on");
    let response = reqwest::get(format!("http://{address}/metrics")).await;
    response.expect("a response").text().await.expect("a body")
}

/// The values of a scrape, by name and labels.
fn values(text: &str) -> BTreeMap<&str, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            (name, value.parse().expect("a number"))
        })
        .collect()
}

/// The value of a metric of an app's backups.
async fn of_backups(server: &TestServer, metric: &str, labels: &str) -> Option<f64> {
    let text = scrape(server).await;
    values(&text)
        .get(format!("{metric}{{account=\"acme\",{labels}}}").as_str())
        .copied()
}

const SHOP: &str = "app=\"shop\",bucket=\"local\",schedule=\"\"";
const HOURLY: &str = "app=\"blog\",bucket=\"local\",schedule=\"hourly\"";

/// Waits until this many backups of the schedule have completed.
async fn wait_for_successes(server: &TestServer, successes: f64) {
    eventually("a backup by the schedule to complete", async || {
        let found = of_backups(server, "appkeep_backup_successes_total", HOURLY).await;
        (found == Some(successes)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn results_of_backups_survive_deletion_and_restart() {
    let mut server = scheduled().await;
    let never = "appkeep_backup_last_success_timestamp_seconds";
    let zero = of_backups(&server, never, "app=\"blog\",bucket=\"\",schedule=\"hourly\"").await;
    assert_eq!(zero, Some(0.0), "a schedule without backups");
    let zero = of_backups(&server, never, "app=\"shop\",bucket=\"\",schedule=\"\"").await;
    assert_eq!(zero, Some(0.0), "an app without backups");

    write_noise(&server.path().join("volumes/blog/noise"), 1 << 20);
    server.clock().advance(HOUR);
    wait_for_successes(&server, 1.0).await;
    let (api, blog) = (server.api().await, server.app("acme", "blog"));
    let backups = api.items(&api.app_backups(blog)).await;
    let total = backups[0]["totalBytes"].as_f64().unwrap();
    let now = unix_secs(&server);
    let text = scrape(&server).await;
    let found = values(&text);
    let of = |metric: &str| found[format!("appkeep_backup_{metric}{{account=\"acme\",{HOURLY}}}").as_str()];
    assert!(
        (now - of("last_success_timestamp_seconds")).abs() < 60.0,
        "{text}"
    );
    assert!(of("last_attempt_timestamp_seconds") <= of("last_success_timestamp_seconds"));
    let duration = of("last_success_timestamp_seconds") - of("last_attempt_timestamp_seconds");
    assert!((of("last_duration_seconds") - duration).abs() < 0.001, "{text}");
    assert!(of("last_failure_timestamp_seconds") <= 0.0, "{text}");
    assert_eq!((of("read_bytes_total"), of("last_read_bytes")), (total, total));
    // Noise can't be compressed.
    assert!(of("added_bytes_total") > f64::from(1 << 20), "{text}");
    assert!(
        (of("last_added_bytes") - of("added_bytes_total")).abs() < 1.0,
        "{text}"
    );

    // An unchanged app adds only metadata.
    server.clock().advance(HOUR);
    wait_for_successes(&server, 2.0).await;
    let added = of_backups(&server, "appkeep_backup_last_added_bytes", HOURLY)
        .await
        .unwrap();
    assert!(added < 100_000.0, "{added}");
    let read = of_backups(&server, "appkeep_backup_read_bytes_total", HOURLY).await;
    assert_eq!(read, Some(2.0 * total));

    server.jobs().fail_next_backup("the disk is on fire");
    api.failed(&api.backup_path(&api.create_backup(blog, &json!({})).await))
        .await;
    for backup in api.items(&api.app_backups(blog)).await {
        assert_eq!(api.delete(&api.backup_path(&backup)).await.status, 204);
    }
    server.restart(2, None).await;
    wait_for_successes(&server, 2.0).await;
    let by_clients = "app=\"blog\",bucket=\"local\",schedule=\"\"";
    let failures = of_backups(&server, "appkeep_backup_failures_total", by_clients).await;
    assert_eq!(failures, Some(1.0));
    let failed_at = of_backups(
        &server,
        "appkeep_backup_last_failure_timestamp_seconds",
        by_clients,
    )
    .await;
    assert!(failed_at > Some(now), "{failed_at:?}");
}

async fn of_bucket(server: &TestServer, metric: &str) -> Option<f64> {
    let text = scrape(server).await;
    let name = format!("appkeep_bucket_{metric}{{account=\"acme\",bucket=\"local\"}}");
    values(&text).get(name.as_str()).copied()
}

#[tokio::test]
async fn buckets_are_measured_and_checked() {
    let mut server = Builder::new().with_operations().start().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    api.back_up(shop, &json!({})).await;
    // Buckets are measured when a server starts.
    server.restart(2, None).await;
    let packs = server.repository("local", shop).path.join("data");
    let expected = u32::try_from(appkeep_tests::bytes_below(&packs)).map(f64::from);
    let expected = expected.expect("less than 4 GiB");
    eventually("the bucket to be measured", async || {
        (of_bucket(&server, "stored_bytes").await == Some(expected) && expected > 0.0).then_some(())
    })
    .await;
    assert!(of_bucket(&server, "free_bytes").await > Some(0.0));
    eventually("the bucket to be checked", async || {
        (of_bucket(&server, "available").await == Some(1.0)).then_some(())
    })
    .await;
    fs::rename(
        server.path().join("buckets/local"),
        server.path().join("buckets/away"),
    )
    .unwrap();
    server.restart(2, None).await;
    eventually("the bucket to be unavailable", async || {
        (of_bucket(&server, "available").await == Some(0.0)).then_some(())
    })
    .await;
    assert_eq!(
        of_bucket(&server, "stored_bytes").await,
        None,
        "an unknown number is missing, not 0"
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// The names of metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_lowercase() || character == '_';
    let words = text.split(|character| !is_part(character));
    words
        .filter(|word| word.starts_with("appkeep_"))
        .map(str::to_owned)
        .collect()
}

/// The names of the metrics in a scrape. A histogram has three.
fn exported(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .flat_map(|line| names(line.split('{').next().unwrap_or(line)))
        .collect()
}

#[tokio::test]
async fn alerts_dashboard_and_guide_use_the_metrics_that_exist() {
    let receiver = "\n[[notifications]]\nname = \"log\"\ncommand = [\"/bin/true\"]\n";
    let config = config() + receiver;
    let builder = Builder::new().with_operations().config(&config);
    let mut server = builder.tls(Tls::SelfSigned { names: Vec::new() }).start().await;
    server.restart(2, None).await;
    server.clock().advance(HOUR);
    wait_for_successes(&server, 1.0).await;
    let client = reqwest::Client::builder().tls_danger_accept_invalid_certs(true);
    let client = client.build().unwrap();
    let refused = client.get(format!("{}/accounts", server.server().url())).send();
    assert_eq!(refused.await.unwrap().status(), 401);
    eventually("the bucket to be measured", async || {
        scrape(&server)
            .await
            .contains("appkeep_bucket_free_bytes{")
            .then_some(())
    })
    .await;
    let exported = exported(&scrape(&server).await);
    let known = |name: &String| exported.contains(name);
    for path in [
        "deploy/prometheus/rules.yaml",
        "deploy/prometheus/rules.test.yaml",
        "deploy/grafana/dashboard.json",
    ] {
        let used = names(&read(path));
        assert!(used.len() > 5, "{path}: {used:?}");
        assert_eq!(used.into_iter().find(|name| !known(name)), None, "{path}");
    }
    let dashboard: Value = serde_json::from_str(&read("deploy/grafana/dashboard.json")).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 10);
    // A histogram is documented once.
    let family = |name: &String| {
        let ends = ["_bucket", "_count", "_sum"];
        let base = ends.iter().find_map(|end| name.strip_suffix(end));
        base.filter(|base| exported.contains(&format!("{base}_bucket")))
            .unwrap_or(name)
            .to_owned()
    };
    let families: BTreeSet<_> = exported.iter().map(family).collect();
    assert_eq!(names(&read("docs/operations.md")), families);
}

/// Runs promtool with the rules.
fn promtool(arguments: &[&str]) {
    let output = Command::new("promtool")
        .current_dir(root())
        .args(arguments)
        .output();
    let output = output.expect("promtool runs");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

#[test]
fn alerts_fire_on_their_conditions_only_promtool() {
    promtool(&["check", "rules", "deploy/prometheus/rules.yaml"]);
    promtool(&["test", "rules", "deploy/prometheus/rules.test.yaml"]);
}

/// The time of a scrape in a unit test of the rules, whose times begin at 1970.
const SCRAPED_SECS: f64 = 100.0 * 3600.0;

/// A unit test of the rules with the constant values of a scrape at `now`, which is evaluated ten minutes later.
fn rule_test(scrape: &str, now: f64, alerts: &str) -> String {
    let mut series = String::new();
    for (name, value) in values(scrape) {
        let is_time = name.contains("_timestamp_seconds{") && value > 0.0;
        let value = if is_time {
            value - now + SCRAPED_SECS
        } else {
            value
        };
        let name = serde_json::to_string(name).expect("text");
        writeln!(series, "      - {{series: {name}, values: '{value}x1300'}}").expect("a string");
    }
    let rules = root()
        .join("deploy/prometheus/rules.yaml")
        .canonicalize()
        .expect("the rules");
    format!(
        "rule_files: ['{}']\nevaluation_interval: 5m\ntests:\n  - interval: 5m\n    input_series:\n{series}    \
         alert_rule_test:\n      - alertname: AppkeepNoRecentBackup\n        eval_time: 100h10m\n        exp_alerts: {alerts}\n",
        rules.display()
    )
}

#[tokio::test]
async fn no_good_backup_for_26_hours_is_an_alert_promtool() {
    let server = Builder::new().with_operations().start().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    api.back_up(shop, &json!({})).await;
    let rules = server.path().join("rules.test.yaml");
    let path = rules.to_str().unwrap();
    let expect = async |alerts: &str| {
        let (text, now) = (scrape(&server).await, unix_secs(&server));
        let name = format!("appkeep_backup_last_success_timestamp_seconds{{account=\"acme\",{SHOP}}}");
        let age = now - values(&text)[name.as_str()];
        fs::write(&rules, rule_test(&text, now, alerts)).unwrap();
        promtool(&["test", "rules", path]);
        age
    };
    server.clock().advance(25 * HOUR);
    let age = expect("[]").await;
    assert!((25.0 * 3600.0..26.0 * 3600.0).contains(&age), "{age}");
    server.clock().advance(HOUR);
    let age = expect(
        "[{exp_labels: {severity: critical, account: acme, app: shop}, exp_annotations: {summary: \
         'No good backup of acme/shop for 26 hours', description: 'The last backup of shop completed 1d 2h 10m 0s ago.'}}]",
    )
    .await;
    assert!(age > 26.0 * 3600.0, "{age}");
    // A failed backup doesn't help; a good one does.
    server.jobs().fail_next_backup("the disk is on fire");
    api.failed(&api.backup_path(&api.create_backup(shop, &json!({})).await))
        .await;
    let success = of_backups(&server, "appkeep_backup_last_success_timestamp_seconds", SHOP)
        .await
        .unwrap();
    assert!(unix_secs(&server) - success > 26.0 * 3600.0);
    api.back_up(shop, &json!({})).await;
    assert!(expect("[]").await < 3600.0);
}

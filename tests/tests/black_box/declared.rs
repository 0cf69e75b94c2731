//! Declared accounts, buckets and schedules, as shown to users with a token.

use appkeep_tests::{Api, Builder, TestServer, changed_config, eventually, usual_config};
use serde_json::{Value, json};

const SCHEDULE: &str = r#"volumes = { data = "volumes/blog" }

[[accounts.apps.schedules]]
name = "nightly"
cron = "30 2 * * *"
zone = "Europe/Berlin"
jitter_secs = 600
what = ["backup", "snapshot"]
bucket = "spare"
keep_last = 7
keep_monthly = 12
"#;

fn config_with_schedule() -> String {
    changed_config("volumes = { data = \"volumes/blog\" }\n", SCHEDULE)
}

/// Returns the values of a member of each item, in order.
fn column(list: &Value, member: &str) -> Vec<Value> {
    let items = list["items"].as_array().expect("items");
    items.iter().map(|item| item[member].clone()).collect()
}

fn sorted(mut values: Vec<Value>) -> Vec<String> {
    values.sort_by_key(Value::to_string);
    values
        .iter()
        .map(|value| value.as_str().expect("a text").to_owned())
        .collect()
}

/// Returns some of an item's members, as one value.
fn members(item: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| item[*name].clone()).collect()
}

fn buckets(server: &TestServer) -> String {
    format!("/accounts/{}/topology/v1/buckets", server.account("acme"))
}

/// Returns the list of buckets once all of them have been checked, which happens after the start.
async fn checked_buckets(server: &TestServer, api: &Api) -> Value {
    eventually("the buckets to be checked", async || {
        let list = api.fetch("bucket_list", &buckets(server)).await;
        (!column(&list, "state").contains(&json!("unknown"))).then_some(list)
    })
    .await
}

fn schedules(server: &TestServer, app: &str) -> String {
    format!(
        "/accounts/{}/k8s/v1/apps/{}/schedules",
        server.account("acme"),
        server.app("acme", app)
    )
}

#[tokio::test]
async fn tokens_list_their_accounts_and_roles() {
    let server = TestServer::start().await;
    for (role, accounts, seen) in [
        ("viewer", &["acme"][..], &["acme"][..]),
        ("member", &["other"], &["other"]),
        ("admin", &["other", "acme"], &["acme", "other"]),
        ("owner", &["*"], &["acme", "other"]),
    ] {
        let api = server.api_as(role, accounts).await;
        let list = api.fetch("account_list", "/accounts").await;
        assert_eq!(list["type"], "application/astra-accounts");
        assert_eq!(list["metadata"]["count"], seen.len());
        assert_eq!(sorted(column(&list, "name")), seen);
        for account in list["items"].as_array().expect("items") {
            let name = account["name"].as_str().expect("a name");
            assert_eq!(
                members(account, &["id", "role", "state"]),
                json!([server.account(name), role, "ready"])
            );
        }
    }
}

#[tokio::test]
async fn buckets_show_their_stored_and_free_bytes_after_a_backup() {
    let server = TestServer::start().await;
    let api = server.api().await;
    api.back_up(server.app("acme", "blog"), &json!({})).await;
    let stored = |list: &Value, name| {
        let buckets = list["items"].as_array().expect("items").iter();
        let mut named = buckets.filter(|bucket| bucket["name"] == name);
        let bucket = named.next().expect("the bucket").clone();
        bucket["storedBytes"].as_u64().map(|bytes| (bytes, bucket))
    };
    let (_, bucket) = eventually("the backup to be measured", async || {
        let list = checked_buckets(&server, &api).await;
        stored(&list, "local").filter(|(bytes, _)| *bytes > 0)
    })
    .await;
    assert!(bucket["measurementTimestamp"].is_string(), "{bucket}");
    assert_eq!(
        stored(&checked_buckets(&server, &api).await, "spare").map(|(bytes, _)| bytes),
        Some(0)
    );
}

#[tokio::test]
async fn buckets_show_the_default_but_no_paths() {
    let server = TestServer::start().await;
    let api = server.api_as("viewer", &["acme"]).await;
    let list = checked_buckets(&server, &api).await;
    assert_eq!(sorted(column(&list, "name")), ["local", "spare"]);
    for bucket in list["items"].as_array().expect("items") {
        let name = bucket["name"].as_str().expect("a name");
        assert_eq!(
            members(
                bucket,
                &[
                    "id",
                    "provider",
                    "state",
                    "stateUnready",
                    "isDefault",
                    "backupsMax"
                ]
            ),
            json!([
                server.bucket("acme", name),
                "directory",
                "available",
                [],
                name == "local",
                2
            ])
        );
    }
    let root = server.path().to_str().expect("a readable path");
    assert!(!list.to_string().contains(root), "{list}");

    let made = server
        .api()
        .await
        .create_backup(server.app("acme", "blog"), &json!({}))
        .await;
    assert_eq!(made["bucketID"], server.bucket("acme", "local").to_string());
}

#[tokio::test]
async fn the_first_declared_bucket_is_the_default() {
    let config = usual_config().replace("default = true\n", "");
    let server = Builder::new().config(&config).start().await;
    let api = server.api().await;
    let list = api.fetch("bucket_list", &buckets(&server)).await;
    for bucket in list["items"].as_array().expect("items") {
        assert_eq!(bucket["isDefault"], bucket["name"] == "spare", "{bucket}");
    }
}

#[tokio::test]
async fn the_cloud_list_is_empty() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let path = format!("/accounts/{}/topology/v1/clouds", server.account("acme"));
    for query in ["", "?include=id,name&limit=3"] {
        let list = api.fetch("cloud_list", &format!("{path}{query}")).await;
        assert_eq!(list["items"], json!([]));
        assert_eq!(list["metadata"]["count"], 0);
    }
}

#[tokio::test]
async fn schedules_show_their_settings_and_next_run() {
    let config = config_with_schedule();
    let mut server = Builder::new().config(&config).start().await;
    // The next start finds the times that the first one planned.
    server.restart(1, None).await;
    let api = server.api_as("viewer", &["acme"]).await;
    let of_blog = api
        .fetch("app_schedule_list_for_app", &schedules(&server, "blog"))
        .await;
    let schedule = &of_blog["items"][0];
    assert_eq!(of_blog["metadata"]["count"], 1);
    let shown = [
        "id",
        "name",
        "appID",
        "enabled",
        "granularity",
        "cron",
        "timeZone",
    ];
    assert_eq!(
        members(schedule, &shown),
        json!([
            server.schedule("nightly"),
            "nightly",
            server.app("acme", "blog"),
            "true",
            "custom",
            "30 2 * * *",
            "Europe/Berlin",
        ])
    );
    assert_eq!(
        members(schedule, &["jitterSecs", "makes", "bucketID", "retention"]),
        json!([
            600,
            ["backup", "snapshot"],
            server.bucket("acme", "spare"),
            {"keepLast": 7, "keepMonthly": 12},
        ])
    );
    // The servers of these tests begin at 2026-01-01, when the schedule's zone is one hour ahead of UTC.
    let next = schedule["nextRunTimestamp"].as_str().expect("a time");
    assert!(
        ("2026-01-01T01:30:00.000000Z"..="2026-01-01T01:40:00.000000Z").contains(&next),
        "{next}"
    );
    let of_shop = api
        .fetch("app_schedule_list_for_app", &schedules(&server, "shop"))
        .await;
    assert_eq!(of_shop["items"], json!([]));
}

#[tokio::test]
async fn undeclared_resources_stay_listed() {
    let config = config_with_schedule();
    let mut server = Builder::new().workers(0).config(&config).start().await;
    let (schedules, buckets) = (schedules(&server, "blog"), buckets(&server));
    let before = server.api().await.fetch("bucket_list", &buckets).await;
    let config = usual_config()
        .replace("name = \"spare\"", "name = \"reserve\"")
        .replace("name = \"other\"", "name = \"another\"");
    let operator = server.token("owner", &["*"]).await;
    server.restart(0, Some(&config)).await;
    let api = server.api().await;

    let after = api.fetch("bucket_list", &buckets).await;
    assert_eq!(
        after["items"][0]["name"], "reserve",
        "the newest comes first: {after}"
    );
    let spare = |list: &Value| {
        let items = list["items"].as_array().expect("items").iter();
        let mut found = items.filter(|bucket| bucket["name"] == "spare");
        found.next().expect("the bucket").clone()
    };
    let (was, is) = (spare(&before), spare(&after));
    assert_eq!(was["metadata"].get("modifiedBy"), None);
    assert_eq!(
        members(&is, &["state", "stateUnready", "isDefault"]),
        json!([
            "removed",
            ["it is no longer part of the server's configuration"],
            false
        ])
    );
    let times = |bucket: &Value| {
        ["creationTimestamp", "modificationTimestamp"]
            .map(|member| bucket["metadata"][member].as_str().expect("a time").to_owned())
    };
    let ([created, modified], [still_created, modified_later]) = (times(&was), times(&is));
    assert_eq!((&created, &modified), (&still_created, &created));
    assert!(modified_later > modified);

    let schedule = api.fetch("app_schedule_list_for_app", &schedules).await["items"][0].clone();
    assert_eq!(schedule["enabled"], "false");
    assert_eq!(schedule.get("nextRunTimestamp"), None);

    let operator = Api::new(api.url().to_owned(), operator, server.account("acme"));
    let accounts = operator.fetch("account_list", "/accounts").await;
    let mut states: Vec<(String, String)> = accounts["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|account| ["name", "state"].map(|member| account[member].as_str().expect("a text").to_owned()))
        .map(|[name, state]| (name, state))
        .collect();
    states.sort();
    let states: Vec<(&str, &str)> = states
        .iter()
        .map(|(name, state)| (name.as_str(), state.as_str()))
        .collect();
    assert_eq!(
        states,
        [("acme", "ready"), ("another", "ready"), ("other", "unavailable")]
    );
}

#[tokio::test]
async fn lists_support_pages_and_columns() {
    let server = TestServer::start().await;
    let api = server.api_as("owner", &["*"]).await;
    checked_buckets(&server, &api).await;
    for (operation, path) in [
        ("account_list", "/accounts".to_owned()),
        ("bucket_list", buckets(&server)),
        (
            "app_list",
            format!("/accounts/{}/k8s/v2/apps", server.account("acme")),
        ),
        (
            "app_summary_list",
            format!("/accounts/{}/k8s/v1/appSummaries", server.account("acme")),
        ),
        (
            "user_list",
            format!("/accounts/{}/core/v1/users", server.account("acme")),
        ),
    ] {
        let all = api.fetch(operation, &path).await;
        let first = api.fetch(operation, &format!("{path}?limit=1")).await;
        let token = first["metadata"]["continue"].as_str().expect("more follows");
        let second = api
            .fetch(operation, &format!("{path}?limit=1&continue={token}"))
            .await;
        assert_eq!(second["metadata"].get("continue"), None);
        assert_eq!(json!([first["items"][0], second["items"][0]]), all["items"]);
        let columns = api
            .fetch(operation, &format!("{path}?include=state,id&limit=2"))
            .await;
        let expected: Vec<Value> = all["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| json!([item["state"], item["id"]]))
            .collect();
        assert_eq!(columns["items"], json!(expected));
        assert_eq!(columns["metadata"].get("continue"), None);
    }
}

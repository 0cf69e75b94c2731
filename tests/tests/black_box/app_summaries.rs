//! Summaries of apps, which agree with the other lists, and the users that created resources.

use appkeep_tests::{Api, Builder, TestServer, changed_config, id};
use serde_json::{Value, json};
use uuid::Uuid;

const SUMMARIES: &str = "app_summary_list";
const USERS: &str = "user_list";

fn summaries(server: &TestServer) -> String {
    format!("/accounts/{}/k8s/v1/appSummaries", server.account("acme"))
}

fn users(server: &TestServer, account: &str) -> String {
    format!("/accounts/{}/core/v1/users", server.account(account))
}

async fn summary(server: &TestServer, api: &Api, app: Uuid) -> Value {
    let list = api.fetch(SUMMARIES, &summaries(server)).await;
    let items = list["items"].as_array().expect("items");
    let found = items.iter().find(|item| item["id"] == app.to_string());
    found.expect("the app").clone()
}

#[tokio::test]
async fn summaries_contain_resources_as_a_fetch_returns_them() {
    let nightly = "\n[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\n";
    let shop = "volumes = { data = \"volumes/shop-data\", media = \"volumes/shop-media\" }\n";
    let config = changed_config(shop, &format!("{shop}{nightly}"));
    let mut server = Builder::new().config(&config).start().await;
    let app = server.app("acme", "shop");
    let api = server.api().await;
    let empty = summary(&server, &api, app).await;
    for member in ["lastCompletedBackup", "latestBackup", "lastRestore"] {
        assert_eq!(empty.get(member), None, "{member}");
    }
    assert_eq!(empty["volumes"], json!(["data", "media"]));
    let backup = id(&api.create_backup(app, &json!({})).await);
    let path = format!("{}/{backup}", api.app_backups(app));
    api.wait_for(&path, &["completed"]).await;
    let body = json!({"type": "application/astra-appRestore", "version": "1.0", "inPlace": true, "backupID": backup});
    let restores = api.app_snaps(app).replace("appSnaps", "appRestores");
    let restore = api.post(&restores, &body).await;
    assert_eq!(restore.status, 201, "{}", restore.text());
    let restore = format!("{restores}/{}", id(&restore.json()));
    api.wait_for(&restore, &["completed"]).await;

    // Without workers, new backups stay pending.
    server.restart(0, None).await;
    let api = server.api().await;
    let mut pending = Vec::new();
    for _ in 0..3 {
        pending.push(api.create_backup(app, &json!({})).await);
    }
    let shown = summary(&server, &api.clone(), app).await;
    let fetched = api.fetch("app_backup_fetch_for_app", &path).await;
    assert_eq!(shown["lastCompletedBackup"], fetched);
    assert_eq!(shown["latestBackup"], fetched);
    assert_eq!(
        shown["lastRestore"],
        api.fetch("app_restore_fetch_for_app", &restore).await
    );
    pending.reverse();
    assert_eq!(shown["backupsInProgress"], json!(pending));
    let counts = [
        "startedBackups",
        "pendingBackups",
        "startedRestores",
        "pendingRestores",
    ];
    assert_eq!(
        json!(counts.map(|member| shown[member].clone())),
        json!([0, 3, 0, 0])
    );
    let schedules = api.app_snaps(app).replace("appSnaps", "schedules");
    let schedules = api.fetch("app_schedule_list_for_app", &schedules).await;
    assert_eq!(shown["schedules"], schedules["items"]);
    let viewer = server.api_as("viewer", &["acme"]).await;
    assert_eq!(summary(&server, &viewer, app).await, shown);
}

#[tokio::test]
async fn creators_of_resources_are_users_with_names() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let app = server.app("acme", "blog");
    let snap = api.create_snap(app, &json!({})).await;
    let list = api.fetch(USERS, &users(&server, "acme")).await;
    let named = |list: &Value, id: &Value| -> Vec<String> {
        let items = list["items"].as_array().expect("items").iter();
        let names = items
            .filter(|user| user["id"] == *id)
            .map(|user| user["firstName"].to_string());
        names.collect()
    };
    let creator = &snap["metadata"]["createdBy"];
    assert_eq!(named(&list, creator).len(), 1, "{list:#}");
    let system = json!("35c4d8d2-a62b-5308-9d36-52a4d9d6a50b");
    assert_eq!(named(&list, &system), ["\"appkeep\""]);
    let text = list.to_string();
    assert!(!text.contains("hash") && !text.contains(api.token()), "{text}");
    // Only tokens that can access the account are its users.
    let others = server.api_as("viewer", &["other"]).await;
    let of_other = others.fetch(USERS, &users(&server, "other")).await;
    assert_eq!(named(&of_other, creator), [""; 0]);
    assert_eq!(named(&of_other, &system), ["\"appkeep\""]);
}

//! Lists: their order, their pages, their columns, and their items.

use std::sync::Arc;

use appkeep_server::Clock;
use appkeep_tests::{Api, Builder, TestServer, id};
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

/// Starts a server on which pending resources stay pending.
pub(crate) async fn idle() -> TestServer {
    Builder::new().workers(0).start().await
}

async fn list(api: &Api, operation: &str, path: &str) -> Value {
    let response = api.get(path).await;
    assert_eq!(response.status, 200, "{path}: {}", response.text());
    assert_eq!(response.violations(operation), [""; 0], "{path}");
    assert_eq!(response.header("content-type"), "application/json", "{path}");
    let list = response.json();
    let count = list["items"].as_array().map(Vec::len);
    assert_eq!(list["metadata"]["count"], json!(count), "{path}");
    list
}

pub(crate) fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().expect("items").iter().map(id).collect()
}

/// Returns the ids of all items, read in pages of `limit`; `between` is called after each page.
async fn paged(
    api: &Api,
    operation: &str,
    path: &str,
    limit: usize,
    mut between: impl AsyncFnMut(&Value),
) -> Vec<String> {
    let (mut found, mut query) = (Vec::new(), String::new());
    loop {
        let page = list(api, operation, &format!("{path}?limit={limit}{query}")).await;
        let items = ids(&page);
        assert!(
            items.len() <= limit,
            "{} items for a limit of {limit}",
            items.len()
        );
        found.extend(items);
        let Some(token) = page["metadata"].get("continue") else {
            return found;
        };
        assert_eq!(
            page["items"].as_array().map(Vec::len),
            Some(limit),
            "only the last page is short"
        );
        query = format!("&continue={}", token.as_str().expect("a token"));
        between(&page).await;
    }
}

/// Creates `count` snapshots, the oldest first.
pub(crate) async fn create_snaps(api: &Api, app: Uuid, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(id(&api.create_snap(app, &json!({})).await));
    }
    made
}

async fn create_backups(api: &Api, app: Uuid, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(id(&api.create_backup(app, &json!({})).await));
    }
    made
}

#[tokio::test]
async fn empty_lists_have_all_members() {
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    for (operation, path, kind, version) in [
        (
            "app_backup_list_all",
            api.backups(),
            "application/astra-appBackups",
            "1.1",
        ),
        (
            "app_backup_list_for_app",
            api.app_backups(shop),
            "application/astra-appBackups",
            "1.1",
        ),
        (
            "app_snap_list_for_app",
            api.app_snaps(shop),
            "application/astra-appSnaps",
            "1.2",
        ),
    ] {
        for query in [
            "",
            "?limit=1",
            "?include=id",
            "?continue=ffffffffffffffffffffffffffffffffffffffffffffffff",
        ] {
            let list = list(&api, operation, &format!("{path}{query}")).await;
            assert_eq!(list["type"], kind, "{operation}{query}");
            assert_eq!(list["version"], version, "{operation}{query}");
            assert_eq!(list["items"], json!([]), "{operation}{query}");
            assert_eq!(list["metadata"]["labels"], json!([]), "{operation}{query}");
            assert_eq!(list["metadata"].get("continue"), None, "{operation}{query}");
        }
    }
}

#[tokio::test]
async fn lists_are_newest_first_and_consistent() {
    let server = idle().await;
    let api = server.api().await;
    let (shop, blog) = (server.app("acme", "shop"), server.app("acme", "blog"));
    let mut made = Vec::new();
    for app in [shop, blog, blog, shop, blog, shop, shop] {
        made.push((app, id(&api.create_backup(app, &json!({})).await)));
    }
    made.reverse();
    let all = list(&api, "app_backup_list_all", &api.backups()).await;
    assert_eq!(
        ids(&all),
        made.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>()
    );
    for app in [shop, blog] {
        let of_app = list(&api, "app_backup_list_for_app", &api.app_backups(app)).await;
        let expected = made.iter().filter(|(of, _)| *of == app).map(|(_, id)| id.clone());
        assert_eq!(ids(&of_app), expected.collect::<Vec<_>>());
        for item in of_app["items"].as_array().expect("items") {
            let in_all = all["items"]
                .as_array()
                .expect("items")
                .iter()
                .any(|other| other == item);
            assert!(in_all, "{item} is the same in both lists");
            let fetched = api.get(&format!("{}/{}", api.backups(), id(item))).await.json();
            assert_eq!(fetched, *item, "and the same as when it is fetched");
        }
    }
    assert_eq!(
        list(&api, "app_snap_list_for_app", &api.app_snaps(shop)).await["items"],
        json!([])
    );
}

#[tokio::test]
async fn pages_add_up_to_the_whole_list() {
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let mut made = create_backups(&api, shop, 27).await;
    made.reverse();
    let mut snaps = create_snaps(&api, shop, 27).await;
    snaps.reverse();
    for (operation, path, made) in [
        ("app_backup_list_all", api.backups(), &made),
        ("app_backup_list_for_app", api.app_backups(shop), &made),
        ("app_snap_list_for_app", api.app_snaps(shop), &snaps),
    ] {
        assert_eq!(ids(&list(&api, operation, &path).await), *made);
        for limit in [1, 2, 9, 13, 26, 27, 28, usize::MAX] {
            let pages = paged(&api, operation, &path, limit, async |_| ()).await;
            assert_eq!(pages, *made, "{operation} by {limit}");
        }
    }
}

#[tokio::test]
async fn limits_beyond_64_bits_mean_no_limit() {
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let made = create_snaps(&api, shop, 3).await;
    for limit in [
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999999999999999",
    ] {
        let list = list(
            &api,
            "app_snap_list_for_app",
            &format!("{}?limit={limit}", api.app_snaps(shop)),
        )
        .await;
        assert_eq!(ids(&list).len(), made.len(), "{limit}");
        assert_eq!(list["metadata"].get("continue"), None, "{limit}");
    }
}

#[tokio::test]
async fn paging_is_stable_during_creates_and_deletes() {
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let mut backups = create_backups(&api, shop, 26).await;
    backups.reverse();
    let path = api.backups();
    let pages = paged(&api, "app_backup_list_all", &path, 5, async |_| {
        create_backups(&api, shop, 2).await;
        create_backups(&api, server.app("acme", "blog"), 1).await;
    });
    assert_eq!(pages.await, backups);

    let mut snaps = create_snaps(&api, shop, 26).await;
    snaps.reverse();
    let path = api.app_snaps(shop);
    let pages = paged(&api, "app_snap_list_for_app", &path, 5, async |page| {
        // The token names the position of the last item, which is deleted before the token is used.
        let last = ids(page).pop().expect("a last item");
        assert_eq!(api.delete(&format!("{path}/{last}")).await.status, 204);
        create_snaps(&api, shop, 3).await;
    });
    assert_eq!(pages.await, snaps);
}

/// A clock that stands still.
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(1_767_225_600_123_456).expect("a time")
    }
}

#[tokio::test]
async fn resources_with_equal_times_can_be_paged() {
    let builder = Builder::new().workers(0).clock(Arc::new(StoppedClock));
    let server = builder.start().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));

    let mut made = create_snaps(&api, shop, 11).await;
    made.sort_unstable_by(|a, b| b.cmp(a));
    let path = api.app_snaps(shop);
    assert_eq!(ids(&list(&api, "app_snap_list_for_app", &path).await), made);
    for limit in [1, 2, 5, 10] {
        assert_eq!(
            paged(&api, "app_snap_list_for_app", &path, limit, async |_| ()).await,
            made
        );
    }
}

#[tokio::test]
async fn continue_tokens_work_in_other_lists() {
    let server = idle().await;
    let api = server.api().await;
    let (shop, blog) = (server.app("acme", "shop"), server.app("acme", "blog"));
    let older = create_backups(&api, shop, 2).await;
    create_backups(&api, blog, 1).await;
    create_backups(&api, shop, 2).await;
    let page = list(&api, "app_backup_list_all", &format!("{}?limit=3", api.backups())).await;
    let token = page["metadata"]["continue"].as_str().expect("a token");
    let rest = list(
        &api,
        "app_backup_list_for_app",
        &format!("{}?continue={token}", api.app_backups(shop)),
    )
    .await;
    assert_eq!(ids(&rest), [older[1].clone(), older[0].clone()]);
    let rest = list(
        &api,
        "app_backup_list_for_app",
        &format!("{}?continue={token}", api.app_backups(blog)),
    )
    .await;
    assert_eq!(rest["items"], json!([]));
}

const BACKUP_FIELDS: [&str; 16] = [
    "type",
    "version",
    "id",
    "name",
    "bucketID",
    "snapshotID",
    "scheduleID",
    "state",
    "stateUnready",
    "hookState",
    "hookStateDetails",
    "backupCreationTimestamp",
    "totalBytes",
    "bytesDone",
    "percentDone",
    "metadata",
];
const SNAP_FIELDS: [&str; 11] = [
    "type",
    "version",
    "id",
    "name",
    "scheduleID",
    "snapshotAppAsset",
    "state",
    "stateUnready",
    "hookState",
    "hookStateDetails",
    "metadata",
];

#[tokio::test]
async fn include_returns_the_fields_in_the_requested_order() {
    let server = TestServer::start().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let snap = id(&api.create_snap(shop, &json!({"name": "first"})).await);
    api.wait_for(&format!("{}/{snap}", api.app_snaps(shop)), &["completed"])
        .await;
    let labels = json!({"labels": [{"name": "a", "value": "b"}]});
    let more = json!({"name": "second", "snapshotID": snap, "metadata": labels});
    let backup = id(&api.create_backup(shop, &more).await);
    api.wait_for(&format!("{}/{backup}", api.backups()), &["completed"])
        .await;
    for (operation, path, fields) in [
        ("app_backup_list_all", api.backups(), &BACKUP_FIELDS[..]),
        (
            "app_backup_list_for_app",
            api.app_backups(shop),
            &BACKUP_FIELDS[..],
        ),
        ("app_snap_list_for_app", api.app_snaps(shop), &SNAP_FIELDS[..]),
    ] {
        let whole = list(&api, operation, &path).await["items"][0].clone();
        let mut backwards = fields.to_vec();
        backwards.reverse();
        for asked in [
            vec!["id"],
            vec!["id", "name", "state"],
            vec!["state", "name", "id"],
            vec!["scheduleID"],
            fields.to_vec(),
            backwards,
        ] {
            let query = asked.join(",");
            let columns = list(&api, operation, &format!("{path}?include={query}")).await;
            let expected: Vec<Value> = asked.iter().map(|field| whole[*field].clone()).collect();
            assert_eq!(columns["items"], json!([expected]), "{operation} {query}");
        }
        // Every member of the resource can be requested, and at least one requested field is absent from it.
        let members: Vec<&String> = whole.as_object().expect("an object").keys().collect();
        assert!(
            members.iter().all(|member| fields.contains(&member.as_str())),
            "{members:?}"
        );
        assert!(members.len() < fields.len(), "{members:?}");
    }
}

#[tokio::test]
async fn accounts_do_not_see_each_other() {
    let server = idle().await;
    let acme = server.api().await;
    let others_token = server.token("member", &["other"]).await;
    let other = Api::new(acme.url().to_owned(), others_token, server.account("other"));
    let (ours, theirs) = (server.app("acme", "shop"), server.app("other", "shop"));
    let same = json!({"name": "nightly"});
    let our_backup = id(&acme.create_backup(ours, &same).await);
    let their_backup = id(&other.create_backup(theirs, &same).await);
    let our_snap = id(&acme.create_snap(ours, &same).await);
    let their_snap = id(&other.create_snap(theirs, &same).await);
    for (api, app, backup, snap) in [
        (&acme, ours, our_backup, our_snap),
        (&other, theirs, their_backup, their_snap),
    ] {
        for (operation, path, only) in [
            ("app_backup_list_all", api.backups(), &backup),
            ("app_backup_list_for_app", api.app_backups(app), &backup),
            ("app_snap_list_for_app", api.app_snaps(app), &snap),
        ] {
            assert_eq!(
                ids(&list(api, operation, &path).await),
                [only.as_str()],
                "{operation}"
            );
        }
    }
}

#[tokio::test]
async fn lists_sent_in_chunks_arrive_completely() {
    const COUNT: usize = 410;
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let asked = stream::iter(0..COUNT).map(|_| create_snaps(&api, shop, 1));
    let mut made = asked.buffer_unordered(8).collect::<Vec<_>>().await.concat();
    made.sort_unstable();

    let path = api.app_snaps(shop);
    let operation = "app_snap_list_for_app";
    let whole = list(&api, operation, &path).await;
    let mut found = ids(&whole);
    let position = |item: &Value| {
        (
            item["metadata"]["creationTimestamp"].to_string(),
            item["id"].to_string(),
        )
    };
    assert!(
        whole["items"]
            .as_array()
            .expect("items")
            .is_sorted_by(|a, b| position(a) > position(b))
    );
    // The server reads 200 items at a time: limits on both sides of each boundary.
    for limit in [199, 200, 201, 400, 401, COUNT, COUNT + 1] {
        let part = list(&api, operation, &format!("{path}?limit={limit}")).await;
        assert_eq!(ids(&part), found[..limit.min(COUNT)], "{limit}");
        assert_eq!(
            part["metadata"].get("continue").is_some(),
            limit < COUNT,
            "{limit}"
        );
    }
    assert_eq!(paged(&api, operation, &path, 150, async |_| ()).await, found);
    let columns = list(&api, operation, &format!("{path}?include=id")).await;
    let column: Vec<Value> = found.iter().map(|id| json!([id])).collect();
    assert_eq!(columns["items"], json!(column));
    // A client that disconnects during a list doesn't affect others.
    for _ in 0..3 {
        let request = api.request(http::Method::GET, &path).bearer_auth(api.token());
        let mut response = request.send().await.expect("a response");
        response.chunk().await.expect("a body").expect("its beginning");
    }
    assert_eq!(ids(&list(&api, operation, &path).await), found);
    found.sort_unstable();
    assert_eq!(found, made);
}

//! Single files of backups: listings, content and differences, as clients see them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use appkeep_client::{Client, Content, ResponseValue};
use appkeep_tests::{Api, Builder, TestResponse, TestServer, id, write_noise};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const FILES: &str = "app_backup_file_list_for_app";
const CONTENT: &str = "app_backup_content_fetch_for_app";
const CHANGES: &str = "app_backup_change_list_for_app";

/// A server with a completed backup of `shop`.
struct BackedUp {
    server: TestServer,
    api: Api,
    root: PathBuf,
    shop: Uuid,
    backup: String,
}

impl BackedUp {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Backs up volumes to which `add` added files.
    async fn with(add: impl FnOnce(&PathBuf)) -> Self {
        let builder = Builder::new();
        let root = builder.path().to_owned();
        add(&root.join("volumes/shop-data"));
        let server = builder.start().await;
        let (api, shop) = (server.api().await, server.app("acme", "shop"));
        let backup = id(&api.back_up(shop, &json!({})).await);
        Self {
            server,
            api,
            root,
            shop,
            backup,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}/{}/{rest}", self.api.app_backups(self.shop), self.backup)
    }

    async fn files(&self, query: &str) -> Value {
        self.api.fetch(FILES, &self.path(&format!("files?{query}"))).await
    }

    async fn content(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> TestResponse {
        let request = self
            .api
            .request(method.clone(), &self.path(&format!("content?path={path}")));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let response = self.api.send(request.bearer_auth(self.api.token())).await;
        if method == Method::GET {
            assert_eq!(response.violations(CONTENT), [""; 0], "{path} {headers:?}");
        }
        response
    }
}

fn paths(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("items").iter();
    items.map(|item| item["path"].as_str().expect("a path")).collect()
}

#[tokio::test]
async fn files_of_a_backup_are_listed() {
    let backed_up = BackedUp::with(|data| symlink("greeting.txt", data.join("link")).expect("a link")).await;
    let root = backed_up.files("").await;
    assert_eq!(paths(&root), ["/data", "/media"]);
    let data = backed_up.files("path=/data").await;
    let found = ["/data/below", "/data/greeting.txt", "/data/link"];
    assert_eq!(paths(&data), found);
    assert_eq!(data["metadata"], json!({"count": 3}));
    let items = &data["items"];
    assert_eq!(items[0]["type"], "directory");
    assert_eq!(
        (&items[1]["type"], &items[1]["size"]),
        (&json!("file"), &json!(21))
    );
    assert_eq!(items[2]["target"], "greeting.txt");
    let everything = backed_up.files("recursive=true").await;
    assert_eq!(everything["metadata"]["count"], 9);
    let zeros = backed_up.files("recursive=true&pattern=z*").await;
    assert_eq!(paths(&zeros), ["/data/below/zeros", "/media/below/zeros"]);
    let mut query = "recursive=true&limit=2".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = backed_up.files(&query).await;
        pages.extend(page["items"].as_array().expect("items").clone());
        let Some(token) = page["metadata"]["continue"].as_str() else {
            break;
        };
        query = format!("recursive=true&limit=2&continue={token}");
    }
    assert_eq!(Value::from(pages), everything["items"]);
}

#[tokio::test]
async fn files_are_sent_as_they_were_backed_up() {
    let backed_up = BackedUp::start().await;
    let greeting = b"hello from shop-data\n";
    let whole = backed_up.content(Method::GET, "/data/greeting.txt", &[]).await;
    assert_eq!((whole.status.as_u16(), &whole.bytes[..]), (200, &greeting[..]));
    let etag = whole.header("etag");
    assert_eq!(etag, format!("\"{}\"", backed_up.backup));
    for (name, value) in [
        ("content-length", "21"),
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment; filename=\"greeting.txt\""),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(whole.header(name), value);
    }
    let head = backed_up.content(Method::HEAD, "/data/greeting.txt", &[]).await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), "21");
    assert_eq!(head.header("etag"), etag);

    for (headers, status, content, range) in [
        (&[("Range", "bytes=6-9")][..], 206, &b"from"[..], "bytes 6-9/21"),
        (&[("Range", "bytes=-5")], 206, b"data\n", "bytes 16-20/21"),
        (&[("Range", "bytes=0-1,3-4")], 200, greeting, ""),
        (
            &[("Range", "bytes=0-4"), ("If-Range", &etag)],
            206,
            b"hello",
            "bytes 0-4/21",
        ),
        (
            &[("Range", "bytes=0-4"), ("If-Range", "\"other\"")],
            200,
            greeting,
            "",
        ),
    ] {
        let part = backed_up
            .content(Method::GET, "/data/greeting.txt", headers)
            .await;
        assert_eq!(
            (part.status.as_u16(), &part.bytes[..]),
            (status, content),
            "{headers:?}"
        );
        assert_eq!(part.header("content-range"), range, "{headers:?}");
        assert_eq!(part.header("content-length"), content.len().to_string());
    }
    let after = [("Range", "bytes=21-")];
    let after = backed_up.content(Method::GET, "/data/greeting.txt", &after).await;
    assert_eq!(
        (after.status.as_u16(), after.header("content-range")),
        (416, "bytes */21".to_owned())
    );
}

#[tokio::test]
async fn directories_are_sent_as_archives_to_clients_that_accept_them() {
    let backed_up = BackedUp::start().await;
    let accept = [("Accept", "application/x-tar")];
    for (path, name, count) in [("/", "backup.tar", 8), ("/data/below", "below.tar", 2)] {
        let archive = backed_up.content(Method::GET, path, &accept).await;
        assert_eq!(archive.status.as_u16(), 200, "{}", archive.text());
        assert_eq!(archive.header("content-type"), "application/x-tar");
        assert_eq!(
            archive.header("content-disposition"),
            format!("attachment; filename=\"{name}\"")
        );
        // Each header of an entry has this signature.
        let headers = archive
            .bytes
            .chunks(512)
            .filter(|block| block[257..].starts_with(b"ustar"));
        assert_eq!(headers.count(), count, "{path}");
    }
    let file = backed_up
        .content(Method::GET, "/data/greeting.txt", &accept)
        .await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    let directory = backed_up.content(Method::GET, "/data", &[]).await;
    assert_eq!(
        (directory.problem(), directory.invalid_fields()),
        ("400/5".to_owned(), vec!["path".to_owned()])
    );
}

#[tokio::test]
async fn differences_between_backups_are_listed() {
    let backed_up = BackedUp::start().await;
    let data = backed_up.root.join("volumes/shop-data");
    fs::write(data.join("added.txt"), "added").expect("a file");
    fs::write(data.join("greeting.txt"), "hi").expect("a file");
    fs::remove_file(data.join("below/zeros")).expect("no file");
    let newer = id(&backed_up.api.back_up(backed_up.shop, &json!({})).await);
    let base = &backed_up.backup;
    let changes = format!(
        "{}/{newer}/changes?base={base}",
        backed_up.api.app_backups(backed_up.shop)
    );
    let list = backed_up.api.fetch(CHANGES, &changes).await;
    let found: Vec<_> = list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| {
            let entry = item.get("new").or(item.get("old")).expect("an entry");
            format!(
                "{} {}",
                item["change"].as_str().expect("a change"),
                entry["path"].as_str().expect("a path")
            )
        })
        .collect();
    let expected = [
        "added /data/added.txt",
        "removed /data/below/zeros",
        "modified /data/greeting.txt",
    ];
    assert_eq!(found, expected);
    assert_eq!(
        (&list["items"][2]["old"]["size"], &list["items"][2]["new"]["size"]),
        (&json!(21), &json!(2))
    );
    let page = backed_up.api.fetch(CHANGES, &format!("{changes}&limit=1")).await;
    let token = page["metadata"]["continue"].as_str().expect("a token");
    let rest = backed_up
        .api
        .fetch(CHANGES, &format!("{changes}&continue={token}"))
        .await;
    assert_eq!(
        rest["items"].as_array().expect("items")[..],
        list["items"].as_array().expect("items")[1..]
    );
    let same = backed_up
        .api
        .fetch(CHANGES, &format!("{changes}&path=/media"))
        .await;
    assert_eq!(same["metadata"], json!({"count": 0}));
}

#[tokio::test]
async fn requests_that_cannot_be_met_are_refused() {
    let backed_up = BackedUp::with(|data| symlink("greeting.txt", data.join("link")).expect("a link")).await;
    let api = &backed_up.api;
    let unknown = "0b5c0f9e-7a51-4d9a-9f0a-3a1d4f0c6e77";
    for (operation, path, problem, invalid) in [
        (FILES, "files?path=/none", "404/2", "path"),
        (FILES, "files?path=/data/../x", "400/5", "path"),
        (FILES, "files?pattern=%5B", "400/5", "pattern"),
        (FILES, "files?recursive=yes", "400/5", "recursive"),
        (FILES, "files?continue=2f2", "400/5", "continue"),
        (CONTENT, "content", "400/5", "path"),
        (CONTENT, "content?path=/data/none", "404/2", "path"),
        (CONTENT, "content?path=/data/link", "400/5", "path"),
        (CHANGES, "changes", "400/5", "base"),
        (CHANGES, &format!("changes?base={unknown}"), "400/5", "base"),
        (
            CHANGES,
            &format!("changes?base={}&path=/none", backed_up.backup),
            "404/2",
            "path",
        ),
    ] {
        let response = api.get(&backed_up.path(path)).await;
        assert_eq!(response.violations(operation), [""; 0], "{path}");
        assert_eq!(
            (response.problem(), response.invalid_fields()),
            (problem.to_owned(), vec![invalid.to_owned()]),
            "{path}"
        );
    }
    let viewer = backed_up.server.api_as("viewer", &["acme"]).await;
    assert_eq!(viewer.get(&backed_up.path("files")).await.status.as_u16(), 200);
    let refused = viewer
        .get(&backed_up.path("content?path=/data/greeting.txt"))
        .await;
    assert_eq!(refused.problem(), "403/11");
}

#[tokio::test]
async fn a_bucket_that_cannot_be_read_is_unavailable() {
    let backed_up = BackedUp::start().await;
    assert_eq!(paths(&backed_up.files("").await).len(), 2);
    let bucket = backed_up.root.join("buckets/local");
    fs::rename(&bucket, backed_up.root.join("elsewhere")).expect("a renamed bucket");
    for (operation, path) in [(FILES, "files"), (CONTENT, "content?path=/data/greeting.txt")] {
        let response = backed_up.api.get(&backed_up.path(path)).await;
        assert_eq!(response.violations(operation), [""; 0], "{path}");
        assert_eq!(response.problem(), "503/-", "{}", response.text());
        assert!(!response.text().contains("buckets"), "{}", response.text());
    }
    fs::rename(backed_up.root.join("elsewhere"), &bucket).expect("a bucket");
    assert_eq!(paths(&backed_up.files("").await).len(), 2);
}

#[tokio::test]
async fn a_download_whose_data_disappears_never_looks_complete() {
    const BYTES: u64 = 48 << 20;
    let backed_up = BackedUp::with(|data| write_noise(&data.join("big"), BYTES)).await;
    let repository = backed_up.root.join(format!("buckets/local/{}", backed_up.shop));
    let request = backed_up
        .api
        .request(Method::GET, &backed_up.path("content?path=/data/big"));
    let mut response = request
        .bearer_auth(backed_up.api.token())
        .send()
        .await
        .expect("a response");
    assert_eq!(response.content_length(), Some(BYTES));
    let mut received = response.chunk().await.expect("a piece").expect("a piece").len() as u64;
    fs::rename(repository.join("data"), repository.join("elsewhere")).expect("no packs");
    let broken = loop {
        match response.chunk().await {
            Ok(Some(piece)) => received += piece.len() as u64,
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && received < BYTES, "{received} bytes");
}

#[tokio::test]
async fn the_client_receives_files_ranges_and_archives() {
    let backed_up = BackedUp::start().await;
    let account = backed_up.server.account("acme");
    let backup: Uuid = backed_up.backup.parse().expect("a UUID");
    let client = Client::builder(backed_up.api.url())
        .token(backed_up.api.token())
        .build()
        .expect("a client");
    let received = async |response: Result<ResponseValue<Content>, appkeep_client::Error>| {
        let mut content = response?.into_inner();
        let mut bytes = Vec::new();
        while let Some(piece) = content.chunk().await? {
            bytes.extend(piece);
        }
        Ok::<_, appkeep_client::Error>(bytes)
    };
    let (shop, path) = (backed_up.shop, "/data/greeting.txt");
    let whole = client.app_backup_content_fetch_for_app(account, shop, backup, path);
    assert_eq!(
        received(whole.await).await.expect("a file"),
        b"hello from shop-data\n"
    );
    let range = |range| client.app_backup_content_range_for_app(account, shop, backup, path, range);
    assert_eq!(received(range(6..=9).await).await.expect("a range"), b"from");
    let after = range(21..=21).await.expect_err("no such range");
    assert_eq!(after.status().expect("a status").as_u16(), 416);
    let archive = client.app_backup_archive_for_app(account, shop, backup, "/data/below");
    let archive = received(archive.await).await.expect("an archive");
    assert!(archive.starts_with(b"data/below\0"), "{} bytes", archive.len());
}

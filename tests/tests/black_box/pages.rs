//! The headers of the pages, and rules for their content.

use appkeep_tests::{Api, Builder, TestResponse, TestServer};
use http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use http::{Method, StatusCode};

/// The contract, which is served unchanged.
const CONTRACT: &str = include_str!("../../../spec/openapi.yaml");

/// Every page, and some of its files.
const PATHS: [&str; 6] = [
    "/ui",
    "/ui/main.js",
    "/ui/style.css",
    "/docs",
    "/docs/swagger-ui-bundle.js",
    "/docs/openapi.yaml",
];

async fn started() -> (TestServer, Api) {
    let server = Builder::new().start().await;
    // No token is required.
    let api = Api::new(
        format!("http://{}", server.address()),
        String::new(),
        uuid::Uuid::nil(),
    );
    (server, api)
}

async fn send(
    api: &Api,
    method: Method,
    path: &str,
    header: Option<(http::HeaderName, &str)>,
) -> TestResponse {
    let mut request = api.request(method, path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    api.send(request).await
}

#[tokio::test]
async fn pages_have_security_headers() {
    let (_server, api) = started().await;
    for path in PATHS {
        let response = send(&api, Method::GET, path, None).await;
        assert_eq!(response.status, StatusCode::OK, "{path}");
        let policy = response.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        for never in [
            "'unsafe-eval'",
            "http:",
            "https:",
            "*",
            "script-src 'self' 'unsafe-inline'",
        ] {
            assert!(!policy.contains(never), "{path}: {policy}");
        }
        assert_eq!(response.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(response.header("referrer-policy"), "no-referrer", "{path}");
        let head = send(&api, Method::HEAD, path, None).await;
        assert_eq!(head.status, StatusCode::OK, "{path}");
        assert!(head.bytes.is_empty(), "{path}");
        assert_eq!(head.header("etag"), response.header("etag"), "{path}");
        let post = send(&api, Method::POST, path, None).await;
        assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn pages_are_compressed_and_have_etags() {
    let (_server, api) = started().await;
    for path in PATHS {
        let plain = send(&api, Method::GET, path, None).await;
        let packed = send(&api, Method::GET, path, Some((ACCEPT_ENCODING, "br, gzip"))).await;
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        assert_eq!(packed.header("content-encoding"), "gzip", "{path}");
        assert_eq!(packed.header("vary"), "accept-encoding", "{path}");
        assert!(packed.bytes.len() < plain.bytes.len(), "{path}");
        assert_ne!(packed.header("etag"), plain.header("etag"), "{path}");
        let tag = plain.header("etag");
        let again = send(&api, Method::GET, path, Some((IF_NONE_MATCH, &tag))).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!((again.bytes.len(), again.header("etag")), (0, tag), "{path}");
    }
}

#[tokio::test]
async fn the_contract_is_served_unchanged() {
    let (_server, api) = started().await;
    let response = send(&api, Method::GET, "/docs/openapi.yaml", None).await;
    assert_eq!(response.header("content-type"), "application/yaml");
    assert_eq!(response.bytes, CONTRACT.as_bytes());
}

#[tokio::test]
async fn unknown_pages_are_not_found() {
    let (_server, api) = started().await;
    for path in [
        "/ui/unknown.js",
        "/ui/../appkeep.toml",
        "/ui/%2e%2e/Cargo.toml",
        "/docs/index.html",
        "/favicon.ico",
    ] {
        let response = send(&api, Method::GET, path, None).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn pages_can_be_disabled() {
    let config = appkeep_tests::usual_config().replace("[server]", "[server]\npages = false");
    let server = Builder::new().config(&config).start().await;
    let api = server.api().await;
    for path in PATHS.into_iter().chain(["/"]) {
        let response = send(&api, Method::GET, path, None).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(api.get(&api.backups()).await.status, StatusCode::OK);
}

#[test]
fn pages_reference_no_other_server() {
    for (path, text) in sources("../crates/appkeep-server/pages") {
        let foreign = text
            .replace("http://www.w3.org/2000/svg", "")
            .match_indices("://")
            .count();
        assert_eq!(foreign, 0, "{path} names an address");
    }
}

#[test]
fn every_file_of_the_pages_is_served() {
    let table = include_str!("../../../crates/appkeep-server/src/pages/table.rs");
    for (path, _) in sources("../crates/appkeep-server/pages") {
        let (_, name) = path.split_once("/pages/").expect("below the pages");
        let name = name.split_once('/').expect("a file of a page").1;
        assert!(table.contains(&format!("{name}\"")), "{path} is in no table");
    }
}

/// Returns the hand-written files below `dir`.
fn sources(dir: &str) -> Vec<(String, String)> {
    let mut open = vec![std::path::PathBuf::from(dir)];
    let mut found = Vec::new();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                // This directory is third-party code.
                if !path.ends_with("swagger-ui") {
                    open.push(path);
                }
            } else {
                let text = std::fs::read_to_string(&path).expect("text");
                found.push((path.display().to_string(), text));
            }
        }
    }
    assert!(found.len() > 10, "{} files", found.len());
    found
}

//! Methods that a path doesn't support.

use std::collections::{BTreeMap, BTreeSet};

use appkeep_tests::{TestRequest, TestResponse, operations};
use http::Method;

use crate::fixture::Fixture;

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// Returns the declared methods of each path, and an operation on it.
fn paths() -> BTreeMap<&'static str, (BTreeSet<&'static str>, &'static str)> {
    let mut paths = BTreeMap::new();
    for operation in operations() {
        let path = paths
            .entry(operation.path.as_str())
            .or_insert((BTreeSet::new(), operation.id.as_str()));
        path.0.insert(operation.method.as_str());
        // The description of the GET includes HEAD.
        if operation.id == "app_backup_content_fetch_for_app" {
            path.0.insert("HEAD");
        }
    }
    paths
}

fn allow(response: &TestResponse) -> BTreeSet<String> {
    response
        .header("allow")
        .split(',')
        .map(|method| method.trim().to_owned())
        .collect()
}

fn assert_not_allowed(request: &TestRequest, response: &TestResponse, declared: &BTreeSet<&str>) {
    let what = format!("{} {}", request.method, request.operation.path);
    assert_eq!(response.status, 405, "{what}");
    assert_eq!(response.headers.get_all("allow").iter().count(), 1, "{what}");
    assert!(
        allow(response).iter().eq(declared),
        "{what}: {}",
        response.header("allow")
    );
    if request.method == Method::HEAD {
        assert_eq!(
            response.header("content-type"),
            "application/problem+json",
            "{what}"
        );
        assert!(response.bytes.is_empty(), "{what}");
    } else {
        assert_eq!(response.problem(), "405/69", "{what}");
        assert_eq!(response.violations(&request.operation.id), [""; 0], "{what}");
    }
}

#[tokio::test]
async fn undeclared_methods_get_405_with_allow() {
    let fixture = Fixture::start().await;
    let before = fixture.everything().await;
    let mut refused = 0;
    for (path, (declared, operation)) in paths() {
        for method in METHODS.into_iter().filter(|method| !declared.contains(method)) {
            let mut request = fixture.request(operation);
            request.method = method.parse().expect("a method");
            let response = request.send(&fixture.api).await;
            assert_not_allowed(&request, &response, &declared);
            refused += 1;
        }
        assert!(!declared.is_empty(), "{path}");
    }
    let declared: usize = paths().values().map(|(methods, _)| methods.len()).sum();
    assert_eq!(refused, METHODS.len() * paths().len() - declared);
    assert_eq!(fixture.everything().await, before);
}

#[tokio::test]
async fn methods_are_checked_first() {
    let fixture = Fixture::start().await;
    for (_, (declared, operation)) in paths() {
        let mut request = fixture.request(operation);
        request.method = Method::PATCH;
        request.authorization = None;
        request.id("account_id", "x");
        request.id("app_id", "y");
        request.query = "limit=0&colour=red".to_owned();
        request.text("{");
        request.content_type = Some(b"text/plain".to_vec());
        let response = request.send(&fixture.api).await;
        assert_not_allowed(&request, &response, &declared);
    }
}

#[tokio::test]
async fn the_bodies_of_get_and_delete_are_ignored() {
    let fixture = Fixture::start().await;
    for operation in operations().iter().filter(|operation| operation.body.is_none()) {
        let bare = fixture.request(&operation.id).send(&fixture.api).await;
        for body in [
            "{}",
            "{",
            "[1]",
            "\u{feff}",
            r#"{"type":"application/astra-appBackup"}"#,
        ] {
            for media_type in [None, Some("application/json"), Some("text/plain")] {
                let mut request = fixture.request(&operation.id);
                request.text(body);
                request.content_type = media_type.map(Into::into);
                let response = request.send(&fixture.api).await;
                assert_eq!(response.problem(), bare.problem(), "{} with {body}", operation.id);
                assert_eq!(
                    response.violations(&operation.id),
                    [""; 0],
                    "{} with {body}",
                    operation.id
                );
            }
        }
    }
}

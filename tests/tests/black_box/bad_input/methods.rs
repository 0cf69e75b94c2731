//! Methods that a path doesn't support.

use std::collections::{BTreeMap, BTreeSet};

use appkeep_tests::{Answer, Ask, operations};
use http::Method;

use crate::stage::Stage;

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
    }
    paths
}

fn allow(answer: &Answer) -> BTreeSet<String> {
    answer
        .header("allow")
        .split(',')
        .map(|method| method.trim().to_owned())
        .collect()
}

fn assert_not_allowed(ask: &Ask, answer: &Answer, declared: &BTreeSet<&str>) {
    let what = format!("{} {}", ask.method, ask.operation.path);
    assert_eq!(answer.status, 405, "{what}");
    assert_eq!(answer.headers.get_all("allow").iter().count(), 1, "{what}");
    assert!(
        allow(answer).iter().eq(declared),
        "{what}: {}",
        answer.header("allow")
    );
    if ask.method == Method::HEAD {
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{what}"
        );
        assert!(answer.bytes.is_empty(), "{what}");
    } else {
        assert_eq!(answer.problem(), "405/69", "{what}");
        assert_eq!(answer.violations(&ask.operation.id), [""; 0], "{what}");
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has() {
    let stage = Stage::set().await;
    let before = stage.everything().await;
    let mut refused = 0;
    for (path, (declared, operation)) in paths() {
        for method in METHODS.into_iter().filter(|method| !declared.contains(method)) {
            let mut ask = stage.ask(operation);
            ask.method = method.parse().expect("a method");
            let answer = ask.send(&stage.api).await;
            assert_not_allowed(&ask, &answer, &declared);
            refused += 1;
        }
        assert!(!declared.is_empty(), "{path}");
    }
    assert_eq!(refused, METHODS.len() * paths().len() - operations().len());
    assert_eq!(stage.everything().await, before);
}

#[tokio::test]
async fn the_method_is_looked_at_before_anything_else() {
    let stage = Stage::set().await;
    for (_, (declared, operation)) in paths() {
        let mut ask = stage.ask(operation);
        ask.method = Method::PATCH;
        ask.authorization = None;
        ask.id("account_id", "x");
        ask.id("app_id", "y");
        ask.query = "limit=0&colour=red".to_owned();
        ask.text("{");
        ask.content_type = Some(b"text/plain".to_vec());
        let answer = ask.send(&stage.api).await;
        assert_not_allowed(&ask, &answer, &declared);
    }
}

#[tokio::test]
async fn the_bodies_of_get_and_delete_are_ignored() {
    let stage = Stage::set().await;
    for operation in operations().iter().filter(|operation| operation.body.is_none()) {
        let bare = stage.ask(&operation.id).send(&stage.api).await;
        for body in [
            "{}",
            "{",
            "[1]",
            "\u{feff}",
            r#"{"type":"application/astra-appBackup"}"#,
        ] {
            for media_type in [None, Some("application/json"), Some("text/plain")] {
                let mut ask = stage.ask(&operation.id);
                ask.text(body);
                ask.content_type = media_type.map(Into::into);
                let answer = ask.send(&stage.api).await;
                assert_eq!(answer.problem(), bare.problem(), "{} with {body}", operation.id);
                assert_eq!(
                    answer.violations(&operation.id),
                    [""; 0],
                    "{} with {body}",
                    operation.id
                );
            }
        }
    }
}

//! A server that claims the API and keeps little of it.

use crate::canned::{self, Said};

/// Serves until the test ends: empty lists, and 404 for everything else. It knows no apps.
pub(crate) fn start() -> String {
    canned::start(answer)
}

/// What it says to a request.
pub(crate) fn answer(method: &str, path: &str) -> Said {
    let path = path.split('?').next().unwrap_or_default();
    if method == "GET" && (path.ends_with("/appBackups") || path.ends_with("/appSnaps")) {
        let body = r#"{"items":[],"metadata":{"count":0,"labels":[]}}"#;
        (200, "application/json", body.to_owned())
    } else {
        let body = r#"{"type":"https://astra.netapp.io/problems/2","title":"t","detail":"d","status":"404"}"#;
        (404, "application/problem+json", body.to_owned())
    }
}

//! The endpoints of the operations listener.

use dropshot::Body;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{Watched, metrics, readiness};

const JSON: &str = "application/json";

/// Responds to a request.
pub(super) async fn respond(watched: &Watched, method: &Method, path: &str) -> Response<Body> {
    let path = path.trim_end_matches('/');
    if !["/healthz", "/readyz", "/version", "/metrics"].contains(&path) {
        return answer(
            StatusCode::NOT_FOUND,
            JSON,
            json!({"status": "not found"}).to_string(),
        );
    }
    if method != Method::GET && method != Method::HEAD {
        let body = json!({"status": "method not allowed"}).to_string();
        let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, JSON, body);
        let allow = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allow);
        return response;
    }
    match path {
        "/healthz" => healthz(watched).await,
        "/readyz" => readyz(watched).await,
        "/version" => version(),
        _ => metrics_of(watched).await,
    }
}

/// Reports whether the process works: it responds, and its writes haven't failed for a minute.
async fn healthz(watched: &Watched) -> Response<Body> {
    let failing = watched
        .writes
        .check(watched.store.as_ref(), watched.clock.as_ref())
        .await;
    let broken = failing.and_then(|failing| {
        let secs = failing.too_long(watched.clock.now())?.num_seconds();
        Some(format!("writes have failed for {secs} s: {}", failing.reason))
    });
    let (status, body) = match broken {
        None => (StatusCode::OK, json!({"status": "ok"})),
        Some(reason) => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({"status": "failing", "reasons": [reason]}),
        ),
    };
    answer(status, JSON, body.to_string())
}

/// Reports whether requests should be sent to this server.
async fn readyz(watched: &Watched) -> Response<Body> {
    let reasons = readiness::reasons_against(watched).await;
    let (status, mut body) = if reasons.is_empty() {
        (StatusCode::OK, json!({"status": "ready"}))
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({"status": "not ready", "reasons": reasons}),
        )
    };
    let warnings = readiness::warnings(watched);
    if !warnings.is_empty() {
        body["warnings"] = json!(warnings);
    }
    answer(status, JSON, body.to_string())
}

/// Reports the version.
fn version() -> Response<Body> {
    let document = appkeep_api::openapi().unwrap_or(Value::Null);
    let body = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "contract": document["info"]["version"],
    });
    answer(StatusCode::OK, JSON, body.to_string())
}

/// Reports metrics for Prometheus.
async fn metrics_of(watched: &Watched) -> Response<Body> {
    let stored = match metrics::read_store(watched).await {
        Ok(stored) => Some(stored),
        Err(reason) => {
            tracing::warn!(reason, "the metrics of the store are missing");
            None
        }
    };
    match metrics::encode(watched, stored.as_ref()) {
        Ok(text) => answer(StatusCode::OK, metrics::MEDIA_TYPE, text),
        Err(error) => {
            tracing::error!(%error, "metrics can't be written");
            let body = json!({"status": "internal error"}).to_string();
            answer(StatusCode::INTERNAL_SERVER_ERROR, JSON, body)
        }
    }
}

fn answer(status: StatusCode, media_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

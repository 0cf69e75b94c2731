//! What can be asked of the operations listener.

use std::sync::Arc;

use dropshot::{ApiDescription, Body, HttpError, RequestContext, endpoint};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Watched, metrics, readiness};

type Ctx = RequestContext<Arc<Watched>>;

const JSON: &str = "application/json";

pub(super) fn description() -> Result<ApiDescription<Arc<Watched>>, String> {
    let mut description = ApiDescription::new();
    let registered = description
        .register(healthz)
        .and_then(|()| description.register(readyz))
        .and_then(|()| description.register(version))
        .and_then(|()| description.register(metrics_of));
    registered.map_err(|error| error.to_string())?;
    Ok(description)
}

/// Whether the process works: it answers, and its writes haven't failed for a minute.
#[endpoint { method = GET, path = "/healthz" }]
async fn healthz(rqctx: Ctx) -> Result<Response<Body>, HttpError> {
    let watched = rqctx.context();
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
    Ok(answer(status, JSON, body.to_string()))
}

/// Whether requests should be sent here.
#[endpoint { method = GET, path = "/readyz" }]
async fn readyz(rqctx: Ctx) -> Result<Response<Body>, HttpError> {
    let reasons = readiness::reasons_against(rqctx.context()).await;
    let (status, body) = if reasons.is_empty() {
        (StatusCode::OK, json!({"status": "ready"}))
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({"status": "not ready", "reasons": reasons}),
        )
    };
    Ok(answer(status, JSON, body.to_string()))
}

/// What runs here.
#[endpoint { method = GET, path = "/version" }]
async fn version(_rqctx: Ctx) -> Result<Response<Body>, HttpError> {
    let document = appkeep_api::openapi().unwrap_or(Value::Null);
    let body = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "contract": document["info"]["version"],
    });
    Ok(answer(StatusCode::OK, JSON, body.to_string()))
}

/// Numbers for Prometheus.
#[endpoint { method = GET, path = "/metrics" }]
async fn metrics_of(rqctx: Ctx) -> Result<Response<Body>, HttpError> {
    let watched = rqctx.context();
    let statistics = match metrics::statistics(watched).await {
        Ok(statistics) => Some(statistics),
        Err(reason) => {
            tracing::warn!(reason, "metrics are without what the store knows");
            None
        }
    };
    let text = metrics::encode(watched, statistics.as_ref())
        .map_err(|error| HttpError::for_internal_error(error.to_string()))?;
    Ok(answer(StatusCode::OK, metrics::MEDIA_TYPE, text))
}

fn answer(status: StatusCode, media_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    response
}

//! Methods that a declared path doesn't have: 405, with `Allow` and a problem.
//!
//! dropshot would answer these with its own JSON, so each is registered as an endpoint that its document
//! doesn't show.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use appkeep_api::api::Answer;
use appkeep_api::params::{AccountBackupPath, AccountPath, AppBackupPath, AppPath, AppSnapPath};
use appkeep_api::reply::Reply;
use dropshot::{
    ApiDescription, ApiEndpoint, ApiEndpointBodyContentType, ApiEndpointParameter, ApiEndpointVersions, Body,
    Method, Path, RequestContext, SharedExtractor,
};
use http::Response;
use http::header::ALLOW;

use super::Http;
use super::problem::METHOD_NOT_ALLOWED;

const METHODS: [Method; 8] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
];

/// Registers a refusal for every method that a declared path doesn't have.
pub(super) fn refuse_others(description: &mut ApiDescription<Arc<Http>>) -> Result<(), String> {
    let document = appkeep_api::openapi()?;
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let declared: BTreeSet<String> = item
            .as_object()
            .into_iter()
            .flatten()
            .map(|(method, _)| method.to_uppercase())
            .collect();
        let allow = declared.iter().cloned().collect::<Vec<_>>().join(", ");
        for method in METHODS {
            if !declared.contains(method.as_str()) {
                let endpoint = refusal(path, method, allow.clone());
                description
                    .register(endpoint)
                    .map_err(|error| error.to_string())?;
            }
        }
    }
    Ok(())
}

fn refusal(path: &str, method: Method, allow: String) -> ApiEndpoint<Arc<Http>> {
    let operation_id = format!("refuse {method} {path}");
    let handler = move |rqctx: RequestContext<Arc<Http>>| {
        let allow = allow.clone();
        async move {
            let problem = METHOD_NOT_ALLOWED.occurrence(rqctx.context().ids.next_id());
            let reply = Reply::<Response<Body>>::problem(&problem).with_header(ALLOW, &allow);
            if let Some(metrics) = &rqctx.context().metrics {
                // The method may be anybody's invention.
                metrics.count("none", reply.status().as_u16(), Duration::ZERO);
            }
            let answer: Answer<Response<Body>> = Ok(reply);
            answer
        }
    };
    let mut endpoint = ApiEndpoint::new(
        operation_id,
        handler,
        method,
        "application/json",
        path,
        ApiEndpointVersions::all(),
    )
    .visible(false);
    // The handler reads none of them, but dropshot insists that a path's variables are declared.
    endpoint.parameters = variables(path);
    endpoint
}

fn variables(path: &str) -> Vec<ApiEndpointParameter> {
    let json = ApiEndpointBodyContentType::Json;
    let has = |name: &str| path.contains(&format!("{{{name}}}"));
    if !has("account_id") {
        return Vec::new();
    }
    let metadata = match (has("app_id"), has("appBackup_id"), has("appSnap_id")) {
        (true, true, _) => <Path<AppBackupPath> as SharedExtractor>::metadata(json),
        (true, _, true) => <Path<AppSnapPath> as SharedExtractor>::metadata(json),
        (true, ..) => <Path<AppPath> as SharedExtractor>::metadata(json),
        (false, true, _) => <Path<AccountBackupPath> as SharedExtractor>::metadata(json),
        (false, ..) => <Path<AccountPath> as SharedExtractor>::metadata(json),
    };
    metadata.parameters
}

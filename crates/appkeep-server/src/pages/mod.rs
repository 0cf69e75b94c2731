//! What people look at in a browser: the dashboard at `/ui` and the API reference at `/docs`.
//!
//! The pages are files that are part of the program. They are told nothing here: whatever the dashboard shows, it
//! asks the API for, with the token of whoever looks at it. The API's document shows none of these paths.

mod asset;
mod headers;
mod table;

use std::sync::Arc;

use dropshot::{ApiDescription, ApiEndpoint, ApiEndpointVersions, Body, HttpError, Method, RequestContext};
use http::header::LOCATION;
use http::{HeaderValue, Response, StatusCode};

use self::asset::Asset;
use crate::http::Http;

/// Where who asks for nothing in particular is sent.
const HOME: &str = "/ui";

/// Registers every page, and what it is made of, for GET and HEAD.
pub(crate) fn register(description: &mut ApiDescription<Arc<Http>>) -> Result<(), String> {
    for method in [Method::GET, Method::HEAD] {
        for asset in &table::ASSETS {
            add(description, page(asset, &method))?;
        }
        add(description, home(&method))?;
    }
    Ok(())
}

fn add(description: &mut ApiDescription<Arc<Http>>, endpoint: ApiEndpoint<Arc<Http>>) -> Result<(), String> {
    description
        .register(endpoint.visible(false))
        .map_err(|error| error.to_string())
}

fn page(asset: &'static Asset, method: &Method) -> ApiEndpoint<Arc<Http>> {
    let handler = move |rqctx: RequestContext<Arc<Http>>| async move {
        let response: Result<Response<Body>, HttpError> = Ok(asset.answer(rqctx.request.headers()));
        response
    };
    ApiEndpoint::new(
        format!("page {method} {}", asset.path),
        handler,
        method.clone(),
        "application/json",
        asset.path,
        ApiEndpointVersions::all(),
    )
}

fn home(method: &Method) -> ApiEndpoint<Arc<Http>> {
    let handler = |_: RequestContext<Arc<Http>>| async {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::FOUND;
        response
            .headers_mut()
            .insert(LOCATION, HeaderValue::from_static(HOME));
        let response: Result<Response<Body>, HttpError> = Ok(response);
        response
    };
    ApiEndpoint::new(
        format!("page {method} /"),
        handler,
        method.clone(),
        "application/json",
        "/",
        ApiEndpointVersions::all(),
    )
}

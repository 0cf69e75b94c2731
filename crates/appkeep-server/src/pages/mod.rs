//! What people look at in a browser: the dashboard at `/ui` and the API reference at `/docs`.
//!
//! The pages are files that are part of the program. They are told nothing here: whatever the dashboard shows, it
//! asks the API for, with the token of whoever looks at it. The API's document shows none of these paths.

mod asset;
mod headers;
mod table;

use dropshot::Body;
use http::header::LOCATION;
use http::{HeaderValue, Method, Response, StatusCode};

use crate::http::Api;

/// The page that `/` redirects to.
const HOME: &str = "/ui";

/// Adds every page and its files, for GET and HEAD.
pub(crate) fn register(api: &mut Api) {
    for method in [Method::GET, Method::HEAD] {
        for asset in &table::ASSETS {
            api.add_page(&method, asset.path, Box::new(|headers| asset.answer(headers)));
        }
        api.add_page(&method, "/", Box::new(|_| home()));
    }
}

fn home() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static(HOME));
    response
}

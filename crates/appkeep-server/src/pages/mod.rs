//! Pages for browsers: the dashboard at `/ui` and the API reference at `/docs`.
//!
//! The pages are static files that are compiled into the program. The dashboard requests all of its data from
//! the API, with the user's token. The API's document doesn't list these paths.

mod asset;
mod headers;
mod table;

use dropshot::Body;
use http::header::LOCATION;
use http::{HeaderValue, Method, Response, StatusCode};

use crate::http::Api;

/// The page that `/` redirects to.
const HOME: &str = "/ui";

/// Registers every page and its files, for GET and HEAD.
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

//! A router from method and path to a handler.
//!
//! Paths are compared segment by segment. Empty segments are ignored, and each segment is decoded separately,
//! so that an encoded slash stays part of its segment.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;

/// A path with variables, and its handlers by method.
struct Route<H> {
    segments: Vec<Segment>,
    handlers: BTreeMap<String, H>,
}

#[derive(PartialEq, Eq)]
enum Segment {
    Literal(String),
    Variable(String),
}

/// The values of a path's variables, by name.
pub(crate) type Variables = Vec<(String, String)>;

/// The result of routing a request.
pub(crate) enum Found<'a, H> {
    /// The handler for the request.
    Handler(&'a H, Variables),
    /// The path exists with only these methods, separated by commas.
    OtherMethods(String),
    /// No such path exists.
    Nowhere,
    /// The path can't be decoded.
    Malformed,
}

/// A router for a set of paths.
pub(crate) struct Router<H>(Vec<Route<H>>);

impl<H> Router<H> {
    /// Creates a router without paths.
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a method of a path whose variables are in braces.
    pub(crate) fn add(&mut self, method: &Method, path: &str, handler: H) {
        let segments: Vec<Segment> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| {
                let variable = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                match variable {
                    Some(name) => Segment::Variable(name.to_owned()),
                    None => Segment::Literal(segment.to_owned()),
                }
            })
            .collect();
        let known = self.0.iter().position(|route| route.segments == segments);
        let at = known.unwrap_or_else(|| {
            self.0.push(Route {
                segments,
                handlers: BTreeMap::new(),
            });
            self.0.len() - 1
        });
        if let Some(route) = self.0.get_mut(at) {
            route.handlers.insert(method.as_str().to_owned(), handler);
        }
    }

    /// Finds the handler for a request.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Found<'_, H> {
        let Some(given) = decoded(path) else {
            return Found::Malformed;
        };
        let found = self
            .0
            .iter()
            .find_map(|route| Some((route, variables(&route.segments, &given)?)));
        let Some((route, variables)) = found else {
            return Found::Nowhere;
        };
        match route.handlers.get(method.as_str()) {
            Some(handler) => Found::Handler(handler, variables),
            None => Found::OtherMethods(route.handlers.keys().cloned().collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Decodes a path's segments; none if a segment isn't UTF-8 or would lead to another directory.
fn decoded(path: &str) -> Option<Vec<String>> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments
        .map(|segment| match segment {
            "." | ".." => None,
            _ => Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned()),
        })
        .collect()
}

/// Returns the variables' values if the path matches the route.
fn variables(segments: &[Segment], given: &[String]) -> Option<Variables> {
    if segments.len() != given.len() {
        return None;
    }
    let mut variables = Vec::new();
    for (segment, given) in segments.iter().zip(given) {
        match segment {
            Segment::Literal(literal) if literal == given => {}
            Segment::Literal(_) => return None,
            Segment::Variable(name) => variables.push((name.clone(), given.clone())),
        }
    }
    Some(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(method: &str, path: &str) -> String {
        let mut router = Router::new();
        router.add(&Method::GET, "/", "home");
        router.add(&Method::GET, "/apps", "list");
        router.add(&Method::GET, "/apps/{app_id}", "fetch");
        router.add(&Method::PUT, "/apps/{app_id}", "update");
        router.add(&Method::GET, "/apps/{app_id}/snaps/{snap_id}", "snap");
        match router.find(&method.parse().unwrap(), path) {
            Found::Handler(handler, variables) => format!("{handler} {variables:?}"),
            Found::OtherMethods(allow) => format!("only {allow}"),
            Found::Nowhere => "nowhere".to_owned(),
            Found::Malformed => "malformed".to_owned(),
        }
    }

    #[test]
    fn paths_and_methods_select_handlers() {
        for (path, found) in [
            ("/", "home []"),
            ("", "home []"),
            ("/apps", "list []"),
            ("//apps/", "list []"),
            ("/%61pps", "list []"),
            ("/apps/a", r#"fetch [("app_id", "a")]"#),
            ("/apps/a%2Fb", r#"fetch [("app_id", "a/b")]"#),
            ("/apps/a/snaps/b", r#"snap [("app_id", "a"), ("snap_id", "b")]"#),
            ("/Apps", "nowhere"),
            ("/apps/a/snaps", "nowhere"),
            ("/apps/a/snaps/b/c", "nowhere"),
            ("/apps/%FF", "malformed"),
            ("/apps/..", "malformed"),
            ("/./apps", "malformed"),
        ] {
            assert_eq!(find("GET", path), found, "{path}");
        }
        assert_eq!(find("PUT", "/apps/a"), r#"update [("app_id", "a")]"#);
    }

    #[test]
    fn other_methods_of_a_path_are_named() {
        assert_eq!(find("DELETE", "/apps/a"), "only GET, PUT");
        assert_eq!(find("get", "/apps"), "only GET");
        assert_eq!(find("BREW", "/nowhere"), "nowhere");
    }
}

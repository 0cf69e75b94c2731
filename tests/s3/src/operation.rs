//! The S3 operation of a request.

use http::{HeaderMap, Method, header, request};
use percent_encoding::percent_decode_str;

use crate::xml;

/// An operation of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `CreateBucket`.
    CreateBucket,
    /// `DeleteBucket`.
    DeleteBucket,
    /// `HeadBucket`.
    HeadBucket,
    /// `ListObjects` and `ListObjectsV2`.
    List,
    /// `GetObject`.
    Get,
    /// `HeadObject`.
    Head,
    /// `PutObject` and `CopyObject`.
    Put,
    /// `DeleteObject`.
    Delete,
    /// `DeleteObjects`: several in one request.
    DeleteMany,
    /// `CreateMultipartUpload`.
    CreateUpload,
    /// `UploadPart`.
    UploadPart,
    /// `CompleteMultipartUpload`.
    CompleteUpload,
    /// `AbortMultipartUpload`.
    AbortUpload,
    /// Any other operation, for example `GetBucketLocation`.
    Other,
}

impl Operation {
    /// Whether a successful response has a body.
    pub(crate) fn has_response_body(self) -> bool {
        matches!(
            self,
            Self::List | Self::Get | Self::DeleteMany | Self::CreateUpload | Self::CompleteUpload
        )
    }

    /// Whether it creates, replaces or deletes objects.
    pub(crate) fn changes_objects(self) -> bool {
        self.writes_object() || matches!(self, Self::Delete | Self::DeleteMany)
    }

    /// Whether it creates or replaces an object.
    pub(crate) fn writes_object(self) -> bool {
        matches!(self, Self::Put | Self::CompleteUpload)
    }
}

/// The operation of a request, and its objects.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) operation: Operation,
    /// Empty if the request names none.
    pub(crate) bucket: String,
    /// The keys of the objects; for a list, its prefix.
    pub(crate) keys: Vec<String>,
    /// Whether the request has a condition on the object.
    pub(crate) is_conditional: bool,
}

impl Target {
    /// The target of a request in path style.
    pub(crate) fn of(request: &request::Parts, body: &[u8]) -> Self {
        let path = percent_decode_str(request.uri.path()).decode_utf8_lossy();
        let (bucket, key) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let query: Vec<(String, String)> =
            form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let value_of = |name: &str| {
            query
                .iter()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value)
        };
        let operation = operation_of(&request.method, bucket, key, |name| value_of(name).is_some());
        let keys = match operation {
            Operation::List => value_of("prefix").cloned().into_iter().collect(),
            Operation::DeleteMany => xml::values(&String::from_utf8_lossy(body), "Key"),
            _ => vec![key.to_owned()],
        };
        Self {
            operation,
            bucket: bucket.to_owned(),
            keys,
            is_conditional: is_conditional(&request.headers),
        }
    }

    /// The first key; empty if there is none.
    pub(crate) fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }
}

fn operation_of(method: &Method, bucket: &str, key: &str, has: impl Fn(&str) -> bool) -> Operation {
    let is_upload = has("uploadId");
    match (method.as_str(), bucket.is_empty(), key.is_empty()) {
        ("POST", false, true) if has("delete") => Operation::DeleteMany,
        ("GET", false, true) if is_list(&has) => Operation::List,
        ("HEAD", false, true) => Operation::HeadBucket,
        ("PUT", false, true) => Operation::CreateBucket,
        ("DELETE", false, true) => Operation::DeleteBucket,
        ("GET", false, false) if !is_upload => Operation::Get,
        ("HEAD", false, false) => Operation::Head,
        ("PUT", false, false) if is_upload => Operation::UploadPart,
        ("PUT", false, false) => Operation::Put,
        ("POST", false, false) if has("uploads") => Operation::CreateUpload,
        ("POST", false, false) if is_upload => Operation::CompleteUpload,
        ("DELETE", false, false) if is_upload => Operation::AbortUpload,
        ("DELETE", false, false) => Operation::Delete,
        _ => Operation::Other,
    }
}

/// Whether a `GET` of a bucket lists objects, and not one of the bucket's properties.
fn is_list(has: impl Fn(&str) -> bool) -> bool {
    let properties = [
        "location",
        "uploads",
        "versioning",
        "versions",
        "object-lock",
        "policy",
    ];
    !properties.into_iter().any(has)
}

fn is_conditional(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_NONE_MATCH) || headers.contains_key(header::IF_MATCH)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn target(method: &str, uri: &str, body: &str) -> Target {
        let request = Request::builder().method(method).uri(uri).body(()).unwrap();
        Target::of(&request.into_parts().0, body.as_bytes())
    }

    #[test]
    fn requests_are_recognized_by_method_path_and_query() {
        let cases = [
            ("GET", "/b?list-type=2&prefix=a%2Fb", Operation::List, "a/b"),
            ("GET", "/b/?location", Operation::Other, ""),
            ("GET", "/b/a%20b", Operation::Get, "a b"),
            ("HEAD", "/b/a/c", Operation::Head, "a/c"),
            ("PUT", "/b", Operation::CreateBucket, ""),
            ("PUT", "/b/k", Operation::Put, "k"),
            ("PUT", "/b/k?partNumber=1&uploadId=u", Operation::UploadPart, "k"),
            ("POST", "/b/k?uploads", Operation::CreateUpload, "k"),
            ("POST", "/b/k?uploadId=u", Operation::CompleteUpload, "k"),
            ("DELETE", "/b/k?uploadId=u", Operation::AbortUpload, "k"),
            ("DELETE", "/b/k", Operation::Delete, "k"),
            ("GET", "/", Operation::Other, ""),
        ];
        for (method, uri, operation, key) in cases {
            let found = target(method, uri, "");
            assert_eq!((found.operation, found.key()), (operation, key), "{method} {uri}");
        }
    }

    #[test]
    fn a_request_that_deletes_several_objects_names_all_of_them() {
        let body = "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object></Delete>";
        assert_eq!(target("POST", "/b/?delete", body).keys, ["a", "b&c"]);
    }
}

//! The rules for every response, independent of the request.

use crate::code_table::code_table;

code_table! {
    /// A rule that a response violates.
    Violated: &'static str;
    OperationUndocumented, "operation-undocumented", ("judge with a contract that has the operation"),
        "Only operations of the contract are judged.",
        "an answer to `app_clone`, which the contract doesn't have";
    StatusUndocumented, "status-undocumented", ("answer with a documented status, or write the status into the contract as a companion"),
        "An operation answers with statuses that it documents.",
        "422 on a create, where the contract has 400 for a body that doesn't fit";
    BodyUnexpected, "body-unexpected", ("send no bytes after the head"),
        "A response that documents no body has none.",
        "204 on a delete with `{}` behind it";
    BodyMissing, "body-missing", ("send the documented body"),
        "A response that documents a body has one.",
        "404 with `Content-Length: 0`, where the contract has a problem";
    MediaTypeMissing, "media-type-missing", ("send `Content-Type`"),
        "A response with a body names its media type.",
        "200 with JSON and no `Content-Type`";
    MediaTypeUndeclared, "media-type-undeclared", ("answer in a media type that the response declares"),
        "The media type is one that the response declares.",
        "an error as `application/json`, where the contract has `application/problem+json`";
    BodyTooLarge, "response-too-large", ("end every response, and page long lists: the checker reads no further, as clients must protect their memory"),
        "A response is at most 64 MiB long.",
        "a list of a few backups that is followed by spaces without end";
    BodyNotJson, "body-not-json", ("send one whole JSON value"),
        "A JSON body is JSON.",
        "500 as `application/problem+json` with the body `Internal Server Error`";
    BodySchema, "body-schema", ("send what the schema permits; the finding names the member and what is wrong with it"),
        "A body keeps to its schema.",
        "a backup whose `state` is `sleeping`, or that has no `id`";
    HeaderMissing, "header-missing", ("send the header"),
        "A required header is there.",
        "201 without `Location`, 401 without `WWW-Authenticate`";
    HeaderMalformed, "header-malformed", ("send a value that the header's schema permits"),
        "A header keeps to its schema.",
        "an `ETag` without quotation marks";
}

impl Violated {
    /// Advice on the violation.
    #[must_use]
    pub fn advice(self) -> &'static str {
        self.columns()
    }
}

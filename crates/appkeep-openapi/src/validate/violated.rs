//! The rules for every response, independent of the request.

use crate::code_table::code_table;

code_table! {
    /// A rule that a response violates.
    Violated: &'static str;
    OperationUndocumented, "operation-undocumented", ("use a contract that has the operation"),
        "Only operations of the contract can be checked.",
        "a response to `app_clone`, which the contract doesn't have";
    StatusUndocumented, "status-undocumented", ("answer with a documented status, or add the status to the contract as a companion"),
        "An operation answers only with documented statuses.",
        "422 on a create, although the contract has 400 for an invalid body";
    BodyUnexpected, "body-unexpected", ("send no bytes after the headers"),
        "A response without a documented body has none.",
        "204 on a delete with the body `{}`";
    BodyMissing, "body-missing", ("send the documented body"),
        "A response with a documented body has one.",
        "404 with `Content-Length: 0`, although the contract has a problem";
    MediaTypeMissing, "media-type-missing", ("send `Content-Type`"),
        "A response with a body names its media type.",
        "200 with JSON and no `Content-Type`";
    MediaTypeUndeclared, "media-type-undeclared", ("answer in a media type that the response declares"),
        "The media type of a response is a declared one.",
        "an error as `application/json`, although the contract has `application/problem+json`";
    BodyTooLarge, "response-too-large", ("limit the length of every response, and page long lists: the checker reads no further, as clients must protect their memory"),
        "A response is at most 64 MiB long.",
        "a list of a few backups that is followed by an endless sequence of spaces";
    BodyNotJson, "body-not-json", ("send one complete JSON value"),
        "A body with a JSON media type is valid JSON.",
        "500 as `application/problem+json` with the body `Internal Server Error`";
    BodySchema, "body-schema", ("send a body that the schema permits; the finding names the invalid member and the violation"),
        "A body matches its schema.",
        "a backup with the `state` `sleeping`, or without an `id`";
    HeaderMissing, "header-missing", ("send the header"),
        "A required header is present.",
        "201 without `Location`, 401 without `WWW-Authenticate`";
    HeaderMalformed, "header-malformed", ("send a value that the header's schema permits"),
        "A header matches its schema.",
        "an `ETag` without quotation marks";
}

impl Violated {
    /// Advice on the violation.
    #[must_use]
    pub fn advice(self) -> &'static str {
        self.columns()
    }
}

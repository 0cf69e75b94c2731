//! The rules that every response has to keep, whatever was asked.

use serde::Serialize;

macro_rules! violations {
    ($($(#[doc = $doc:literal])+ $name:ident, $code:literal, $rule:literal, $advice:literal, $example:literal;)*) => {
        /// What a response violates.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Violated {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Violated {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The rule in one sentence.
            #[must_use]
            pub fn rule(self) -> &'static str {
                match self { $(Self::$name => $rule,)* }
            }

            /// What to do about it.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }

            /// A response that breaks the rule.
            #[must_use]
            pub fn example(self) -> &'static str {
                match self { $(Self::$name => $example,)* }
            }
        }
    };
}

violations! {
    /// The operation isn't in the document.
    OperationUndocumented, "operation-undocumented",
        "Only operations of the contract are judged.",
        "judge with a contract that has the operation",
        "an answer to `app_clone`, which the contract doesn't have";
    /// The operation documents no such status.
    StatusUndocumented, "status-undocumented",
        "An operation answers with statuses that it documents.",
        "answer with a documented status, or write the status into the contract as a companion",
        "422 on a create, where the contract has 400 for a body that doesn't fit";
    /// There is a body and the response documents none.
    BodyUnexpected, "body-unexpected",
        "A response that documents no body has none.",
        "send no bytes after the head",
        "204 on a delete with `{}` behind it";
    /// The response documents a body and there is none.
    BodyMissing, "body-missing",
        "A response that documents a body has one.",
        "send the documented body",
        "404 with `Content-Length: 0`, where the contract has a problem";
    /// There is a body without `Content-Type`.
    MediaTypeMissing, "media-type-missing",
        "A response with a body names its media type.",
        "send `Content-Type`",
        "200 with JSON and no `Content-Type`";
    /// The media type isn't one of those that the response declares.
    MediaTypeUndeclared, "media-type-undeclared",
        "The media type is one that the response declares.",
        "answer in a media type that the response declares",
        "an error as `application/json`, where the contract has `application/problem+json`";
    /// The body exceeds the limit up to which the checker reads.
    BodyTooLarge, "response-too-large",
        "A response is at most 64 MiB long.",
        "end every response, and page long lists: the checker reads no further, as clients must protect their memory",
        "a list of a few backups that is followed by spaces without end";
    /// The body isn't JSON although its media type says so.
    BodyNotJson, "body-not-json",
        "A JSON body is JSON.",
        "send one whole JSON value",
        "500 as `application/problem+json` with the body `Internal Server Error`";
    /// The body breaks its schema.
    BodySchema, "body-schema",
        "A body keeps to its schema.",
        "send what the schema permits; the finding names the member and what is wrong with it",
        "a backup whose `state` is `sleeping`, or that has no `id`";
    /// A required header is missing.
    HeaderMissing, "header-missing",
        "A required header is there.",
        "send the header",
        "201 without `Location`, 401 without `WWW-Authenticate`";
    /// A header breaks its schema.
    HeaderMalformed, "header-malformed",
        "A header keeps to its schema.",
        "send a value that the header's schema permits",
        "an `ETag` without quotation marks";
}

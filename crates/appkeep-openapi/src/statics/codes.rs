//! The kinds of differences.

use serde::Serialize;

use self::Direction::{Documents, Requests, Responses};
use crate::code_table::code_table;

/// The half of the relation that a difference breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Contract ⊆ server.
    Requests,
    /// Server ⊆ contract.
    Responses,
    /// Neither: the documents give people or tools different information.
    Documents,
}

impl Direction {
    /// A description of the relation.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Requests => "requests: the server must accept everything that the contract permits",
            Self::Responses => "responses: the contract must permit every response of the server",
            Self::Documents => "documents: both documents must give the same information",
        }
    }
}

code_table! {
    /// The kind of a difference between two documents.
    Code: (Direction, &'static str);
    OperationMissing, "operation-missing", (Requests, "implement the operation, or publish it"),
        "The server has every operation of the contract.",
        "the contract has `app_backup_delete`, but the server publishes no DELETE on that path";
    OperationExtra, "operation-extra", (Documents, "add the operation to the contract, or don't publish it"),
        "Every published operation is in the contract.",
        "the server publishes `PUT …/appBackups/{appBackup_id}`, which isn't in the contract";
    OperationId, "operation-id", (Documents, "rename the operation in the server"),
        "An operation has the same id in both documents.",
        "GET `…/appBackups` is `app_backup_list_all` in the contract and `listBackups` in the server";
    ParameterMissing, "parameter-missing", (Requests, "accept the parameter in the server"),
        "Every parameter of the contract is accepted.",
        "the contract's list has `limit`, the server's doesn't";
    ParameterDemanded, "parameter-demanded", (Requests, "make the parameter optional in the server"),
        "The server requires no parameter that is optional or missing in the contract.",
        "the server requires `include`, which is missing or optional in the contract";
    ParameterName, "parameter-name", (Documents, "rename the parameter in the server"),
        "A path parameter has the same name in both documents.",
        "`{appBackup_id}` in the contract's path, `{id}` in the server's";
    ParameterStyle, "parameter-style", (Requests, "use the contract's `style` and `explode` for the parameter"),
        "A parameter has the same style in both documents.",
        "`include=id,name` in the contract, `include=id&include=name` in the server";
    ParameterSchema, "parameter-schema", (Requests, "widen the parameter's schema in the server"),
        "The server accepts every value of a parameter that the contract permits.",
        "`limit` has no maximum in the contract, and the maximum 100 in the server";
    ParameterSchemaUnknown, "parameter-schema-unknown", (Requests, "write the parameter's schema in the server as in the contract"),
        "It can be proven that the server accepts every permitted value of a parameter.",
        "the server's `limit` has a pattern that can't be compared with the contract's";
    RequestBodyMissing, "request-body-missing", (Requests, "accept the body in the server"),
        "The server accepts a body where the contract has one.",
        "the contract's create has a body, the server's doesn't";
    RequestBodyDemanded, "request-body-demanded", (Requests, "make the body optional in the server"),
        "The server requires no body that is optional or missing in the contract.",
        "the server requires a body on a DELETE, the contract has none";
    RequestMediaTypeMissing, "request-media-type-missing", (Requests, "accept the media type in the server"),
        "The server accepts a body in every media type of the contract.",
        "the contract permits `application/astra-appBackup+json`, the server only accepts `application/json`";
    RequestSchema, "request-schema", (Requests, "widen the body's schema in the server"),
        "The server accepts every body that the contract permits.",
        "`name` has 1 to 63 characters in the contract, and at most 32 in the server";
    RequestSchemaUnknown, "request-schema-unknown", (Requests, "write the body's schema in the server as in the contract"),
        "It can be proven that the server accepts every permitted body.",
        "the server's `name` has a pattern that can't be compared with the contract's";
    StatusMissing, "status-missing", (Documents, "document the status in the server"),
        "The server documents every status of the contract.",
        "the contract's create has 409, the server's doesn't";
    StatusExtra, "status-extra", (Responses, "answer with a status of the contract, or add the status to the contract"),
        "Every status that the server documents is in the contract.",
        "the server documents 422, which the contract doesn't have";
    StatusRange, "status-range", (Responses, "list each status in the server's document"),
        "Each status is documented individually.",
        "the server documents `4XX`, the contract has 400, 401, 403, 404 and 409";
    ResponseBodyMissing, "response-body-missing", (Responses, "answer with the body"),
        "A response has a body where the contract has one.",
        "the contract's 200 has a body, the server documents none";
    ResponseBodyExtra, "response-body-extra", (Responses, "answer without a body"),
        "A response has no body where the contract has none.",
        "the contract's 204 has no body, the server documents one";
    ResponseMediaTypeMissing, "response-media-type-missing", (Requests, "answer in the media type when `Accept` requests it"),
        "A response is available in every media type of the contract.",
        "the contract's fetch is available as `application/astra-appBackup+json`, the server's isn't";
    ResponseMediaTypeExtra, "response-media-type-extra", (Responses, "answer in a media type of the contract"),
        "A response has only media types of the contract.",
        "the server also answers a list as `text/csv`";
    ResponseSchema, "response-schema", (Responses, "narrow the body's schema in the server"),
        "The contract permits every body that the server can send.",
        "the server's `hookState` may be `skipped`, the contract's may not";
    ResponseSchemaUnknown, "response-schema-unknown", (Responses, "write the body's schema in the server as in the contract"),
        "It can be proven that the contract permits every body that the server can send.",
        "the server's `id` has a pattern that can't be compared with the contract's";
    HeaderMissing, "header-missing", (Responses, "send the header, and always if the contract requires it"),
        "A response has the headers that the contract documents.",
        "the contract's 201 has `Location`, the server's doesn't";
    HeaderSchema, "header-schema", (Responses, "narrow the header's schema in the server"),
        "The contract permits every value of a header that the server can send.",
        "the server's `ETag` may be any text, the contract's is in quotation marks";
    HeaderSchemaUnknown, "header-schema-unknown", (Responses, "write the header's schema in the server as in the contract"),
        "It can be proven that the contract permits every value of a header.",
        "the server's `ETag` has a pattern that can't be compared with the contract's";
    SecurityMissing, "security-missing", (Documents, "declare the security scheme in the server"),
        "The server protects every operation that the contract protects.",
        "the contract requires a bearer token, the server's document no credentials";
    SecurityDemanded, "security-demanded", (Requests, "require only the contract's credentials"),
        "The server requires no credentials that the contract doesn't require.",
        "the contract requires a bearer token, the server an API key";
}

impl Code {
    /// The half of the relation that it breaks.
    #[must_use]
    pub fn direction(self) -> Direction {
        self.columns().0
    }

    /// Advice on the difference.
    #[must_use]
    pub fn advice(self) -> &'static str {
        self.columns().1
    }
}

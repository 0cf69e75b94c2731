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
            Self::Requests => "requests: whatever the contract permits must be accepted",
            Self::Responses => "responses: whatever the server can say must be permitted",
            Self::Documents => "documents: both must tell the same",
        }
    }
}

code_table! {
    /// The kind of a difference between two documents.
    Code: (Direction, &'static str);
    OperationMissing, "operation-missing", (Requests, "implement the operation, or publish it"),
        "Every operation of the contract is there.",
        "the contract has `app_backup_delete`, and the server publishes no DELETE on that path";
    OperationExtra, "operation-extra", (Documents, "write it into the contract, or don't publish it"),
        "Every published operation is in the contract.",
        "the server publishes `PUT …/appBackups/{appBackup_id}`, of which the contract says nothing";
    OperationId, "operation-id", (Documents, "rename the operation in the server"),
        "An operation has the same id in both documents.",
        "GET `…/appBackups` is `app_backup_list_all` in the contract and `listBackups` in the server";
    ParameterMissing, "parameter-missing", (Requests, "let the server take the parameter"),
        "Every parameter of the contract is accepted.",
        "the contract's list has `limit`, the server's list doesn't take it";
    ParameterDemanded, "parameter-demanded", (Requests, "make the parameter optional in the server"),
        "No parameter is required that the contract leaves optional or doesn't know.",
        "the server requires `include`, which the contract leaves out or optional";
    ParameterName, "parameter-name", (Documents, "rename the parameter in the server"),
        "A path parameter has the same name in both documents.",
        "`{appBackup_id}` in the contract's path, `{id}` in the server's";
    ParameterStyle, "parameter-style", (Requests, "give the parameter the contract's `style` and `explode`"),
        "A parameter is written in the same style.",
        "`include=id,name` in the contract, `include=id&include=name` in the server";
    ParameterSchema, "parameter-schema", (Requests, "widen the parameter's schema in the server"),
        "Every value of a parameter that the contract permits is accepted.",
        "`limit` is any count in the contract, and at most 100 in the server";
    ParameterSchemaUnknown, "parameter-schema-unknown", (Requests, "write the parameter's schema in the server as the contract does"),
        "That every permitted value of a parameter is accepted can be proven.",
        "the server's `limit` has a pattern that can't be compared with the contract's";
    RequestBodyMissing, "request-body-missing", (Requests, "let the server take the body"),
        "A body that the contract permits is accepted.",
        "the contract's create has a body, the server's has none";
    RequestBodyDemanded, "request-body-demanded", (Requests, "make the body optional in the server"),
        "No body is required that the contract leaves optional or doesn't know.",
        "the server requires a body on a DELETE that the contract sends without one";
    RequestMediaTypeMissing, "request-media-type-missing", (Requests, "let the server read the media type"),
        "A body is accepted in every media type of the contract.",
        "the contract permits `application/astra-appBackup+json`, the server reads `application/json` alone";
    RequestSchema, "request-schema", (Requests, "widen the body's schema in the server"),
        "Every body that the contract permits is accepted.",
        "`name` has 1 to 63 characters in the contract, and at most 32 in the server";
    RequestSchemaUnknown, "request-schema-unknown", (Requests, "write the body's schema in the server as the contract does"),
        "That every permitted body is accepted can be proven.",
        "the server's `name` has a pattern that can't be compared with the contract's";
    StatusMissing, "status-missing", (Documents, "document the status in the server"),
        "Every status of the contract is documented by the server.",
        "the contract's create has 409, the server's document doesn't know it";
    StatusExtra, "status-extra", (Responses, "answer with a status of the contract, or write it into the contract"),
        "Every status that the server documents is in the contract.",
        "the server documents 422, which the contract doesn't have";
    StatusRange, "status-range", (Responses, "list the statuses in the server's document"),
        "Statuses are documented one by one.",
        "the server documents `4XX`, where the contract has 400, 401, 403, 404 and 409";
    ResponseBodyMissing, "response-body-missing", (Responses, "answer with the body"),
        "A response has a body where the contract says so.",
        "the contract's 200 has a body, the server documents none";
    ResponseBodyExtra, "response-body-extra", (Responses, "answer without a body"),
        "A response has no body where the contract says so.",
        "the contract's 204 has no body, the server documents one";
    ResponseMediaTypeMissing, "response-media-type-missing", (Requests, "let the server write the media type when `Accept` asks for it"),
        "A body can be had in every media type of the contract.",
        "the contract's fetch can be had as `application/astra-appBackup+json`, the server's can't";
    ResponseMediaTypeExtra, "response-media-type-extra", (Responses, "answer in a media type of the contract"),
        "A body comes in no media type that the contract doesn't know.",
        "the server answers a list as `text/csv`, too";
    ResponseSchema, "response-schema", (Responses, "narrow the body's schema in the server"),
        "Every body that the server can send is permitted.",
        "the server's `hookState` may be `skipped`, which the contract's may not";
    ResponseSchemaUnknown, "response-schema-unknown", (Responses, "write the body's schema in the server as the contract does"),
        "That every body the server can send is permitted can be proven.",
        "the server's `id` has a pattern that can't be compared with the contract's";
    HeaderMissing, "header-missing", (Responses, "send the header, always where the contract requires it"),
        "A response carries the headers that the contract promises.",
        "the contract's 201 promises `Location`, the server's document doesn't";
    HeaderSchema, "header-schema", (Responses, "narrow the header's schema in the server"),
        "Every value of a header that the server can send is permitted.",
        "the server's `ETag` may be any text, the contract's is in quotation marks";
    HeaderSchemaUnknown, "header-schema-unknown", (Responses, "write the header's schema in the server as the contract does"),
        "That every value of a header is permitted can be proven.",
        "the server's `ETag` has a pattern that can't be compared with the contract's";
    SecurityMissing, "security-missing", (Documents, "declare the security scheme in the server"),
        "What the contract protects the server protects.",
        "the contract asks for a bearer token, and the server's document for nothing";
    SecurityDemanded, "security-demanded", (Requests, "ask for the contract's credentials only"),
        "No credentials are demanded that the contract doesn't ask for.",
        "the contract asks for a bearer token, and the server for an API key";
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

//! The kinds of differences.

use serde::{Serialize, Serializer};

/// Which half of the relation a difference breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Contract ⊆ server.
    Requests,
    /// Server ⊆ contract.
    Responses,
    /// Neither: the documents tell people or tools different things.
    Documents,
}

impl Direction {
    /// The relation in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Requests => "requests: whatever the contract permits must be accepted",
            Self::Responses => "responses: whatever the server can say must be permitted",
            Self::Documents => "documents: both must tell the same",
        }
    }
}

macro_rules! codes {
    ($($name:ident, $code:literal, $direction:ident, $rule:literal, $advice:literal, $example:literal;)*) => {
        /// The kind of a difference between two documents.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $rule] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The rule that is broken, in one sentence.
            #[must_use]
            pub fn rule(self) -> &'static str {
                match self { $(Self::$name => $rule,)* }
            }

            /// What to do about it.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }

            /// A difference of this kind.
            #[must_use]
            pub fn example(self) -> &'static str {
                match self { $(Self::$name => $example,)* }
            }

            /// The half of the relation that it breaks.
            #[must_use]
            pub fn direction(self) -> Direction {
                match self { $(Self::$name => Direction::$direction,)* }
            }
        }
    };
}

codes! {
    OperationMissing, "operation-missing", Requests,
        "Every operation of the contract is there.",
        "implement the operation, or publish it",
        "the contract has `app_backup_delete`, and the server publishes no DELETE on that path";
    OperationExtra, "operation-extra", Documents,
        "Every published operation is in the contract.",
        "write it into the contract, or don't publish it",
        "the server publishes `PUT …/appBackups/{appBackup_id}`, of which the contract says nothing";
    OperationId, "operation-id", Documents,
        "An operation has the same id in both documents.",
        "rename the operation in the server",
        "GET `…/appBackups` is `app_backup_list_all` in the contract and `listBackups` in the server";
    ParameterMissing, "parameter-missing", Requests,
        "Every parameter of the contract is accepted.",
        "let the server take the parameter",
        "the contract's list has `limit`, the server's list doesn't take it";
    ParameterDemanded, "parameter-demanded", Requests,
        "No parameter is required that the contract leaves optional or doesn't know.",
        "make the parameter optional in the server",
        "the server requires `include`, which the contract leaves out or optional";
    ParameterName, "parameter-name", Documents,
        "A path parameter has the same name in both documents.",
        "rename the parameter in the server",
        "`{appBackup_id}` in the contract's path, `{id}` in the server's";
    ParameterStyle, "parameter-style", Requests,
        "A parameter is written in the same style.",
        "give the parameter the contract's `style` and `explode`",
        "`include=id,name` in the contract, `include=id&include=name` in the server";
    ParameterSchema, "parameter-schema", Requests,
        "Every value of a parameter that the contract permits is accepted.",
        "widen the parameter's schema in the server",
        "`limit` is any count in the contract, and at most 100 in the server";
    ParameterSchemaUnknown, "parameter-schema-unknown", Requests,
        "That every permitted value of a parameter is accepted can be proven.",
        "write the parameter's schema in the server as the contract does",
        "the server's `limit` has a pattern that can't be compared with the contract's";
    RequestBodyMissing, "request-body-missing", Requests,
        "A body that the contract permits is accepted.",
        "let the server take the body",
        "the contract's create has a body, the server's has none";
    RequestBodyDemanded, "request-body-demanded", Requests,
        "No body is required that the contract leaves optional or doesn't know.",
        "make the body optional in the server",
        "the server requires a body on a DELETE that the contract sends without one";
    RequestMediaTypeMissing, "request-media-type-missing", Requests,
        "A body is accepted in every media type of the contract.",
        "let the server read the media type",
        "the contract permits `application/astra-appBackup+json`, the server reads `application/json` alone";
    RequestSchema, "request-schema", Requests,
        "Every body that the contract permits is accepted.",
        "widen the body's schema in the server",
        "`name` has 1 to 63 characters in the contract, and at most 32 in the server";
    RequestSchemaUnknown, "request-schema-unknown", Requests,
        "That every permitted body is accepted can be proven.",
        "write the body's schema in the server as the contract does",
        "the server's `name` has a pattern that can't be compared with the contract's";
    StatusMissing, "status-missing", Documents,
        "Every status of the contract is documented by the server.",
        "document the status in the server",
        "the contract's create has 409, the server's document doesn't know it";
    StatusExtra, "status-extra", Responses,
        "Every status that the server documents is in the contract.",
        "answer with a status of the contract, or write it into the contract",
        "the server documents 422, which the contract doesn't have";
    StatusRange, "status-range", Responses,
        "Statuses are documented one by one.",
        "list the statuses in the server's document",
        "the server documents `4XX`, where the contract has 400, 401, 403, 404 and 409";
    ResponseBodyMissing, "response-body-missing", Responses,
        "A response has a body where the contract says so.",
        "answer with the body",
        "the contract's 200 has a body, the server documents none";
    ResponseBodyExtra, "response-body-extra", Responses,
        "A response has no body where the contract says so.",
        "answer without a body",
        "the contract's 204 has no body, the server documents one";
    ResponseMediaTypeMissing, "response-media-type-missing", Requests,
        "A body can be had in every media type of the contract.",
        "let the server write the media type when `Accept` asks for it",
        "the contract's fetch can be had as `application/astra-appBackup+json`, the server's can't";
    ResponseMediaTypeExtra, "response-media-type-extra", Responses,
        "A body comes in no media type that the contract doesn't know.",
        "answer in a media type of the contract",
        "the server answers a list as `text/csv`, too";
    ResponseSchema, "response-schema", Responses,
        "Every body that the server can send is permitted.",
        "narrow the body's schema in the server",
        "the server's `hookState` may be `skipped`, which the contract's may not";
    ResponseSchemaUnknown, "response-schema-unknown", Responses,
        "That every body the server can send is permitted can be proven.",
        "write the body's schema in the server as the contract does",
        "the server's `id` has a pattern that can't be compared with the contract's";
    HeaderMissing, "header-missing", Responses,
        "A response carries the headers that the contract promises.",
        "send the header, always where the contract requires it",
        "the contract's 201 promises `Location`, the server's document doesn't";
    HeaderSchema, "header-schema", Responses,
        "Every value of a header that the server can send is permitted.",
        "narrow the header's schema in the server",
        "the server's `ETag` may be any text, the contract's is in quotation marks";
    HeaderSchemaUnknown, "header-schema-unknown", Responses,
        "That every value of a header is permitted can be proven.",
        "write the header's schema in the server as the contract does",
        "the server's `ETag` has a pattern that can't be compared with the contract's";
    SecurityMissing, "security-missing", Documents,
        "What the contract protects the server protects.",
        "declare the security scheme in the server",
        "the contract asks for a bearer token, and the server's document for nothing";
    SecurityDemanded, "security-demanded", Requests,
        "No credentials are demanded that the contract doesn't ask for.",
        "ask for the contract's credentials only",
        "the contract asks for a bearer token, and the server for an API key";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

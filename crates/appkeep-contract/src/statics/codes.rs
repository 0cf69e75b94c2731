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
    ($($name:ident, $code:literal, $direction:ident, $rule:literal, $advice:literal;)*) => {
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
        "implement the operation, or publish it";
    OperationExtra, "operation-extra", Documents,
        "Every published operation is in the contract.",
        "write it into the contract, or don't publish it";
    OperationId, "operation-id", Documents,
        "An operation has the same id in both documents.",
        "rename the operation in the server";
    ParameterMissing, "parameter-missing", Requests,
        "Every parameter of the contract is accepted.",
        "let the server take the parameter";
    ParameterDemanded, "parameter-demanded", Requests,
        "No parameter is required that the contract leaves optional or doesn't know.",
        "make the parameter optional in the server";
    ParameterName, "parameter-name", Documents,
        "A path parameter has the same name in both documents.",
        "rename the parameter in the server";
    ParameterStyle, "parameter-style", Requests,
        "A parameter is written in the same style.",
        "give the parameter the contract's `style` and `explode`";
    ParameterSchema, "parameter-schema", Requests,
        "Every value of a parameter that the contract permits is accepted.",
        "widen the parameter's schema in the server";
    ParameterSchemaUnknown, "parameter-schema-unknown", Requests,
        "That every permitted value of a parameter is accepted can be proven.",
        "write the parameter's schema in the server as the contract does";
    RequestBodyMissing, "request-body-missing", Requests,
        "A body that the contract permits is accepted.",
        "let the server take the body";
    RequestBodyDemanded, "request-body-demanded", Requests,
        "No body is required that the contract leaves optional or doesn't know.",
        "make the body optional in the server";
    RequestMediaTypeMissing, "request-media-type-missing", Requests,
        "A body is accepted in every media type of the contract.",
        "let the server read the media type";
    RequestSchema, "request-schema", Requests,
        "Every body that the contract permits is accepted.",
        "widen the body's schema in the server";
    RequestSchemaUnknown, "request-schema-unknown", Requests,
        "That every permitted body is accepted can be proven.",
        "write the body's schema in the server as the contract does";
    StatusMissing, "status-missing", Documents,
        "Every status of the contract is documented by the server.",
        "document the status in the server";
    StatusExtra, "status-extra", Responses,
        "Every status that the server documents is in the contract.",
        "answer with a status of the contract, or write it into the contract";
    StatusRange, "status-range", Responses,
        "Statuses are documented one by one.",
        "list the statuses in the server's document";
    ResponseBodyMissing, "response-body-missing", Responses,
        "A response has a body where the contract says so.",
        "answer with the body";
    ResponseBodyExtra, "response-body-extra", Responses,
        "A response has no body where the contract says so.",
        "answer without a body";
    ResponseMediaTypeMissing, "response-media-type-missing", Requests,
        "A body can be had in every media type of the contract.",
        "let the server write the media type when `Accept` asks for it";
    ResponseMediaTypeExtra, "response-media-type-extra", Responses,
        "A body comes in no media type that the contract doesn't know.",
        "answer in a media type of the contract";
    ResponseSchema, "response-schema", Responses,
        "Every body that the server can send is permitted.",
        "narrow the body's schema in the server";
    ResponseSchemaUnknown, "response-schema-unknown", Responses,
        "That every body the server can send is permitted can be proven.",
        "write the body's schema in the server as the contract does";
    HeaderMissing, "header-missing", Responses,
        "A response carries the headers that the contract promises.",
        "send the header, always where the contract requires it";
    HeaderSchema, "header-schema", Responses,
        "Every value of a header that the server can send is permitted.",
        "narrow the header's schema in the server";
    HeaderSchemaUnknown, "header-schema-unknown", Responses,
        "That every value of a header is permitted can be proven.",
        "write the header's schema in the server as the contract does";
    SecurityMissing, "security-missing", Documents,
        "What the contract protects the server protects.",
        "declare the security scheme in the server";
    SecurityDemanded, "security-demanded", Requests,
        "No credentials are demanded that the contract doesn't ask for.",
        "ask for the contract's credentials only";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

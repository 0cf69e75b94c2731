//! The kinds of changes, and their effects on clients and servers.

use serde::Serialize;

use self::Effect::{Breaking, Safe, Undocumented, Unproven};
use crate::code_table::code_table;

/// The effect of a change on existing clients or servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// They keep working.
    Safe,
    /// They keep working, unless they rely on behaviour that isn't documented.
    Undocumented,
    /// They may break: the change can't be proven safe.
    Unproven,
    /// They break in some cases.
    Breaking,
}

/// The version increment that a change requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing changed.
    None,
    /// Only descriptions, examples or extensions changed: requests and responses stay the same.
    Patch,
    /// A change that clients of OLD can ignore.
    Minor,
    /// A change that may break a client of OLD.
    Major,
}

impl Level {
    /// The rule for the level of a change, in one sentence.
    pub const RULE: &'static str = "major when a client written for OLD may fail with a server of NEW, or when that \
                                    can't be ruled out; minor for any other change that clients, servers or \
                                    generators see; patch when only descriptions, examples or extensions \
                                    changed; none without changes";

    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// The level of a code that is safe for clients that only rely on documented behaviour.
const WIRE: Level = Level::Minor;
const WORDS: Level = Level::Patch;

code_table! {
    /// The kind of a change between two documents.
    Code: (Effect, Effect, Level);
    OperationRemoved, "operation-removed", (Breaking, Safe, WIRE),
        "Clients of OLD call an operation that NEW doesn't have.",
        "`DELETE /things/{id}` is in OLD only";
    OperationAdded, "operation-added", (Safe, Breaking, WIRE),
        "Servers of OLD don't have the operation.",
        "`PUT /things/{id}` is in NEW only";
    OperationIdChanged, "operation-id-changed", (Safe, Safe, WIRE),
        "The requests stay the same, but the name in generated code changes.",
        "`operationId: list` becomes `operationId: thing_list`";
    SecurityAdded, "security-added", (Breaking, Breaking, WIRE),
        "Clients of OLD send no credentials, and servers of OLD require none.",
        "`security: []` becomes `security: [{bearerToken: []}]`";
    SecurityRemoved, "security-removed", (Breaking, Breaking, WIRE),
        "NEW requires no credentials, but servers of OLD still require them.",
        "`security: [{bearerToken: []}]` becomes `security: []`";
    SecurityChanged, "security-changed", (Breaking, Breaking, WIRE),
        "Credentials that OLD accepts are rejected by NEW.",
        "`security: [{bearerToken: []}]` becomes `security: [{apiKey: []}]`";
    SecurityWidened, "security-widened", (Safe, Breaking, WIRE),
        "NEW accepts credentials that servers of OLD reject.",
        "`security: [{bearerToken: []}]` becomes `security: [{bearerToken: []}, {apiKey: []}]`";
    SecuritySchemeChanged, "security-scheme-changed", (Unproven, Unproven, WIRE),
        "The source of credentials changed; whether the old ones are still valid is unknown.",
        "the scheme `bearerToken` is `oauth2` instead of `http`";
    SecuritySchemeWidened, "security-scheme-widened", (Safe, Breaking, WIRE),
        "Credentials are available in another way, too, or with more scopes.",
        "a flow of the scheme `account` gets the scope `write`";
    ServerRemoved, "server-removed", (Breaking, Safe, WIRE),
        "Clients of OLD call an address that NEW doesn't list.",
        "`servers` no longer lists `https://eu.example`";
    ServerAdded, "server-added", (Safe, Safe, WIRE),
        "The operations are available at another address, too.",
        "`servers` also lists `https://eu.example`";
    ParameterRemoved, "parameter-removed", (Breaking, Safe, WIRE),
        "Clients of OLD may send a parameter that NEW doesn't have.",
        "the query parameter `limit`, optional in OLD, is removed";
    RequiredParameterRemoved, "required-parameter-removed", (Breaking, Breaking, WIRE),
        "Clients of OLD send a parameter that NEW doesn't have, and servers of OLD require it.",
        "the header `If-Match`, required in OLD, is removed";
    ParameterAdded, "parameter-added", (Safe, Breaking, WIRE),
        "Clients of NEW may send a parameter that servers of OLD don't have.",
        "the query parameter `continue` is new, and optional";
    RequiredParameterAdded, "required-parameter-added", (Breaking, Breaking, WIRE),
        "NEW requires a parameter that clients of OLD don't send and servers of OLD don't have.",
        "the header `If-Match` is new, and required";
    ParameterMadeRequired, "parameter-made-required", (Breaking, Safe, WIRE),
        "NEW requires a parameter that clients of OLD may omit.",
        "the query parameter `limit` gets `required: true`";
    ParameterMadeOptional, "parameter-made-optional", (Safe, Breaking, WIRE),
        "Clients of NEW may omit a parameter that servers of OLD require.",
        "the header `If-Match` loses `required: true`";
    ParameterRenamed, "parameter-renamed", (Safe, Safe, WIRE),
        "The name of a path parameter isn't sent, but it appears in generated code.",
        "`/things/{id}` becomes `/things/{thing_id}`";
    ParameterStyleChanged, "parameter-style-changed", (Breaking, Breaking, WIRE),
        "The same value is serialized differently.",
        "`include` gets `explode: true`: `include=a,b` becomes `include=a&include=b`";
    ParameterSyntaxWidened, "parameter-syntax-widened", (Safe, Breaking, WIRE),
        "Clients of NEW may send reserved characters without encoding, or the parameter without a value.",
        "`path` gets `allowReserved: true`";
    ParameterNarrower, "parameter-narrower", (Breaking, Safe, WIRE),
        "NEW rejects values of the parameter that OLD accepts.",
        "`limit` gets `maximum: 100`";
    ParameterNarrowerUnproven, "parameter-narrower-unproven", (Unproven, Safe, WIRE),
        "It can't be proven that NEW accepts every value of the parameter that OLD accepts.",
        "the `pattern` of `limit` changes";
    ParameterWider, "parameter-wider", (Safe, Breaking, WIRE),
        "NEW accepts values of the parameter that OLD rejects.",
        "`limit` loses `maximum: 100`";
    ParameterWiderUnproven, "parameter-wider-unproven", (Safe, Unproven, WIRE),
        "It can't be proven that OLD accepts every value of the parameter that NEW accepts.",
        "the `pattern` of `limit` changes";
    BodyRemoved, "request-body-removed", (Breaking, Safe, WIRE),
        "Clients of OLD may send a body that NEW doesn't accept.",
        "the optional `requestBody` of a DELETE is removed";
    RequiredBodyRemoved, "required-request-body-removed", (Breaking, Breaking, WIRE),
        "Clients of OLD send a body that NEW doesn't accept, and servers of OLD require it.",
        "the required `requestBody` of a PUT is removed";
    BodyAdded, "request-body-added", (Safe, Breaking, WIRE),
        "Clients of NEW may send a body that servers of OLD don't accept.",
        "a DELETE gets an optional `requestBody`";
    RequiredBodyAdded, "required-request-body-added", (Breaking, Breaking, WIRE),
        "NEW requires a body that clients of OLD don't send and servers of OLD don't accept.",
        "a POST gets a `requestBody` with `required: true`";
    BodyMadeRequired, "request-body-made-required", (Breaking, Safe, WIRE),
        "NEW requires a body that clients of OLD may omit.",
        "`requestBody` gets `required: true`";
    BodyMadeOptional, "request-body-made-optional", (Safe, Breaking, WIRE),
        "Clients of NEW may omit a body that servers of OLD require.",
        "`requestBody` loses `required: true`";
    RequestMediaTypeRemoved, "request-media-type-removed", (Breaking, Safe, WIRE),
        "Clients of OLD may send bodies in a media type that NEW doesn't accept.",
        "`content` of `requestBody` loses `application/xml`";
    RequestMediaTypeAdded, "request-media-type-added", (Safe, Breaking, WIRE),
        "Clients of NEW may send bodies in a media type that servers of OLD don't accept.",
        "`content` of `requestBody` gets `application/xml`";
    RequestNarrower, "request-narrower", (Breaking, Safe, WIRE),
        "NEW rejects bodies that OLD accepts.",
        "`name` of a body gets `maxLength: 63`";
    RequestNarrowerUnproven, "request-narrower-unproven", (Unproven, Safe, WIRE),
        "It can't be proven that NEW accepts every body that OLD accepts.",
        "the `pattern` of a body's `name` changes";
    RequestPropertyAdded, "request-property-added", (Undocumented, Safe, WIRE),
        "Clients of OLD break only if they send an undocumented member of the same name.",
        "a body that permits additional members gets the optional property `note`";
    RequestWider, "request-wider", (Safe, Breaking, WIRE),
        "NEW accepts bodies that OLD rejects.",
        "`required` of a body loses `name`";
    RequestWiderUnproven, "request-wider-unproven", (Safe, Unproven, WIRE),
        "It can't be proven that OLD accepts every body that NEW accepts.",
        "the `pattern` of a body's `name` changes";
    SuccessRemoved, "success-removed", (Breaking, Breaking, WIRE),
        "NEW doesn't answer with the status that clients of OLD expect, and servers of OLD still do.",
        "`200` becomes `202`";
    StatusRemoved, "status-removed", (Safe, Breaking, WIRE),
        "Servers of OLD may answer with a status that NEW doesn't have.",
        "`409` is removed";
    StatusAdded, "status-added", (Breaking, Safe, WIRE),
        "NEW may answer with a status that clients of OLD don't expect.",
        "`429` is added";
    ResponseBodyAdded, "response-body-added", (Breaking, Breaking, WIRE),
        "A response has a body where OLD has none.",
        "`204` gets `content`";
    ResponseBodyRemoved, "response-body-removed", (Breaking, Breaking, WIRE),
        "A response has no body where OLD has one.",
        "`200` loses `content`";
    ResponseMediaTypeRemoved, "response-media-type-removed", (Breaking, Breaking, WIRE),
        "Clients of OLD may request a media type that NEW doesn't have.",
        "`content` of `200` loses `application/xml`";
    ResponseMediaTypeAdded, "response-media-type-added", (Unproven, Breaking, WIRE),
        "A client that requests none in `Accept` may receive a media type that it can't read.",
        "`content` of `200` gets `application/xml`";
    ResponseMediaTypesNarrowed, "response-media-types-narrowed", (Safe, Breaking, WIRE),
        "NEW answers with fewer of the media types that OLD permits.",
        "`*/*` of `200` becomes `application/json`";
    ResponseWider, "response-wider", (Breaking, Safe, WIRE),
        "NEW may answer with bodies that clients of OLD don't expect.",
        "the `enum` of `state` in `200` gets `paused`";
    ResponseWiderUnproven, "response-wider-unproven", (Unproven, Safe, WIRE),
        "It can't be proven that OLD permits every body that NEW may answer with.",
        "the `pattern` of `id` in `200` changes";
    ResponseNarrower, "response-narrower", (Safe, Breaking, WIRE),
        "Servers of OLD may answer with bodies that NEW doesn't permit.",
        "the `enum` of `state` in `200` loses `paused`";
    ResponseNarrowerUnproven, "response-narrower-unproven", (Safe, Unproven, WIRE),
        "It can't be proven that NEW permits every body that servers of OLD may answer with.",
        "the `pattern` of `id` in `200` changes";
    HeaderRemoved, "header-removed", (Breaking, Safe, WIRE),
        "Clients of OLD may read a header that NEW doesn't document.",
        "`200` loses the header `ETag`";
    HeaderAdded, "header-added", (Safe, Breaking, WIRE),
        "Servers of OLD don't send a header that NEW documents.",
        "`200` gets the header `ETag` with `required: true`";
    HeaderMadeOptional, "header-made-optional", (Breaking, Safe, WIRE),
        "Clients of OLD read a header that may be missing in NEW.",
        "the header `ETag` loses `required: true`";
    HeaderMadeRequired, "header-made-required", (Safe, Breaking, WIRE),
        "Servers of OLD may omit a header that NEW requires.",
        "the header `ETag` gets `required: true`";
    HeaderStyleChanged, "header-style-changed", (Breaking, Breaking, WIRE),
        "The same value is serialized differently.",
        "the object in `X-Rate` gets `explode: true`: `limit,10` becomes `limit=10`";
    HeaderWider, "header-wider", (Breaking, Safe, WIRE),
        "A header may have values that clients of OLD don't expect.",
        "the schema of `Retry-After` was `integer` and is `string`";
    HeaderWiderUnproven, "header-wider-unproven", (Unproven, Safe, WIRE),
        "It can't be proven that OLD permits every value of a header of NEW.",
        "the `pattern` of `ETag` changes";
    HeaderNarrower, "header-narrower", (Safe, Breaking, WIRE),
        "Servers of OLD may send values of a header that NEW doesn't permit.",
        "the schema of `Retry-After` gets `maximum: 60`";
    HeaderNarrowerUnproven, "header-narrower-unproven", (Safe, Unproven, WIRE),
        "It can't be proven that NEW permits every value of a header of OLD.",
        "the `pattern` of `ETag` changes";
    LinkRemoved, "link-removed", (Breaking, Safe, WIRE),
        "Clients of OLD may follow a link that NEW doesn't document.",
        "`201` loses the link `fetch`";
    LinkAdded, "link-added", (Safe, Breaking, WIRE),
        "Servers of OLD don't document the target of the link.",
        "`201` gets the link `fetch`";
    LinkChanged, "link-changed", (Breaking, Breaking, WIRE),
        "A link has another target or other parameters.",
        "the target of the link `fetch` is `thing_list` instead of `thing_fetch`";
    DefaultChanged, "default-changed", (Unproven, Unproven, WIRE),
        "The default of an omitted value changed; whether clients or servers rely on it is unknown.",
        "`default: 10` of `limit` becomes `default: 100`";
    EncodingChanged, "encoding-changed", (Unproven, Unproven, WIRE),
        "The same value may be serialized or distinguished differently (`discriminator`, `xml`, `encoding`).",
        "a `oneOf` gets a `discriminator`";
    CallbackChanged, "callback-changed", (Unproven, Unproven, WIRE),
        "The server's callbacks changed; callbacks aren't compared in detail.",
        "an operation gets `callbacks`";
    WebhookRemoved, "webhook-removed", (Breaking, Safe, WIRE),
        "Clients of OLD no longer receive the requests.",
        "the webhook `sold` is in OLD only";
    WebhookAdded, "webhook-added", (Safe, Breaking, WIRE),
        "Servers of OLD don't send the requests of the webhook.",
        "the webhook `sold` is in NEW only";
    WebhookChanged, "webhook-changed", (Breaking, Breaking, WIRE),
        "NEW sends a request that OLD doesn't permit, or doesn't accept a response that OLD permits.",
        "the body of the webhook `sold` loses a required member";
    WebhookChangedUnproven, "webhook-changed-unproven", (Unproven, Unproven, WIRE),
        "It can't be proven that NEW sends only requests that OLD permits, and accepts every response that OLD permits.",
        "the `pattern` of a member of the webhook `sold` changes";
    WebhookNarrower, "webhook-narrower", (Safe, Breaking, WIRE),
        "NEW doesn't permit every request that OLD permits, or permits more responses than OLD; or this can't be ruled out.",
        "the body of the webhook `sold` has a new required member";
    AccessChanged, "access-changed", (Safe, Safe, WIRE),
        "`readOnly` or `writeOnly` changed; effects on requests and responses are listed separately.",
        "`id` gets `readOnly: true`";
    Unexplained, "unexplained", (Unproven, Unproven, WIRE),
        "No rule explains the change, so its effects are unknown.",
        "an operation gets the member `consumes`, which OpenAPI doesn't define";
    DeprecationChanged, "deprecation-changed", (Safe, Safe, WIRE),
        "The item works as before, but it is now deprecated, or no longer deprecated.",
        "an operation gets `deprecated: true`";
    ExampleChanged, "example-changed", (Safe, Safe, WORDS),
        "Readers and tests that use the example see another value.",
        "`name: a` of a named example becomes `name: b`";
    ExampleAdded, "example-added", (Safe, Safe, WORDS),
        "An example was added.",
        "`examples` gets `empty`";
    ExampleRemoved, "example-removed", (Safe, Safe, WORDS),
        "Readers and tests that use the example no longer find it.",
        "`examples` loses `empty`";
    DescriptionChanged, "description-changed", (Safe, Safe, WORDS),
        "A summary or description changed.",
        "`summary: List` becomes `summary: List things`";
    ExtensionChanged, "extension-changed", (Safe, Safe, WORDS),
        "Tools that use the extension see another value.",
        "`x-origin: companion` becomes `x-origin: documented`";
    Unused, "unused-changed", (Safe, Safe, WORDS),
        "No operation of OLD or NEW uses the component.",
        "a schema without references to it gets `maxLength: 63`";
    Rewritten, "rewritten", (Safe, Safe, WORDS),
        "The notation changed; any effects on clients and servers are proven and listed separately.",
        "an inline schema becomes a `$ref` to the same schema";
}

impl Code {
    /// The code with this stable name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// The effect on clients that were written against OLD.
    #[must_use]
    pub fn clients(self) -> Effect {
        self.columns().0
    }

    /// The effect on servers that were written for OLD.
    #[must_use]
    pub fn servers(self) -> Effect {
        self.columns().1
    }

    /// A sentence about who is affected.
    #[must_use]
    pub fn affected(self) -> &'static str {
        match (self.clients(), self.servers()) {
            (Effect::Breaking, Effect::Breaking) => "Clients and servers that were written for OLD break.",
            (Effect::Breaking, _) => "Clients that were written for OLD break; its servers keep working.",
            (Effect::Unproven, Effect::Safe) => {
                "Clients that were written for OLD may break; its servers keep working."
            }
            (Effect::Unproven, Effect::Breaking) => {
                "Servers that were written for OLD break; its clients may break."
            }
            (Effect::Unproven, Effect::Unproven) => {
                "Clients and servers that were written for OLD may break."
            }
            (Effect::Safe, Effect::Breaking) => {
                "Clients that were written for OLD keep working; its servers can't replace those of NEW."
            }
            (Effect::Safe, Effect::Unproven) => {
                "Clients that were written for OLD keep working; it is not proven that its servers can replace those of NEW."
            }
            (Effect::Safe, Effect::Safe) => "Clients and servers that were written for OLD keep working.",
            (Effect::Undocumented, _) => {
                "Clients that send undocumented members may break; other clients and servers of OLD keep working."
            }
            (_, Effect::Undocumented) => {
                "Servers that rely on undocumented behaviour may break; clients of OLD keep working."
            }
        }
    }

    /// Advice for the author of the change.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match (self.clients(), self.servers()) {
            (Effect::Breaking, _) => {
                "keep supporting OLD beside the change, or raise the major version and tell clients what to change"
            }
            (Effect::Unproven, _) => {
                "rewrite it so that compatibility can be proven, or treat it as breaking: raise the major version"
            }
            (Effect::Undocumented, _) => {
                "choose a name that clients are unlikely to send already, and raise the minor version"
            }
            (Effect::Safe, Effect::Breaking | Effect::Unproven | Effect::Undocumented) => {
                "update every server to NEW before clients use it, and raise the minor version"
            }
            (Effect::Safe, Effect::Safe) if self.level() == Level::Patch => "raise the patch version",
            (Effect::Safe, Effect::Safe) => {
                "raise the minor version, so that users of code generators notice"
            }
        }
    }

    /// The version increment that the change requires.
    #[must_use]
    pub fn level(self) -> Level {
        if self.clients() < Effect::Unproven {
            self.columns().2
        } else {
            Level::Major
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::statics;

    #[test]
    fn codes_are_unique_here_and_in_static_verification() {
        let here = Code::ALL.iter().map(|code| code.as_str());
        let there = statics::Code::ALL.iter().map(|code| code.as_str());
        let all: BTreeSet<_> = here.chain(there).collect();
        assert_eq!(all.len(), Code::ALL.len() + statics::Code::ALL.len());
    }

    #[test]
    fn exactly_codes_that_break_clients_are_major() {
        for code in Code::ALL {
            let is_safe = code.clients() < Effect::Unproven;
            assert_eq!(code.level() < Level::Major, is_safe, "{}", code.as_str());
            // Changes of descriptions don't break anything.
            assert!(
                code.level() > Level::Patch || code.servers() == Effect::Safe,
                "{}",
                code.as_str()
            );
        }
    }

    #[test]
    fn each_code_names_who_is_affected_and_gives_advice() {
        let mut said: Vec<String> = Code::ALL
            .iter()
            .map(|code| {
                let touched = (code.clients(), code.servers(), code.level());
                format!("{touched:?}\n  {}\n  {}", code.affected(), code.advice())
            })
            .collect();
        said.sort();
        said.dedup();
        insta::assert_snapshot!("affected_and_advice", said.join("\n"));
    }
}

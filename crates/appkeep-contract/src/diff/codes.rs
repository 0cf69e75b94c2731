//! The kinds of changes, and their effects on clients and servers.

use serde::Serialize;

use self::Effect::{Breaking, Safe, Unproven};
use crate::code_table::code_table;

/// The effect of a change on existing clients or servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// They keep working.
    Safe,
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
    pub const RULE: &'static str = "major when a client written against OLD may fail with a server of NEW, \
                                    also when that can't be ruled out; minor when anything else changed that \
                                    peers or generators see; patch when only words, examples or extensions \
                                    did; none when nothing did";

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

/// The level of a code that is safe for clients.
const WIRE: Level = Level::Minor;
const WORDS: Level = Level::Patch;

code_table! {
    /// The kind of a change between two documents.
    Code: (Effect, Effect, Level);
    OperationRemoved, "operation-removed", (Breaking, Safe, WIRE),
        "Clients call an operation that NEW doesn't have.",
        "`DELETE /things/{id}` is in OLD only";
    OperationAdded, "operation-added", (Safe, Breaking, WIRE),
        "A server of OLD doesn't have the operation.",
        "`PUT /things/{id}` is in NEW only";
    OperationIdChanged, "operation-id-changed", (Safe, Safe, WIRE),
        "Nothing differs on the wire, but generated code gets another name.",
        "`operationId: list` becomes `operationId: thing_list`";
    SecurityAdded, "security-added", (Breaking, Breaking, WIRE),
        "Clients of OLD present no credentials, and servers of OLD ask for none.",
        "`security: []` becomes `security: [{bearerToken: []}]`";
    SecurityRemoved, "security-removed", (Breaking, Breaking, WIRE),
        "Whoever relied on OLD's protection has lost it, and servers of OLD still ask for credentials.",
        "`security: [{bearerToken: []}]` becomes `security: []`";
    SecurityChanged, "security-changed", (Breaking, Breaking, WIRE),
        "What satisfies OLD doesn't satisfy NEW.",
        "`security: [{bearerToken: []}]` becomes `security: [{apiKey: []}]`";
    SecurityWidened, "security-widened", (Safe, Breaking, WIRE),
        "NEW takes credentials that servers of OLD don't.",
        "`security: [{bearerToken: []}]` becomes `security: [{bearerToken: []}, {apiKey: []}]`";
    SecuritySchemeChanged, "security-scheme-changed", (Unproven, Unproven, WIRE),
        "Credentials come from another place, and whether the old ones still hold can't be told.",
        "the scheme `bearerToken` is `oauth2` instead of `http`";
    ServerRemoved, "server-removed", (Breaking, Safe, WIRE),
        "Clients call an address that NEW doesn't list.",
        "`servers` doesn't list `https://eu.example` any more";
    ServerAdded, "server-added", (Safe, Safe, WIRE),
        "The operations are had at one more address.",
        "`servers` lists `https://eu.example`, too";
    ParameterRemoved, "parameter-removed", (Breaking, Safe, WIRE),
        "Clients may send a parameter that NEW doesn't know.",
        "the query parameter `limit`, optional in OLD, is gone";
    RequiredParameterRemoved, "required-parameter-removed", (Breaking, Breaking, WIRE),
        "Clients of OLD send a parameter that NEW doesn't know, and servers of OLD ask for it.",
        "the header `If-Match`, required in OLD, is gone";
    ParameterAdded, "parameter-added", (Safe, Breaking, WIRE),
        "Clients of NEW may send a parameter that servers of OLD don't know.",
        "the query parameter `continue` is new, and optional";
    RequiredParameterAdded, "required-parameter-added", (Breaking, Breaking, WIRE),
        "NEW asks for a parameter that clients of OLD don't send and servers of OLD don't know.",
        "the header `If-Match` is new, and required";
    ParameterMadeRequired, "parameter-made-required", (Breaking, Safe, WIRE),
        "NEW asks for a parameter that clients of OLD may leave out.",
        "the query parameter `limit` gets `required: true`";
    ParameterMadeOptional, "parameter-made-optional", (Safe, Breaking, WIRE),
        "Clients of NEW may leave out what servers of OLD ask for.",
        "the header `If-Match` loses `required: true`";
    ParameterRenamed, "parameter-renamed", (Safe, Safe, WIRE),
        "A path's parameter travels without its name, but generated code shows it.",
        "`/things/{id}` becomes `/things/{thing_id}`";
    ParameterStyleChanged, "parameter-style-changed", (Breaking, Breaking, WIRE),
        "The same value is written differently.",
        "`include` gets `explode: true`: `include=a,b` becomes `include=a&include=b`";
    ParameterNarrower, "parameter-narrower", (Breaking, Safe, WIRE),
        "NEW refuses values of the parameter that OLD accepts.",
        "`limit` gets `maximum: 100`";
    ParameterNarrowerUnproven, "parameter-narrower-unproven", (Unproven, Safe, WIRE),
        "That NEW accepts every value of the parameter that OLD accepts can't be proven.",
        "the `pattern` of `limit` becomes another one";
    ParameterWider, "parameter-wider", (Safe, Breaking, WIRE),
        "NEW accepts values of the parameter that OLD refuses.",
        "`limit` loses `maximum: 100`";
    ParameterWiderUnproven, "parameter-wider-unproven", (Safe, Unproven, WIRE),
        "That OLD accepts every value of the parameter that NEW accepts can't be proven.",
        "the `pattern` of `limit` becomes another one";
    BodyRemoved, "request-body-removed", (Breaking, Safe, WIRE),
        "Clients may send a body that NEW doesn't take.",
        "the optional `requestBody` of a DELETE is gone";
    RequiredBodyRemoved, "required-request-body-removed", (Breaking, Breaking, WIRE),
        "Clients of OLD send a body that NEW doesn't take, and servers of OLD ask for it.",
        "the required `requestBody` of a PUT is gone";
    BodyAdded, "request-body-added", (Safe, Breaking, WIRE),
        "Clients of NEW may send a body that servers of OLD don't take.",
        "a DELETE gets an optional `requestBody`";
    RequiredBodyAdded, "required-request-body-added", (Breaking, Breaking, WIRE),
        "NEW asks for a body that clients of OLD don't send and servers of OLD don't take.",
        "a POST gets a `requestBody` with `required: true`";
    BodyMadeRequired, "request-body-made-required", (Breaking, Safe, WIRE),
        "NEW asks for a body that clients of OLD may leave out.",
        "`requestBody` gets `required: true`";
    BodyMadeOptional, "request-body-made-optional", (Safe, Breaking, WIRE),
        "Clients of NEW may leave out a body that servers of OLD ask for.",
        "`requestBody` loses `required: true`";
    RequestMediaTypeRemoved, "request-media-type-removed", (Breaking, Safe, WIRE),
        "Clients write their bodies in a media type that NEW doesn't read.",
        "`content` of `requestBody` loses `application/xml`";
    RequestMediaTypeAdded, "request-media-type-added", (Safe, Breaking, WIRE),
        "Clients of NEW may write in a media type that servers of OLD don't read.",
        "`content` of `requestBody` gets `application/xml`";
    RequestNarrower, "request-narrower", (Breaking, Safe, WIRE),
        "NEW refuses bodies that OLD accepts.",
        "`name` of a body gets `maxLength: 63`";
    RequestNarrowerUnproven, "request-narrower-unproven", (Unproven, Safe, WIRE),
        "That NEW accepts every body that OLD accepts can't be proven.",
        "the `pattern` of a body's `name` becomes another one";
    RequestWider, "request-wider", (Safe, Breaking, WIRE),
        "NEW accepts bodies that OLD refuses.",
        "`required` of a body loses `name`";
    RequestWiderUnproven, "request-wider-unproven", (Safe, Unproven, WIRE),
        "That OLD accepts every body that NEW accepts can't be proven.",
        "the `pattern` of a body's `name` becomes another one";
    SuccessRemoved, "success-removed", (Breaking, Breaking, WIRE),
        "The status that clients wait for never comes, and servers of OLD still answer with it.",
        "`200` becomes `202`";
    StatusRemoved, "status-removed", (Safe, Breaking, WIRE),
        "Servers of OLD may answer with a status that NEW doesn't have.",
        "`409` is gone";
    StatusAdded, "status-added", (Breaking, Safe, WIRE),
        "NEW may answer with a status that clients of OLD don't know.",
        "`429` is new";
    ResponseBodyAdded, "response-body-added", (Breaking, Breaking, WIRE),
        "A body comes where OLD has none.",
        "`204` gets `content`";
    ResponseBodyRemoved, "response-body-removed", (Breaking, Breaking, WIRE),
        "No body comes where OLD has one.",
        "`200` loses `content`";
    ResponseMediaTypeRemoved, "response-media-type-removed", (Breaking, Breaking, WIRE),
        "Clients ask for a media type that NEW doesn't write.",
        "`content` of `200` loses `application/xml`";
    ResponseMediaTypeAdded, "response-media-type-added", (Unproven, Breaking, WIRE),
        "A client that asks for none in `Accept` may get a media type that it doesn't read.",
        "`content` of `200` gets `application/xml`";
    ResponseWider, "response-wider", (Breaking, Safe, WIRE),
        "NEW may answer with bodies that clients of OLD don't know.",
        "the `enum` of `state` in `200` gets `paused`";
    ResponseWiderUnproven, "response-wider-unproven", (Unproven, Safe, WIRE),
        "That OLD knows every body with which NEW may answer can't be proven.",
        "the `pattern` of `id` in `200` becomes another one";
    ResponseNarrower, "response-narrower", (Safe, Breaking, WIRE),
        "Servers of OLD may answer with bodies that NEW doesn't permit.",
        "the `enum` of `state` in `200` loses `paused`";
    ResponseNarrowerUnproven, "response-narrower-unproven", (Safe, Unproven, WIRE),
        "That NEW permits every body with which servers of OLD may answer can't be proven.",
        "the `pattern` of `id` in `200` becomes another one";
    HeaderRemoved, "header-removed", (Breaking, Safe, WIRE),
        "Clients read a header of which NEW promises nothing.",
        "`200` loses the header `ETag`";
    HeaderAdded, "header-added", (Safe, Breaking, WIRE),
        "Servers of OLD don't know a header that NEW promises.",
        "`200` gets the header `ETag` with `required: true`";
    HeaderMadeOptional, "header-made-optional", (Breaking, Safe, WIRE),
        "Clients read a header that may be missing in NEW.",
        "the header `ETag` loses `required: true`";
    HeaderMadeRequired, "header-made-required", (Safe, Breaking, WIRE),
        "Servers of OLD may leave out a header that NEW promises.",
        "the header `ETag` gets `required: true`";
    HeaderWider, "header-wider", (Breaking, Safe, WIRE),
        "A header may have values that clients of OLD don't know.",
        "the schema of `Retry-After` was `integer` and is `string`";
    HeaderWiderUnproven, "header-wider-unproven", (Unproven, Safe, WIRE),
        "That OLD knows every value of a header of NEW can't be proven.",
        "the `pattern` of `ETag` becomes another one";
    HeaderNarrower, "header-narrower", (Safe, Breaking, WIRE),
        "Servers of OLD may send values of a header that NEW doesn't permit.",
        "the schema of `Retry-After` gets `maximum: 60`";
    HeaderNarrowerUnproven, "header-narrower-unproven", (Safe, Unproven, WIRE),
        "That NEW permits every value of a header of OLD can't be proven.",
        "the `pattern` of `ETag` becomes another one";
    LinkRemoved, "link-removed", (Breaking, Safe, WIRE),
        "Clients follow a link of which NEW promises nothing.",
        "`201` loses the link `fetch`";
    LinkAdded, "link-added", (Safe, Breaking, WIRE),
        "Servers of OLD promise nothing of where the link leads.",
        "`201` gets the link `fetch`";
    LinkChanged, "link-changed", (Breaking, Breaking, WIRE),
        "A link leads elsewhere, or is followed differently.",
        "the link `fetch` leads to `thing_list` instead of `thing_fetch`";
    DefaultChanged, "default-changed", (Unproven, Unproven, WIRE),
        "What stands for a value that is left out differs; whether anybody relies on it can't be told.",
        "`default: 10` of `limit` becomes `default: 100`";
    EncodingChanged, "encoding-changed", (Unproven, Unproven, WIRE),
        "The same value may be written or told apart differently (`discriminator`, `xml`, `encoding`).",
        "a `oneOf` gets a `discriminator`";
    CallbackChanged, "callback-changed", (Unproven, Unproven, WIRE),
        "What the server calls has changed; callbacks aren't compared any further.",
        "an operation gets `callbacks`";
    DeprecationChanged, "deprecation-changed", (Safe, Safe, WIRE),
        "Something still works as before, but is advised against, or no longer is.",
        "an operation gets `deprecated: true`";
    ExampleChanged, "example-changed", (Safe, Safe, WORDS),
        "Whoever learns or tests by the example sees another value.",
        "`name: a` of a named example becomes `name: b`";
    ExampleAdded, "example-added", (Safe, Safe, WORDS),
        "There is one more example.",
        "`examples` gets `empty`";
    ExampleRemoved, "example-removed", (Safe, Safe, WORDS),
        "Whoever learns or tests by the example misses it.",
        "`examples` loses `empty`";
    DescriptionChanged, "description-changed", (Safe, Safe, WORDS),
        "People read other words.",
        "`summary: List` becomes `summary: List things`";
    ExtensionChanged, "extension-changed", (Safe, Safe, WORDS),
        "Tools that know the extension see another value.",
        "`x-origin: companion` becomes `x-origin: documented`";
    Rewritten, "rewritten", (Safe, Safe, WORDS),
        "It is written differently; whatever peers notice of that is listed separately, and mostly it is nothing.",
        "a schema that stood in its place is a `$ref` to the same one";
}

impl Code {
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
    pub fn whom(self) -> &'static str {
        match (self.clients(), self.servers()) {
            (Effect::Breaking, Effect::Breaking) => "Clients and servers that were written for OLD break.",
            (Effect::Breaking, _) => "Clients that were written for OLD break; its servers go on.",
            (Effect::Unproven, Effect::Safe) => {
                "Clients that were written for OLD may break; its servers go on."
            }
            (Effect::Unproven, Effect::Breaking) => {
                "Clients that were written for OLD may break; its servers do."
            }
            (Effect::Unproven, Effect::Unproven) => {
                "Clients and servers that were written for OLD may break."
            }
            (Effect::Safe, Effect::Breaking) => {
                "Clients that were written for OLD go on; its servers can't stand in for those of NEW."
            }
            (Effect::Safe, Effect::Unproven) => {
                "Clients that were written for OLD go on; whether its servers can stand in for those of NEW is not proven."
            }
            (Effect::Safe, Effect::Safe) => "Clients and servers that were written for OLD go on.",
        }
    }

    /// Advice for the author of the change.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match (self.clients(), self.servers()) {
            (Effect::Breaking, _) => {
                "keep what OLD promises beside the new, or raise the major version and tell clients what to change"
            }
            (Effect::Unproven, _) => {
                "write it so that the one is plainly contained in the other, or treat it as breaking: raise the major \
                 version"
            }
            (Effect::Safe, Effect::Breaking | Effect::Unproven) => {
                "bring every server to NEW before clients use it, and raise the minor version"
            }
            (Effect::Safe, Effect::Safe) if self.level() == Level::Patch => {
                "nothing but to raise the patch version"
            }
            (Effect::Safe, Effect::Safe) => "raise the minor version, so that whoever generates code looks",
        }
    }

    /// The version increment that the change requires.
    #[must_use]
    pub fn level(self) -> Level {
        if self.clients() == Effect::Safe {
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
    fn every_code_is_its_own_here_and_in_static_verification() {
        let here = Code::ALL.iter().map(|code| code.as_str());
        let there = statics::Code::ALL.iter().map(|code| code.as_str());
        let all: BTreeSet<_> = here.chain(there).collect();
        assert_eq!(all.len(), Code::ALL.len() + statics::Code::ALL.len());
    }

    #[test]
    fn what_breaks_clients_is_major_and_nothing_else_is() {
        for code in Code::ALL {
            let is_safe = code.clients() == Effect::Safe;
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
    fn a_code_says_whom_it_touches_and_what_to_do() {
        let mut said: Vec<String> = Code::ALL
            .iter()
            .map(|code| {
                let touched = (code.clients(), code.servers(), code.level());
                format!("{touched:?}\n  {}\n  {}", code.whom(), code.advice())
            })
            .collect();
        said.sort();
        said.dedup();
        insta::assert_snapshot!("whom_and_advice", said.join("\n"));
    }
}

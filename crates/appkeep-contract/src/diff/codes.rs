//! The kinds of changes, and what each of them does to whom.

use serde::{Serialize, Serializer};

/// What a change does to those who were there before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// They go on.
    Safe,
    /// They may not be able to go on: nothing proves that they are.
    Unproven,
    /// They can't go on in some case.
    Breaking,
}

/// What a change asks of the next version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing changed.
    None,
    /// Words, examples, extensions: nothing that travels.
    Patch,
    /// Something that clients of OLD needn't know.
    Minor,
    /// Something that may break a client of OLD.
    Major,
}

impl Level {
    /// How a verdict is reached, in one sentence.
    pub const RULE: &'static str = "major when a client written against OLD may fail with a server of NEW, \
                                    also when that can't be ruled out; minor when anything else changed that \
                                    peers or generators see; patch when only words, examples or extensions \
                                    did; none when nothing did";

    /// The word for it.
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

/// The least that a code asks for when it breaks no client.
const WIRE: Level = Level::Minor;
const WORDS: Level = Level::Patch;

macro_rules! codes {
    ($($name:ident, $code:literal, $clients:ident, $servers:ident, $least:ident, $rule:literal;)*) => {
        /// The kind of a change between two documents.
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

            /// What it means, in one sentence.
            #[must_use]
            pub fn rule(self) -> &'static str {
                match self { $(Self::$name => $rule,)* }
            }

            /// What it does to clients that were written against OLD.
            #[must_use]
            pub fn clients(self) -> Effect {
                match self { $(Self::$name => Effect::$clients,)* }
            }

            /// What it does to servers that were written for OLD.
            #[must_use]
            pub fn servers(self) -> Effect {
                match self { $(Self::$name => Effect::$servers,)* }
            }

            fn least(self) -> Level {
                match self { $(Self::$name => $least,)* }
            }
        }
    };
}

codes! {
    OperationRemoved, "operation-removed", Breaking, Safe, WIRE,
        "Clients call an operation that NEW doesn't have.";
    OperationAdded, "operation-added", Safe, Breaking, WIRE,
        "A server of OLD doesn't have the operation.";
    OperationIdChanged, "operation-id-changed", Safe, Safe, WIRE,
        "Nothing differs on the wire, but generated code gets another name.";
    SecurityAdded, "security-added", Breaking, Breaking, WIRE,
        "Clients of OLD present no credentials, and servers of OLD ask for none.";
    SecurityRemoved, "security-removed", Breaking, Breaking, WIRE,
        "Whoever relied on OLD's protection has lost it, and servers of OLD still ask for credentials.";
    SecurityChanged, "security-changed", Breaking, Breaking, WIRE,
        "What satisfies OLD doesn't satisfy NEW.";
    SecurityWidened, "security-widened", Safe, Breaking, WIRE,
        "NEW takes credentials that servers of OLD don't.";
    SecuritySchemeChanged, "security-scheme-changed", Unproven, Unproven, WIRE,
        "Credentials come from another place, and whether the old ones still hold can't be told.";
    ServerRemoved, "server-removed", Breaking, Safe, WIRE,
        "Clients call an address that NEW doesn't list.";
    ServerAdded, "server-added", Safe, Safe, WIRE,
        "The operations are had at one more address.";
    ParameterRemoved, "parameter-removed", Breaking, Safe, WIRE,
        "Clients may send a parameter that NEW doesn't know.";
    RequiredParameterRemoved, "required-parameter-removed", Breaking, Breaking, WIRE,
        "Clients of OLD send a parameter that NEW doesn't know, and servers of OLD ask for it.";
    ParameterAdded, "parameter-added", Safe, Breaking, WIRE,
        "Clients of NEW may send a parameter that servers of OLD don't know.";
    RequiredParameterAdded, "required-parameter-added", Breaking, Breaking, WIRE,
        "NEW asks for a parameter that clients of OLD don't send and servers of OLD don't know.";
    ParameterMadeRequired, "parameter-made-required", Breaking, Safe, WIRE,
        "NEW asks for a parameter that clients of OLD may leave out.";
    ParameterMadeOptional, "parameter-made-optional", Safe, Breaking, WIRE,
        "Clients of NEW may leave out what servers of OLD ask for.";
    ParameterRenamed, "parameter-renamed", Safe, Safe, WIRE,
        "A path's parameter travels without its name, but generated code shows it.";
    ParameterStyleChanged, "parameter-style-changed", Breaking, Breaking, WIRE,
        "The same value is written differently.";
    ParameterNarrower, "parameter-narrower", Breaking, Safe, WIRE,
        "NEW refuses values of the parameter that OLD accepts.";
    ParameterNarrowerUnproven, "parameter-narrower-unproven", Unproven, Safe, WIRE,
        "That NEW accepts every value of the parameter that OLD accepts can't be proven.";
    ParameterWider, "parameter-wider", Safe, Breaking, WIRE,
        "NEW accepts values of the parameter that OLD refuses.";
    ParameterWiderUnproven, "parameter-wider-unproven", Safe, Unproven, WIRE,
        "That OLD accepts every value of the parameter that NEW accepts can't be proven.";
    BodyRemoved, "request-body-removed", Breaking, Safe, WIRE,
        "Clients may send a body that NEW doesn't take.";
    RequiredBodyRemoved, "required-request-body-removed", Breaking, Breaking, WIRE,
        "Clients of OLD send a body that NEW doesn't take, and servers of OLD ask for it.";
    BodyAdded, "request-body-added", Safe, Breaking, WIRE,
        "Clients of NEW may send a body that servers of OLD don't take.";
    RequiredBodyAdded, "required-request-body-added", Breaking, Breaking, WIRE,
        "NEW asks for a body that clients of OLD don't send and servers of OLD don't take.";
    BodyMadeRequired, "request-body-made-required", Breaking, Safe, WIRE,
        "NEW asks for a body that clients of OLD may leave out.";
    BodyMadeOptional, "request-body-made-optional", Safe, Breaking, WIRE,
        "Clients of NEW may leave out a body that servers of OLD ask for.";
    RequestMediaTypeRemoved, "request-media-type-removed", Breaking, Safe, WIRE,
        "Clients write their bodies in a media type that NEW doesn't read.";
    RequestMediaTypeAdded, "request-media-type-added", Safe, Breaking, WIRE,
        "Clients of NEW may write in a media type that servers of OLD don't read.";
    RequestNarrower, "request-narrower", Breaking, Safe, WIRE,
        "NEW refuses bodies that OLD accepts.";
    RequestNarrowerUnproven, "request-narrower-unproven", Unproven, Safe, WIRE,
        "That NEW accepts every body that OLD accepts can't be proven.";
    RequestWider, "request-wider", Safe, Breaking, WIRE,
        "NEW accepts bodies that OLD refuses.";
    RequestWiderUnproven, "request-wider-unproven", Safe, Unproven, WIRE,
        "That OLD accepts every body that NEW accepts can't be proven.";
    SuccessRemoved, "success-removed", Breaking, Breaking, WIRE,
        "The status that clients wait for never comes, and servers of OLD still answer with it.";
    StatusRemoved, "status-removed", Safe, Breaking, WIRE,
        "Servers of OLD may answer with a status that NEW doesn't have.";
    StatusAdded, "status-added", Breaking, Safe, WIRE,
        "NEW may answer with a status that clients of OLD don't know.";
    ResponseBodyAdded, "response-body-added", Breaking, Breaking, WIRE,
        "A body comes where OLD has none.";
    ResponseBodyRemoved, "response-body-removed", Breaking, Breaking, WIRE,
        "No body comes where OLD has one.";
    ResponseMediaTypeRemoved, "response-media-type-removed", Breaking, Breaking, WIRE,
        "Clients ask for a media type that NEW doesn't write.";
    ResponseMediaTypeAdded, "response-media-type-added", Unproven, Breaking, WIRE,
        "A client that asks for none in `Accept` may get a media type that it doesn't read.";
    ResponseWider, "response-wider", Breaking, Safe, WIRE,
        "NEW may answer with bodies that clients of OLD don't know.";
    ResponseWiderUnproven, "response-wider-unproven", Unproven, Safe, WIRE,
        "That OLD knows every body with which NEW may answer can't be proven.";
    ResponseNarrower, "response-narrower", Safe, Breaking, WIRE,
        "Servers of OLD may answer with bodies that NEW doesn't permit.";
    ResponseNarrowerUnproven, "response-narrower-unproven", Safe, Unproven, WIRE,
        "That NEW permits every body with which servers of OLD may answer can't be proven.";
    HeaderRemoved, "header-removed", Breaking, Safe, WIRE,
        "Clients read a header of which NEW promises nothing.";
    HeaderAdded, "header-added", Safe, Breaking, WIRE,
        "Servers of OLD don't know a header that NEW promises.";
    HeaderMadeOptional, "header-made-optional", Breaking, Safe, WIRE,
        "Clients read a header that may be missing in NEW.";
    HeaderMadeRequired, "header-made-required", Safe, Breaking, WIRE,
        "Servers of OLD may leave out a header that NEW promises.";
    HeaderWider, "header-wider", Breaking, Safe, WIRE,
        "A header may have values that clients of OLD don't know.";
    HeaderWiderUnproven, "header-wider-unproven", Unproven, Safe, WIRE,
        "That OLD knows every value of a header of NEW can't be proven.";
    HeaderNarrower, "header-narrower", Safe, Breaking, WIRE,
        "Servers of OLD may send values of a header that NEW doesn't permit.";
    HeaderNarrowerUnproven, "header-narrower-unproven", Safe, Unproven, WIRE,
        "That NEW permits every value of a header of OLD can't be proven.";
    LinkRemoved, "link-removed", Breaking, Safe, WIRE,
        "Clients follow a link of which NEW promises nothing.";
    LinkAdded, "link-added", Safe, Breaking, WIRE,
        "Servers of OLD promise nothing of where the link leads.";
    LinkChanged, "link-changed", Breaking, Breaking, WIRE,
        "A link leads elsewhere, or is followed differently.";
    DefaultChanged, "default-changed", Unproven, Unproven, WIRE,
        "What stands for a value that is left out differs; whether anybody relies on it can't be told.";
    EncodingChanged, "encoding-changed", Unproven, Unproven, WIRE,
        "The same value may be written or told apart differently (`discriminator`, `xml`, `encoding`).";
    CallbackChanged, "callback-changed", Unproven, Unproven, WIRE,
        "What the server calls has changed; callbacks aren't compared any further.";
    DeprecationChanged, "deprecation-changed", Safe, Safe, WIRE,
        "Something still works as before, but is advised against, or no longer is.";
    ExampleChanged, "example-changed", Safe, Safe, WORDS,
        "Whoever learns or tests by the example sees another value.";
    ExampleAdded, "example-added", Safe, Safe, WORDS,
        "There is one more example.";
    ExampleRemoved, "example-removed", Safe, Safe, WORDS,
        "Whoever learns or tests by the example misses it.";
    DescriptionChanged, "description-changed", Safe, Safe, WORDS,
        "People read other words.";
    ExtensionChanged, "extension-changed", Safe, Safe, WORDS,
        "Tools that know the extension see another value.";
    Rewritten, "rewritten", Safe, Safe, WORDS,
        "It is written differently; whatever peers notice of that is listed separately, and mostly it is nothing.";
}

impl Code {
    /// What the change asks of the next version.
    #[must_use]
    pub fn level(self) -> Level {
        if self.clients() == Effect::Safe {
            self.least()
        } else {
            Level::Major
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
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
            // Words break nobody.
            assert!(
                code.level() > Level::Patch || code.servers() == Effect::Safe,
                "{}",
                code.as_str()
            );
        }
    }
}

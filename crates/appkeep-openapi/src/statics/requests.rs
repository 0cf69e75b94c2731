//! Requests: the server must accept everything that the contract permits.

use super::Code;
use super::compare::Pair;
use crate::document::{Parameter, ParameterLocation, Serialization};

/// Compares parameters and body.
pub(super) fn compare(pair: &mut Pair<'_>) {
    let (promised, kept) = (pair.promised, pair.kept);
    for parameter in &promised.parameters {
        match promised.counterpart(parameter, kept) {
            None => {
                let what = format!("no such {} parameter", parameter.location.as_str());
                pair.note(
                    Code::ParameterMissing,
                    &parameter.name,
                    what,
                    &parameter.at,
                    &kept.at,
                );
            }
            Some(own) => compare_parameter(pair, parameter, own),
        }
    }
    for own in kept.parameters.iter().filter(|own| own.required) {
        let known = promised.parameters.iter().any(|parameter| {
            promised
                .counterpart(parameter, kept)
                .is_some_and(|found| std::ptr::eq(found, own))
        });
        if !known {
            let what = format!("the contract has no such {} parameter", own.location.as_str());
            pair.note(Code::ParameterDemanded, &own.name, what, &promised.at, &own.at);
        }
    }
    compare_body(pair);
}

fn compare_parameter(pair: &mut Pair<'_>, promised: &Parameter, kept: &Parameter) {
    let name = promised.name.as_str();
    if promised.name != kept.name && promised.location == ParameterLocation::Path {
        let what = format!("it is called `{}`", kept.name);
        pair.note(Code::ParameterName, name, what, &promised.at, &kept.at);
    }
    if kept.required && !promised.required {
        let what = "it is optional in the contract".to_owned();
        pair.note(Code::ParameterDemanded, name, what, &promised.at, &kept.at);
    }
    let own = Serialization::of_parameter(pair.documents.0, promised);
    let other = Serialization::of_parameter(pair.documents.1, kept);
    let codes = (Code::ParameterSchema, Code::ParameterSchemaUnknown);
    if !own.is_comparable_with(&other) {
        let what = "one document describes it by `content`, the other by a schema".to_owned();
        return pair.note(codes.1, name, what, &promised.at, &kept.at);
    }
    if let Some((own, other)) = own.difference(&other) {
        let what = format!("{own} in the contract, {other} here");
        pair.note(Code::ParameterStyle, name, what, &promised.at, &kept.at);
    }
    pair.accepts(own.place(), other.place(), codes, name);
}

fn compare_body(pair: &mut Pair<'_>) {
    let (promised_at, kept_at) = (pair.promised.at.as_str(), pair.kept.at.as_str());
    match (&pair.promised.body, &pair.kept.body) {
        (None, None) => {}
        (None, Some(kept)) => {
            if kept.required {
                pair.note(
                    Code::RequestBodyDemanded,
                    "body",
                    "a body".to_owned(),
                    promised_at,
                    &kept.at,
                );
            }
        }
        (Some(promised), None) => {
            pair.note(
                Code::RequestBodyMissing,
                "body",
                "no body is accepted".to_owned(),
                &promised.at,
                kept_at,
            );
        }
        (Some(promised), Some(kept)) => {
            if kept.required && !promised.required {
                let what = "the body is optional in the contract".to_owned();
                pair.note(Code::RequestBodyDemanded, "body", what, &promised.at, &kept.at);
            }
            for media in &promised.content {
                match media.entry_in(&kept.content) {
                    None => {
                        let what = "a body of this media type isn't accepted".to_owned();
                        pair.note(
                            Code::RequestMediaTypeMissing,
                            &media.name,
                            what,
                            &media.at,
                            &kept.at,
                        );
                    }
                    Some(own) => {
                        let codes = (Code::RequestSchema, Code::RequestSchemaUnknown);
                        pair.accepts(media.schema.as_ref(), own.schema.as_ref(), codes, "body");
                    }
                }
            }
        }
    }
}

//! Parameters in any part of a request.

use serde_json::Value;

use super::Code;
use super::changes::{PARAMETER, Pair};
use crate::document::{Document, Parameter, ParameterLocation, Serialization};

pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    let (old, new) = (pair.old, pair.new);
    for was in &old.parameters {
        if let Some(now) = old.counterpart(was, new) {
            compare_parameter(pair, was, now);
        } else {
            let code = if was.required {
                Code::RequiredParameterRemoved
            } else {
                Code::ParameterRemoved
            };
            let what = described(was);
            pair.note(code, &was.name, what, Some(&was.at), Some(&new.at));
        }
    }
    for now in &new.parameters {
        if new.counterpart(now, old).is_none() {
            let code = if now.required {
                Code::RequiredParameterAdded
            } else {
                Code::ParameterAdded
            };
            pair.note(code, &now.name, described(now), Some(&old.at), Some(&now.at));
        }
    }
}

fn described(parameter: &Parameter) -> String {
    format!(
        "the {} parameter `{}`",
        parameter.location.as_str(),
        parameter.name
    )
}

fn compare_parameter(pair: &mut Pair<'_, '_>, old: &Parameter, new: &Parameter) {
    let name = old.name.as_str();
    let (old_at, new_at) = (Some(old.at.as_str()), Some(new.at.as_str()));
    if old.name != new.name && old.location == ParameterLocation::Path {
        let what = format!("`{}` became `{}`", old.name, new.name);
        pair.note(Code::ParameterRenamed, name, what, old_at, new_at);
    }
    match (old.required, new.required) {
        (false, true) => pair.note(Code::ParameterMadeRequired, name, described(old), old_at, new_at),
        (true, false) => pair.note(Code::ParameterMadeOptional, name, described(old), old_at, new_at),
        _ => {}
    }
    let documents = (pair.changes.old, pair.changes.new);
    let was = Serialization::of_parameter(documents.0, old);
    let now = Serialization::of_parameter(documents.1, new);
    if let Some((was, now)) = was.difference(&now) {
        let what = format!("{was} became {now}");
        pair.note(Code::ParameterStyleChanged, name, what, old_at, new_at);
    }
    for flag in ["allowReserved", "allowEmptyValue"] {
        match (has(documents.0, old, flag), has(documents.1, new, flag)) {
            (false, true) => {
                let what = format!("`{flag}: true` is new");
                pair.note(Code::ParameterSyntaxWidened, name, what, old_at, new_at);
            }
            (true, false) => {
                let what = format!("`{flag}: true` was removed");
                pair.note(Code::ParameterStyleChanged, name, what, old_at, new_at);
            }
            _ => {}
        }
    }
    if was.is_comparable_with(&now) {
        pair.schemas(PARAMETER, name, was.place(), now.place());
    }
}

/// Whether a query parameter has a flag; other parameters and those with `content` ignore it.
fn has(document: &Document, parameter: &Parameter, flag: &str) -> bool {
    let own = document
        .root()
        .pointer(&parameter.at)
        .and_then(|own| own.get(flag));
    parameter.location == ParameterLocation::Query
        && (parameter.content.is_empty() || flag == "allowEmptyValue")
        && own == Some(&Value::Bool(true))
}

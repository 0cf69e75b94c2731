//! Parameters in any part of a request.

use serde_json::Value;

use super::Code;
use super::changes::{PARAMETER, Pair};
use crate::document::{Document, Parameter, ParameterLocation};

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
    let (was, is) = (written(pair.changes.old, old), written(pair.changes.new, new));
    if was != is {
        let what = format!("{was} became {is}");
        pair.note(Code::ParameterStyleChanged, name, what, old_at, new_at);
    }
    let schema = |parameter: &'_ Parameter| {
        let media = parameter.content.first();
        media.map_or_else(|| parameter.schema.clone(), |media| media.schema.clone())
    };
    if old.content.is_empty() == new.content.is_empty() {
        pair.schemas(PARAMETER, name, schema(old).as_ref(), schema(new).as_ref());
    }
}

/// A description of the serialization of a value.
fn written(document: &Document, parameter: &Parameter) -> String {
    if let Some(media) = parameter.content.first() {
        return media.name.to_ascii_lowercase();
    }
    let mut words = format!("{}, explode {}", parameter.style, parameter.explode);
    let own = document.root().pointer(&parameter.at);
    for flag in ["allowReserved", "allowEmptyValue"] {
        if own.and_then(|own| own.get(flag)) == Some(&Value::Bool(true)) {
            words = format!("{words}, {flag}");
        }
    }
    words
}

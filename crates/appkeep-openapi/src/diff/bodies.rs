//! Request bodies.

use super::Code;
use super::changes::{Pair, REQUEST};
use crate::document::Body;

pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    let (old, new) = (pair.old, pair.new);
    match (&old.body, &new.body) {
        (None, None) => {}
        (Some(body), None) => {
            let code = if body.required {
                Code::RequiredBodyRemoved
            } else {
                Code::BodyRemoved
            };
            pair.note(code, "body", "no body is accepted", Some(&body.at), Some(&new.at));
        }
        (None, Some(body)) => {
            let code = if body.required {
                Code::RequiredBodyAdded
            } else {
                Code::BodyAdded
            };
            pair.note(code, "body", "a body is accepted", Some(&old.at), Some(&body.at));
        }
        (Some(old), Some(new)) => compare_bodies(pair, old, new),
    }
}

fn compare_bodies(pair: &mut Pair<'_, '_>, old: &Body, new: &Body) {
    let (old_at, new_at) = (Some(old.at.as_str()), Some(new.at.as_str()));
    match (old.required, new.required) {
        (false, true) => pair.note(
            Code::BodyMadeRequired,
            "body",
            "it is optional in OLD only",
            old_at,
            new_at,
        ),
        (true, false) => pair.note(
            Code::BodyMadeOptional,
            "body",
            "it is optional in NEW",
            old_at,
            new_at,
        ),
        _ => {}
    }
    for was in &old.content {
        match was.entry_in(&new.content) {
            Some(now) => pair.schemas(REQUEST, "body", was.schema.as_ref(), now.schema.as_ref()),
            None => pair.note(
                Code::RequestMediaTypeRemoved,
                "body",
                format!("`{was}`"),
                Some(&was.at),
                new_at,
            ),
        }
    }
    for now in &new.content {
        match now.entry_in(&old.content) {
            // Only this loop compares media types that a range of OLD covers; all others are compared above.
            Some(was) => pair.schemas(REQUEST, "body", was.schema.as_ref(), now.schema.as_ref()),
            None => pair.note(
                Code::RequestMediaTypeAdded,
                "body",
                format!("`{now}`"),
                old_at,
                Some(&now.at),
            ),
        }
    }
}

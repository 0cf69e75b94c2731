//! Responses: statuses, headers, bodies.

use std::collections::BTreeSet;

use super::changes::{HEADER, Pair, RESPONSE};
use super::{Code, links};
use crate::document::{Operation, Response, Serialization, StatusKey, escape};

pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    let (old, new) = (pair.old, pair.new);
    for status in statuses(old, new) {
        match (applicable(old, status), applicable(new, status)) {
            (None, None) => {}
            (Some(was), Some(now)) => compare_response(pair, was, now),
            (Some(was), None) => {
                let code = if is_success(was.status) {
                    Code::SuccessRemoved
                } else {
                    Code::StatusRemoved
                };
                let subject = was.status.to_string();
                let what = format!("{} is no longer returned", was.status);
                pair.note(code, &subject, what, Some(&place(old, was)), None);
            }
            (None, Some(now)) => {
                let subject = now.status.to_string();
                let what = format!("{} may be returned", now.status);
                pair.note(Code::StatusAdded, &subject, what, None, Some(&place(new, now)));
            }
        }
    }
}

/// Every status that either side lists, and one range for the other statuses of each class.
fn statuses(old: &Operation, new: &Operation) -> BTreeSet<StatusKey> {
    let listed = old.responses.iter().chain(&new.responses);
    let mut statuses: BTreeSet<_> = listed.map(|response| response.status).collect();
    if statuses.remove(&StatusKey::Default) {
        statuses.extend((1..=5).map(StatusKey::Range));
    }
    statuses
}

/// The response that applies to a status, or to the unlisted statuses of a class (such as 4XX).
fn applicable(operation: &Operation, status: StatusKey) -> Option<&Response> {
    if let StatusKey::Exact(status) = status {
        return operation.response(status);
    }
    let of = |key: StatusKey| {
        operation
            .responses
            .iter()
            .find(move |response| response.status == key)
    };
    of(status).or_else(|| of(StatusKey::Default))
}

fn is_success(status: StatusKey) -> bool {
    matches!(status, StatusKey::Exact(200..=299) | StatusKey::Range(2))
}

/// The place where the operation lists a response; the response itself may be defined elsewhere.
fn place(operation: &Operation, response: &Response) -> String {
    format!(
        "{}/responses/{}",
        operation.at,
        escape(&response.status.to_string())
    )
}

fn compare_response(pair: &mut Pair<'_, '_>, old: &Response, new: &Response) {
    compare_headers(pair, old, new);
    compare_content(pair, old, new);
    links::compare(pair, old, new);
}

fn compare_headers(pair: &mut Pair<'_, '_>, old: &Response, new: &Response) {
    let subject = |name: &str| format!("{name} of {}", old.status);
    for was in &old.headers {
        let Some(now) = was.counterpart(&new.headers) else {
            let what = format!("`{}`", was.name);
            pair.note(
                Code::HeaderRemoved,
                &subject(&was.name),
                what,
                Some(&was.at),
                Some(&new.at),
            );
            continue;
        };
        let code = match (was.required, now.required) {
            (true, false) => Some(Code::HeaderMadeOptional),
            (false, true) => Some(Code::HeaderMadeRequired),
            _ => None,
        };
        if let Some(code) = code {
            let what = format!("`{}`", was.name);
            pair.note(code, &subject(&was.name), what, Some(&was.at), Some(&now.at));
        }
        let one = Serialization::of_header(pair.changes.old, was);
        let other = Serialization::of_header(pair.changes.new, now);
        if let Some((one, other)) = one.difference(&other) {
            let what = format!("{one} became {other}");
            let code = Code::HeaderStyleChanged;
            pair.note(code, &subject(&was.name), what, Some(&was.at), Some(&now.at));
        }
        if one.is_comparable_with(&other) {
            pair.schemas(HEADER, &subject(&was.name), one.place(), other.place());
        }
    }
    for now in &new.headers {
        if now.counterpart(&old.headers).is_none() {
            let what = format!("`{}`", now.name);
            pair.note(
                Code::HeaderAdded,
                &subject(&now.name),
                what,
                Some(&old.at),
                Some(&now.at),
            );
        }
    }
}

fn compare_content(pair: &mut Pair<'_, '_>, old: &Response, new: &Response) {
    let subject = old.status.to_string();
    let (old_at, new_at) = (Some(old.at.as_str()), Some(new.at.as_str()));
    match (old.content.is_empty(), new.content.is_empty()) {
        (true, true) => return,
        (true, false) => {
            return pair.note(
                Code::ResponseBodyAdded,
                &subject,
                "a body is returned",
                old_at,
                new_at,
            );
        }
        (false, true) => {
            return pair.note(
                Code::ResponseBodyRemoved,
                &subject,
                "no body is returned",
                old_at,
                new_at,
            );
        }
        (false, false) => {}
    }
    for was in &old.content {
        if let Some(now) = was.entry_in(&new.content) {
            pair.schemas(RESPONSE, &subject, was.schema.as_ref(), now.schema.as_ref());
        } else {
            let covered = new.content.iter().filter(|now| was.covers(now));
            let names: Vec<String> = covered.map(|now| format!("`{now}`")).collect();
            let (code, what) = if names.is_empty() {
                (Code::ResponseMediaTypeRemoved, format!("`{was}`"))
            } else {
                let what = format!("`{was}` became {}", names.join(" and "));
                (Code::ResponseMediaTypesNarrowed, what)
            };
            pair.note(code, &subject, what, Some(&was.at), new_at);
        }
    }
    for now in &new.content {
        if let Some(was) = now.entry_in(&old.content) {
            // Only this loop compares media types that a range of OLD covers; all others are compared above.
            pair.schemas(RESPONSE, &subject, was.schema.as_ref(), now.schema.as_ref());
        } else {
            let what = format!("`{now}`");
            let code = Code::ResponseMediaTypeAdded;
            pair.note(code, &subject, what, old_at, Some(&now.at));
        }
    }
}

//! Responses: the contract must permit everything that the server can return.

use super::Code;
use super::compare::Pair;
use crate::document::{Response, Serialization, StatusKey};

/// Compares statuses, and the headers and bodies of each status.
///
/// A range in the server's document is a single difference; its content isn't compared with the individual
/// statuses of the contract.
pub(super) fn compare(pair: &mut Pair<'_>) {
    let (promised, kept) = (pair.promised, pair.kept);
    for own in &kept.responses {
        let subject = own.status.to_string();
        match own.status {
            StatusKey::Exact(status) => match promised.response(status) {
                None => {
                    let what = "the contract has no such status".to_owned();
                    pair.note(Code::StatusExtra, &subject, what, &promised.at, &own.at);
                }
                Some(response) => compare_response(pair, response, own),
            },
            StatusKey::Range(_) | StatusKey::Default => {
                let same = promised
                    .responses
                    .iter()
                    .find(|response| response.status == own.status);
                if let Some(response) = same {
                    compare_response(pair, response, own);
                } else {
                    let what = "a range instead of single statuses".to_owned();
                    pair.note(Code::StatusRange, &subject, what, &promised.at, &own.at);
                }
            }
        }
    }
    for response in &promised.responses {
        let covered = match response.status {
            StatusKey::Exact(status) => kept.response(status).is_some(),
            other => kept.responses.iter().any(|own| own.status == other),
        };
        if !covered {
            let what = "no such status".to_owned();
            pair.note(
                Code::StatusMissing,
                &response.status.to_string(),
                what,
                &response.at,
                &kept.at,
            );
        }
    }
}

fn compare_response(pair: &mut Pair<'_>, promised: &Response, kept: &Response) {
    let status = kept.status;
    for header in &promised.headers {
        match header.counterpart(&kept.headers) {
            None => {
                let what = format!("{status} lacks it");
                pair.note(Code::HeaderMissing, &header.name, what, &header.at, &kept.at);
            }
            Some(own) => {
                if header.required && !own.required {
                    let what = format!("{status} may lack it");
                    pair.note(Code::HeaderMissing, &header.name, what, &header.at, &own.at);
                }
                let codes = (Code::HeaderSchema, Code::HeaderSchemaUnknown);
                let one = Serialization::of_header(pair.documents.0, header);
                let other = Serialization::of_header(pair.documents.1, own);
                if let Some((promised, kept)) = one.difference(&other) {
                    let what = format!("{promised} in the contract, {kept} here");
                    pair.note(codes.0, &header.name, what, &header.at, &own.at);
                }
                if one.is_comparable_with(&other) {
                    pair.stays_within(one.place(), other.place(), codes, &header.name);
                }
            }
        }
    }
    compare_content(pair, promised, kept);
}

fn compare_content(pair: &mut Pair<'_>, promised: &Response, kept: &Response) {
    let subject = kept.status.to_string();
    match (promised.content.is_empty(), kept.content.is_empty()) {
        (true, true) => return,
        (true, false) => {
            let what = "a body is returned".to_owned();
            return pair.note(Code::ResponseBodyExtra, &subject, what, &promised.at, &kept.at);
        }
        (false, true) => {
            let what = "no body is returned".to_owned();
            return pair.note(Code::ResponseBodyMissing, &subject, what, &promised.at, &kept.at);
        }
        (false, false) => {}
    }
    for own in &kept.content {
        match own.entry_in(&promised.content) {
            None => {
                let what = format!("the server may send {subject}");
                pair.note(
                    Code::ResponseMediaTypeExtra,
                    &own.name,
                    what,
                    &promised.at,
                    &own.at,
                );
            }
            Some(media) => {
                let codes = (Code::ResponseSchema, Code::ResponseSchemaUnknown);
                pair.stays_within(media.schema.as_ref(), own.schema.as_ref(), codes, &subject);
            }
        }
    }
    for media in &promised.content {
        // A server needn't send every media type of a range.
        let is_covered = kept.content.iter().any(|own| media.covers(own));
        if !is_covered && media.entry_in(&kept.content).is_none() {
            let what = format!("the server can't send {subject}");
            pair.note(
                Code::ResponseMediaTypeMissing,
                &media.name,
                what,
                &media.at,
                &kept.at,
            );
        }
    }
}

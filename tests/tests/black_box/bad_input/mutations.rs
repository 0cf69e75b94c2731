//! Mutations of valid requests, as the table of invalid requests defines them.

use appkeep_contract::invalid_requests::{ExistingResource, Mutation as M};
use appkeep_tests::{Ask, Payload};
use serde_json::{Value, json};

use crate::stage::{Stage, UNKNOWN};

/// Returns a request to an operation with these mutations.
pub(super) fn invalid(stage: &Stage, operation: &str, mutations: &[M]) -> Ask {
    let mut ask = stage.ask(operation);
    for mutation in mutations {
        apply(&mut ask, *mutation, stage);
    }
    ask
}

/// Applies one mutation.
pub(super) fn apply(ask: &mut Ask, mutation: M, stage: &Stage) {
    match mutation {
        M::NoToken => ask.authorization = None,
        M::UnknownToken => ask.token("appkeep_unknown"),
        M::BasicToken => ask.authorization = Some(b"Basic c29tZW9uZTpzZWNyZXQ=".to_vec()),
        M::ViewerToken => ask.token(&stage.viewer),
        M::ForeignToken => ask.token(&stage.foreigner),
        M::OperatorToken => ask.token(&stage.operator),
        M::Account(text) => ask.id("account_id", text),
        M::UnknownAccount => ask.id("account_id", UNKNOWN),
        M::App(text) => ask.id("app_id", text),
        M::UnknownApp => ask.id("app_id", UNKNOWN),
        M::ForeignApp => ask.app = stage.foreign_app.to_string(),
        M::OtherApp => ask.app = stage.blog.to_string(),
        M::Resource(text) => text.clone_into(&mut ask.resource),
        M::UnknownResource => UNKNOWN.clone_into(&mut ask.resource),
        M::RawId(name, text) => ask.id(name, text),
        M::IdOf(name, existing) => ask.id(name, &id_of(existing, stage)),
        M::Query(name, value) => ask.parameter(&format!("{name}={value}")),
        M::RawQuery(text) => ask.parameter(text),
        M::RepeatedField(times) => ask.parameter(&format!("include={}", vec!["id"; times].join(","))),
        M::Method(method) => ask.method = method.parse().expect("a method"),
        M::ContentType(media_type) => ask.content_type = Some(media_type.as_bytes().to_vec()),
        M::ContentTypeBytes(bytes) => ask.content_type = Some(bytes.to_vec()),
        M::ForceUpdate(value) => ask.force_update = value.map(str::to_owned),
        M::UnknownId(name) => ask.member(name, json!(UNKNOWN)),
        M::MemberOf(name, existing) => ask.member(name, json!(id_of(existing, stage))),
        M::Member(name, value) => ask.member(name, parsed(value)),
        M::Text(name, text) => ask.member(name, json!(text)),
        M::Without(name) => ask.without(name),
        M::Labels(_) | M::ManyLabels { .. } | M::LabelsOneByteTooLong | M::LongLabel(_) => {
            ask.member("metadata", json!({"labels": labels(mutation)}));
        }
        M::Metadata(name, value) => {
            ask.member("metadata", json!({"labels": [], name: parsed(value)}));
        }
        M::NoBody => ask.body = Payload::None,
        other => ask.text(bytes(ask, other)),
    }
}

/// Returns the body as bytes, after a mutation that JSON can't express.
fn bytes(ask: &Ask, mutation: M) -> Vec<u8> {
    let body = ask.bytes();
    let text = || String::from_utf8(ask.bytes()).expect("UTF-8");
    let with_members = |members: &str| format!("{},{members}}}", text().trim_end_matches('}')).into_bytes();
    let spaces = |count: usize| [vec![b' '; count], ask.bytes()].concat();
    match mutation {
        M::Body(text) => text.as_bytes().to_vec(),
        M::BodyBytes(bytes) => bytes.to_vec(),
        M::LongBody(bytes) => vec![b'x'; bytes],
        M::CutBody => body[..body.len() - 1].to_vec(),
        M::HalfBody => body[..body.len() / 2].to_vec(),
        M::BodyTwice => body.repeat(2),
        M::Prepend(before) => [before.as_bytes(), &body].concat(),
        M::Append(after) => [&body, after.as_bytes()].concat(),
        M::Replace(old, new) => text().replace(old, new).into_bytes(),
        M::Members(members) => with_members(members),
        M::NestedArrays(depth, is_closed) => {
            let end = if is_closed {
                "]".repeat(depth)
            } else {
                String::new()
            };
            with_members(&format!(r#""x":{}{end}"#, "[".repeat(depth)))
        }
        M::Padding(count) => spaces(count),
        M::PadTo(bytes) => spaces(bytes - body.len()),
        other => panic!("{other:?} is not applied here"),
    }
}

fn labels(mutation: M) -> Value {
    let many = |count: usize, name_chars: usize, value: &str| -> Value {
        let label = |index: usize| json!({"name": format!("{index:0>name_chars$}"), "value": value});
        (0..count).map(label).collect()
    };
    match mutation {
        M::Labels(labels) => parsed(labels),
        M::ManyLabels {
            count,
            name_chars,
            value,
            repeat,
        } => many(count, name_chars, &value.repeat(repeat)),
        M::LabelsOneByteTooLong => {
            let mut labels = many(64, 5, &"a".repeat(251));
            labels[63]["name"] = json!("000063");
            labels
        }
        M::LongLabel(bytes) => json!([{"name": "a", "value": "x".repeat(bytes), "colour": 1}]),
        other => panic!("{other:?} has no labels"),
    }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON in the table")
}

fn id_of(existing: ExistingResource, stage: &Stage) -> String {
    match existing {
        ExistingResource::App => stage.shop.to_string(),
        ExistingResource::Backup => stage.backup.clone(),
        ExistingResource::Snapshot => stage.snap.clone(),
        ExistingResource::PendingSnapshot => stage.pending_snap.clone(),
        ExistingResource::SnapshotOfOtherApp => stage.blog_snap.clone(),
        ExistingResource::ForeignBackup => stage.foreign_backup.clone(),
        ExistingResource::ForeignSnapshot => stage.foreign_snap.clone(),
        ExistingResource::ForeignBucket => stage.server.bucket("other", "local").to_string(),
        other => panic!("the stage has no {other:?}"),
    }
}

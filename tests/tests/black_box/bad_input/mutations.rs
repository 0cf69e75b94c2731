//! Mutations of valid requests, as the table of invalid requests defines them.

use appkeep_contract::invalid_requests::{ExistingResource, Mutation as M};
use appkeep_tests::{Payload, TestRequest};
use serde_json::{Value, json};

use crate::fixture::{Fixture, UNKNOWN};

/// Returns a request to an operation with these mutations.
pub(super) fn invalid(fixture: &Fixture, operation: &str, mutations: &[M]) -> TestRequest {
    let mut request = fixture.request(operation);
    for mutation in mutations {
        apply(&mut request, *mutation, fixture);
    }
    request
}

/// Applies one mutation.
pub(super) fn apply(request: &mut TestRequest, mutation: M, fixture: &Fixture) {
    match mutation {
        M::NoToken => request.authorization = None,
        M::UnknownToken => request.token("appkeep_unknown"),
        M::RevokedToken => request.token(&fixture.revoked),
        M::BasicToken => request.authorization = Some(b"Basic c29tZW9uZTpzZWNyZXQ=".to_vec()),
        M::ViewerToken => request.token(&fixture.viewer),
        M::ForeignToken => request.token(&fixture.foreigner),
        M::OperatorToken => request.token(&fixture.operator),
        M::Account(text) => request.id("account_id", text),
        M::UnknownAccount => request.id("account_id", UNKNOWN),
        M::App(text) => request.id("app_id", text),
        M::UnknownApp => request.id("app_id", UNKNOWN),
        M::ForeignApp => request.app = fixture.foreign_app.to_string(),
        M::OtherApp => request.app = fixture.blog.to_string(),
        M::Resource(text) => text.clone_into(&mut request.resource),
        M::UnknownResource => UNKNOWN.clone_into(&mut request.resource),
        M::RawId(name, text) => request.id(name, text),
        M::IdOf(name, existing) => request.id(name, &id_of(existing, fixture)),
        M::Query(name, value) => request.parameter(&format!("{name}={value}")),
        M::RawQuery(text) => request.parameter(text),
        M::RepeatedField(times) => request.parameter(&format!("include={}", vec!["id"; times].join(","))),
        M::Method(method) => request.method = method.parse().expect("a method"),
        M::ContentType(media_type) => request.content_type = Some(media_type.as_bytes().to_vec()),
        M::ContentTypeBytes(bytes) => request.content_type = Some(bytes.to_vec()),
        M::ForceUpdate(value) => request.force_update = value.map(str::to_owned),
        M::UnknownId(name) => request.member(name, json!(UNKNOWN)),
        M::MemberOf(name, existing) => request.member(name, json!(id_of(existing, fixture))),
        M::Member(name, value) => request.member(name, parsed(value)),
        M::Text(name, text) => request.member(name, json!(text)),
        M::Without(name) => request.without(name),
        M::Labels(_) | M::ManyLabels { .. } | M::LabelsOneByteTooLong | M::LongLabel(_) => {
            request.member("metadata", json!({"labels": labels(mutation)}));
        }
        M::Metadata(name, value) => {
            request.member("metadata", json!({"labels": [], name: parsed(value)}));
        }
        M::NoBody => request.body = Payload::None,
        other => request.text(bytes(request, other)),
    }
}

/// Returns the body as bytes, after a mutation that JSON can't express.
fn bytes(request: &TestRequest, mutation: M) -> Vec<u8> {
    let body = request.bytes();
    let text = || String::from_utf8(request.bytes()).expect("UTF-8");
    let with_members = |members: &str| format!("{},{members}}}", text().trim_end_matches('}')).into_bytes();
    let spaces = |count: usize| [vec![b' '; count], request.bytes()].concat();
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

fn id_of(existing: ExistingResource, fixture: &Fixture) -> String {
    match existing {
        ExistingResource::App => fixture.shop.to_string(),
        ExistingResource::Backup => fixture.backup.clone(),
        ExistingResource::Snapshot => fixture.snap.clone(),
        ExistingResource::PendingSnapshot => fixture.pending_snap.clone(),
        ExistingResource::SnapshotOfOtherApp => fixture.blog_snap.clone(),
        ExistingResource::ForeignBackup => fixture.foreign_backup.clone(),
        ExistingResource::ForeignSnapshot => fixture.foreign_snap.clone(),
        ExistingResource::ForeignBucket => fixture.server.bucket("other", "local").to_string(),
        other => panic!("the fixture has no {other:?}"),
    }
}

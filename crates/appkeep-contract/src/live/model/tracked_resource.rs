//! A resource that the suite created.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::{Collection, EntityTag};
use crate::live::call::{Call, Credential, Payload, Server};
use crate::live::completion::timestamp;
use crate::live::recording_client::RecordedResponse;
use crate::live::resource_kind::ResourceKind;

/// Whether a resource still exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::live) enum Lifecycle {
    Existing,
    Deleted,
}

/// A resource that the suite created, as last seen.
#[derive(Debug, Clone)]
pub(in crate::live) struct TrackedResource {
    pub(in crate::live) kind: ResourceKind,
    pub(in crate::live) server: Server,
    pub(in crate::live) account: String,
    pub(in crate::live) app: String,
    /// The token that created it.
    pub(in crate::live) owner: Credential,
    pub(in crate::live) id: String,
    pub(in crate::live) lifecycle: Lifecycle,
    /// The body of the create request.
    pub(super) sent: Value,
    /// Its last known representation.
    pub(in crate::live) last: Value,
    /// The last tag of each representation. Lists have none.
    pub(super) tags: Vec<EntityTag>,
}

impl TrackedResource {
    /// The resource in the response to a create.
    pub(super) fn from_create(call: &Call, response: &RecordedResponse) -> Option<Self> {
        let place = |name: &str| call.path.get(name).cloned().unwrap_or_default();
        let sent = match &call.payload {
            Payload::Json(sent) => sent.clone(),
            _ => Value::Null,
        };
        response.text("/id")?;
        let place = (place("account_id"), place("app_id"));
        let kind = ResourceKind::of(&call.operation);
        Some(Self {
            server: call.server,
            owner: super::cleanup_credential(call.credential),
            tags: EntityTag::of(response).into_iter().collect(),
            ..Self::observed(kind, place, sent, response.body.clone())
        })
    }

    /// A resource that was seen, but not in the response to a create of the suite.
    pub(in crate::live) fn observed(
        kind: ResourceKind,
        (account, app): (String, String),
        sent: Value,
        resource: Value,
    ) -> Self {
        Self {
            kind,
            server: Server::Main,
            account,
            app,
            owner: Credential::Own,
            id: crate::live::context::id_of(&resource),
            lifecycle: Lifecycle::Existing,
            sent,
            last: resource,
            tags: Vec::new(),
        }
    }

    /// Its name.
    pub(in crate::live) fn name(&self) -> &str {
        self.text("name")
    }

    /// Its state as last seen.
    pub(in crate::live) fn state(&self) -> &str {
        self.text("state")
    }

    /// The snapshot that it was created from, if the request named one.
    pub(in crate::live) fn source(&self) -> Option<&str> {
        self.sent.get("snapshotID")?.as_str()
    }

    fn text(&self, name: &str) -> &str {
        self.last.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it is in progress.
    pub(in crate::live) fn is_in_progress(&self) -> bool {
        matches!(self.state(), "pending" | "discovering" | "running")
    }

    /// Its time of creation.
    pub(super) fn created_at(&self) -> Option<DateTime<FixedOffset>> {
        timestamp(&self.last, "creationTimestamp")
    }

    /// Whether it belongs to a collection.
    pub(super) fn is_in(&self, collection: &Collection) -> bool {
        self.server == collection.server
            && self.kind == collection.kind
            && self.account == collection.account
            && self.app == collection.app
    }

    /// Whether it belongs to the account, and the app if there is one, in a request's path.
    pub(super) fn is_within(&self, call: &Call) -> bool {
        let is_there = |name: &str, own: &str| call.path.get(name).is_some_and(|given| given == own);
        let names_app = call.operation.ends_with("_for_app");
        self.server == call.server
            && is_there("account_id", &self.account)
            && (!names_app || is_there("app_id", &self.app))
    }
}

//! The table of requests that a server must refuse: how a valid request is changed, and the required response.
//!
//! Requests with [`Scope::Contract`] must be refused by every conforming server; the live suite sends them to
//! any server. Requests with [`Scope::Appkeep`] are extensions: the contract permits servers to accept them, or
//! they require bytes that the suite's client can't send. Only appkeep's own tests send them.

mod bodies;
mod contract;
mod ids;
mod labels;
mod order;
mod queries;
mod references;

use std::collections::BTreeSet;

use appkeep_openapi::{Operation, ParameterLocation};

pub use contract::CONTRACT;
pub use order::{ORDER, RankedRequest};

/// A change of a valid request.
///
/// A valid request names the caller's own account and app, and carries the caller's token and the least body that its
/// operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mutation {
    /// No `Authorization`.
    NoToken,
    /// A bearer token that no server issued.
    UnknownToken,
    /// A token that was revoked or has expired.
    RevokedToken,
    /// Another scheme than bearer.
    BasicToken,
    /// The read-only token.
    ViewerToken,
    /// Another account's token.
    ForeignToken,
    /// The token of all accounts.
    OperatorToken,
    /// This text as the account's id.
    Account(&'static str),
    /// An unknown account.
    UnknownAccount,
    /// This text as the app's id.
    App(&'static str),
    /// An unknown app.
    UnknownApp,
    /// Another account's app.
    ForeignApp,
    /// This text as the id of the backup, snapshot or schedule.
    Resource(&'static str),
    /// An unknown backup, snapshot or schedule.
    UnknownResource,
    /// Another query parameter, with its value.
    Query(&'static str, &'static str),
    /// Another method.
    Method(&'static str),
    /// Another `Content-Type`.
    ContentType(&'static str),
    /// This text as the body.
    Body(&'static str),
    /// This number of spaces before the body.
    Padding(usize),
    /// Another value of `ForceUpdate`; `None` removes it.
    ForceUpdate(Option<&'static str>),
    /// A member of the body, with its value as JSON.
    Member(&'static str, &'static str),
    /// A member of the body with the id of a resource that doesn't exist.
    UnknownId(&'static str),

    // ---------------------------------------------------------------- only in requests with `Scope::Appkeep`
    /// Another app of the account.
    OtherApp,
    /// The path parameter with this name, set to the id of an existing resource.
    IdOf(&'static str, ExistingResource),
    /// The path parameter with this name, set to this text, which is already percent-encoded.
    RawId(&'static str, &'static str),
    /// This text, which is already percent-encoded, after the question mark.
    RawQuery(&'static str),
    /// `include` with the same field, repeated this number of times.
    RepeatedField(usize),
    /// These bytes as `Content-Type`.
    ContentTypeBytes(&'static [u8]),
    /// No body.
    NoBody,
    /// These bytes as the body.
    BodyBytes(&'static [u8]),
    /// The letter `x`, repeated this number of times, as the body.
    LongBody(usize),
    /// The body without its last byte.
    CutBody,
    /// The first half of the body.
    HalfBody,
    /// The body, twice.
    BodyTwice,
    /// This text before the body.
    Prepend(&'static str),
    /// This text after the body.
    Append(&'static str),
    /// The body with each occurrence of the first text replaced by the second.
    Replace(&'static str, &'static str),
    /// These members, as text, at the end of the body's object.
    Members(&'static str),
    /// A member `x` with this number of nested arrays, and whether the arrays are closed.
    NestedArrays(usize, bool),
    /// The body without this member.
    Without(&'static str),
    /// A member of the body with this text as its value.
    Text(&'static str, &'static str),
    /// A member of the body with the id of an existing resource.
    MemberOf(&'static str, ExistingResource),
    /// These labels, as JSON.
    Labels(&'static str),
    /// Labels: their number, the number of characters of their names, and the text that their values repeat.
    ManyLabels {
        /// The number of labels.
        count: usize,
        /// The length of each name, in characters.
        name_chars: usize,
        /// The text of each value.
        value: &'static str,
        /// The number of repetitions of the text in each value.
        repeat: usize,
    },
    /// 64 labels of 16,385 bytes in all.
    LabelsOneByteTooLong,
    /// A label with an unknown member, and a value with this number of bytes.
    LongLabel(usize),
    /// A member of the metadata, with its value as JSON; the list of labels is empty.
    Metadata(&'static str, &'static str),
    /// Spaces before the body, which then has this number of bytes in total.
    PadTo(usize),
}

/// A resource that exists on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExistingResource {
    /// The caller's app.
    App,
    /// A pending backup of the app.
    Backup,
    /// A completed snapshot of the app, which the backup reads.
    Snapshot,
    /// A pending snapshot of the app.
    PendingSnapshot,
    /// A completed snapshot of another app in the account.
    SnapshotOfOtherApp,
    /// A backup of another account.
    ForeignBackup,
    /// A snapshot of another account.
    ForeignSnapshot,
    /// A bucket of another account.
    ForeignBucket,
}

/// The operations that a request is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operations {
    /// All operations.
    Every,
    /// One operation of every path.
    EveryPath,
    /// Operations with a path parameter of this name.
    InPath(&'static str),
    /// Operations with the id of a backup, a snapshot or a schedule in the path.
    OneResource,
    /// Operations with a query parameter of this name.
    InQuery(&'static str),
    /// Operations without query parameters.
    WithoutQuery,
    /// Operations that a read-only token can't request: those that change something, and the content of backups.
    Writes,
    /// Operations with a body.
    WithBody,
    /// Operations that create a backup or a snapshot.
    Creates,
    /// The operation with this id.
    Only(&'static str),
}

/// The problem in the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// One of these numbers.
    Numbers(&'static [u32]),
    /// Problem 1 on DELETE, 2 elsewhere.
    NotFound,
    /// One without a number: the original has none for it.
    Unnumbered,
    /// Any: the contract leaves it to the server.
    Any,
}

/// The parameters and fields that the problem must name as invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// Any.
    Any,
    /// This parameter, in `invalidParams`.
    Parameter(&'static str),
    /// This field of the body, in `invalidFields`; members separated by dots.
    Field(&'static str),
    /// Exactly these names, in `invalidParams` or `invalidFields`.
    Exactly(&'static [&'static str]),
}

/// The servers that must refuse a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every conforming server.
    Contract,
    /// appkeep: an extension of the contract.
    Appkeep,
}

/// An invalid request with its response.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct InvalidRequest {
    /// The servers that must refuse it.
    pub scope: Scope,
    /// The code of its check if its scope is the contract; else a description of the error.
    pub code: &'static str,
    /// The rule that it violates; empty for an extension.
    pub rule: &'static str,
    /// The operations that it is sent to.
    pub operations: Operations,
    /// The changes to a valid request, in order.
    pub mutations: &'static [Mutation],
    /// The status of the response.
    pub status: u16,
    /// The problem in the response.
    pub problem: Problem,
    /// The names in the problem.
    pub invalid: Invalid,
}

impl InvalidRequest {
    /// The subset of the operations that it is sent to.
    #[must_use]
    pub fn operations<'d>(&self, operations: &'d [Operation]) -> Vec<&'d Operation> {
        let mut paths = BTreeSet::new();
        let fits = |operation: &&Operation| match self.operations {
            Operations::EveryPath => paths.insert(operation.path.clone()),
            other => other.include(operation),
        };
        operations.iter().filter(fits).collect()
    }
}

impl Operations {
    fn include(self, operation: &Operation) -> bool {
        let has = |location, name: &str| {
            let mut parameters = operation.parameters_in(location);
            parameters.any(|parameter| parameter.name == name)
        };
        match self {
            Self::Every | Self::EveryPath => true,
            Self::InPath(name) => has(ParameterLocation::Path, name),
            Self::OneResource => {
                let ids = ["appBackup_id", "appSnap_id", "appRestore_id", "schedule_id"];
                ids.iter().any(|id| has(ParameterLocation::Path, id))
            }
            Self::InQuery(name) => has(ParameterLocation::Query, name),
            Self::WithoutQuery => !has(ParameterLocation::Query, "limit"),
            Self::Writes => operation.method != "GET" || operation.id == "app_backup_content_fetch_for_app",
            Self::WithBody => operation.body.is_some(),
            Self::Creates => matches!(
                operation.id.as_str(),
                "app_backup_create_for_app" | "app_snap_create_for_app"
            ),
            Self::Only(id) => operation.id == id,
        }
    }
}

impl Invalid {
    /// Whether the names in a problem's `invalidParams` and `invalidFields` are as expected.
    ///
    /// The server decides how it joins the members of a field, and whether it names a missing member itself or
    /// by what lacks it.
    #[must_use]
    pub fn is_named_by(&self, params: &[String], fields: &[String]) -> bool {
        match self {
            Self::Any => true,
            Self::Parameter(name) => params.iter().any(|found| found == name),
            Self::Field(path) => fields.iter().any(|found| points_at(found, path)),
            Self::Exactly(names) => {
                let mut found: Vec<&String> = params.iter().chain(fields).collect();
                // There may be several reasons against one value.
                found.dedup();
                found == *names
            }
        }
    }
}

/// Whether a field's name means that path.
pub(crate) fn points_at(found: &str, path: &str) -> bool {
    let segments = |text: &str| -> Vec<String> {
        text.split(['.', '/', '[', ']', '$', '#'])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (found, path) = (segments(found), segments(path));
    !found.is_empty() && path.starts_with(&found)
}

/// The whole table.
pub fn all() -> impl Iterator<Item = &'static InvalidRequest> {
    let extensions = [queries::ALL, ids::ALL, bodies::ALL, labels::ALL, references::ALL];
    CONTRACT
        .iter()
        .chain(extensions.into_iter().flatten().copied().flatten())
}

/// An extension.
const fn extension(
    what: &'static str,
    operations: Operations,
    mutations: &'static [Mutation],
    status: u16,
    problem: Problem,
    invalid: &'static [&'static str],
) -> InvalidRequest {
    InvalidRequest {
        scope: Scope::Appkeep,
        code: what,
        rule: "",
        operations,
        mutations,
        status,
        problem,
        invalid: Invalid::Exactly(invalid),
    }
}

#[cfg(test)]
mod tests {
    use super::points_at;

    #[test]
    fn field_paths_have_several_notations() {
        assert!(points_at("metadata.labels[0].value", "metadata.labels.0.value"));
        assert!(points_at("/metadata/labels/0/value", "metadata.labels.0.value"));
        assert!(points_at("metadata", "metadata.labels"));
        assert!(!points_at("", "name"));
        assert!(!points_at("version", "name"));
    }
}

//! The scenarios in their order, as data.

use futures::future::BoxFuture;

use super::context::{CheckContext, Stop};
use super::resource_kind::{OperationKind, ResourceKind};
use super::{
    apps, backups, client, declared, deletes, failures, headers, isolation, lists, negotiation, pending,
    races, restores, sequence, slow, snapshots, storage,
};

/// A check with its own code and rule.
pub(super) struct Story {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    /// The operation that it checks, and the status that it is supposed to reach.
    pub(super) about: Option<(&'static str, u16)>,
    pub(super) run: for<'a> fn(&'a mut CheckContext) -> BoxFuture<'a, Result<(), Stop>>,
}

/// Checks of one resource, up to those with several.
#[rustfmt::skip]
pub(super) const BEGINNING: &[Story] = &[
    Story { code: "app-listed", rule: "The list of apps contains each app once, as a fetch returns it.",
        about: Some(("app_list", 200)), run: |ctx| Box::pin(apps::listed_as_fetched(ctx, "app_list")) },
    Story { code: "app-listed", rule: "The list of apps contains each app once, as a fetch returns it.",
        about: Some(("app_fetch", 200)), run: |ctx| Box::pin(apps::listed_as_fetched(ctx, "app_fetch")) },
    Story { code: "snapshot-create", rule: "A create returns the new snapshot, and `Location` is its URL.",
        about: Some(("app_snap_create_for_app", 201)), run: |ctx| Box::pin(snapshots::create(ctx)) },
    Story { code: "snapshot-completes", rule: "A snapshot becomes completed, and then doesn't change.",
        about: Some(("app_snap_fetch_for_app", 200)), run: |ctx| Box::pin(snapshots::complete(ctx)) },
    Story { code: "snapshot-name-taken", rule: "A name is unique within an app.",
        about: Some(("app_snap_create_for_app", 409)), run: |ctx| Box::pin(snapshots::name_taken(ctx)) },
    Story { code: "snapshot-without-name", rule: "A snapshot that is created without a name gets one.",
        about: None, run: |ctx| Box::pin(snapshots::create_unnamed(ctx)) },
    Story { code: "backup-create", rule: "A create returns the new backup, and `Location` is its URL.",
        about: Some(("app_backup_create_for_app", 201)), run: |ctx| Box::pin(backups::create(ctx)) },
    Story { code: "backup-completes", rule: "A backup becomes completed.",
        about: None, run: |ctx| Box::pin(backups::complete(ctx)) },
    Story { code: "backup-name-taken", rule: "A name is unique within an app.",
        about: Some(("app_backup_create_for_app", 409)), run: |ctx| Box::pin(backups::name_taken(ctx)) },
    Story { code: "backup-without-name", rule: "A backup that is created without a name gets one.",
        about: None, run: |ctx| Box::pin(backups::create_unnamed(ctx)) },
    Story { code: "backup-of-snapshot", rule: "A backup of a snapshot names the snapshot.",
        about: None, run: |ctx| Box::pin(backups::from_snapshot(ctx)) },
    Story { code: "backup-in-both-trees", rule: "Both path trees return the same backup.",
        about: Some(("app_backup_fetch", 200)), run: |ctx| Box::pin(backups::same_in_both_trees(ctx)) },
    Story { code: "account-listed", rule: "The list of accounts contains those that the token can access, with its role in each.",
        about: Some(("account_list", 200)), run: |ctx| Box::pin(declared::accounts(ctx)) },
    Story { code: "bucket-listed", rule: "The list of buckets contains the account's own, and marks the default.",
        about: Some(("bucket_list", 200)), run: |ctx| Box::pin(declared::buckets(ctx)) },
    Story { code: "schedule-listed", rule: "The list of schedules contains those of its app.",
        about: Some(("app_schedule_list_for_app", 200)), run: |ctx| Box::pin(declared::schedules(ctx)) },
    Story { code: "generated-client", rule: "The generated client supports the whole lifecycle of a backup.",
        about: None, run: |ctx| Box::pin(client::life_of_a_backup(ctx)) },
    Story { code: "body-of-a-get", rule: "The body of a GET is ignored.",
        about: Some(("app_backup_list_for_app", 200)), run: |ctx| Box::pin(negotiation::body_of_a_get(ctx)) },
    Story { code: "body-with-charset", rule: "`Content-Type` may have a charset.",
        about: Some(("app_backup_create_for_app", 404)), run: |ctx| Box::pin(negotiation::body_with_charset(ctx)) },
    Story { code: "half-a-body", rule: "The time for receiving a body is limited.",
        about: Some(("app_backup_create_for_app", 408)),
        run: |ctx| Box::pin(slow::half_a_body(ctx, "app_backup_create_for_app")) },
    Story { code: "half-a-body", rule: "The time for receiving a body is limited.",
        about: Some(("app_snap_create_for_app", 408)),
        run: |ctx| Box::pin(slow::half_a_body(ctx, "app_snap_create_for_app")) },
    Story { code: "half-a-body", rule: "The time for receiving a body is limited.",
        about: Some(("app_update", 408)), run: |ctx| Box::pin(slow::half_a_body(ctx, "app_update")) },
    Story { code: "foreign-create", rule: "The other account can create its own resources.",
        about: None, run: |ctx| Box::pin(isolation::make_foreign(ctx)) },
];

/// Checks that crossings between accounts have no effect.
#[rustfmt::skip]
pub(super) const AFTER_CROSSINGS: &[Story] = &[
    Story { code: "foreign-snapshot", rule: "A snapshot of another account is treated like an unknown one.",
        about: Some(("app_backup_create_for_app", 400)),
        run: |ctx| Box::pin(isolation::named_in_a_body(ctx, "snapshotID")) },
    Story { code: "foreign-bucket", rule: "A bucket of another account is treated like an unknown one.",
        about: Some(("app_backup_create_for_app", 400)),
        run: |ctx| Box::pin(isolation::named_in_a_body(ctx, "bucketID")) },
    Story { code: "snapshot-of-other-app", rule: "A backup can only be created from a snapshot of its own app.",
        about: Some(("app_backup_create_for_app", 403)),
        run: |ctx| Box::pin(isolation::snapshot_of_other_app(ctx)) },
    Story { code: "restore-of-others", rule: "An app can only be restored from its own backups and snapshots.",
        about: Some(("app_update", 403)), run: |ctx| Box::pin(restores::of_others(ctx)) },
    Story { code: "crossing-harmless", rule: "Requests with another account or app don't affect existing resources.",
        about: None, run: |ctx| Box::pin(isolation::nothing_happened(ctx)) },
];

/// Concurrent requests, and random sequences.
#[rustfmt::skip]
pub(super) const CROWDS: &[Story] = &[
    Story { code: "race-create", rule: "Of several concurrent creates with the same name, exactly one succeeds.",
        about: Some(("app_snap_create_for_app", 409)), run: |ctx| Box::pin(races::create(ctx, ResourceKind::Snapshot)) },
    Story { code: "race-create", rule: "Of several concurrent creates with the same name, exactly one succeeds.",
        about: Some(("app_backup_create_for_app", 409)), run: |ctx| Box::pin(races::create(ctx, ResourceKind::Backup)) },
    Story { code: "race-delete", rule: "Of several concurrent deletes of the same resource, exactly one succeeds.",
        about: Some(("app_snap_delete_for_app", 404)), run: |ctx| Box::pin(races::delete(ctx, ResourceKind::Snapshot)) },
    Story { code: "race-delete", rule: "Of several concurrent deletes of the same resource, exactly one succeeds.",
        about: Some(("app_backup_delete", 404)), run: |ctx| Box::pin(races::delete(ctx, ResourceKind::Backup)) },
    Story { code: "sequence", rule: SEQUENCE, about: None, run: |ctx| Box::pin(sequence::tell(ctx, 1)) },
    Story { code: "sequence", rule: SEQUENCE, about: None, run: |ctx| Box::pin(sequence::tell(ctx, 2)) },
    Story { code: "sequence", rule: SEQUENCE, about: None, run: |ctx| Box::pin(sequence::tell(ctx, 3)) },
    Story { code: "sequence", rule: SEQUENCE, about: None, run: |ctx| Box::pin(sequence::tell(ctx, 4)) },
];

const SEQUENCE: &str = "In a random sequence of requests, each response is consistent with the earlier ones.";

/// Checks that delete resources.
#[rustfmt::skip]
pub(super) const ENDING: &[Story] = &[
    Story { code: "storage-mended", rule: "Once its storage works again, the server works as before.",
        about: None, run: |ctx| Box::pin(storage::mended(ctx)) },
    Story { code: "restore-not-ready", rule: "A backup or snapshot that isn't completed can't be restored.",
        about: Some(("app_update", 409)), run: |ctx| Box::pin(restores::not_ready(ctx)) },
    Story { code: "restore-in-place", rule: "A restored app is first `restoring`, then `ready`.",
        about: Some(("app_update", 204)), run: |ctx| Box::pin(restores::in_place(ctx)) },
    Story { code: "snapshot-in-use", rule: "A snapshot can't be deleted while a backup reads it.",
        about: Some(("app_snap_delete_for_app", 409)), run: |ctx| Box::pin(pending::snapshot_in_use(ctx)) },
    Story { code: "pending-below-app", rule: "A pending backup can't be cancelled.",
        about: Some(("app_backup_delete_for_app", 409)),
        run: |ctx| Box::pin(pending::cannot_be_deleted(ctx, "app_backup_delete_for_app")) },
    Story { code: "pending-across-account", rule: "A pending backup can't be cancelled.",
        about: Some(("app_backup_delete", 409)),
        run: |ctx| Box::pin(pending::cannot_be_deleted(ctx, "app_backup_delete")) },
    Story { code: "delete-snapshot", rule: "No operation returns a deleted snapshot.",
        about: Some(("app_snap_delete_for_app", 204)), run: |ctx| Box::pin(deletes::snapshot(ctx)) },
    Story { code: "delete-snapshot-of-backup", rule: "A completed backup no longer needs its snapshot.",
        about: None, run: |ctx| Box::pin(deletes::snapshot_of_backup(ctx)) },
    Story { code: "delete-below-app", rule: "No operation returns a deleted backup.",
        about: Some(("app_backup_delete_for_app", 204)),
        run: |ctx| Box::pin(deletes::backup_below_app(ctx)) },
    Story { code: "delete-across-account", rule: "No operation returns a deleted backup.",
        about: Some(("app_backup_delete", 204)), run: |ctx| Box::pin(deletes::backup_across_account(ctx)) },
    Story { code: "snapshot-fails", rule: "A snapshot of unreadable data becomes failed, and can be deleted.",
        about: None, run: |ctx| Box::pin(failures::fails(ctx, ResourceKind::Snapshot)) },
    Story { code: "backup-fails", rule: "A backup of unreadable data becomes failed, and can be deleted.",
        about: None, run: |ctx| Box::pin(failures::fails(ctx, ResourceKind::Backup)) },
];

/// The operations of a repeated check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Every,
    Lists,
    Reads,
    Fetches,
    /// Lists of declared resources.
    Looks,
}

impl Over {
    pub(super) fn fits(self, operation: &str) -> bool {
        matches!(
            (self, OperationKind::of(operation)),
            (Self::Every, _)
                | (Self::Lists | Self::Reads, OperationKind::List)
                | (Self::Fetches | Self::Reads, OperationKind::Fetch)
        ) || (self == Self::Looks
            && OperationKind::of(operation) == OperationKind::Read
            && operation.contains("_list"))
    }
}

/// A check that runs once for each of several operations.
pub(super) struct Repeated {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) over: Over,
    /// The status that it is supposed to reach.
    pub(super) sees: u16,
    pub(super) run: for<'a> fn(&'a mut CheckContext, &'a str) -> BoxFuture<'a, Result<(), Stop>>,
}

/// All checks that run once, in their order.
pub(super) fn once() -> impl Iterator<Item = &'static Story> {
    [BEGINNING, AFTER_CROSSINGS, CROWDS, ENDING].into_iter().flatten()
}

/// All checks that run for several operations.
pub(super) fn repeated() -> impl Iterator<Item = &'static Repeated> {
    REPEATED.iter().chain(STORAGE)
}

/// Checks for several operations.
#[rustfmt::skip]
pub(super) const REPEATED: &[Repeated] = &[
    Repeated { code: "foreign-lists", rule: "A list contains only resources of its own account and app.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(isolation::lists(ctx, operation)) },
    Repeated { code: "viewer-reads", rule: "A read-only token can read.",
        over: Over::Reads, sees: 200, run: |ctx, operation| Box::pin(isolation::viewer_reads(ctx, operation)) },
    Repeated { code: "operator-reads", rule: "A token of all accounts works in each account.",
        over: Over::Reads, sees: 200, run: |ctx, operation| Box::pin(isolation::operator_reads(ctx, operation)) },
    Repeated { code: "list", rule: "A list contains the created resources, as a fetch returns them, and its own type.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(lists::complete_list(ctx, operation)) },
    Repeated { code: "list-pages", rule: "Pages contain every item once, in the order of the whole list.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(lists::pages(ctx, operation)) },
    Repeated { code: "list-huge-limit", rule: "A limit has no maximum.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(lists::huge_limit(ctx, operation)) },
    Repeated { code: "list-columns", rule: "`include` returns the requested fields in that order, and null for absent ones.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(lists::columns(ctx, operation)) },
    Repeated { code: "list-columns-in-pages", rule: "`include` and `limit` can be combined.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(lists::columns_in_pages(ctx, operation)) },
    Repeated { code: "list-while-changing", rule: "Pages contain each remaining item exactly once, even during creates and deletes.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(races::pages(ctx, operation)) },
    Repeated { code: "race-read", rule: "Concurrent reads get the same response.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(races::read(ctx, operation)) },
    Repeated { code: "declared-list", rule: "A list of declared resources is the same in pages, in columns, and with a read-only token.",
        over: Over::Looks, sees: 200,
        run: |ctx, operation| Box::pin(declared::the_same_in_every_form(ctx, operation)) },
    Repeated { code: "list-media-type", rule: "A list is `application/json`.",
        over: Over::Lists, sees: 200, run: |ctx, operation| Box::pin(negotiation::list(ctx, operation)) },
    Repeated { code: "fetch-media-type", rule: "A fetch answers in the media type that `Accept` requests.",
        over: Over::Fetches, sees: 200, run: |ctx, operation| Box::pin(negotiation::fetch(ctx, operation)) },
    Repeated { code: "problem-media-type", rule: "An error is `application/problem+json`, regardless of `Accept`.",
        over: Over::Every, sees: 400, run: |ctx, operation| Box::pin(negotiation::problem(ctx, operation)) },
    Repeated { code: "read-twice", rule: "Reading changes nothing.",
        over: Over::Reads, sees: 200, run: |ctx, operation| Box::pin(headers::reading_twice(ctx, operation)) },
    Repeated { code: "method-allow", rule: "An undocumented method is answered with 405, and `Allow` lists the methods of the path.",
        over: Over::Every, sees: 405, run: |ctx, operation| Box::pin(headers::allow(ctx, operation)) },
];

/// Checks that require access to the inside of the server.
#[rustfmt::skip]
pub(super) const STORAGE: &[Repeated] = &[
    Repeated { code: "storage-broken", rule: "When the storage fails, the response is the operation's own 500; nothing is changed, and no internals are disclosed.",
        over: Over::Every, sees: 500, run: |ctx, operation| Box::pin(storage::broken(ctx, operation)) },
    Repeated { code: "storage-unavailable", rule: "When the storage is unavailable, the response is 503; nothing is changed, and no internals are disclosed.",
        over: Over::Every, sees: 503, run: |ctx, operation| Box::pin(storage::unavailable(ctx, operation)) },
];

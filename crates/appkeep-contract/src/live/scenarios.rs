//! The scenarios in their order, as data.

use futures::future::BoxFuture;

use super::call::Credential;
use super::context::{Context, Stop};
use super::resource_kind::{OperationKind, RESTORE_LIST, ResourceKind, SUMMARY_LIST};
use super::{
    apps, client, clones, content, declared, deletes, failures, files, headers, incomplete_body, isolation,
    labels, lifecycle, lists, negotiation, pending, races, restores, schedules, sequence, storage, summaries,
};

/// A check with its own code and rule.
pub(super) struct Scenario {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    /// The operation that it checks, and the status that it is supposed to reach.
    pub(super) covers: Option<(&'static str, u16)>,
    pub(super) run: for<'a> fn(&'a mut Context) -> BoxFuture<'a, Result<(), Stop>>,
}

/// Checks of the lifecycle of single resources.
#[rustfmt::skip]
pub(super) const LIFECYCLE: &[Scenario] = &[
    Scenario { code: "app-listed", rule: "The list of apps contains each app once, as a fetch returns it.",
        covers: Some(("app_list", 200)), run: |ctx| Box::pin(apps::listed_as_fetched(ctx, "app_list")) },
    Scenario { code: "app-listed", rule: "The list of apps contains each app once, as a fetch returns it.",
        covers: Some(("app_fetch", 200)), run: |ctx| Box::pin(apps::listed_as_fetched(ctx, "app_fetch")) },
    Scenario { code: "snapshot-create", rule: "A create returns the new snapshot, and `Location` is its URL.",
        covers: Some(("app_snap_create_for_app", 201)), run: |ctx| Box::pin(lifecycle::create(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "snapshot-completes", rule: "A snapshot becomes completed, and then doesn't change.",
        covers: Some(("app_snap_fetch_for_app", 200)), run: |ctx| Box::pin(lifecycle::complete(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "snapshot-name-taken", rule: "A name is unique within an app.",
        covers: Some(("app_snap_create_for_app", 409)), run: |ctx| Box::pin(lifecycle::name_taken(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "snapshot-without-name", rule: "A snapshot that is created without a name gets one.",
        covers: None, run: |ctx| Box::pin(lifecycle::create_unnamed(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "backup-create", rule: "A create returns the new backup, and `Location` is its URL.",
        covers: Some(("app_backup_create_for_app", 201)), run: |ctx| Box::pin(lifecycle::create(ctx, ResourceKind::Backup)) },
    Scenario { code: "backup-completes", rule: "A backup becomes completed.",
        covers: None, run: |ctx| Box::pin(lifecycle::complete(ctx, ResourceKind::Backup)) },
    Scenario { code: "backup-name-taken", rule: "A name is unique within an app.",
        covers: Some(("app_backup_create_for_app", 409)), run: |ctx| Box::pin(lifecycle::name_taken(ctx, ResourceKind::Backup)) },
    Scenario { code: "backup-without-name", rule: "A backup that is created without a name gets one.",
        covers: None, run: |ctx| Box::pin(lifecycle::create_unnamed(ctx, ResourceKind::Backup)) },
    Scenario { code: "backup-of-snapshot", rule: "A backup of a snapshot names the snapshot.",
        covers: None, run: |ctx| Box::pin(lifecycle::backup_of_snapshot(ctx)) },
    Scenario { code: "backup-in-both-trees", rule: "Both path trees return the same backup.",
        covers: Some(("app_backup_fetch", 200)), run: |ctx| Box::pin(lifecycle::same_in_both_trees(ctx)) },
    Scenario { code: "backup-files", rule: "Files of a completed backup are listed in the order of their paths, also in pages.",
        covers: Some(("app_backup_file_list_for_app", 200)), run: |ctx| Box::pin(files::listed(ctx)) },
    Scenario { code: "backup-tree", rule: "A directory lists its entries, and with `recursive` also those of its subdirectories.",
        covers: Some(("app_backup_file_list_for_app", 200)), run: |ctx| Box::pin(files::directories(ctx)) },
    Scenario { code: "backup-patterns", rule: "A pattern selects entries by name, or by path if it contains a slash.",
        covers: Some(("app_backup_file_list_for_app", 200)), run: |ctx| Box::pin(files::patterns(ctx)) },
    Scenario { code: "backup-paths", rule: "`%XX` is a byte of a path, and the response names a path that doesn't exist.",
        covers: Some(("app_backup_content_fetch_for_app", 404)), run: |ctx| Box::pin(files::paths(ctx)) },
    Scenario { code: "backup-content", rule: "The content of a file has its size and a strong entity tag, also in the response to HEAD.",
        covers: Some(("app_backup_content_fetch_for_app", 200)), run: |ctx| Box::pin(content::whole(ctx)) },
    Scenario { code: "backup-archive", rule: "The archive of a directory has the entries of its list.",
        covers: Some(("app_backup_content_fetch_for_app", 200)), run: |ctx| Box::pin(content::archive(ctx)) },
    Scenario { code: "backup-content-range", rule: "A range of a file is sent as requested.",
        covers: Some(("app_backup_content_fetch_for_app", 206)), run: |ctx| Box::pin(content::range(ctx)) },
    Scenario { code: "backup-content-range", rule: "A range of a file is sent as requested.",
        covers: Some(("app_backup_content_fetch_for_app", 416)), run: |ctx| Box::pin(content::range(ctx)) },
    Scenario { code: "backup-changes", rule: "The differences between two backups are those of their lists of files.",
        covers: Some(("app_backup_change_list_for_app", 200)), run: |ctx| Box::pin(files::changes(ctx)) },
    Scenario { code: "backup-files-pending", rule: "Only files of completed backups can be read.",
        covers: Some(("app_backup_file_list_for_app", 409)),
        run: |ctx| Box::pin(files::not_completed(ctx, "app_backup_file_list_for_app")) },
    Scenario { code: "backup-files-pending", rule: "Only files of completed backups can be read.",
        covers: Some(("app_backup_content_fetch_for_app", 409)),
        run: |ctx| Box::pin(files::not_completed(ctx, "app_backup_content_fetch_for_app")) },
    Scenario { code: "backup-files-pending", rule: "Only files of completed backups can be read.",
        covers: Some(("app_backup_change_list_for_app", 409)),
        run: |ctx| Box::pin(files::not_completed(ctx, "app_backup_change_list_for_app")) },
    Scenario { code: "account-listed", rule: "The list of accounts contains those that the token can access, with its role in each.",
        covers: Some(("account_list", 200)), run: |ctx| Box::pin(declared::accounts(ctx)) },
    Scenario { code: "bucket-listed", rule: "The list of buckets contains the account's own, and marks the default.",
        covers: Some(("bucket_list", 200)), run: |ctx| Box::pin(declared::buckets(ctx)) },
    Scenario { code: "schedule-listed", rule: "The list of schedules contains those of its app.",
        covers: Some(("app_schedule_list_for_app", 200)), run: |ctx| Box::pin(declared::of_app(ctx, "app_schedule_list_for_app")) },
    Scenario { code: "hook-listed", rule: "The list of hooks contains those of its app.",
        covers: Some(("app_hook_list_for_app", 200)), run: |ctx| Box::pin(declared::of_app(ctx, "app_hook_list_for_app")) },
    Scenario { code: "schedule-lifecycle", rule: "A schedule can be created, changed and deleted, and is shown as it was requested.",
        covers: Some(("app_schedule_create_for_app", 201)), run: |ctx| Box::pin(schedules::lifecycle(ctx)) },
    Scenario { code: "schedule-granularity", rule: "The granularity of a schedule defines its times; absent settings have defaults.",
        covers: Some(("app_schedule_create_for_app", 201)), run: |ctx| Box::pin(schedules::granularities(ctx)) },
    Scenario { code: "schedule-next-run", rule: "An enabled schedule shows the next time of its cron expression, and a disabled one none.",
        covers: Some(("app_schedule_update_for_app", 200)), run: |ctx| Box::pin(schedules::next_run(ctx)) },
    Scenario { code: "schedule-contradiction", rule: "Settings of a schedule that contradict each other are rejected, and the response names a field.",
        covers: Some(("app_schedule_create_for_app", 400)), run: |ctx| Box::pin(schedules::contradictions(ctx)) },
    Scenario { code: "summary-listed", rule: "The list of summaries has one summary of each app, also in pages and columns.",
        covers: Some(("app_summary_list", 200)), run: |ctx| Box::pin(summaries::of_every_app(ctx)) },
    Scenario { code: "summary-agrees", rule: "A summary agrees with the lists of the app's backups, restores and schedules.",
        covers: Some(("app_summary_list", 200)), run: |ctx| Box::pin(summaries::agrees_with_lists(ctx)) },
    Scenario { code: "user-listed", rule: "The list of users contains the creators of resources.",
        covers: Some(("user_list", 200)), run: |ctx| Box::pin(summaries::users(ctx)) },
    Scenario { code: "generated-client", rule: "The generated client supports the whole lifecycle of a backup.",
        covers: None, run: |ctx| Box::pin(client::backup_lifecycle(ctx)) },
    Scenario { code: "body-of-a-get", rule: "The body of a GET is ignored.",
        covers: Some(("app_backup_list_for_app", 200)), run: |ctx| Box::pin(negotiation::body_of_a_get(ctx)) },
    Scenario { code: "body-with-charset", rule: "`Content-Type` may have a charset.",
        covers: Some(("app_backup_create_for_app", 404)), run: |ctx| Box::pin(negotiation::body_with_charset(ctx)) },
    Scenario { code: "label-limits", rule: "All labels together have at most 16,384 bytes, and each name once.",
        covers: Some(("app_backup_create_for_app", 400)), run: |ctx| Box::pin(labels::limits(ctx, ResourceKind::Backup)) },
    Scenario { code: "label-limits", rule: "All labels together have at most 16,384 bytes, and each name once.",
        covers: Some(("app_snap_create_for_app", 400)), run: |ctx| Box::pin(labels::limits(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "foreign-create", rule: "The other account can create its own resources.",
        covers: None, run: |ctx| Box::pin(isolation::create_foreign(ctx)) },
];

/// Checks that run after the isolation checks: requests across accounts have no effect.
#[rustfmt::skip]
pub(super) const AFTER_ISOLATION: &[Scenario] = &[
    Scenario { code: "foreign-snapshot", rule: "A snapshot of another account is treated like an unknown one.",
        covers: Some(("app_backup_create_for_app", 400)),
        run: |ctx| Box::pin(isolation::body_reference(ctx, "snapshotID")) },
    Scenario { code: "foreign-bucket", rule: "A bucket of another account is treated like an unknown one.",
        covers: Some(("app_backup_create_for_app", 400)),
        run: |ctx| Box::pin(isolation::body_reference(ctx, "bucketID")) },
    Scenario { code: "snapshot-of-other-app", rule: "A backup can only be created from a snapshot of its own app.",
        covers: Some(("app_backup_create_for_app", 403)),
        run: |ctx| Box::pin(isolation::snapshot_of_other_app(ctx)) },
    Scenario { code: "restore-of-others", rule: "An app can only be restored from its own backups and snapshots.",
        covers: Some(("app_update", 403)), run: |ctx| Box::pin(restores::of_others(ctx)) },
    Scenario { code: "crossing-harmless", rule: "Requests with another account or app don't affect existing resources.",
        covers: None, run: |ctx| Box::pin(isolation::resources_unchanged(ctx)) },
];

/// Concurrent requests, and random sequences.
#[rustfmt::skip]
pub(super) const CONCURRENCY: &[Scenario] = &[
    // Sequences delete running backups, too, but don't report that as such.
    Scenario { code: "running-deletable", rule: "A backup that has begun can be deleted.",
        covers: None, run: |ctx| Box::pin(pending::running_is_cancelled(ctx)) },
    Scenario { code: "race-create", rule: "Of several concurrent creates with the same name, exactly one succeeds.",
        covers: Some(("app_snap_create_for_app", 409)), run: |ctx| Box::pin(races::create(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "race-create", rule: "Of several concurrent creates with the same name, exactly one succeeds.",
        covers: Some(("app_backup_create_for_app", 409)), run: |ctx| Box::pin(races::create(ctx, ResourceKind::Backup)) },
    Scenario { code: "race-delete", rule: "Of several concurrent deletes of the same resource, exactly one succeeds.",
        covers: Some(("app_snap_delete_for_app", 404)), run: |ctx| Box::pin(races::delete(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "race-delete", rule: "Of several concurrent deletes of the same resource, exactly one succeeds.",
        covers: Some(("app_backup_delete", 404)), run: |ctx| Box::pin(races::delete(ctx, ResourceKind::Backup)) },
    Scenario { code: "sequence", rule: SEQUENCE, covers: None, run: |ctx| Box::pin(sequence::run(ctx, 1)) },
    Scenario { code: "sequence", rule: SEQUENCE, covers: None, run: |ctx| Box::pin(sequence::run(ctx, 2)) },
    Scenario { code: "sequence", rule: SEQUENCE, covers: None, run: |ctx| Box::pin(sequence::run(ctx, 3)) },
    Scenario { code: "sequence", rule: SEQUENCE, covers: None, run: |ctx| Box::pin(sequence::run(ctx, 4)) },
];

const SEQUENCE: &str = "In a random sequence of requests, each response is consistent with the earlier ones.";

/// Checks that delete resources.
#[rustfmt::skip]
pub(super) const DELETION: &[Scenario] = &[
    Scenario { code: "storage-mended", rule: "Once its storage works again, the server works as before.",
        covers: None, run: |ctx| Box::pin(storage::recovered(ctx)) },
    Scenario { code: "restore-not-ready", rule: "A backup or snapshot that isn't completed can't be restored.",
        covers: Some(("app_update", 409)), run: |ctx| Box::pin(restores::not_ready(ctx)) },
    Scenario { code: "restore-in-place", rule: "A restored app is first `restoring`, then `ready`.",
        covers: Some(("app_update", 204)), run: |ctx| Box::pin(restores::in_place(ctx)) },
    Scenario { code: "restore-source-not-ready", rule: "A restore of a backup or snapshot that isn't completed isn't created.",
        covers: Some(("app_restore_create_for_app", 409)), run: |ctx| Box::pin(restores::source_not_ready(ctx)) },
    Scenario { code: "restore-clone", rule: "An app can become a clone of another one; meanwhile, it isn't restored again, and the source isn't deleted.",
        covers: Some(("app_restore_create_for_app", 201)), run: |ctx| Box::pin(clones::of_other_app(ctx)) },
    Scenario { code: "restore-cancelled", rule: "A pending restore can be cancelled, and is then neither found nor listed.",
        covers: None, run: |ctx| Box::pin(clones::cancelled(ctx)) },
    Scenario { code: "restore-shown", rule: "A restore is listed as a fetch returns it, and its progress never decreases.",
        covers: Some(("app_restore_create_for_app", 201)), run: |ctx| Box::pin(restores::shown(ctx, "app_restore_create_for_app")) },
    Scenario { code: "restore-shown", rule: "A restore is listed as a fetch returns it, and its progress never decreases.",
        covers: Some(("app_restore_list_for_app", 200)), run: |ctx| Box::pin(restores::listed(ctx)) },
    Scenario { code: "restore-ended", rule: "A restore that has ended can't be cancelled.",
        covers: Some(("app_restore_delete_for_app", 409)), run: |ctx| Box::pin(restores::ended(ctx)) },
    Scenario { code: "snapshot-in-use", rule: "A snapshot can't be deleted while a backup reads it.",
        covers: Some(("app_snap_delete_for_app", 409)), run: |ctx| Box::pin(pending::snapshot_in_use(ctx)) },
    Scenario { code: "backup-of-incomplete", rule: "A backup can only be created from a completed snapshot.",
        covers: Some(("app_backup_create_for_app", 409)), run: |ctx| Box::pin(pending::incomplete_source(ctx)) },
    Scenario { code: "pending-below-app", rule: "A pending backup can't be cancelled.",
        covers: Some(("app_backup_delete_for_app", 409)),
        run: |ctx| Box::pin(pending::cannot_be_deleted(ctx, "app_backup_delete_for_app")) },
    Scenario { code: "pending-across-account", rule: "A pending backup can't be cancelled.",
        covers: Some(("app_backup_delete", 409)),
        run: |ctx| Box::pin(pending::cannot_be_deleted(ctx, "app_backup_delete")) },
    Scenario { code: "delete-snapshot", rule: "No operation returns a deleted snapshot.",
        covers: Some(("app_snap_delete_for_app", 204)), run: |ctx| Box::pin(deletes::snapshot(ctx)) },
    Scenario { code: "delete-snapshot-of-backup", rule: "A completed backup no longer needs its snapshot.",
        covers: None, run: |ctx| Box::pin(deletes::snapshot_of_backup(ctx)) },
    Scenario { code: "delete-below-app", rule: "No operation returns a deleted backup.",
        covers: Some(("app_backup_delete_for_app", 204)),
        run: |ctx| Box::pin(deletes::backup_below_app(ctx)) },
    Scenario { code: "delete-across-account", rule: "No operation returns a deleted backup.",
        covers: Some(("app_backup_delete", 204)), run: |ctx| Box::pin(deletes::backup_across_account(ctx)) },
    Scenario { code: "snapshot-fails", rule: "A snapshot of unreadable data becomes failed, and can be deleted.",
        covers: None, run: |ctx| Box::pin(failures::fails(ctx, ResourceKind::Snapshot)) },
    Scenario { code: "backup-fails", rule: "A backup of unreadable data becomes failed, and can be deleted.",
        covers: None, run: |ctx| Box::pin(failures::fails(ctx, ResourceKind::Backup)) },
];

/// Checks of the requests that are sent at the beginning of the run.
#[rustfmt::skip]
pub(super) const INCOMPLETE_BODIES: &[Scenario] = &[
    Scenario { code: "half-a-body", rule: "The time for receiving a body is limited.",
        covers: Some(("app_backup_create_for_app", 408)),
        run: |ctx| Box::pin(incomplete_body::is_refused(ctx, "app_backup_create_for_app")) },
    Scenario { code: "half-a-body", rule: "The time for receiving a body is limited.",
        covers: Some(("app_snap_create_for_app", 408)),
        run: |ctx| Box::pin(incomplete_body::is_refused(ctx, "app_snap_create_for_app")) },
    Scenario { code: "half-a-body", rule: "The time for receiving a body is limited.",
        covers: Some(("app_update", 408)), run: |ctx| Box::pin(incomplete_body::is_refused(ctx, "app_update")) },
    Scenario { code: "half-a-body", rule: "The time for receiving a body is limited.",
        covers: Some(("app_schedule_create_for_app", 408)),
        run: |ctx| Box::pin(incomplete_body::is_refused(ctx, "app_schedule_create_for_app")) },
    Scenario { code: "half-a-body", rule: "The time for receiving a body is limited.",
        covers: Some(("app_schedule_update_for_app", 408)),
        run: |ctx| Box::pin(incomplete_body::is_refused(ctx, "app_schedule_update_for_app")) },
    Scenario { code: "half-a-body", rule: "The time for receiving a body is limited.",
        covers: Some(("app_restore_create_for_app", 408)),
        run: |ctx| Box::pin(incomplete_body::is_refused(ctx, "app_restore_create_for_app")) },
];

/// The operations of a repeated check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OperationSet {
    Every,
    Lists,
    Reads,
    Fetches,
    /// Lists of declared resources.
    DeclaredLists,
}

impl OperationSet {
    pub(super) fn include(self, operation: &str) -> bool {
        matches!(
            (self, OperationKind::of(operation)),
            (Self::Every, _)
                | (Self::Lists | Self::Reads, OperationKind::List)
                | (Self::Fetches | Self::Reads, OperationKind::Fetch)
        ) || (self == Self::DeclaredLists
            && OperationKind::of(operation) == OperationKind::Read
            && operation.contains("_list")
            && !operation.starts_with("app_backup_")
            // They contain resources that change.
            && operation != RESTORE_LIST
            && operation != SUMMARY_LIST)
    }
}

/// A check that runs once for each of several operations.
pub(super) struct RepeatedScenario {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) operations: OperationSet,
    /// The status that it is supposed to reach.
    pub(super) status: u16,
    pub(super) run: for<'a> fn(&'a mut Context, &'a str) -> BoxFuture<'a, Result<(), Stop>>,
}

/// All checks that run once, in their order.
pub(super) fn once() -> impl Iterator<Item = &'static Scenario> {
    [
        LIFECYCLE,
        AFTER_ISOLATION,
        CONCURRENCY,
        DELETION,
        INCOMPLETE_BODIES,
    ]
    .into_iter()
    .flatten()
}

/// All checks that run for several operations.
pub(super) fn repeated() -> impl Iterator<Item = &'static RepeatedScenario> {
    REPEATED.iter().chain(STORAGE)
}

/// Checks for several operations.
#[rustfmt::skip]
pub(super) const REPEATED: &[RepeatedScenario] = &[
    RepeatedScenario { code: "foreign-lists", rule: "A list contains only resources of its own account and app.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(isolation::lists(ctx, operation)) },
    RepeatedScenario { code: "viewer-reads", rule: "A read-only token can read.",
        operations: OperationSet::Reads, status: 200, run: |ctx, operation| Box::pin(isolation::reads(ctx, operation, Credential::Viewer)) },
    RepeatedScenario { code: "operator-reads", rule: "A token of all accounts works in each account.",
        operations: OperationSet::Reads, status: 200, run: |ctx, operation| Box::pin(isolation::reads(ctx, operation, Credential::Operator)) },
    RepeatedScenario { code: "list", rule: "A list contains the created resources, as a fetch returns them, and its own type.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(lists::complete_list(ctx, operation)) },
    RepeatedScenario { code: "list-pages", rule: "Pages contain every item once, in the order of the whole list.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(lists::pages(ctx, operation)) },
    RepeatedScenario { code: "list-huge-limit", rule: "A limit has no maximum.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(lists::huge_limit(ctx, operation)) },
    RepeatedScenario { code: "list-columns", rule: "`include` returns the requested fields in that order, and null for absent ones.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(lists::columns(ctx, operation)) },
    RepeatedScenario { code: "list-columns-in-pages", rule: "`include` and `limit` can be combined.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(lists::columns_in_pages(ctx, operation)) },
    RepeatedScenario { code: "list-while-changing", rule: "Pages contain each remaining item exactly once, even during creates and deletes.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(races::pages(ctx, operation)) },
    RepeatedScenario { code: "race-read", rule: "Concurrent reads get the same response.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(races::read(ctx, operation)) },
    RepeatedScenario { code: "declared-list", rule: "A list of declared resources is the same in pages, in columns, and with a read-only token.",
        operations: OperationSet::DeclaredLists, status: 200,
        run: |ctx, operation| Box::pin(declared::equal_in_every_form(ctx, operation)) },
    RepeatedScenario { code: "list-media-type", rule: "A list is `application/json`.",
        operations: OperationSet::Lists, status: 200, run: |ctx, operation| Box::pin(negotiation::list(ctx, operation)) },
    RepeatedScenario { code: "fetch-media-type", rule: "A fetch returns the media type that `Accept` requests.",
        operations: OperationSet::Fetches, status: 200, run: |ctx, operation| Box::pin(negotiation::fetch(ctx, operation)) },
    RepeatedScenario { code: "problem-media-type", rule: "An error is `application/problem+json`, regardless of `Accept`.",
        operations: OperationSet::Every, status: 400, run: |ctx, operation| Box::pin(negotiation::problem(ctx, operation)) },
    RepeatedScenario { code: "read-twice", rule: "Reading changes nothing.",
        operations: OperationSet::Reads, status: 200, run: |ctx, operation| Box::pin(headers::repeated_reads(ctx, operation)) },
    RepeatedScenario { code: "method-allow", rule: "An undocumented method returns 405, and `Allow` lists the methods of the path.",
        operations: OperationSet::Every, status: 405, run: |ctx, operation| Box::pin(headers::allow(ctx, operation)) },
];

/// Checks that require a fault injector.
#[rustfmt::skip]
pub(super) const STORAGE: &[RepeatedScenario] = &[
    RepeatedScenario { code: "storage-broken", rule: "When the storage fails, the response is the operation's own 500; nothing is changed, and no internals are disclosed.",
        operations: OperationSet::Every, status: 500, run: |ctx, operation| Box::pin(storage::violation(ctx, operation)) },
    RepeatedScenario { code: "storage-unavailable", rule: "When the storage is unavailable, the response is 503; nothing is changed, and no internals are disclosed.",
        operations: OperationSet::Every, status: 503, run: |ctx, operation| Box::pin(storage::unavailable(ctx, operation)) },
];

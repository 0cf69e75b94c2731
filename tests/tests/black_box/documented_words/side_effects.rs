//! What the reference documents say that happens beside the answer.

/// Each side effect, in our words, and the test that shows it.
pub(super) const SIDE_EFFECTS: &[(&str, &str)] = &[
    (
        "Without a name the system chooses one.",
        "backups::a_completed_backup_tells_its_size_its_snapshot_and_its_moment",
    ),
    (
        "What a schedule makes gets its name from the system.",
        "schedules::what_a_schedule_makes_says_so_and_nothing_else_does",
    ),
    (
        "Without a bucket the system selects one.",
        "backups::bytes_go_to_the_bucket_that_is_named_and_else_to_the_default",
    ),
    (
        "Without any bucket a create is refused.",
        "bad_input::conflicts::an_account_without_bucket_gets_no_backups_but_snapshots",
    ),
    (
        "Without a snapshot a new one is made for the backup.",
        "backups::a_temporary_snapshot_is_there_only_while_its_backup_runs",
    ),
    (
        "A named snapshot is what the backup is read from.",
        "backups::restored::restic_restores_the_content_of_a_named_snapshot",
    ),
    (
        "Without metadata there are no labels.",
        "hooks::a_pre_hook_that_fails_fails_the_snapshot_and_its_backup_but_post_hooks_run",
    ),
    (
        "Deleting a backup in progress cancels it, and then removes it.",
        "backups::deleted::restic_finds_nothing_of_a_backup_that_was_deleted_while_it_ran",
    ),
    (
        "A backup that is scheduled but not begun cannot be deleted.",
        "backups::deleted::a_pending_backup_cannot_be_deleted_and_stays",
    ),
    (
        "Deleting a backup removes its data.",
        "backups::deleted::a_deleted_backup_is_invisible_at_once_and_gives_its_bytes_back",
    ),
    (
        "A name is unique within its app.",
        "bad_input::conflicts::a_name_is_taken_within_its_app_and_kind_only",
    ),
    (
        "A list with include gives rows of values instead of resources.",
        "lists::include_answers_with_the_named_fields_in_the_order_asked",
    ),
    (
        "A backup that cannot be completed says why.",
        "backups::failing::a_file_that_cannot_be_read_fails_the_backup_and_is_named",
    ),
];

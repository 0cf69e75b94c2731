//! The fields and enum values of the documented part of the document.

use std::collections::{BTreeMap, BTreeSet};

use appkeep_contract::Document;
use serde_json::Value;

/// What every word is shown by: a field of a schema, a value of a field, a value of a named enum, a query
/// parameter.
pub(super) const SHOWN_BY: &[(&str, &str)] = &[
    (
        "AppBackup.backupCreationTimestamp",
        "backups::a_completed_backup_tells_its_size_its_snapshot_and_its_moment",
    ),
    (
        "AppBackup.bucketID",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.bytesDone",
        "backups::progress_only_grows_and_a_hundred_percent_means_completed",
    ),
    (
        "AppBackup.hookState",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.hookState = failed",
        "hooks::a_post_hook_that_fails_leaves_a_completed_snapshot_that_says_so",
    ),
    (
        "AppBackup.hookState = success",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.hookStateDetails",
        "hooks::a_post_hook_that_fails_leaves_a_completed_snapshot_that_says_so",
    ),
    (
        "AppBackup.id",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.metadata",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.name",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.percentDone",
        "backups::progress_only_grows_and_a_hundred_percent_means_completed",
    ),
    (
        "AppBackup.scheduleID",
        "schedules::what_a_schedule_makes_says_so_and_nothing_else_does",
    ),
    (
        "AppBackup.snapshotID",
        "backups::a_backup_of_a_named_snapshot_holds_what_the_volume_was_then",
    ),
    (
        "AppBackup.state",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.state = completed",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.state = discovering",
        "hooks::a_snapshot_is_running_and_its_backup_discovering_while_a_hook_works",
    ),
    (
        "AppBackup.state = failed",
        "backups::failing::a_file_that_cannot_be_read_fails_the_backup_and_is_named",
    ),
    (
        "AppBackup.state = pending",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.state = removed",
        "reconciler::a_backup_whose_data_is_gone_is_removed_and_completed_when_it_is_back",
    ),
    (
        "AppBackup.state = running",
        "backups::progress_only_grows_and_a_hundred_percent_means_completed",
    ),
    (
        "AppBackup.state = unknown",
        "reconciler::a_bucket_that_goes_away_makes_its_backups_unknown_until_it_is_back",
    ),
    (
        "AppBackup.stateUnready",
        "backups::failing::a_bucket_that_is_missing_is_tried_again_until_it_is_there",
    ),
    (
        "AppBackup.totalBytes",
        "backups::restored::restic_counts_as_many_bytes_as_the_backup_says",
    ),
    (
        "AppBackup.type",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.type = application/astra-appBackup",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackup.version",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupCreate.bucketID",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupCreate.metadata",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupCreate.name",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupCreate.snapshotID",
        "backups::a_backup_of_a_named_snapshot_holds_what_the_volume_was_then",
    ),
    (
        "AppBackupCreate.type",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupCreate.type = application/astra-appBackup",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupCreate.version",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupList.items",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "AppBackupList.metadata",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "AppBackupList.type",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "AppBackupList.type = application/astra-appBackups",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "AppBackupList.version",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "AppBackupVersion = 1.0",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppBackupVersion = 1.1",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.hookState",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.hookState = failed",
        "hooks::a_pre_hook_that_fails_fails_the_snapshot_and_its_backup_but_post_hooks_run",
    ),
    (
        "AppSnap.hookState = success",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.hookStateDetails",
        "hooks::a_pre_hook_that_fails_fails_the_snapshot_and_its_backup_but_post_hooks_run",
    ),
    (
        "AppSnap.id",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.metadata",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.name",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.scheduleID",
        "schedules::what_a_schedule_makes_says_so_and_nothing_else_does",
    ),
    (
        "AppSnap.snapshotAppAsset",
        "snapshots::a_snapshot_has_an_asset_and_a_hook_state_once_it_is_completed",
    ),
    (
        "AppSnap.state",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.state = completed",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.state = discovering",
        "snapshots::a_snapshot_is_discovering_before_it_is_running",
    ),
    (
        "AppSnap.state = failed",
        "snapshots::a_volume_that_cannot_be_read_fails_the_snapshot_and_is_named",
    ),
    (
        "AppSnap.state = pending",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.state = removed",
        "reconciler::a_snapshot_whose_directory_is_gone_is_removed_and_no_backup_is_made_of_it",
    ),
    (
        "AppSnap.state = running",
        "hooks::a_snapshot_is_running_and_its_backup_discovering_while_a_hook_works",
    ),
    (
        "AppSnap.state = unknown",
        "reconciler::a_snapshot_is_unknown_while_its_disk_cannot_be_asked",
    ),
    (
        "AppSnap.stateUnready",
        "snapshots::a_volume_that_cannot_be_read_fails_the_snapshot_and_is_named",
    ),
    (
        "AppSnap.type",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.type = application/astra-appSnap",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnap.version",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapCreate.metadata",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapCreate.name",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapCreate.type",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapCreate.type = application/astra-appSnap",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapCreate.version",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapVersion = 1.0",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapVersion = 1.1",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "AppSnapVersion = 1.2",
        "resources::a_snapshot_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "InvalidField.name",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "InvalidField.reason",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "InvalidParam.name",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "InvalidParam.reason",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "Label.name",
        "hooks::labels_tell_what_a_snapshot_is_and_a_backup_takes_them_over",
    ),
    (
        "Label.value",
        "hooks::labels_tell_what_a_snapshot_is_and_a_backup_takes_them_over",
    ),
    (
        "LabelCreate.name",
        "hooks::labels_tell_what_a_snapshot_is_and_a_backup_takes_them_over",
    ),
    (
        "LabelCreate.value",
        "hooks::labels_tell_what_a_snapshot_is_and_a_backup_takes_them_over",
    ),
    (
        "ListMetadata.continue",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "ListMetadata.count",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "ListMetadata.createdBy",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "ListMetadata.creationTimestamp",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "ListMetadata.labels",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "ListMetadata.modificationTimestamp",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "ListMetadata.modifiedBy",
        "resources::a_list_tells_who_asked_for_it_and_where_it_goes_on",
    ),
    (
        "Metadata.createdBy",
        "schedules::what_a_schedule_makes_says_so_and_nothing_else_does",
    ),
    (
        "Metadata.creationTimestamp",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "Metadata.labels",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "Metadata.modificationTimestamp",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "Metadata.modifiedBy",
        "schedules::modified_by_is_absent_until_somebody_modifies",
    ),
    (
        "MetadataCreate.createdBy",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "MetadataCreate.creationTimestamp",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "MetadataCreate.labels",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "MetadataCreate.modificationTimestamp",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "MetadataCreate.modifiedBy",
        "resources::a_backup_is_what_was_asked_for_and_what_became_of_it",
    ),
    (
        "Problem.correlationID",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "Problem.detail",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "Problem.invalidFields",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "Problem.invalidParams",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "Problem.status",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "Problem.title",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "Problem.type",
        "resources::a_problem_names_its_kind_its_request_and_its_culprits",
    ),
    (
        "StateDetail.detail",
        "hooks::a_pre_hook_that_fails_fails_the_snapshot_and_its_backup_but_post_hooks_run",
    ),
    (
        "StateDetail.title",
        "hooks::a_pre_hook_that_fails_fails_the_snapshot_and_its_backup_but_post_hooks_run",
    ),
    (
        "StateDetail.type",
        "hooks::a_pre_hook_that_fails_fails_the_snapshot_and_its_backup_but_post_hooks_run",
    ),
    (
        "query.include",
        "lists::include_answers_with_the_named_fields_in_the_order_asked",
    ),
    ("query.limit", "lists::pages_put_together_are_the_whole_list"),
];

/// The documented words, each with how a test spells it.
pub(super) fn documented() -> BTreeMap<String, String> {
    let document = Document::authored().expect("a readable contract");
    let mut walk = Walk {
        root: document.root(),
        words: BTreeMap::new(),
        seen: BTreeSet::new(),
    };
    for operation in document.root()["paths"].as_object().into_iter().flatten() {
        for operation in operation.1.as_object().into_iter().flatten() {
            walk.operation(operation.1);
        }
    }
    walk.words
}

struct Walk<'a> {
    root: &'a Value,
    words: BTreeMap<String, String>,
    seen: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a Value) {
        if operation["x-origin"] != "documented" {
            return;
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (_, parameter) = self.resolve(parameter);
            if parameter["in"] == "query" && !is_companion(parameter) {
                self.word("query", &parameter["name"]);
            }
        }
        self.contents(&operation["requestBody"]);
        for (_, response) in operation["responses"].as_object().into_iter().flatten() {
            let (_, response) = self.resolve(response);
            if !is_companion(response) {
                self.contents(response);
            }
        }
    }

    fn contents(&mut self, holder: &'a Value) {
        for (_, media) in holder["content"].as_object().into_iter().flatten() {
            self.schema(None, &media["schema"]);
        }
    }

    /// Walks a schema that stands in `place`, a schema's field.
    fn schema(&mut self, place: Option<&str>, schema: &'a Value) {
        let (name, schema) = self.resolve(schema);
        if !schema.is_object() || is_companion(schema) {
            return;
        }
        if let (Some(place), Some(values)) = (place, schema["enum"].as_array()) {
            // What a version says is the same wherever it stands.
            let place = match name {
                Some(name) if name.ends_with("Version") => name,
                _ => place,
            };
            for value in values {
                self.value(place, value);
            }
        }
        let name = match name {
            Some(name) if !self.seen.insert(name.to_owned()) => return,
            name => name,
        };
        for (field, inner) in schema["properties"].as_object().into_iter().flatten() {
            if let (Some(name), false) = (name, is_companion(inner)) {
                self.word(name, &Value::String(field.clone()));
                self.schema(Some(&format!("{name}.{field}")), inner);
            }
        }
        for branches in ["allOf", "anyOf", "oneOf"] {
            for inner in schema[branches].as_array().into_iter().flatten() {
                self.schema(place, inner);
            }
        }
        self.schema(place, &schema["items"]);
    }

    fn word(&mut self, holder: &str, name: &Value) {
        let name = name.as_str().expect("a name");
        self.words.insert(format!("{holder}.{name}"), name.to_owned());
    }

    fn value(&mut self, place: &str, value: &Value) {
        let value = value.as_str().expect("a word");
        self.words.insert(format!("{place} = {value}"), value.to_owned());
    }

    /// What `schema` is or refers to, and its name then.
    fn resolve(&self, schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        match schema["$ref"].as_str() {
            None => (None, schema),
            Some(reference) => {
                let target = self.root.pointer(reference.trim_start_matches('#'));
                (reference.rsplit('/').next(), target.expect("a target"))
            }
        }
    }
}

fn is_companion(value: &Value) -> bool {
    value["x-origin"] == "companion"
}

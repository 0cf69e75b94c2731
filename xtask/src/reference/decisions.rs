//! Where the contract deliberately differs from what the references say.
//!
//! Each entry is exact on both sides: when either the reference or the contract says something else,
//! the entry no longer covers it. An entry that covers nothing is reported too.

use super::compare::{Aspect, LOST, NONE, PRESENT};

/// One deliberate difference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decision {
    /// The contract's schema, or `parameters`.
    pub(super) schema: &'static str,
    /// The field.
    pub(super) field: &'static str,
    /// What differs.
    pub(super) aspect: Aspect,
    /// What the reference says.
    pub(super) theirs: &'static str,
    /// What the contract says.
    pub(super) ours: &'static str,
    /// Why.
    pub(super) reason: &'static str,
}

const ANY_VERSION: &str = "example ids are of version 5 too, so an identifier is a UUID of any version";
const EXAMPLE_ONLY: &str = "only the example of the list shows it; optional, always sent";
const LABELS_SUFFICE: &str = "the server owns it, so a request needn't send it";
const LABELS_BOUNDED: &str = "a new label has limits, so that no one can fill the server with labels";
const LISTS_LOST: &str = "the snapshot text lost its lists; decided as for backups";
const REASONS_BOUNDED: &str = "the example is empty, so the length bounds each reason, not the array";
const REQUEST_FORM: &str = "a request's metadata has a form of its own: labels suffice";
const TYPE_LOST: &str = "the snapshot text lost the type with its link";
const PLACEHOLDER: &str = "the reference shows its generator's placeholder";

/// All deliberate differences, one to a line.
#[rustfmt::skip]
pub(super) const DECISIONS: &[Decision] = &[
    d("parameters", "account_id", Aspect::Example, "{{.Account}}", "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11", PLACEHOLDER),
    d("AppBackup", "id", Aspect::Form, "UUIDv4", "Identifier", ANY_VERSION),
    d("AppBackup", "stateUnready", Aspect::Length, "1..127", "each 1..127", REASONS_BOUNDED),
    d("AppBackupCreate", "metadata", Aspect::Form, "Metadata", "MetadataCreate", REQUEST_FORM),
    d("AppBackupList", "type", Aspect::Presence, NONE, PRESENT, EXAMPLE_ONLY),
    d("AppBackupList", "version", Aspect::Presence, NONE, PRESENT, EXAMPLE_ONLY),
    d("LabelCreate", "name", Aspect::Length, "", "1..128", LABELS_BOUNDED),
    d("LabelCreate", "value", Aspect::Length, "", "..256", LABELS_BOUNDED),
    d("MetadataCreate", "creationTimestamp", Aspect::Required, "True", "False", LABELS_SUFFICE),
    d("MetadataCreate", "modificationTimestamp", Aspect::Required, "True", "False", LABELS_SUFFICE),
    d("MetadataCreate", "createdBy", Aspect::Required, "True", "False", LABELS_SUFFICE),
    d("AppSnap", "type", Aspect::Values, LOST, "application/astra-appSnap", LISTS_LOST),
    d("AppSnap", "version", Aspect::Values, LOST, "1.0|1.1|1.2", LISTS_LOST),
    d("AppSnap", "id", Aspect::Form, LOST, "Identifier", LISTS_LOST),
    d("AppSnap", "name", Aspect::Form, LOST, "ResourceName", LISTS_LOST),
    d("AppSnap", "name", Aspect::Length, LOST, "1..63", LISTS_LOST),
    d("AppSnap", "scheduleID", Aspect::Form, LOST, "Identifier", LISTS_LOST),
    d("AppSnap", "snapshotAppAsset", Aspect::Form, LOST, "Identifier", LISTS_LOST),
    d("AppSnap", "state", Aspect::Values, LOST, "pending|discovering|running|completed|failed|removed|unknown", LISTS_LOST),
    d("AppSnap", "stateUnready", Aspect::Length, LOST, "each 1..127", LISTS_LOST),
    d("AppSnap", "hookState", Aspect::Values, LOST, "failed|success", LISTS_LOST),
    d("AppSnap", "metadata", Aspect::Kind, LOST, "type_astra_metadata", TYPE_LOST),
    d("AppSnap", "metadata", Aspect::Form, LOST, "Metadata", LISTS_LOST),
    d("AppSnapCreate", "type", Aspect::Values, LOST, "application/astra-appSnap", LISTS_LOST),
    d("AppSnapCreate", "version", Aspect::Values, LOST, "1.0|1.1|1.2", LISTS_LOST),
    d("AppSnapCreate", "name", Aspect::Form, LOST, "ResourceName", LISTS_LOST),
    d("AppSnapCreate", "name", Aspect::Length, LOST, "1..63", LISTS_LOST),
    d("AppSnapCreate", "metadata", Aspect::Kind, LOST, "type_astra_metadata", TYPE_LOST),
    d("AppSnapCreate", "metadata", Aspect::Form, LOST, "MetadataCreate", LISTS_LOST),
];

const fn d(
    schema: &'static str,
    field: &'static str,
    aspect: Aspect,
    theirs: &'static str,
    ours: &'static str,
    reason: &'static str,
) -> Decision {
    Decision {
        schema,
        field,
        aspect,
        theirs,
        ours,
        reason,
    }
}

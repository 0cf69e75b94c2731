//! Ids in the path: well-formed or refused by name, and then found or not.

use appkeep_tests::operations;

use super::On::{OneResource, Only, With};
use super::{NOT_FOUND, Row, complaint, judge, row};
use crate::stage::{Stage, UNKNOWN};

/// What is no identifier, as it stands in a URL.
const MALFORMED: [(&str, &str); 17] = [
    ("a word", "not-an-id"),
    ("a number", "1"),
    ("a blank", "%20"),
    ("upper case", "8A02EBD9-3A5D-4B1F-9C5E-7D1F0B0F6A11"),
    ("one letter in upper case", "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6A11"),
    ("no hyphens", "8a02ebd93a5d4b1f9c5e7d1f0b0f6a11"),
    (
        "hyphens in the wrong places",
        "8a02ebd93-a5d-4b1f-9c5e-7d1f0b0f6a11",
    ),
    ("a digit too few", "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a1"),
    ("a digit too many", "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a111"),
    (
        "a letter that is no digit",
        "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a1g",
    ),
    ("braces", "%7B8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11%7D"),
    ("a URN", "urn:uuid:8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11"),
    ("a blank before it", "%208a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11"),
    ("a line break after it", "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11%0A"),
    ("a slash in it", "8a02ebd9%2F3a5d-4b1f-9c5e-7d1f0b0f6a11"),
    ("a NUL in it", "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a1%00"),
    (
        "letters beyond ASCII",
        "8a02ebd9-3a5d-4b1f-9c5e-%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4",
    ),
];

#[tokio::test]
async fn a_malformed_id_is_refused_by_name() {
    let stage = Stage::set().await;
    let mut complaints = Vec::new();
    for (what, malformed) in MALFORMED {
        for operation in operations() {
            let sound = stage.ask(&operation.id);
            for name in sound.ids() {
                let mut ask = sound.clone();
                ask.id(name, malformed);
                let says = if name == "account_id" { "400/33" } else { "400/35" };
                let answer = ask.send(&stage.api).await;
                let complaint = complaint(&ask, &answer, says, &[name]);
                complaints.extend(complaint.map(|complaint| format!("{what}: {complaint}")));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

const ROWS: &[Row] = &[
    row(
        "every malformed id is named",
        Only("app_backup_fetch_for_app"),
        |ask, _| {
            ask.id("app_id", "x");
            ask.id("appBackup_id", "y");
        },
        "400/35",
        &["app_id", "appBackup_id"],
    ),
    row(
        "every malformed id is named",
        Only("app_snap_delete_for_app"),
        |ask, _| {
            ask.id("app_id", "x");
            ask.id("appSnap_id", "y");
        },
        "400/35",
        &["app_id", "appSnap_id"],
    ),
    row(
        "an unknown app",
        With("app_id"),
        |ask, _| ask.id("app_id", UNKNOWN),
        NOT_FOUND,
        &[],
    ),
    row(
        "the nil id is an id",
        With("app_id"),
        |ask, _| ask.id("app_id", "00000000-0000-0000-0000-000000000000"),
        NOT_FOUND,
        &[],
    ),
    row(
        "another account's app",
        With("app_id"),
        |ask, stage| ask.app = stage.foreign_app.to_string(),
        NOT_FOUND,
        &[],
    ),
    row(
        "an unknown resource",
        OneResource,
        |ask, _| UNKNOWN.clone_into(&mut ask.resource),
        NOT_FOUND,
        &[],
    ),
    row(
        "another account's backup",
        With("appBackup_id"),
        |ask, stage| ask.id("appBackup_id", &stage.foreign_backup),
        NOT_FOUND,
        &[],
    ),
    row(
        "another account's snapshot",
        With("appSnap_id"),
        |ask, stage| ask.id("appSnap_id", &stage.foreign_snap),
        NOT_FOUND,
        &[],
    ),
    row(
        "another account's app and its backup",
        With("appBackup_id"),
        |ask, stage| {
            ask.app = stage.foreign_app.to_string();
            ask.resource.clone_from(&stage.foreign_backup);
        },
        NOT_FOUND,
        &[],
    ),
    row(
        "a snapshot where a backup belongs",
        With("appBackup_id"),
        |ask, stage| ask.id("appBackup_id", &stage.snap),
        NOT_FOUND,
        &[],
    ),
    row(
        "a backup where a snapshot belongs",
        With("appSnap_id"),
        |ask, stage| ask.id("appSnap_id", &stage.backup),
        NOT_FOUND,
        &[],
    ),
    row(
        "another app's backup",
        Only("app_backup_fetch_for_app"),
        |ask, stage| ask.app = stage.blog.to_string(),
        NOT_FOUND,
        &[],
    ),
    row(
        "another app's backup",
        Only("app_backup_delete_for_app"),
        |ask, stage| ask.app = stage.blog.to_string(),
        NOT_FOUND,
        &[],
    ),
    row(
        "another app's snapshot",
        With("appSnap_id"),
        |ask, stage| ask.app = stage.blog.to_string(),
        NOT_FOUND,
        &[],
    ),
];

#[tokio::test]
async fn an_id_that_is_well_formed_is_found_or_not() {
    let stage = Stage::set().await;
    judge(&stage, ROWS).await;
}

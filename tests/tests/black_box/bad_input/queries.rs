//! Query parameters: unknown, repeated, or with values that are none.

use super::On::{Every, NoQuery, Only, With};
use super::{Row, judge, row};
use crate::stage::Stage;

/// Bad values of the parameters that lists have, as they stand in a URL.
const BAD_VALUES: &[(&str, &[&str])] = &[
    (
        "limit",
        &[
            "", "0", "00", "01", "-1", "%2B1", "1.0", "1e3", "0x10", "1_000", "many", "%201", "1%20", "1%0A",
            "1,2", "null", "%D9%A1", "%zz", "%FF",
        ],
    ),
    (
        "include",
        &[
            "",
            ",",
            "id,",
            ",id",
            "id,,name",
            "ID",
            "Id",
            "id%20name",
            "id,%20name",
            "id;name",
            "surprise",
            "id,surprise",
            "id,id",
            "id,name,type,name",
            "id,name%0A",
            "metadata.labels",
            "*",
            "null",
            "%00",
            "%FF",
        ],
    ),
    (
        "continue",
        &[
            "",
            "surprise",
            "0",
            "null",
            "%00",
            "%FF",
            // A digit too few, one too many; letters that are no digits or in upper case; a blank.
            "00000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000g",
            "00000000000000000000000000000000000000000000000A",
            "+00000000000000000000000000000000000000000000000",
        ],
    ),
];

#[tokio::test]
async fn a_bad_value_is_refused_by_the_parameters_name() {
    let stage = Stage::set().await;
    let mut complaints = Vec::new();
    for (name, values) in BAD_VALUES {
        for operation in [
            "app_backup_list_all",
            "app_backup_list_for_app",
            "app_snap_list_for_app",
            "app_list",
            "app_schedule_list_for_app",
            "bucket_list",
            "cloud_list",
            "account_list",
        ] {
            for value in *values {
                let mut ask = stage.ask(operation);
                ask.parameter(&format!("{name}={value}"));
                let answer = ask.send(&stage.api).await;
                let complaint = super::complaint(&ask, &answer, "400/5", &[name]);
                complaints.extend(complaint.map(|complaint| format!("{name}={value}: {complaint}")));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

const ROWS: &[Row] = &[
    row(
        "an unknown parameter",
        Every,
        |ask, _| ask.parameter("colour=red"),
        "400/6",
        &["colour"],
    ),
    row(
        "an unknown parameter without value",
        Every,
        |ask, _| ask.parameter("colour"),
        "400/6",
        &["colour"],
    ),
    row(
        "a parameter without name",
        Every,
        |ask, _| ask.parameter("=red"),
        "400/6",
        &[""],
    ),
    row(
        "names are told apart by case",
        Every,
        |ask, _| ask.parameter("Limit=1"),
        "400/6",
        &["Limit"],
    ),
    row(
        "a name that is escaped",
        Every,
        |ask, _| ask.parameter("col%6Fur=red"),
        "400/6",
        &["colour"],
    ),
    row(
        "a name of broken bytes",
        Every,
        |ask, _| ask.parameter("%FF=1"),
        "400/6",
        &["\u{fffd}"],
    ),
    row(
        "every unknown parameter is named",
        Every,
        |ask, _| ask.parameter("colour=red&size=5&colour=blue"),
        "400/6",
        &["colour", "size", "colour"],
    ),
    row(
        "a list's parameter elsewhere",
        NoQuery,
        |ask, _| ask.parameter("limit=1"),
        "400/6",
        &["limit"],
    ),
    row(
        "a list's parameters elsewhere, one repeated",
        NoQuery,
        |ask, _| ask.parameter("limit=1&include=id&limit=1"),
        "400/6",
        &["limit", "include", "limit"],
    ),
    row(
        "a repeated limit",
        With("limit"),
        |ask, _| ask.parameter("limit=1&limit=2"),
        "400/5",
        &["limit"],
    ),
    row(
        "a repeated limit that says the same",
        With("limit"),
        |ask, _| ask.parameter("limit=1&limit=1"),
        "400/5",
        &["limit"],
    ),
    row(
        "a repeated limit of which one is escaped",
        With("limit"),
        |ask, _| ask.parameter("limit=1&l%69mit=1"),
        "400/5",
        &["limit"],
    ),
    row(
        "a repeated include",
        With("include"),
        |ask, _| ask.parameter("include=id&include=name"),
        "400/5",
        &["include"],
    ),
    row(
        "a repeated continue",
        With("continue"),
        |ask, _| {
            let token = "0".repeat(48);
            ask.parameter(&format!("continue={token}&continue={token}"));
        },
        "400/5",
        &["continue"],
    ),
    row(
        "every bad value is named",
        With("limit"),
        |ask, _| ask.parameter("limit=0&include=surprise&continue=x"),
        "400/5",
        &["limit", "include", "continue"],
    ),
    row(
        "a bad value beside an unknown parameter",
        With("limit"),
        |ask, _| ask.parameter("colour=red&limit=0"),
        "400/5",
        &["limit", "colour"],
    ),
    row(
        "a field that only backups have",
        Only("app_snap_list_for_app"),
        |ask, _| ask.parameter("include=bucketID"),
        "400/5",
        &["include"],
    ),
    row(
        "a field that only snapshots have",
        Only("app_list"),
        |ask, _| ask.parameter("include=snapshotAppAsset"),
        "400/5",
        &["include"],
    ),
    row(
        "a field that only snapshots have",
        Only("app_backup_list_for_app"),
        |ask, _| ask.parameter("include=snapshotAppAsset"),
        "400/5",
        &["include"],
    ),
    row(
        "more fields than anybody needs",
        With("include"),
        |ask, _| ask.parameter(&format!("include={}", vec!["id"; 257].join(","))),
        "400/5",
        &["include"],
    ),
];

#[tokio::test]
async fn a_parameter_that_is_unknown_or_repeated_is_refused_by_name() {
    let stage = Stage::set().await;
    judge(&stage, ROWS).await;
}

#[tokio::test]
async fn a_reason_names_the_bad_value_and_what_would_be_right() {
    let stage = Stage::set().await;
    for (query, named) in [
        ("limit=many", r#""many" is not a number from 1 on"#),
        (
            "include=id,surprise",
            r#""surprise" is not a field; the fields are type, version, id, name"#,
        ),
        ("continue=x", r#""x" is not a token that an earlier answer gave"#),
        ("limit=1&limit=1", "it is given more than once"),
        ("colour=red", "this operation has no such parameter"),
    ] {
        let answer = stage
            .api
            .get(&format!("{}?{query}", stage.api.backups()))
            .await
            .json();
        let reason = answer["invalidParams"][0]["reason"].as_str().unwrap_or_default();
        assert!(reason.starts_with(named), "{query}: {reason}");
    }
}

#[tokio::test]
async fn a_query_is_accepted_in_every_sound_form() {
    let stage = Stage::set().await;
    let token = "f".repeat(48);
    let last = format!("continue={token}");
    for query in [
        "",
        "&",
        "&&limit=1&&",
        "limit=1",
        "l%69mit=%31",
        "limit=9007199254740993",
        "limit=99999999999999999999999999999999999999",
        "include=id",
        "include=id%2Cname",
        "include=metadata,id,version,type,name",
        "continue=000000000000000000000000000000000000000000000000",
        &last,
        "include=name&continue=0005ea64b7f0de3e00000000000000000000000000000007&limit=3",
    ] {
        for operation in [
            "app_backup_list_all",
            "app_backup_list_for_app",
            "app_snap_list_for_app",
            "app_list",
            "app_schedule_list_for_app",
            "bucket_list",
            "cloud_list",
            "account_list",
        ] {
            let mut ask = stage.ask(operation);
            query.clone_into(&mut ask.query);
            let answer = ask.send(&stage.api).await;
            let text = String::from_utf8_lossy(&answer.bytes);
            assert_eq!(answer.status, 200, "{operation}?{query}: {text}");
            assert_eq!(answer.violations(operation), [""; 0], "{operation}?{query}");
        }
    }
}

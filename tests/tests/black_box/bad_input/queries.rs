//! Reasons in the responses to invalid queries, and valid queries in every notation.

use crate::stage::Stage;

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

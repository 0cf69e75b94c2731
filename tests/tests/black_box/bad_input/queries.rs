//! Reasons in the responses to invalid queries, and valid queries in every notation.

use crate::fixture::Fixture;

#[tokio::test]
async fn reasons_name_the_invalid_and_the_expected_value() {
    let fixture = Fixture::start().await;
    for (query, named) in [
        ("limit=many", r#""many" is not an integer of at least 1"#),
        (
            "include=id,surprise",
            r#""surprise" is not a field; the fields are type, version, id, name"#,
        ),
        (
            "continue=x",
            r#""x" is not a `continue` token from an earlier response"#,
        ),
        ("limit=1&limit=1", "it is repeated"),
        ("colour=red", "this operation has no such parameter"),
    ] {
        let response = fixture
            .api
            .get(&format!("{}?{query}", fixture.api.backups()))
            .await
            .json();
        let reason = response["invalidParams"][0]["reason"]
            .as_str()
            .unwrap_or_default();
        assert!(reason.starts_with(named), "{query}: {reason}");
    }
}

#[tokio::test]
async fn queries_are_accepted_in_every_valid_notation() {
    let fixture = Fixture::start().await;
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
            "app_summary_list",
            "app_schedule_list_for_app",
            "bucket_list",
            "cloud_list",
            "account_list",
        ] {
            let mut request = fixture.request(operation);
            query.clone_into(&mut request.query);
            let response = request.send(&fixture.api).await;
            let text = response.text();
            assert_eq!(response.status, 200, "{operation}?{query}: {text}");
            assert_eq!(response.violations(operation), [""; 0], "{operation}?{query}");
        }
    }
}

use super::commands;
use crate::live::Exchange;
use crate::report::tests::exchange;

const SNAPSHOT: &str = "11111111-1111-4111-8111-111111111111";
const BACKUP: &str = "22222222-2222-4222-8222-222222222222";

fn sent(method: &str, url: &str, body: Option<&str>, status: u16, response: &str) -> Exchange {
    Exchange {
        method: method.to_owned(),
        url: format!("http://h{url}"),
        request_headers: Vec::new(),
        request_body: body.map(str::to_owned),
        status,
        response_body: response.to_owned(),
        ..exchange()
    }
}

fn resource(id: &str, state: &str) -> String {
    format!("{{\"id\":\"{id}\",\"state\":\"{state}\"}}")
}

#[test]
fn deleted_resources_are_created_again() {
    let of_snapshot = format!("{{\"snapshotID\":\"{SNAPSHOT}\"}}");
    let log = [
        sent(
            "POST",
            "/appSnaps",
            Some("{}"),
            201,
            &resource(SNAPSHOT, "pending"),
        ),
        sent(
            "GET",
            &format!("/appSnaps/{SNAPSHOT}"),
            None,
            200,
            &resource(SNAPSHOT, "completed"),
        ),
        sent(
            "POST",
            "/appBackups",
            Some(&of_snapshot),
            201,
            &resource(BACKUP, "pending"),
        ),
        sent("DELETE", &format!("/appBackups/{BACKUP}"), None, 204, ""),
        sent(
            "GET",
            &format!("/appBackups/{BACKUP}"),
            None,
            200,
            &resource(BACKUP, "completed"),
        ),
    ];
    insta::assert_snapshot!(commands(&log, 4).join("\n"), @r#"
    ID1=$(curl -sS -X POST --data-raw '{}' 'http://h/appSnaps' | jq -r .id)
    until curl -isS 'http://h/appSnaps/'"$ID1" | grep -q '"completed"'; do sleep 1; done
    ID2=$(curl -sS -X POST --data-raw '{"snapshotID":"'"$ID1"'"}' 'http://h/appBackups' | jq -r .id)
    curl -isS -X DELETE 'http://h/appBackups/'"$ID2"
    curl -isS 'http://h/appBackups/'"$ID2"
    "#);
    assert_eq!(
        commands(&log, 0),
        ["curl -isS -X POST --data-raw '{}' 'http://h/appSnaps'"]
    );
}

#[test]
fn ids_that_the_run_did_not_create_stay() {
    let log = [sent("GET", &format!("/appBackups/{BACKUP}"), None, 404, "")];
    assert_eq!(
        commands(&log, 0),
        [format!("curl -isS 'http://h/appBackups/{BACKUP}'")]
    );
}

#[test]
fn races_send_all_requests_at_once() {
    let mut race = sent("POST", "/appBackups", Some("{}"), 201, "");
    race.concurrent = 3;
    let command = "curl -isS -X POST --data-raw '{}' 'http://h/appBackups'";
    assert_eq!(
        commands(&[race], 0),
        [format!(
            "for i in 1 2 3; do {command} & done; wait   # a race: repeat until it occurs"
        )]
    );
}

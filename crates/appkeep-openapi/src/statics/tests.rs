mod documents;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{Code, StaticReport, verify};
use crate::document::Document;
use crate::fixture;

const FETCH: &str = "/paths/~1accounts~1{account_id}~1topology~1v1~1appBackups~1{appBackup_id}/get";
const LIST: &str = "/paths/~1accounts~1{account_id}~1topology~1v1~1appBackups/get";
const CREATE: &str = "/paths/~1accounts~1{account_id}~1k8s~1v1~1apps~1{app_id}~1appBackups/post";

static CONTRACT: LazyLock<Document> = LazyLock::new(fixture::document);

fn judge(change: impl FnOnce(&mut Value)) -> StaticReport {
    let mut root = CONTRACT.root().clone();
    change(&mut root);
    let server = Document::from_value("server", root).unwrap();
    verify(&CONTRACT, &server, &[])
}

/// The distinct codes of the findings after a change.
fn codes(change: impl FnOnce(&mut Value)) -> Vec<&'static str> {
    let mut codes: Vec<_> = judge(change)
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn at<'v>(root: &'v mut Value, base: &str, rest: &str) -> &'v mut Value {
    root.pointer_mut(&format!("{base}{rest}")).unwrap()
}

fn remove(root: &mut Value, base: &str, rest: &str, member: &str) {
    at(root, base, rest)
        .as_object_mut()
        .unwrap()
        .remove(member)
        .unwrap();
}

#[test]
fn the_contract_conforms_to_itself() {
    let report = judge(|_| {});
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|one| (&one.operation, one.code, &one.what))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(report.outcome().exit_code(), 0);
}

#[test]
fn operations_are_matched_by_route() {
    assert_eq!(
        codes(|root| remove(root, FETCH.strip_suffix("/get").unwrap(), "", "get")),
        ["operation-missing"]
    );
    assert_eq!(
        codes(|root| *at(root, FETCH, "/operationId") = json!("get_backup")),
        ["operation-id"]
    );
    let extra =
        codes(|root| root["paths"]["/more"] = json!({"get": {"operationId": "more", "responses": {}}}));
    assert_eq!(extra, ["operation-extra"]);
}

#[test]
fn parameters_may_be_wider_but_not_narrower() {
    let limit =
        |schema: Value| codes(move |root| root["components"]["parameters"]["Limit"]["schema"] = schema);
    assert_eq!(limit(json!({"type": "string"})), Vec::<&str>::new());
    assert_eq!(
        limit(json!({"type": "string", "pattern": "^[1-9][0-9]*$", "maxLength": 3})),
        ["parameter-schema-unknown"]
    );
    assert_eq!(
        limit(json!({"type": "integer", "minimum": 1})),
        ["parameter-schema"]
    );
    assert_eq!(
        codes(|root| root["components"]["parameters"]["Limit"]["required"] = json!(true)),
        ["parameter-demanded"]
    );
    assert_eq!(
        codes(|root| root["components"]["parameters"]["Limit"]["name"] = json!("max")),
        ["parameter-missing"]
    );
    assert_eq!(
        codes(|root| root["components"]["parameters"]["Limit"]["style"] = json!("pipeDelimited")),
        ["parameter-style"]
    );
    let more = |required: bool| {
        codes(move |root| {
            let parameter = json!({"name": "verbose", "in": "query", "required": required, "schema": {}});
            at(root, LIST, "/parameters")
                .as_array_mut()
                .unwrap()
                .push(parameter);
        })
    };
    assert_eq!(more(false), Vec::<&str>::new());
    assert_eq!(more(true), ["parameter-demanded"]);
}

#[test]
fn path_parameters_are_matched_by_position() {
    let renamed = codes(|root| {
        let text = root
            .to_string()
            .replace("{appSnap_id}", "{snap}")
            .replace("\"name\":\"appSnap_id\"", "\"name\":\"snap\"");
        *root = serde_json::from_str(&text).unwrap();
    });
    assert_eq!(renamed, ["parameter-name"]);
}

#[test]
fn requests_may_be_wider_but_not_narrower() {
    let create = |member: &'static str, value: Value| {
        codes(move |root| root["components"]["schemas"]["AppBackupCreate"][member] = value)
    };
    assert_eq!(create("required", json!(["type"])), Vec::<&str>::new());
    assert_eq!(create("additionalProperties", json!(true)), Vec::<&str>::new());
    assert_eq!(
        create("required", json!(["type", "version", "name"])),
        ["request-schema"]
    );
    let shorter = codes(
        |root| root["components"]["schemas"]["AppBackupCreate"]["properties"]["name"] = json!({"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}),
    );
    assert_eq!(shorter, ["request-schema"]);
    let older = codes(|root| {
        root["components"]["schemas"]["AppBackupCreate"]["properties"]["version"] =
            json!({"type": "string", "enum": ["1.1"]});
    });
    assert_eq!(older, ["request-schema"]);
    assert_eq!(
        codes(|root| remove(
            root,
            CREATE,
            "/requestBody/content",
            "application/astra-appBackup+json"
        )),
        ["request-media-type-missing"]
    );
    assert_eq!(
        codes(|root| remove(root, CREATE, "", "requestBody")),
        ["request-body-missing"]
    );
    let body = json!({"required": true, "content": {"application/json": {"schema": {}}}});
    assert_eq!(
        codes(move |root| at(root, FETCH, "")["requestBody"] = body),
        ["request-body-demanded"]
    );
}

#[test]
fn responses_may_be_narrower_but_not_wider() {
    let backup = |pointer: &'static str, value: Value| {
        codes(move |root| {
            *root
                .pointer_mut(&format!("/components/schemas/AppBackup{pointer}"))
                .unwrap() = value;
        })
    };
    assert_eq!(
        backup(
            "/properties/state",
            json!({"type": "string", "enum": ["completed"]})
        ),
        Vec::<&str>::new()
    );
    assert_eq!(
        backup(
            "/properties/state",
            json!({"type": "string", "enum": ["completed", "deleting"]})
        ),
        ["response-schema"]
    );
    assert_eq!(
        backup("/properties/state", json!({"type": "string"})),
        ["response-schema"]
    );
    assert_eq!(backup("/additionalProperties", json!(true)), ["response-schema"]);
    assert_eq!(
        backup("/required", json!(["type", "version", "id"])),
        ["response-schema"]
    );
    assert_eq!(
        backup("/properties/percentDone", json!({"type": "number", "minimum": 0})),
        ["response-schema"]
    );
    assert_eq!(
        backup(
            "/properties/scheduleID/allOf/0",
            json!({"type": "string", "format": "uuid"})
        ),
        ["response-schema"]
    );
    let nullable = json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/Identifier"}]});
    assert_eq!(backup("/properties/scheduleID", nullable), ["response-schema"]);
    let integer = json!({"type": "integer", "format": "uint64", "minimum": 0});
    assert_eq!(backup("/properties/totalBytes", integer), Vec::<&str>::new());
    let odd = json!({"type": "string", "unknown": true, "enum": ["completed"]});
    assert_eq!(backup("/properties/state", odd), Vec::<&str>::new());
}

#[test]
fn statuses_media_types_and_headers_are_compared() {
    assert_eq!(
        codes(|root| remove(root, FETCH, "/responses", "404")),
        ["status-missing"]
    );
    assert_eq!(
        codes(|root| at(root, FETCH, "/responses")["410"] = json!({"description": ""})),
        ["status-extra"]
    );
    let range = codes(|root| {
        remove(root, FETCH, "/responses", "404");
        at(root, FETCH, "/responses")["4XX"] = json!({"description": ""});
    });
    assert_eq!(range, ["status-range"]);
    let moved = codes(|root| {
        let content = root["components"]["responses"]["NotPermitted"]["content"]
            .as_object_mut()
            .unwrap();
        let media = content.remove("application/problem+json").unwrap();
        content.insert("application/json".to_owned(), media);
    });
    assert_eq!(
        moved,
        ["response-media-type-extra", "response-media-type-missing"]
    );
    assert_eq!(
        codes(|root| remove(root, "/components/responses/NotPermitted", "", "content")),
        ["response-body-missing"]
    );
    let told = codes(|root| {
        root["components"]["responses"]["AppBackupDeleted"]["content"] = json!({"application/json": {}});
    });
    assert_eq!(told, ["response-body-extra"]);
    assert_eq!(
        codes(|root| remove(root, "/components/responses/MissingToken", "", "headers")),
        ["header-missing"]
    );
    assert_eq!(
        codes(|root| root["components"]["headers"]["ETag"]["required"] = json!(false)),
        ["header-missing"]
    );
    assert_eq!(
        codes(|root| root["components"]["headers"]["ETag"]["schema"] = json!({"type": "string"})),
        ["header-schema"]
    );
}

#[test]
fn security_is_compared_both_ways() {
    assert_eq!(codes(|root| root["security"] = json!([])), ["security-missing"]);
    assert_eq!(
        codes(|root| at(root, FETCH, "")["security"] = json!([{}])),
        ["security-missing"]
    );
    let other = codes(|root| {
        root["components"]["securitySchemes"]["bearerToken"] =
            json!({"type": "apiKey", "in": "header", "name": "X-Key"});
    });
    assert_eq!(other, ["security-demanded"]);
}

#[test]
fn undecidable_comparisons_are_findings() {
    let odd = codes(|root| {
        root["components"]["parameters"]["Limit"]["schema"] =
            json!({"type": "string", "x-more": 1, "contains": {}});
    });
    assert_eq!(odd, ["parameter-schema-unknown"]);
}

#[test]
fn findings_of_one_place_are_one_group_of_the_text() {
    let report = judge(|root| {
        root["components"]["schemas"]["HookState"]["enum"] = json!(["failed", "success", "skipped\n"]);
        remove(root, FETCH, "/responses", "404");
    });
    let sizes: Vec<_> = report.groups().iter().map(Vec::len).collect();
    assert!(sizes.len() < report.findings.len(), "{sizes:?}");
    let text = report.text();
    let line = report.contract_place(report.groups()[1][0]).line.unwrap();
    let part = format!(
        "\nresponse-schema\n  app_backup_fetch 200\n  app_backup_create_for_app 201\n  app_backup_fetch_for_app 200\n  \
         rule:     The contract permits every body that the server can send.\n  \
         found:    /hookState: \"skipped\\n\" isn't allowed\n  \
         why:      responses: the contract must permit every response of the server\n  \
         contract: spec/openapi.yaml:{line}  #/components/schemas/HookState\n  \
         server:   server  #/components/schemas/AppBackup/properties/hookState\n  \
         do:       narrow the body's schema in the server\n"
    );
    assert!(text.contains(&part), "no {part}\nin {text}");
    assert!(
        text.starts_with("static: server against spec/openapi.yaml\n"),
        "{text}"
    );
    assert!(
        text.ends_with(" findings, 0 differences allowed, 0 stale allowances\n"),
        "{text}"
    );
}

#[test]
fn failed_assertions_show_at_most_20_groups() {
    let report = judge(|root| {
        for item in root["paths"].as_object_mut().unwrap().values_mut() {
            for (_, operation) in item
                .as_object_mut()
                .unwrap()
                .iter_mut()
                .filter(|(key, _)| *key != "parameters")
            {
                let responses = operation["responses"].as_object_mut().unwrap();
                responses.retain(|status, _| !status.starts_with('4'));
            }
        }
    });
    let hidden: usize = report.groups().iter().skip(20).map(Vec::len).sum();
    let panic = std::panic::catch_unwind(|| report.assert_holds()).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert_eq!(message.matches("\nstatus-missing\n").count(), 20, "{message}");
    assert!(
        message.contains(&format!("\nand {hidden} more findings\n")),
        "{message}"
    );
    judge(|_| {}).assert_holds();
}

#[test]
fn codes_are_unique() {
    let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Code::ALL.len());
}

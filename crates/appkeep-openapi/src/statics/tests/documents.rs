//! Defects of a server's own document, which deviates from the contract; and of the contract's next version,
//! which deviates from the current one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::Change::{NextVersion, Server};
use super::{CONTRACT, judge};
use crate::diff;
use crate::document::Document;

/// A changed document.
struct DocumentDefect {
    id: &'static str,
    /// A description of the change, in one sentence.
    summary: &'static str,
    change: Change,
}

/// Which document is changed.
enum Change {
    /// The server's own; it is compared with the contract.
    Server(fn(&mut Value)),
    /// The next version of the contract; it is compared with the current one.
    NextVersion(fn(&mut Value)),
}

const fn defect(id: &'static str, summary: &'static str, change: Change) -> DocumentDefect {
    DocumentDefect { id, summary, change }
}

const LIST: &str = "/accounts/{account_id}/topology/v1/appBackups";
const OF_APP: &str = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups";

#[rustfmt::skip]
const DEFECTS: &[DocumentDefect] = &[
    defect("security-removed", "No operation requires a token.", Server(|document| {
        remove(document, "", "security");
    })),
    defect("security-removed-from-one", "One operation requires no token.", Server(|document| {
        document["paths"][OF_APP]["post"]["security"] = json!([]);
    })),
    defect("operation-removed", "Backups can't be created.", Server(|document| {
        document["paths"][OF_APP].as_object_mut().expect("a path").shift_remove("post");
    })),
    defect("operation-renamed", "An operation has another id.", Server(|document| {
        document["paths"][LIST]["get"]["operationId"] = json!("list_backups");
    })),
    defect("parameter-removed", "A list has no `limit`.", Server(|document| {
        let parameters = document["paths"][LIST]["get"]["parameters"].as_array_mut().expect("parameters");
        parameters.retain(|parameter| parameter["$ref"] != "#/components/parameters/Limit");
    })),
    defect("parameter-required", "`limit` has to be given.", Server(|document| {
        document["components"]["parameters"]["Limit"]["required"] = json!(true);
    })),
    defect("parameter-narrowed", "A limit has at most three digits.", Server(|document| {
        document["components"]["parameters"]["Limit"]["schema"]["pattern"] = json!("^[1-9][0-9]{0,2}$");
    })),
    defect("status-removed", "Nothing ever conflicts.", Server(|document| {
        document["paths"][OF_APP]["post"]["responses"].as_object_mut().expect("responses").shift_remove("409");
    })),
    defect("status-added", "A list may be 206.", Server(|document| {
        let responses = &mut document["paths"][LIST]["get"]["responses"];
        responses["206"] = responses["200"].clone();
    })),
    defect("bound-tightened", "A name has at most 40 characters.", Server(|document| {
        *schema(document, "ResourceName") = json!({"type": "string", "minLength": 1, "maxLength": 40});
    })),
    defect("request-member-required", "A create needs a name.", Server(|document| {
        schema(document, "AppBackupCreate")["required"] = json!(["type", "version", "name"]);
    })),
    defect("request-member-removed", "A create takes no `snapshotID`.", Server(|document| {
        remove(document, "/components/schemas/AppBackupCreate/properties", "snapshotID");
    })),
    defect("response-member-optional", "A backup may lack its state.", Server(|document| {
        let required = schema(document, "AppBackup")["required"].as_array_mut().expect("required members");
        required.retain(|name| name != "state");
    })),
    defect("response-opened", "A backup may hold anything else.", Server(|document| {
        schema(document, "AppBackup")["additionalProperties"] = json!(true);
    })),
    defect("state-added", "A backup may be `deleting`.", Server(|document| {
        schema(document, "ResourceState")["enum"].as_array_mut().expect("states").push(json!("deleting"));
    })),
    defect("nullable-added", "A backup's `scheduleID` may be null.", Server(|document| {
        schema(document, "AppBackup")["properties"]["scheduleID"] = json!({"type": "string", "nullable": true});
    })),
    defect("error-media-type", "Problems are plain JSON.", Server(|document| {
        let content = &mut document["components"]["responses"]["NotPermitted"]["content"];
        *content = json!({"application/json": content["application/problem+json"].clone()});
    })),
    defect("header-removed", "The server doesn't document the URL of a new backup.", Server(|document| {
        remove(document, &pointer(OF_APP, "post/responses/201/headers"), "Location");
    })),
    // ------------------------------------------------------------------ the next version
    defect("next-example-changed", "The example of a create names another bucket.", NextVersion(|document| {
        let media = &pointer(OF_APP, "post/responses/201/content/application~1json/examples");
        let examples = document.pointer_mut(media).and_then(Value::as_object_mut).expect("examples");
        let (_, example) = examples.iter_mut().next().expect("an example");
        let name = example["$ref"].as_str().expect("a reference").replace("#/", "/");
        let example = document.pointer_mut(&name).expect("an example");
        example["value"]["bucketID"] = json!("00000000-0000-4000-8000-000000000000");
    })),
    defect("next-security-removed", "No operation requires a token any more.", NextVersion(|document| {
        remove(document, "", "security");
    })),
    defect("next-header-removed", "The next version doesn't document the URL of a new backup.", NextVersion(|document| {
        remove(document, &pointer(OF_APP, "post/responses/201/headers"), "Location");
    })),
    defect("next-state-added", "A backup may be `deleting` from now on.", NextVersion(|document| {
        schema(document, "ResourceState")["enum"].as_array_mut().expect("states").push(json!("deleting"));
    })),
];

fn schema<'d>(document: &'d mut Value, name: &str) -> &'d mut Value {
    &mut document["components"]["schemas"][name]
}

fn pointer(path: &str, below: &str) -> String {
    format!("/paths/{}/{below}", path.replace('/', "~1"))
}

fn remove(document: &mut Value, place: &str, member: &str) {
    let found = document.pointer_mut(place).and_then(Value::as_object_mut);
    let removed = found.and_then(|members| members.shift_remove(member));
    assert!(removed.is_some(), "the contract has no {place}/{member}");
}

#[test]
fn each_defect_of_a_document_is_detected() {
    let mut lines = Vec::new();
    for defect in DEFECTS {
        let found = found(&defect.change);
        assert!(!found.is_empty(), "nothing detects {}", defect.id);
        let found = found.into_iter().collect::<Vec<_>>().join(", ");
        lines.push(format!(
            "{}: {}\n    found by: {found}",
            defect.id, defect.summary
        ));
    }
    insta::assert_snapshot!(lines.join("\n"));
    let ids: BTreeSet<&str> = DEFECTS.iter().map(|defect| defect.id).collect();
    assert_eq!(ids.len(), DEFECTS.len(), "two defects have the same id");
}

#[test]
fn a_contract_conforms_to_itself() {
    let unchanged = judge(|_| ());
    assert!(unchanged.findings.is_empty(), "{:?}", unchanged.findings);
    let same = diff::compare(&CONTRACT, &CONTRACT);
    assert!(same.changes.is_empty(), "{}", same.text());
}

fn found(change: &Change) -> BTreeSet<&'static str> {
    match change {
        Server(change) => super::codes(change).into_iter().collect(),
        NextVersion(change) => {
            let mut next = CONTRACT.root().clone();
            change(&mut next);
            let next = Document::from_value("the next version", next).unwrap();
            let report = diff::compare(&CONTRACT, &next);
            report.changes.iter().map(|change| change.code.as_str()).collect()
        }
    }
}

//! The known exceptions for servers that use dropshot.

use appkeep_openapi::statics::{Allowance, Code};

/// Parts of the contract that a document written by dropshot can't express. Each of them is verified live
/// instead.
pub const DROPSHOT: &[Allowance] = &[
    Allowance {
        code: Code::StatusRange,
        subjects: &["4XX", "5XX"],
        what: "errors as the ranges 4XX and 5XX in application/json",
        reason: "dropshot writes one error type per operation as two ranges; every status, media type and \
                 body of an error is verified live",
    },
    Allowance {
        code: Code::SecurityMissing,
        subjects: &[],
        what: "no security scheme",
        reason: "dropshot's document has no security schemes; live checks verify that every operation \
                 requires a token",
    },
    Allowance {
        code: Code::HeaderMissing,
        subjects: &[
            "Accept-Ranges",
            "Content-Disposition",
            "Content-Range",
            "ETag",
            "Location",
        ],
        what: "no response headers",
        reason: "the server writes its headers outside of dropshot's typed responses; they are verified live",
    },
    Allowance {
        code: Code::RequestMediaTypeMissing,
        subjects: &[
            "application/astra-app+json",
            "application/astra-appBackup+json",
            "application/astra-appRestore+json",
            "application/astra-appSnap+json",
            "application/astra-schedule+json",
        ],
        what: "no vendor media type for request bodies",
        reason: "dropshot documents one media type per body; live checks verify that both are accepted",
    },
    Allowance {
        code: Code::ResponseMediaTypeExtra,
        subjects: &["*/*"],
        what: "any media type for the content of files",
        reason: "dropshot documents streamed bodies as */*; their media types are verified live",
    },
    Allowance {
        code: Code::StatusMissing,
        subjects: &["206"],
        what: "no 206 for ranges of files",
        reason: "dropshot documents one success status; ranges are verified live",
    },
    Allowance {
        code: Code::ResponseMediaTypeMissing,
        subjects: &[
            "application/astra-app+json",
            "application/astra-appBackup+json",
            "application/astra-appRestore+json",
            "application/astra-appSnap+json",
            "application/astra-schedule+json",
        ],
        what: "no vendor media type for response bodies",
        reason: "dropshot documents application/json only; live checks verify that `Accept` is respected",
    },
];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::DROPSHOT;
    use crate::authored;
    use appkeep_openapi::Document;
    use appkeep_openapi::statics::{StaticReport, verify};

    fn verified(change: impl FnOnce(&mut Value)) -> StaticReport {
        let contract = authored::document().unwrap();
        let mut root = contract.root().clone();
        change(&mut root);
        verify(
            &contract,
            &Document::from_value("server", root).unwrap(),
            DROPSHOT,
        )
    }

    /// Changes the authored document to what dropshot would write.
    fn as_dropshot_writes(root: &mut Value) {
        let problem = json!({"description": "Error", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}});
        root["components"]["responses"]["Error"] = problem;
        root.as_object_mut().unwrap().remove("security");
        for (_, item) in root["paths"].as_object_mut().unwrap() {
            for (_, operation) in item
                .as_object_mut()
                .unwrap()
                .iter_mut()
                .filter(|(key, _)| *key != "parameters")
            {
                let responses = operation["responses"].as_object_mut().unwrap();
                responses.retain(|status, _| status.starts_with('2') && status != "206");
                if let Some(content) = responses
                    .get_mut("200")
                    .and_then(|response| response.get_mut("content"))
                    && content.get("application/octet-stream").is_some()
                {
                    *content = json!({"*/*": {"schema": {}}});
                }
                for range in ["4XX", "5XX"] {
                    responses.insert(range.to_owned(), json!({"$ref": "#/components/responses/Error"}));
                }
            }
        }
        strip(root);
    }

    /// Removes what dropshot can't write: response headers and vendor media types.
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                if members.contains_key("content") {
                    members.remove("headers");
                }
                members.retain(|key, _| !(key.starts_with("application/astra-") && key.ends_with("+json")));
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }

    #[test]
    fn a_dropshot_document_uses_every_exception() {
        let report = verified(as_dropshot_writes);
        let found: Vec<_> = report
            .findings
            .iter()
            .map(|one| (&one.operation, one.code, &one.what))
            .collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(report.stale.is_empty(), "{:?}", report.stale);
        assert_eq!(report.allowed.len(), DROPSHOT.len());
    }

    #[test]
    fn unused_exceptions_are_stale() {
        let report = verified(|_| {});
        assert_eq!(report.stale.len(), DROPSHOT.len());
        assert_eq!(report.outcome().exit_code(), 1);
    }
}

//! Making the requests of the table of faults, and judging the answers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::{Call, Credential, Payload};
use super::faults::{Culprit, FAULTS, Fault, On, Says, Twist};
use super::headers::{allowed, declared};
use super::kind::Deed;
use super::stage::{Stage, Stop};
use super::wire::Answer;
use crate::document::{Operation, ParameterLocation};

/// One row for one operation.
#[derive(Debug, Clone)]
pub(super) struct FaultCase {
    pub(super) fault: &'static Fault,
    pub(super) operation: String,
}

/// Every row with every operation of the document that it fits.
pub(super) fn cases(operations: &[Operation]) -> Vec<FaultCase> {
    FAULTS
        .iter()
        .flat_map(|fault| {
            let fits = fitting(fault.on, operations);
            fits.into_iter().map(move |operation| FaultCase {
                fault,
                operation: operation.id.clone(),
            })
        })
        .collect()
}

fn fitting(on: On, operations: &[Operation]) -> Vec<&Operation> {
    let has = |operation: &Operation, location: ParameterLocation, name: &str| {
        operation
            .parameters_in(location)
            .any(|parameter| parameter.name == name)
    };
    let is_resource = |operation: &Operation| {
        ["appBackup_id", "appSnap_id"]
            .iter()
            .any(|name| has(operation, ParameterLocation::Path, name))
    };
    let mut paths = BTreeSet::new();
    operations
        .iter()
        .filter(|operation| match on {
            On::Every => true,
            On::EveryPath => paths.insert(operation.path.clone()),
            On::InPath(name) => has(operation, ParameterLocation::Path, name),
            On::OneResource => is_resource(operation),
            On::InQuery(name) => has(operation, ParameterLocation::Query, name),
            On::Writes => operation.method != "GET",
            On::WithBody => operation.body.is_some(),
            On::Creates => Deed::of(&operation.id) == Deed::Create,
            On::Only(id) => operation.id == id,
        })
        .collect()
}

/// What a row needs of the target and isn't there.
fn lacking(stage: &Stage, fault: &Fault) -> Option<&'static str> {
    fault.twists.iter().find_map(|twist| match twist {
        Twist::ViewerToken if stage.target.viewer_token.is_none() => Some("needs a read-only token"),
        Twist::ForeignToken | Twist::ForeignApp if stage.target.foreign.is_none() => {
            Some("needs a second account with a token of its own")
        }
        Twist::OperatorToken if stage.target.operator_token.is_none() => {
            Some("needs a token of all accounts")
        }
        _ => None,
    })
}

/// Makes one case.
pub(super) async fn run(stage: &mut Stage, case: &FaultCase) -> Result<(), Stop> {
    if let Some(lacking) = lacking(stage, case.fault) {
        return Err(Stop::LeftOut(lacking.to_owned()));
    }
    let call = faulty_call(stage, case);
    let answer = stage.send(&call).await?;
    stage.expect_status(&answer, case.fault.status)?;
    judge(stage, case, &answer);
    Ok(())
}

fn faulty_call(stage: &mut Stage, case: &FaultCase) -> Call {
    let mut call = stage.call(&case.operation);
    let has_body = stage
        .wire
        .operation(&case.operation)
        .is_some_and(|operation| operation.body.is_some());
    if has_body {
        let body = stage.body_for(&case.operation);
        call = call.json(body);
    }
    for twist in case.fault.twists {
        call = twisted(stage, call, *twist);
    }
    call
}

fn twisted(stage: &Stage, mut call: Call, twist: Twist) -> Call {
    match twist {
        Twist::NoToken => return call.with(Credential::None),
        Twist::UnknownToken => return call.with(Credential::Unknown),
        Twist::BasicToken => return call.with(Credential::Basic),
        Twist::ViewerToken => return call.with(Credential::Viewer),
        Twist::ForeignToken => return call.with(Credential::Foreign),
        Twist::OperatorToken => return call.with(Credential::Operator),
        Twist::Account(id) => return call.path("account_id", id),
        Twist::UnknownAccount => return call.path("account_id", &stage.unknown_id("account")),
        Twist::App(id) => return call.path("app_id", id),
        Twist::UnknownApp => return call.path("app_id", &stage.unknown_id("app")),
        Twist::ForeignApp => {
            let app = stage
                .target
                .foreign
                .as_ref()
                .map(|foreign| foreign.app.to_string());
            return call.path("app_id", &app.unwrap_or_default());
        }
        Twist::Resource(id) => return call.path("appBackup_id", id).path("appSnap_id", id),
        Twist::Query(name, value) => return call.query(name, value),
        Twist::Method(method) => {
            call.method = Some(method.to_owned());
            call.payload = Payload::None;
            call.content_type = None;
        }
        Twist::ForceUpdate(value) => return call.force_update(value),
        Twist::ContentType(media_type) => return call.content_type(media_type),
        Twist::Body(text) => call.payload = Payload::Text(text.to_owned()),
        Twist::Padding(count) => {
            if let Payload::Json(body) = call.payload {
                call.payload = Payload::Padded(count, body);
            }
        }
        Twist::Member(name, json) => {
            set(&mut call, name, serde_json::from_str(json).unwrap_or(Value::Null));
        }
        Twist::UnknownId(name) => set(&mut call, name, stage.unknown_id(name).into()),
    }
    call
}

fn set(call: &mut Call, name: &str, value: Value) {
    if let Payload::Json(Value::Object(members)) = &mut call.payload {
        members.insert(name.to_owned(), value);
    }
}

fn judge(stage: &mut Stage, case: &FaultCase, answer: &Answer) {
    let method = stage
        .wire
        .operation(&case.operation)
        .map(|operation| operation.method.clone());
    match case.fault.says {
        Says::Problem(numbers) => stage.expect_problem(answer, numbers),
        Says::NotFound if method.as_deref() == Some("DELETE") => stage.expect_problem(answer, &[1]),
        Says::NotFound => stage.expect_problem(answer, &[2]),
        Says::Anything => {}
    }
    match case.fault.culprit {
        Culprit::None => {}
        Culprit::Param(name) => {
            let named = names(answer, "invalidParams");
            let holds = named.iter().any(|found| found == name);
            stage.expect(answer, holds, || {
                format!(
                    "`invalidParams` has to name `{name}`, and it names {}",
                    listed(&named)
                )
            });
        }
        Culprit::Field(path) => {
            let named = names(answer, "invalidFields");
            let holds = named.iter().any(|found| points_at(found, path));
            stage.expect(answer, holds, || {
                format!(
                    "`invalidFields` has to name `{path}`, and it names {}",
                    listed(&named)
                )
            });
        }
    }
    if answer.status == 405 {
        judge_allow(stage, case, answer);
    }
}

/// `Allow` lists every method that the path declares, and not the one that was refused. Methods of operations that the
/// options leave out may be missing.
fn judge_allow(stage: &mut Stage, case: &FaultCase, answer: &Answer) {
    let (declared, allowed) = (declared(stage, &case.operation).admitted, allowed(answer));
    let refused = case.fault.twists.iter().find_map(|twist| match twist {
        Twist::Method(method) => Some(*method),
        _ => None,
    });
    let holds = declared.is_subset(&allowed) && !refused.is_some_and(|method| allowed.contains(method));
    stage.expect(answer, holds, || {
        format!(
            "`Allow` has to list {}, and it lists {}",
            joined(&declared),
            joined(&allowed)
        )
    });
}

pub(super) fn names(answer: &Answer, member: &str) -> Vec<String> {
    let list = answer
        .body
        .get(member)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    list.filter_map(|one| one.get("name").and_then(Value::as_str))
        .map(str::to_owned)
        .collect()
}

/// Whether a field's name means that path; how members are joined is left to the server, and so is whether
/// a missing member is named itself or by what lacks it.
pub(super) fn points_at(found: &str, path: &str) -> bool {
    let segments = |text: &str| -> Vec<String> {
        text.split(['.', '/', '[', ']', '$', '#'])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (found, path) = (segments(found), segments(path));
    !found.is_empty() && path.starts_with(&found)
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

fn joined(methods: &BTreeSet<String>) -> String {
    if methods.is_empty() {
        return "nothing".to_owned();
    }
    methods.iter().cloned().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{cases, points_at};
    use crate::document::Document;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_fits_some_operation_and_every_code_is_its_own() {
        let document = Document::authored().unwrap();
        let cases = cases(document.operations());
        let used: BTreeSet<_> = cases.iter().map(|case| case.fault.code).collect();
        assert_eq!(used.len(), super::FAULTS.len());
    }

    #[test]
    fn every_expected_status_is_one_that_the_document_knows() {
        let document = Document::authored().unwrap();
        for case in cases(document.operations()) {
            let operation = document.operation(&case.operation).unwrap();
            assert!(
                operation.response(case.fault.status).is_some(),
                "{} of {}",
                case.fault.code,
                case.operation
            );
        }
    }

    #[test]
    fn a_culprit_may_be_written_in_several_ways() {
        assert!(points_at("metadata.labels[0].value", "metadata.labels.0.value"));
        assert!(points_at("/metadata/labels/0/value", "metadata.labels.0.value"));
        assert!(points_at("metadata", "metadata.labels"));
        assert!(!points_at("", "name"));
        assert!(!points_at("version", "name"));
    }
}

//! Descriptions of the suite's checks, derived from the tables that define them.
//!
//! Nothing is written twice: a new row in a table adds a rule here.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::{findings, inputs, isolation, model, refusals, scenarios, suite};
use crate::authored;
use crate::invalid_requests::{CONTRACT, Invalid, InvalidRequest, Mutation, Problem};
use appkeep_openapi::{Document, Operation, ParameterLocation, Place, Violated};

/// One rule of the suite.
#[derive(Debug, Clone)]
pub(crate) struct SuiteRule {
    pub(crate) code: &'static str,
    pub(crate) rule: &'static str,
    /// The operations that it is checked for; empty if it isn't about specific ones.
    pub(crate) operations: Vec<String>,
    /// The request and the expected response, if they are defined as data.
    pub(crate) example: Option<String>,
}

/// All rules, in the order of the suite.
pub(crate) fn all(document: &Document) -> Vec<SuiteRule> {
    let scenarios = scenarios(document).into_iter().map(|scenario| SuiteRule {
        code: scenario.code,
        rule: scenario.rule,
        operations: scenario.operations,
        example: None,
    });
    let inputs = inputs::cases(document).into_iter().map(|case| SuiteRule {
        code: case.code,
        rule: case.rule,
        example: Some(format!("{}: {}", case.operation, case.what)),
        operations: vec![case.operation],
    });
    let cases = refusals::cases(document.operations());
    let requests = CONTRACT.iter().map(|request| {
        let own = cases.iter().filter(|case| case.request.code == request.code);
        let operations: Vec<String> = own.map(|case| case.operation.clone()).collect();
        let first = operations.first().and_then(|id| document.operation(id));
        SuiteRule {
            code: request.code,
            rule: request.rule,
            example: first.map(|operation| example(request, operation)),
            operations,
        }
    });
    let always = model::RULES.iter().map(|rule| (rule.code, rule.rule));
    let isolation = isolation::ISOLATION_CHECKS
        .iter()
        .map(|check| (check.code, check.rule));
    let others = [
        findings::NO_RESPONSE,
        findings::UNREADABLE,
        suite::CLEAN_UP,
        suite::FEWER,
    ];
    let others = isolation
        .chain(always)
        .chain(others)
        .map(|(code, rule)| SuiteRule {
            code,
            rule,
            operations: Vec::new(),
            example: None,
        });
    let mut rules: Vec<SuiteRule> = Vec::new();
    for rule in scenarios.chain(inputs).chain(requests).chain(others) {
        match rules.iter_mut().find(|known| known.code == rule.code) {
            Some(known) => {
                let new = |operation: &String| !known.operations.contains(operation);
                let new: Vec<String> = rule.operations.into_iter().filter(new).collect();
                known.operations.extend(new);
            }
            None => rules.push(rule),
        }
    }
    rules
}

/// The parts of a scenario that explanations use.
struct ScenarioRule {
    code: &'static str,
    rule: &'static str,
    operations: Vec<String>,
    /// The status that it is supposed to reach.
    status: Option<u16>,
}

fn scenarios(document: &Document) -> Vec<ScenarioRule> {
    let once = scenarios::once().map(|scenario| ScenarioRule {
        code: scenario.code,
        rule: scenario.rule,
        operations: scenario
            .covers
            .iter()
            .map(|(operation, _)| (*operation).to_owned())
            .collect(),
        status: scenario.covers.map(|(_, status)| status),
    });
    let repeated = scenarios::repeated().map(|scenario| ScenarioRule {
        code: scenario.code,
        rule: scenario.rule,
        operations: document
            .operations()
            .iter()
            .map(|operation| operation.id.clone())
            .filter(|operation| scenario.operations.include(operation))
            .collect(),
        status: Some(scenario.status),
    });
    once.chain(repeated).collect()
}

/// The place in the contract that a check with that code tests for an operation, as a JSON pointer.
pub(crate) fn place(document: &Document, code: &str, operation: &Operation) -> Option<String> {
    let request = CONTRACT.iter().find(|request| request.code == code);
    if let Some(request) = request
        && let Some(place) = violated_input(document, request, operation)
    {
        return Some(place);
    }
    let status = match request {
        Some(request) => request.status,
        None => scenarios(document).into_iter().find_map(|scenario| {
            let fits = scenario.code == code && scenario.operations.contains(&operation.id);
            scenario.status.filter(|_| fits)
        })?,
    };
    operation.response(status)?;
    let place = format!("{}/responses/{status}", operation.at);
    document.root().pointer(&place).is_some().then_some(place)
}

/// Whether a finding may have that code: of a rule of the suite, or of a rule for every response.
pub(super) fn is_known(code: &str) -> bool {
    static CODES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let rules = authored::shared().map(all).unwrap_or_default();
        let responses = Violated::ALL.iter().map(|rule| rule.as_str());
        rules.iter().map(|rule| rule.code).chain(responses).collect()
    });
    CODES.contains(code)
}

/// The place in the contract that a live finding refers to.
///
/// `pointer` is the place that the finding itself has. If it only names the whole operation, the place of the
/// check is used, which is more precise.
pub(super) fn contract_place(code: &str, operation: &str, pointer: Option<&str>) -> Place {
    let Some(contract) = authored::shared() else {
        return Place::new(authored::NAME, None, "");
    };
    let operation = contract.operation(operation);
    let own = pointer.filter(|at| operation.is_none_or(|operation| operation.at != **at));
    let precise = || place(contract, code, operation?);
    let whole = || operation.map(|operation| operation.at.clone());
    let at = own.map(str::to_owned).or_else(precise).or_else(whole);
    Place::in_document(contract, &at.unwrap_or_else(|| "/paths".to_owned()))
}

/// The parameter or the member of the body that an invalid request violates.
fn violated_input(document: &Document, request: &InvalidRequest, operation: &Operation) -> Option<String> {
    let parameter = |location, names: &[&str]| {
        operation
            .parameters_in(location)
            .find(|parameter| names.contains(&parameter.name.as_str()))
            .map(|parameter| parameter.at.clone())
    };
    let id = request.mutations.iter().find_map(|mutation| match mutation {
        Mutation::Account(_) => parameter(ParameterLocation::Path, &["account_id"]),
        Mutation::App(_) => parameter(ParameterLocation::Path, &["app_id"]),
        Mutation::Resource(_) => parameter(
            ParameterLocation::Path,
            &["appBackup_id", "appSnap_id", "schedule_id"],
        ),
        _ => None,
    });
    match request.invalid {
        Invalid::Parameter(name) => parameter(ParameterLocation::Query, &[name]),
        Invalid::Field(path) => {
            let schema = operation.body.as_ref()?.content.first()?.schema.as_ref()?;
            member(document, &schema.0, path)
        }
        // A request with several mutations tests the order of checks, so it has no single place.
        Invalid::Any if request.status == 400 && request.mutations.len() == 1 => id,
        Invalid::Any | Invalid::Exactly(_) => None,
    }
}

/// The schema of a member, as far as there is one; `path` is separated by dots, items are numbers.
fn member(document: &Document, schema: &str, path: &str) -> Option<String> {
    let (_, mut at) = document.resolve(schema)?;
    for segment in path.split('.') {
        let next = if segment.parse::<usize>().is_ok() {
            format!("{at}/items")
        } else {
            format!("{at}/properties/{segment}")
        };
        match document.resolve(&next) {
            // A member that only refers to another schema is shown where it is named.
            Some((_, target)) if path.ends_with(segment) && target != next => return Some(next),
            Some((_, target)) => at = target,
            None => break,
        }
    }
    Some(at)
}

/// A description of an invalid request and the required response.
fn example(request: &InvalidRequest, operation: &Operation) -> String {
    let mut method = operation.method.as_str();
    let (mut query, mut with): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for mutation in request.mutations {
        match mutation {
            Mutation::Method(other) => method = other,
            Mutation::Query(name, value) => query.push(format!("{name}={value}")),
            other => with.push(words(*other)),
        }
    }
    let mut text = format!("{method} {}", operation.path);
    if !query.is_empty() {
        text.push('?');
        text.push_str(&query.join("&"));
    }
    if !with.is_empty() {
        text.push_str(" with ");
        text.push_str(&with.join(" and "));
    }
    let _ = write!(text, " must return {}", request.status);
    match request.problem {
        Problem::Numbers(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let _ = write!(text, ", problem {}", numbers.join(" or "));
        }
        Problem::NotFound => text.push_str(if method == "DELETE" {
            ", problem 1"
        } else {
            ", problem 2 (1 on DELETE)"
        }),
        Problem::Unnumbered | Problem::Any => {}
    }
    match request.invalid {
        Invalid::Any | Invalid::Exactly(_) => {}
        Invalid::Parameter(name) => {
            let _ = write!(text, ", and `invalidParams` names `{name}`");
        }
        Invalid::Field(name) => {
            let _ = write!(text, ", and `invalidFields` names `{name}`");
        }
    }
    text
}

fn words(mutation: Mutation) -> String {
    match mutation {
        Mutation::NoToken => "no token".to_owned(),
        Mutation::UnknownToken => "an unknown token".to_owned(),
        Mutation::RevokedToken => "a revoked token".to_owned(),
        Mutation::BasicToken => "`Authorization: Basic …`".to_owned(),
        Mutation::ViewerToken => "a read-only token".to_owned(),
        Mutation::ForeignToken => "another account's token".to_owned(),
        Mutation::OperatorToken => "a token of all accounts".to_owned(),
        Mutation::Account(id) => format!("the account id `{id}`"),
        Mutation::UnknownAccount => "the id of an unknown account".to_owned(),
        Mutation::App(id) => format!("the app id `{id}`"),
        Mutation::UnknownApp => "the id of an unknown app".to_owned(),
        Mutation::ForeignApp => "the id of another account's app".to_owned(),
        Mutation::Resource(id) => format!("the resource id `{id}`"),
        Mutation::Query(name, value) => format!("`{name}={value}`"),
        Mutation::Method(method) => format!("the method {method}"),
        Mutation::ContentType(media_type) => format!("`Content-Type: {media_type}`"),
        Mutation::Body("") => "an empty body".to_owned(),
        Mutation::Body(text) => format!("the body `{text}`"),
        Mutation::Padding(count) => format!("{count} spaces before its body"),
        Mutation::ForceUpdate(None) => "no `ForceUpdate`".to_owned(),
        Mutation::ForceUpdate(Some(value)) => format!("`ForceUpdate: {value}`"),
        Mutation::Member(name, json) => format!("`{name}` set to `{json}` in a valid body"),
        Mutation::UnknownId(name) => format!("an unknown `{name}`"),
        Mutation::UnknownResource => "an unknown resource".to_owned(),
        extension => format!("{extension:?}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{all, contract_place, member, place};
    use crate::authored;
    use appkeep_openapi::Document;

    fn place_of(code: &str, operation: &str) -> Option<String> {
        let document = authored::document().unwrap();
        place(&document, code, document.operation(operation).unwrap())
    }

    #[test]
    fn findings_without_a_location_get_the_nearest_one() {
        let shown = |code: &str, operation: &str, pointer: Option<&str>| {
            contract_place(code, operation, pointer).to_string()
        };
        let of_parameter = shown("limit-zero", "app_backup_list_all", None);
        assert!(
            of_parameter.ends_with("  #/components/parameters/Limit"),
            "{of_parameter}"
        );
        let own = shown(
            "limit-zero",
            "app_backup_list_all",
            Some("/components/schemas/Problem"),
        );
        assert!(own.ends_with("  #/components/schemas/Problem"), "{own}");
        let whole = shown("no-answer", "app_backup_list_all", None);
        assert!(whole.ends_with("appBackups/get"), "{whole}");
        let none = shown("no-answer", "nothing", None);
        assert!(none.ends_with("  #/paths"), "{none}");
        for one in [of_parameter, own, whole, none] {
            let line = one
                .strip_prefix("spec/openapi.yaml:")
                .unwrap()
                .split(' ')
                .next()
                .unwrap();
            assert!(line.parse::<usize>().unwrap() > 1, "{one}");
        }
    }

    #[test]
    fn rules_are_located_at_the_violated_input() {
        let (list, create) = ("app_backup_list_all", "app_backup_create_for_app");
        for (code, operation, place) in [
            ("limit-zero", list, "/components/parameters/Limit"),
            ("account-malformed", list, "/components/parameters/AccountId"),
            (
                "name-in-capitals",
                create,
                "/components/schemas/AppBackupCreate/properties/name",
            ),
            (
                "label-of-the-system",
                create,
                "/components/schemas/LabelCreate/properties/name",
            ),
        ] {
            assert_eq!(place_of(code, operation).unwrap(), place);
        }
    }

    #[test]
    fn other_rules_are_located_at_the_response() {
        let at = "/paths/~1accounts~1{account_id}~1topology~1v1~1appBackups/get/responses/401";
        assert_eq!(place_of("token-missing", "app_backup_list_all").unwrap(), at);
        assert!(
            place_of("backup-create", "app_backup_create_for_app")
                .unwrap()
                .ends_with("/post/responses/201")
        );
        assert_eq!(place_of("nothing-of-this-name", "app_backup_list_all"), None);
    }

    #[test]
    fn examples_show_request_and_response() {
        let document = authored::document().unwrap();
        let rules = all(&document);
        let example = |code: &str| {
            let rule = rules.iter().find(|rule| rule.code == code).unwrap();
            rule.example.clone().unwrap()
        };
        insta::assert_snapshot!(example("query-repeated"), @"GET /accounts/{account_id}/topology/v1/appBackups?limit=1&limit=2 must return 400, problem 5, and `invalidParams` names `limit`");
        insta::assert_snapshot!(example("order-role-before-body"), @"POST /accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups with a read-only token and the body `{` must return 403, problem 11");
    }

    #[test]
    fn references_are_located_at_their_name() {
        let root = json!({"components": {"schemas": {
            "Thing": {"properties": {
                "own": {"$ref": "#/components/schemas/Own"},
                "list": {"type": "array", "items": {"$ref": "#/components/schemas/Own"}},
            }},
            "Own": {"properties": {"name": {"type": "string"}}},
        }}});
        let document = Document::from_value("a document", with_paths(root)).unwrap();
        let at = |path: &str| member(&document, "/components/schemas/Thing", path).unwrap();
        assert_eq!(at("own"), "/components/schemas/Thing/properties/own");
        assert_eq!(at("own.name"), "/components/schemas/Own/properties/name");
        assert_eq!(at("list.0.name"), "/components/schemas/Own/properties/name");
        assert_eq!(at("own.nothing"), "/components/schemas/Own");
    }

    fn with_paths(mut root: Value) -> Value {
        (root["openapi"], root["paths"]) = (json!("3.0.3"), json!({}));
        root["info"] = json!({"title": "t", "version": "1"});
        root
    }

    /// Snapshot of all rules with their places, the number of operations for each place, and the example.
    #[test]
    fn every_rule_has_locations() {
        let document = authored::document().unwrap();
        let mut lines = Vec::new();
        for rule in all(&document) {
            lines.push(rule.code.to_owned());
            let mut times: BTreeMap<String, usize> = BTreeMap::new();
            for operation in rule.operations.iter().filter_map(|id| document.operation(id)) {
                let at = place(&document, rule.code, operation);
                let at = at.map_or("nowhere".to_owned(), |at| at.replace(&operation.at, "its own"));
                *times.entry(at).or_default() += 1;
            }
            lines.extend(times.iter().map(|(at, times)| format!("    {at} × {times}")));
            lines.extend(rule.example.iter().map(|example| format!("    {example}")));
        }
        insta::assert_snapshot!(lines.join("\n"));
    }
}

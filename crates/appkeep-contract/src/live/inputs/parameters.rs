//! Parameters: each constraint of each parameter violated once, and several valid values.

use super::node::{Node, Source};
use super::{CONSTRAINTS, ExpectedResult, Input, InputCase, VALID_MAX};
use appkeep_openapi::{Operation, Parameter, ParameterLocation};

/// All cases of an operation's parameters.
pub(super) fn cases<'d>(source: &'d Source<'d>, operation: &Operation) -> Vec<InputCase> {
    let parameters = operation.parameters.iter();
    parameters
        .flat_map(|parameter| cases_of(source, operation, parameter))
        .collect()
}

fn cases_of<'d>(source: &'d Source<'d>, operation: &Operation, parameter: &Parameter) -> Vec<InputCase> {
    let Some(place) = &parameter.schema else {
        return Vec::new();
    };
    let input = |text: String| match parameter.location {
        ParameterLocation::Path => Some(Input::Path(parameter.name.clone(), text)),
        ParameterLocation::Query => Some(Input::Query(parameter.name.clone(), text)),
        ParameterLocation::Header | ParameterLocation::Cookie => None,
    };
    let node = Node::at(source, &place.0);
    let texts = node.texts();
    let mut cases = Vec::new();
    let mut add = |(code, rule), what, text: String, expected| {
        cases.extend(input(text).map(|input| InputCase {
            code,
            rule,
            operation: operation.id.clone(),
            what,
            input,
            expected,
        }));
    };
    for (keyword, code, rule) in CONSTRAINTS {
        if let Some(text) = texts.violating(keyword) {
            let what = format!("`{}` is {text:?}, which violates its {keyword}", parameter.name);
            add((code, rule), what, text.to_owned(), rejected(parameter));
        }
    }
    let valid: Vec<String> = match enumerated(&node) {
        Some(each) => each,
        None => texts.valid.iter().take(VALID_MAX).cloned().collect(),
    };
    let rule = (
        "parameter-accepted",
        "A parameter that matches its schema is accepted.",
    );
    for text in valid {
        let what = format!("`{}` is {text:?}", parameter.name);
        add(rule, what, text, ExpectedResult::Accepted);
    }
    cases
}

/// The result for an unacceptable value: the problem depends on the parameter's location.
fn rejected(parameter: &Parameter) -> ExpectedResult {
    let (problem, invalid_name) = match (parameter.location, parameter.name.as_str()) {
        (ParameterLocation::Path, "account_id") => (33, None),
        (ParameterLocation::Path, _) => (35, None),
        _ => (5, Some(parameter.name.clone())),
    };
    ExpectedResult::Rejected {
        problem,
        invalid_name,
    }
}

/// The alternatives of a pattern that is a list of words.
fn enumerated(node: &Node<'_>) -> Option<Vec<String>> {
    let pattern = node.text("pattern")?;
    let list = pattern.strip_prefix("^(")?.split(')').next()?;
    let words: Vec<String> = list.split('|').map(str::to_owned).collect();
    let validator = node.validator(|_| true)?;
    let is_valid_text = |word: &String| validator.is_valid(&serde_json::json!(word));
    words.iter().all(is_valid_text).then_some(words)
}

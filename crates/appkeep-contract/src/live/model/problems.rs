//! Rules for every problem: the status of its number, and texts that are fixed word for word.

use super::rules::{self, RuleViolation};
use crate::authored::{PROBLEMS, fixed_problems};
use crate::live::recording_client::RecordedResponse;

/// The numbers of problems that the contract names, and their statuses.
const NUMBERS: [(u32, u16); 35] = [
    (1, 404),
    (2, 404),
    (3, 401),
    (4, 401),
    (5, 400),
    (6, 400),
    (7, 400),
    (8, 400),
    (9, 400),
    (10, 409),
    (11, 403),
    (12, 400),
    (33, 400),
    (34, 500),
    (35, 400),
    (41, 503),
    (46, 400),
    (47, 403),
    (69, 405),
    (79, 403),
    (85, 413),
    (94, 500),
    (95, 500),
    (96, 500),
    (97, 500),
    (98, 500),
    (99, 500),
    (100, 500),
    (108, 400),
    (111, 409),
    (112, 409),
    (127, 400),
    (128, 409),
    (142, 409),
    (144, 409),
];

/// The rules that a problem violates. Other responses violate none.
pub(super) fn check(response: &RecordedResponse) -> Vec<RuleViolation> {
    let Some(uri) = response.text("/type").filter(|_| response.status >= 400) else {
        return Vec::new();
    };
    let mut violations = Vec::new();
    let stated = response.text("/status").unwrap_or_default();
    if stated != response.status.to_string() {
        let what = format!(
            "its `status` is \"{stated}\", and that of the response is {}",
            response.status
        );
        violations.push(rules::PROBLEM_NUMBER.violation(what));
    }
    let number = uri.strip_prefix(PROBLEMS).and_then(|number| number.parse().ok());
    let known = NUMBERS.iter().find(|(known, _)| Some(*known) == number);
    if let Some((number, status)) = known
        && *status != response.status
    {
        let what = format!(
            "the status is {}, and that of problem {number} is {status}",
            response.status
        );
        violations.push(rules::PROBLEM_NUMBER.violation(what));
    }
    if let Some(fixed) = fixed_problems().get(uri) {
        for (name, expected) in ["title", "detail"].iter().zip(fixed) {
            let found = response.text(&format!("/{name}"));
            // The schema says whether it may be absent.
            if let Some(found) = found.filter(|found| found != expected) {
                let what = format!("`{name}` is \"{found}\", expected \"{expected}\"");
                violations.push(rules::PROBLEM_TEXT.violation(what));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::authored;

    fn codes(status: u16, number: u32, title: &str, detail: &str) -> Vec<&'static str> {
        let uri = format!("{PROBLEMS}{number}");
        let body = json!({"type": uri, "title": title, "detail": detail, "status": status.to_string()});
        let violations = check(&RecordedResponse::for_test("app_list", status, &[], body));
        violations.iter().map(|violation| violation.rule.code).collect()
    }

    #[test]
    fn fixed_texts_are_compared_word_for_word() {
        let detail = "The collection specified in the request URI wasn't found.";
        assert_eq!(codes(404, 2, "Collection not found", detail), [""; 0]);
        assert_eq!(codes(404, 2, "Not found", detail), ["problem-text"]);
        assert_eq!(codes(404, 2, "Collection not found", "Gone."), ["problem-text"]);
        assert_eq!(codes(401, 4, "Any title", "Any detail."), [""; 0]);
    }

    #[test]
    fn each_number_has_one_status() {
        assert_eq!(codes(400, 4, "a", "b"), ["problem-number"]);
        assert_eq!(codes(418, 9999, "a", "b"), [""; 0], "others may exist");
        let body = json!({"type": "about:blank", "title": "a", "status": "409"});
        let response = RecordedResponse::for_test("app_list", 400, &[], body);
        assert_eq!(check(&response).len(), 1, "`status` is that of the response");
    }

    #[test]
    fn the_contract_lists_the_numbers_and_the_fixed_texts() {
        let document = authored::document().unwrap();
        let text = |pointer: &str| document.root().pointer(pointer).unwrap().as_str().unwrap();
        let listed = text("/components/schemas/Problem/properties/type/description");
        for (number, status) in NUMBERS {
            assert!(listed.contains(&format!("- {number} ({status}): ")), "{number}");
        }
        assert_eq!(listed.matches("\n- ").count(), NUMBERS.len());
        let numbers = fixed_problems()
            .keys()
            .filter_map(|uri| uri.strip_prefix(PROBLEMS)?.parse().ok());
        let mut numbers: Vec<u32> = numbers.collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 5, 10, 11, 94, 95, 96, 97, 128]);
        let fixed = "Problems 1, 2, 3, 5, 10, 11, 94 to 97 and 128 have";
        assert!(text("/components/schemas/Problem/description").contains(fixed));
    }
}

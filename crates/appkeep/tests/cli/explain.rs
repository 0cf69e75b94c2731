//! `appkeep explain`

use appkeep_contract::codes;

use crate::program::{only_error_line, run, stdout};

#[test]
fn codes_are_explained_completely() {
    let output = run(["explain", "limit-zero"]);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for part in [
        "limit-zero",
        "rule:     The least limit is 1.",
        "why:",
        "contract: spec/openapi.yaml:",
        "#/components/parameters/Limit",
        "do:",
        "?limit=0 must return 400, problem 5",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn all_codes_are_listed_by_default() {
    let output = run(["explain"]);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for one in codes::all() {
        assert!(
            text.contains(&format!("  {} ", one.code)),
            "{} isn't listed",
            one.code
        );
    }
}

#[test]
fn unknown_codes_get_suggestions() {
    assert_eq!(
        only_error_line(&run(["explain", "limit-zera"])),
        "unknown code \"limit-zera\"; did you mean limit-zero or limit-word or limit-negative?"
    );
    assert_eq!(
        only_error_line(&run(["explain", "xyz"])),
        "unknown code \"xyz\"; `appkeep explain` lists all codes"
    );
}

//! `appkeep explain`

use appkeep_contract::codes;

use crate::program::{one_line_error, run, said};

#[test]
fn a_code_is_explained_whole() {
    let output = run(["explain", "limit-zero"]);
    assert_eq!(output.status.code(), Some(0));
    let text = said(&output);
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
fn without_a_code_all_are_listed() {
    let output = run(["explain"]);
    assert_eq!(output.status.code(), Some(0));
    let text = said(&output);
    for one in codes::all() {
        assert!(
            text.contains(&format!("  {} ", one.code)),
            "{} isn't listed",
            one.code
        );
    }
}

#[test]
fn an_unknown_code_names_those_that_are_like_it() {
    assert_eq!(
        one_line_error(&run(["explain", "limit-zera"])),
        "no report has the code \"limit-zera\"; did you mean limit-zero or limit-word or limit-negative?"
    );
    assert_eq!(
        one_line_error(&run(["explain", "xyz"])),
        "no report has the code \"xyz\"; `appkeep explain` lists all"
    );
}

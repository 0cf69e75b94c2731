//! Every code that a finding of a live run can have, with its rule.

use std::collections::BTreeMap;

use super::{faults, inputs, isolation, judge, model, stories, suite};
use crate::document::Document;
use crate::validate::Violated;

/// Every code with its rule in one sentence, sorted by code.
#[must_use]
pub fn rules() -> BTreeMap<&'static str, &'static str> {
    let stories = [
        stories::BEGINNING,
        stories::AFTER_CROSSINGS,
        stories::CROWDS,
        stories::ENDING,
    ];
    let stories = stories
        .into_iter()
        .flatten()
        .map(|story| (story.code, story.rule));
    let repeated = stories::REPEATED.iter().chain(stories::STORAGE);
    let repeated = repeated.map(|story| (story.code, story.rule));
    let crossings = isolation::CROSSINGS
        .iter()
        .map(|crossing| (crossing.code, crossing.rule));
    let faults = faults::FAULTS.iter().map(|fault| (fault.code, fault.rule));
    let always = model::RULES.iter().map(|rule| (rule.code, rule.rule));
    let shape = Violated::ALL.iter().map(|rule| (rule.code(), rule.rule()));
    let others = [suite::FEWER, suite::CLEAN_UP, judge::SILENCE, judge::UNREADABLE];
    // Which inputs there are is what the document says.
    let inputs = Document::authored()
        .map(|document| inputs::cases(&document))
        .unwrap_or_default();
    let inputs: Vec<_> = inputs.iter().map(|case| (case.code, case.rule)).collect();
    stories
        .chain(repeated)
        .chain(crossings)
        .chain(faults)
        .chain(always)
        .chain(shape)
        .chain(others)
        .chain(inputs)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::rules;

    #[test]
    fn every_code_has_a_sentence() {
        for (code, rule) in rules() {
            let is_code = code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(is_code, "{code}");
            assert!(rule.ends_with('.'), "{code}: {rule}");
        }
    }
}

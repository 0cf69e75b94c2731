//! Every documented word is real: each field, enum value and side effect of the reference documents appears
//! in a test because of what happened, and this table says in which.
//!
//! The words come from the document, so that none can be forgotten; the tests are named in [`shown_by`], must
//! exist, and must name the word themselves.

mod side_effects;
mod sources;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::side_effects::SIDE_EFFECTS;
use self::sources::Sources;
use self::words::{SHOWN_BY, documented};

#[test]
fn every_documented_word_has_its_test() {
    let sources = Sources::read();
    let words = documented();
    let table: BTreeMap<&str, &str> = SHOWN_BY.iter().copied().collect();
    assert_eq!(table.len(), SHOWN_BY.len(), "a word stands in the table twice");
    let stale: Vec<_> = table.keys().filter(|word| !words.contains_key(**word)).collect();
    assert!(
        stale.is_empty(),
        "the document doesn't have these words: {stale:#?}"
    );

    let mut shown = String::new();
    for (word, spelling) in &words {
        let cell = match table.get(word.as_str()) {
            None => String::new(),
            Some(test) => sources.check(test, spelling),
        };
        let _ = writeln!(shown, "{word:48} {cell}");
    }
    for (effect, test) in SIDE_EFFECTS {
        let _ = writeln!(shown, "{effect}\n    {}", sources.check(test, ""));
    }
    insta::assert_snapshot!("documented_words", shown);
}

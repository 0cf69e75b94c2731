//! Replays the corpora: each input is a regression test.

use std::fs;
use std::path::Path;

use appkeep_fuzz::TARGETS;

/// The fewest inputs of a target.
const INPUTS_MIN: usize = 10;

/// The maximum size of an input, in bytes.
const INPUT_BYTES_MAX: usize = 64 << 10;

fn replay(name: &str) {
    let (_, target) = TARGETS
        .iter()
        .find(|(target, _)| *target == name)
        .expect("a target");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut count = 0;
    for entry in fs::read_dir(&corpus).expect("a corpus") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("an input");
        println!("{}", path.display());
        assert!(bytes.len() <= INPUT_BYTES_MAX, "{} bytes", bytes.len());
        target(&bytes);
        count += 1;
    }
    assert!(count >= INPUTS_MIN, "{count} inputs in {}", corpus.display());
}

#[test]
fn configuration_accepts_its_corpus() {
    replay("configuration");
}

#[test]
fn containment_accepts_its_corpus() {
    replay("containment");
}

#[test]
fn document_accepts_its_corpus() {
    replay("document");
}

#[test]
fn repository_accepts_its_corpus() {
    replay("repository");
}

#[test]
fn requests_accepts_its_corpus() {
    replay("requests");
}

#[test]
fn each_corpus_belongs_to_a_target() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for entry in fs::read_dir(corpora).expect("the corpora") {
        let name = entry.expect("an entry").file_name();
        assert!(TARGETS.iter().any(|(target, _)| name == *target), "{name:?}");
    }
}

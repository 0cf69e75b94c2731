//! Compares two documents, and prints the number of changes of each code: `compare OLD NEW [DIR]`. References to files
//! below DIR are followed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use appkeep_openapi::{Document, DocumentError, Limits, diff};

fn main() -> Result<(), DocumentError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (old, new, directory) = match &arguments[..] {
        [old, new] => (old, new, None),
        [old, new, directory] => (old, new, Some(Path::new(directory))),
        _ => {
            eprintln!("expected OLD NEW [DIR]");
            return Ok(());
        }
    };
    let begin = Instant::now();
    let read = |file: &str| Document::from_file(&Limits::default(), file, Path::new(file), directory);
    let (old, new) = (read(old)?, read(new)?);
    let parsed = begin.elapsed();
    let begin = Instant::now();
    let report = diff::compare(&old, &new);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &report.changes {
        *counts.entry(change.code.as_str()).or_default() += 1;
    }
    println!(
        "{}: {} operations, read in {parsed:.1?}, compared in {:.1?}, {counts:?}",
        report.level.as_str(),
        old.operations().len() + old.webhooks().len(),
        begin.elapsed()
    );
    Ok(())
}

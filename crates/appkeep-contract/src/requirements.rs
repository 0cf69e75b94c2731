//! The requirements of the contract, and the checks that cover them.
//!
//! Each sentence of a description in `spec/openapi.yaml` is a requirement, and so is each sentence on its dialect in
//! `spec/README.md`. `requirements/sentences.tsv` states how each is covered; a test fails for a sentence without a row.
//! Equal sentences are one requirement, so that moving a sentence changes nothing. The form of requests and responses
//! (schemas, statuses, headers) is one requirement for each operation, which generated requests and the validation of all
//! responses cover.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::Value;
use uuid::Uuid;

use crate::authored;
use appkeep_openapi::{Document, Operation};

/// The coverage of each sentence, one on each line: coverage, a tab, the sentence.
const SENTENCES: &str = include_str!("requirements/sentences.tsv");

/// The text of `spec/README.md`, whose section on the dialect contains requirements.
const README: &str = include_str!("../dialect.txt");

/// The place of these requirements.
const DIALECT: &str = "spec/README.md#dialect";

/// How a requirement is covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequirementCoverage {
    /// The checks with these codes detect a violation.
    Checked(Vec<&'static str>),
    /// The sentence names or explains a part, and requires nothing.
    Definition,
    /// A violation can't be seen over HTTP, for this reason.
    Unobservable(&'static str),
    /// No check covers it yet.
    Open,
    /// A new sentence that has no row.
    Missing,
}

/// One sentence of the contract.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// An id that depends only on the words.
    pub id: String,
    /// The sentence.
    pub sentence: String,
    /// The places with the sentence: JSON pointers, or `spec/README.md#dialect`.
    pub places: Vec<String>,
    /// How it is covered.
    pub coverage: RequirementCoverage,
}

/// All sentences of the embedded contract, in its order.
#[must_use]
pub fn all() -> &'static [Requirement] {
    static ALL: LazyLock<Vec<Requirement>> = LazyLock::new(|| authored::shared().map(of).unwrap_or_default());
    &ALL
}

fn of(document: &Document) -> Vec<Requirement> {
    let rows = rows();
    let mut requirements: Vec<Requirement> = Vec::new();
    let mut positions: BTreeMap<String, usize> = BTreeMap::new();
    for (place, sentence) in sentences_of(document.root()).into_iter().chain(dialect()) {
        if let Some(at) = positions.get(&sentence) {
            requirements[*at].places.push(place);
            continue;
        }
        positions.insert(sentence.clone(), requirements.len());
        let coverage = rows.get(sentence.as_str()).map(|text| coverage(text));
        requirements.push(Requirement {
            id: id(&sentence),
            places: vec![place],
            coverage: coverage.unwrap_or(RequirementCoverage::Missing),
            sentence,
        });
    }
    requirements
}

fn rows() -> BTreeMap<&'static str, &'static str> {
    let rows = SENTENCES.lines().filter_map(|line| line.split_once('\t'));
    rows.map(|(coverage, sentence)| (sentence, coverage)).collect()
}

/// Parses the coverage of a row; an unknown one counts as missing.
fn coverage(text: &'static str) -> RequirementCoverage {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "checked" if !rest.is_empty() => RequirementCoverage::Checked(rest.split(", ").collect()),
        "defines" => RequirementCoverage::Definition,
        "unobservable" if !rest.is_empty() => RequirementCoverage::Unobservable(rest),
        "open" => RequirementCoverage::Open,
        _ => RequirementCoverage::Missing,
    }
}

/// The first eight digits of a hash of the words.
fn id(sentence: &str) -> String {
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, sentence.as_bytes());
    hash.simple().to_string()[..8].to_owned()
}

/// The sentences of all descriptions of a document, with their places.
fn sentences_of(root: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(root, "", &mut found);
    found
}

/// The sentences on the dialect of the contract.
fn dialect() -> Vec<(String, String)> {
    let mut sections = README.split("\n## ");
    let section = sections
        .find(|section| section.starts_with("Dialect"))
        .unwrap_or_default();
    let items = section.split("\n- ").skip(1);
    let sentences = items.flat_map(|item| split(&item.replace("**", "")));
    sentences.map(|sentence| (DIALECT.to_owned(), sentence)).collect()
}

fn collect(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                match (name.as_str(), member) {
                    // Examples contain values of descriptions, not requirements.
                    ("example" | "examples" | "enum" | "default", _) => {}
                    ("description", Value::String(text)) => {
                        let sentences = split(text).into_iter();
                        found.extend(sentences.map(|sentence| (place.to_owned(), sentence)));
                    }
                    (name, _) if name.starts_with("x-") => {}
                    _ => collect(member, &at, found),
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, &format!("{place}/{at}"), found);
            }
        }
        _ => {}
    }
}

/// Splits a description after punctuation, if the next word can begin a sentence.
fn split(text: &str) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let mut is_end = true;
    for word in text.split_whitespace() {
        let begins =
            |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || matches!(char, '`' | '-');
        match sentences.last_mut() {
            Some(sentence) if !(is_end && word.starts_with(begins)) => {
                sentence.push(' ');
                sentence.push_str(word);
            }
            _ => sentences.push(word.to_owned()),
        }
        is_end = word.ends_with(['.', ':', ';', '!', '?']);
    }
    sentences
}

/// The table of all requirements as Markdown: the sentences, then the form of each operation.
#[must_use]
pub fn table() -> String {
    let mut text = summary();
    text.push_str("\n| id | covered by | requirement |\n|---|---|---|\n");
    for requirement in all() {
        let covered = match &requirement.coverage {
            RequirementCoverage::Checked(codes) => codes.join(", "),
            RequirementCoverage::Definition => "definition".to_owned(),
            RequirementCoverage::Unobservable(reason) => format!("not checkable: {reason}"),
            RequirementCoverage::Open => "OPEN".to_owned(),
            RequirementCoverage::Missing => "MISSING".to_owned(),
        };
        let sentence = requirement.sentence.replace('|', "\\|");
        let _ = writeln!(text, "| {} | {covered} | {sentence} |", requirement.id);
    }
    text.push_str("\n| operation | checked for every response | generated requests |\n|---|---|---|\n");
    for operation in authored::shared().map(Document::operations).unwrap_or_default() {
        let _ = writeln!(text, "{}", form(operation));
    }
    text
}

/// The number of requirements of each kind, for example `495 sentences: 181 checked, …`.
#[must_use]
pub fn summary() -> String {
    let count = |is_kind: fn(&RequirementCoverage) -> bool| {
        let covered = all().iter().filter(|requirement| is_kind(&requirement.coverage));
        covered.count()
    };
    format!(
        "{} sentences: {} checked, {} definitions, {} not checkable over HTTP, {} open\n",
        all().len(),
        count(|coverage| matches!(coverage, RequirementCoverage::Checked(_))),
        count(|coverage| matches!(coverage, RequirementCoverage::Definition)),
        count(|coverage| matches!(coverage, RequirementCoverage::Unobservable(_))),
        count(|coverage| matches!(coverage, RequirementCoverage::Open | RequirementCoverage::Missing)),
    )
}

/// The requirements of the schemas, headers and parameters of one operation.
fn form(operation: &Operation) -> String {
    let statuses: Vec<String> = operation
        .responses
        .iter()
        .map(|response| response.status.to_string())
        .collect();
    let parameters: Vec<&str> = operation
        .parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    let body = if operation.body.is_some() {
        "; the body"
    } else {
        ""
    };
    format!(
        "| {} | status, media type, headers and body of {} | {}{body} |",
        operation.id,
        statuses.join(", "),
        parameters.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{RequirementCoverage, SENTENCES, all, split, table};
    use crate::codes::{self, Part};

    const FILE: &str = "crates/appkeep-contract/src/requirements/sentences.tsv";

    #[test]
    fn every_sentence_of_the_contract_has_a_row() {
        let missing = all()
            .iter()
            .filter(|one| one.coverage == RequirementCoverage::Missing);
        let missing: Vec<String> = missing
            .map(|one| format!("open\t{}\n    # at {}", one.sentence, one.places.join(", ")))
            .collect();
        assert!(
            missing.is_empty(),
            "add a row to {FILE} for each new sentence of spec/openapi.yaml and of the dialect in spec/README.md: \
             `checked CODES`, `defines`, `unobservable REASON` or `open`, a tab, and the sentence:\n{}",
            missing.join("\n")
        );
    }

    #[test]
    fn every_row_is_a_sentence_of_the_contract_once() {
        let sentences: BTreeSet<&str> = all().iter().map(|one| one.sentence.as_str()).collect();
        let mut seen = BTreeSet::new();
        for line in SENTENCES.lines() {
            let (_, sentence) = line
                .split_once('\t')
                .unwrap_or_else(|| panic!("no tab in {line:?} of {FILE}"));
            assert!(
                sentences.contains(sentence),
                "remove from {FILE}, or correct: {sentence}"
            );
            assert!(seen.insert(sentence), "two rows of {FILE} are about: {sentence}");
        }
    }

    #[test]
    fn every_covering_code_exists() {
        for requirement in all() {
            if let RequirementCoverage::Checked(names) = &requirement.coverage {
                for name in names {
                    let found = codes::find(name).into_iter();
                    let is_live = found
                        .filter(|one| matches!(one.part, Part::Live | Part::Response))
                        .count()
                        > 0;
                    assert!(
                        is_live,
                        "unknown check {name} of {FILE}: {}",
                        requirement.sentence
                    );
                }
            }
        }
    }

    #[test]
    fn no_sentence_is_open() {
        let open = all()
            .iter()
            .filter(|one| one.coverage == RequirementCoverage::Open);
        let open: Vec<&str> = open.map(|one| one.sentence.as_str()).collect();
        assert_eq!(open, [""; 0], "sentences of {FILE} without a check or a reason");
    }

    /// Checks that cover no single sentence, with the reason.
    const WITHOUT_SENTENCE: &[(&str, &str)] = &[
        (
            "backup-in-both-trees",
            "the rules for every response find each difference first",
        ),
        ("backup-of-snapshot", "it provides the resource for other checks"),
        ("clean-up", "it deletes the resources of the run"),
        (
            "client-decodes",
            "it compares the generated client with the document",
        ),
        (
            "crossing-harmless",
            "it repeats other checks after the requests across accounts",
        ),
        (
            "delete-across-account",
            "the rules for every response find a resource that is still there",
        ),
        (
            "delete-below-app",
            "the rules for every response find a resource that is still there",
        ),
        (
            "delete-snapshot",
            "the rules for every response find a resource that is still there",
        ),
        (
            "delete-snapshot-of-backup",
            "it provides a backup without its snapshot for other checks",
        ),
        ("fewer-checks", "it compares two runs"),
        (
            "foreign-create",
            "it provides resources of the other account for other checks",
        ),
        (
            "generated-client",
            "it compares the generated client with the document",
        ),
        ("no-answer", "HTTP requires a response"),
        ("race-read", "it repeats `read-twice` with concurrent requests"),
        ("sequence", "it repeats other checks in a random order"),
        (
            "storage-mended",
            "it repeats other checks after failures of the storage",
        ),
    ];

    #[test]
    fn every_check_covers_a_sentence() {
        let covering = all().iter().filter_map(|one| match &one.coverage {
            RequirementCoverage::Checked(codes) => Some(codes),
            _ => None,
        });
        let covering: BTreeSet<&str> = covering.flatten().copied().collect();
        let live = codes::all().iter().filter(|one| one.part == Part::Live);
        let unused = live.map(|one| one.code).filter(|code| !covering.contains(code));
        let excepted: BTreeSet<&str> = WITHOUT_SENTENCE.iter().map(|(code, _)| *code).collect();
        assert_eq!(
            unused.collect::<BTreeSet<_>>(),
            excepted,
            "checks that rely on no sentence: add the sentence to the contract and a row to {FILE}"
        );
    }

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<&str> = all().iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids.len(), all().len());
    }

    #[test]
    fn descriptions_are_split_into_sentences() {
        assert_eq!(
            split("Lists all, e.g. newest first.\n`limit` limits;  The rest: 3 items."),
            [
                "Lists all, e.g. newest first.",
                "`limit` limits;",
                "The rest:",
                "3 items."
            ]
        );
    }

    #[test]
    fn the_table_matches_its_snapshot() {
        insta::assert_snapshot!(table());
    }
}

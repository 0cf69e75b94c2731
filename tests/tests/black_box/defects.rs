//! The defect kit: whether the judge finds what is wrong, and nothing else.
//!
//! Each defect is planted in a proxy before an honest server: the server stays the one that users run, a defect
//! is in what the wire says, and the judge sees nothing but the wire. So a stranger's server with that defect
//! would look just the same to it. The judge runs against each of them, and the codes of what it found are a
//! snapshot: a defect that nothing finds is a hole in the judge, and a code that an honest server gets is a
//! false alarm. Which of several checks meets a defect first may depend on how quick the server was, so the
//! codes that the table has stay as long as one of them is found.
//!
//! One of them alone, with all that the judge says about it:
//!
//! ```text
//! DEFECT=limit-ignored cargo test -p appkeep-tests --test black_box -- --ignored --nocapture defects
//! ```

mod accounts;
mod declared;
mod documents;
mod honest;
mod judging;
mod lists;
mod plant;
mod protocol;
mod proxy;
mod resources;
mod shape;
mod time;
mod wire;

use std::collections::BTreeSet;
use std::env;

use appkeep_contract::Document;
use appkeep_contract::diff;
use appkeep_contract::report::{live_text, static_text};
use appkeep_contract::statics::{self, StaticReport};

use self::judging::{Run, codes, judge_all};
use self::plant::{Defect, Kind, Plant};

/// Seeds of the runs that must find nothing.
const HONEST_SEEDS: [u128; 3] = [1, 0x5eed, u128::MAX];

/// The table as it was accepted.
const TABLE: &str = include_str!("snapshots/black_box__defects__defects.snap");

/// Every defect with its kind, in the order of the table.
fn every_defect() -> Vec<(Kind, Defect)> {
    let kinds = [
        (Kind::Shape, shape::DEFECTS),
        (Kind::Protocol, protocol::DEFECTS),
        (Kind::Semantics, lists::DEFECTS),
        (Kind::Semantics, accounts::DEFECTS),
        (Kind::Semantics, resources::DEFECTS),
        (Kind::Semantics, declared::DEFECTS),
        (Kind::Time, time::DEFECTS),
        (Kind::Document, documents::DEFECTS),
    ];
    let named =
        |(kind, defects): (Kind, &'static [Defect])| defects.iter().map(move |defect| (kind, *defect));
    kinds.into_iter().flat_map(named).collect()
}

#[test]
fn the_kit_has_defects_of_every_kind_and_each_has_an_id_of_its_own() {
    let all = every_defect();
    let ids: BTreeSet<&str> = all.iter().map(|(_, defect)| defect.id).collect();
    assert_eq!(ids.len(), all.len(), "two defects have one id");
    for kind in [
        Kind::Shape,
        Kind::Protocol,
        Kind::Semantics,
        Kind::Time,
        Kind::Document,
    ] {
        let count = all.iter().filter(|(own, _)| *own == kind).count();
        assert!(count >= 15, "{count} of {kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_planted_defect_is_found_and_an_honest_server_is_not_blamed() {
    let on_the_wire: Vec<_> = every_defect()
        .into_iter()
        .filter(|(kind, _)| *kind != Kind::Document)
        .collect();
    let honest = HONEST_SEEDS.map(Run::honest);
    let planted = on_the_wire.iter().map(|(_, defect)| Run::of(defect));
    let mut reports = judge_all(honest.into_iter().chain(planted).collect()).await;
    let planted = reports.split_off(HONEST_SEEDS.len());
    for report in reports {
        assert_eq!(report.findings().count(), 0, "{}", live_text(&report));
    }
    let mut entries = Vec::new();
    for ((kind, defect), report) in on_the_wire.iter().zip(planted) {
        entries.push(entry(*kind, defect, as_before(defect, codes(&report))));
    }
    insta::assert_snapshot!("defects", entries.join("\n"));
    none_is_empty(&entries);
}

#[test]
fn every_defect_of_a_document_is_found() {
    let mut entries = Vec::new();
    for (kind, defect) in every_defect() {
        if kind == Kind::Document {
            entries.push(entry(kind, &defect, found_in_documents(defect.plant)));
        }
    }
    insta::assert_snapshot!("defects_of_documents", entries.join("\n"));
    none_is_empty(&entries);
    let unchanged = verified(Plant::Nothing);
    assert!(unchanged.findings.is_empty(), "{}", static_text(&unchanged));
    let contract = Document::authored().expect("a readable contract");
    let same = diff::compare(&contract, &contract);
    assert!(same.changes.is_empty(), "{}", same.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "for a person who wants to see what the judge says about the defect that DEFECT names"]
async fn a_single_defect_is_found() {
    let wanted = env::var("DEFECT").unwrap_or_default();
    let wanted: Vec<&str> = wanted.split(',').collect();
    let defects = every_defect()
        .into_iter()
        .filter(|(_, defect)| wanted.contains(&defect.id));
    let runs: Vec<Run> = defects.map(|(_, defect)| Run::of(&defect)).collect();
    let reports = judge_all(runs.clone()).await;
    for report in &reports {
        println!("{}", live_text(report));
    }
    let unfound = runs
        .iter()
        .zip(&reports)
        .filter(|(run, report)| accepted(run.id).is_disjoint(&codes(report)));
    let unfound: Vec<&str> = unfound.map(|(run, _)| run.id).collect();
    assert!(
        unfound.is_empty(),
        "nothing finds {unfound:?} by a code of the table"
    );
}

/// What a table says about a defect.
fn entry(kind: Kind, defect: &Defect, found: BTreeSet<String>) -> String {
    let found = found.into_iter().collect::<Vec<_>>().join(", ");
    let kind = format!("{kind:?}").to_lowercase();
    format!("{kind} {}: {}\n    found by: {found}", defect.id, defect.says)
}

/// The codes that the table has, if one of them was found again, else what was found now.
fn as_before(defect: &Defect, found: BTreeSet<String>) -> BTreeSet<String> {
    let before = accepted(defect.id);
    if before.is_disjoint(&found) { found } else { before }
}

/// The codes that the table has for a defect.
fn accepted(id: &str) -> BTreeSet<String> {
    let mut lines = TABLE.lines();
    let entry = format!(" {id}: ");
    let is_it = |line: &str| !line.starts_with(' ') && line.contains(&entry);
    lines.find(|line| is_it(line));
    let codes = lines
        .next()
        .and_then(|line| line.trim().strip_prefix("found by: "));
    codes.unwrap_or_default().split(", ").map(str::to_owned).collect()
}

fn none_is_empty(entries: &[String]) {
    let empty: Vec<&String> = entries.iter().filter(|entry| entry.ends_with(": ")).collect();
    assert!(empty.is_empty(), "nothing finds these: {empty:#?}");
}

/// The codes that the comparison of two documents finds.
fn found_in_documents(plant: Plant) -> BTreeSet<String> {
    if let Plant::NextVersion(change) = plant {
        let contract = Document::authored().expect("a readable contract");
        let mut next = contract.root().clone();
        change(&mut next);
        let next = Document::from_value("the next version", next).expect("a readable document");
        let report = diff::compare(&contract, &next);
        let codes = report
            .changes
            .iter()
            .map(|change| change.code.as_str().to_owned());
        return codes.collect();
    }
    let report = verified(plant);
    let codes = report
        .findings
        .iter()
        .map(|finding| finding.code.as_str().to_owned());
    codes.collect()
}

/// What static verification finds when a server's document is the contract, with that change.
fn verified(plant: Plant) -> StaticReport {
    let contract = Document::authored().expect("a readable contract");
    let mut own = contract.root().clone();
    if let Plant::Document(change) = plant {
        change(&mut own);
    }
    let server = Document::from_value("a server's document", own).expect("a readable document");
    statics::verify(&contract, &server, &[])
}

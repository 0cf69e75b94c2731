//! One mutant after the other against the tests that pass by it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;

use super::list::Mutant;
use super::outcomes::Outcome;
use super::suite::{Ended, Test};
use super::tree::Tree;

/// No test is reckoned to be quicker: its process has to start.
const LEAST: Duration = Duration::from_millis(20);

/// So many of the likeliest tests come before the widest.
const BEFORE_THE_WIDEST: usize = 3;

/// How far apart the lines are that say how far it is.
const SAY_EVERY: usize = 50;

/// What is needed to judge.
pub(crate) struct Judge<'a> {
    tree: &'a Tree,
    tests: &'a [Test],
    sites: &'a BTreeMap<u32, usize>,
    /// The places of each function.
    functions: BTreeMap<(String, String), BTreeSet<usize>>,
    /// How many tests pass each place.
    passing: BTreeMap<usize, u32>,
    limit: Duration,
    judged: AtomicUsize,
    survived: AtomicUsize,
}

impl<'a> Judge<'a> {
    /// Prepares it. No mutant gets more time for its tests than `limit`, and a test more.
    pub(crate) fn new(
        tree: &'a Tree,
        tests: &'a [Test],
        mutants: &[Mutant],
        sites: &'a BTreeMap<u32, usize>,
        limit: Duration,
    ) -> Self {
        let mut functions: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
        for mutant in mutants {
            if let Some(site) = sites.get(&mutant.id) {
                functions.entry(function(mutant)).or_default().insert(*site);
            }
        }
        let mut passing = BTreeMap::new();
        for site in tests.iter().flat_map(|test| &test.reached) {
            *passing.entry(*site).or_insert(0) += 1;
        }
        let (judged, survived) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self {
            tree,
            tests,
            sites,
            functions,
            passing,
            limit,
            judged,
            survived,
        }
    }

    /// What becomes of it.
    ///
    /// # Errors
    /// When a test can't be started.
    pub(crate) fn of(&self, mutant: &Mutant) -> Result<Outcome> {
        let outcome = self.outcome(mutant)?;
        if matches!(outcome, Outcome::Survived { .. } | Outcome::Unreached) {
            self.survived.fetch_add(1, Ordering::Relaxed);
        }
        let judged = self.judged.fetch_add(1, Ordering::Relaxed) + 1;
        if judged.is_multiple_of(SAY_EVERY) {
            eprintln!(
                "mutants: {judged} judged, {} survived",
                self.survived.load(Ordering::Relaxed)
            );
        }
        Ok(outcome)
    }

    fn outcome(&self, mutant: &Mutant) -> Result<Outcome> {
        let tests = self.in_order(mutant);
        if tests.is_empty() {
            return Ok(Outcome::Unreached);
        }
        let mut spent = Duration::ZERO;
        for (tried, test) in tests.iter().enumerate() {
            if spent > self.limit {
                return Ok(Outcome::Survived {
                    tried,
                    left: tests.len() - tried,
                });
            }
            match test.run(self.tree, mutant.id)? {
                Ended::Failed => return Ok(Outcome::Caught(test.name.clone())),
                Ended::TimedOut => return Ok(Outcome::TimedOut(test.name.clone())),
                Ended::Passed => spent += test.takes.max(LEAST),
            }
        }
        Ok(Outcome::Survived {
            tried: tests.len(),
            left: 0,
        })
    }

    /// The tests that pass by the mutant, the likeliest for its time first: what passes places of the mutant's
    /// function that few others pass. Where many pass there alike, that tells little: so the test that passes by the
    /// most places of all, and takes long, comes soon.
    fn in_order(&self, mutant: &Mutant) -> Vec<&'a Test> {
        let Some(site) = self.sites.get(&mutant.id) else {
            return Vec::new();
        };
        let near = self.functions.get(&function(mutant));
        let cost = |test: &Test| {
            let near = near
                .into_iter()
                .flatten()
                .filter(|site| test.reached.contains(site));
            let rare: f64 = near
                .map(|site| 1.0 / self.passing.get(site).map_or(1.0, |n| f64::from(*n)))
                .sum();
            test.takes.max(LEAST).as_secs_f64() / rare.max(f64::MIN_POSITIVE)
        };
        let mut tests: Vec<&Test> = self
            .tests
            .iter()
            .filter(|test| test.reached.contains(site))
            .collect();
        tests.sort_by(|one, other| cost(one).total_cmp(&cost(other)));
        widest_soon(&mut tests);
        tests
    }
}

fn function(mutant: &Mutant) -> (String, String) {
    (mutant.file.clone(), mutant.function.clone())
}

fn widest_soon(tests: &mut [&Test]) {
    let widest = (0..tests.len()).max_by_key(|index| tests[*index].reached.len());
    if let Some(widest) = widest.filter(|index| *index > BEFORE_THE_WIDEST) {
        tests[BEFORE_THE_WIDEST..=widest].rotate_right(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_test_is_tried_soon_and_no_later_than_its_time_tells() {
        let with = |places: usize| Test::passing((0..places).collect());
        let order = |places: &[usize]| {
            let tests: Vec<Test> = places.iter().map(|places| with(*places)).collect();
            let mut tests: Vec<&Test> = tests.iter().collect();
            widest_soon(&mut tests);
            tests.iter().map(|test| test.reached.len()).collect::<Vec<_>>()
        };
        assert_eq!(order(&[1, 2, 3, 4, 5, 9, 6]), [1, 2, 3, 9, 4, 5, 6]);
        assert_eq!(order(&[1, 9, 3, 4, 5]), [1, 9, 3, 4, 5]);
        assert_eq!(order(&[]), [0; 0]);
    }
}

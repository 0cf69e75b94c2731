//! Results of earlier steps, so that a schema that is used in many places is compared once.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::rc::Rc;

use super::verdict::Reason;

/// Maximum number of obstacles that are kept between proofs.
const REASONS_MAX: usize = 50_000;

/// Maximum number of paths that are reported for the same obstacle.
const PATHS_MAX: usize = 4;

/// The position of a pair that doesn't rely on an assumption.
const FREE: usize = usize::MAX;

/// The pairs that two documents' proofs have compared.
#[derive(Default)]
pub(super) struct Memo {
    known: RefCell<HashMap<String, Known>>,
    /// Number of obstacles in `known`.
    reasons: Cell<usize>,
}

/// A compared pair.
#[derive(Clone)]
struct Known {
    /// The obstacles, with paths below the pair.
    reasons: Rc<Vec<Reason>>,
    /// The lowest position in the stack of assumptions that this result relies on.
    relies_on: usize,
}

impl Memo {
    /// Forgets all results if they take too much memory. Not during a proof, whose assumptions have to stay.
    pub(super) fn trim(&self) {
        if self.reasons.get() > REASONS_MAX {
            self.known.borrow_mut().clear();
            self.reasons.set(0);
        }
    }

    fn insert(&self, pair: String, known: Known) {
        self.reasons.set(self.reasons.get() + known.reasons.len());
        if let Some(former) = self.known.borrow_mut().insert(pair, known) {
            self.reasons.set(self.reasons.get() - former.reasons.len());
        }
    }

    fn remove(&self, pair: &str) {
        if let Some(former) = self.known.borrow_mut().remove(pair) {
            self.reasons.set(self.reasons.get() - former.reasons.len());
        }
    }
}

/// The pairs under proof, each of them deeper in the value than the one before. They are assumed to hold.
///
/// A result that relies on such an assumption is provisional: without obstacles, it is wrong if the assumption fails;
/// with obstacles, it lacks those of the assumed pair. A provisional result is forgotten at the end of that pair,
/// unless that pair is proven.
pub(super) struct Stack {
    assumed: RefCell<HashMap<String, usize>>,
    /// The pairs with provisional results, in the order in which they were finished.
    provisional: RefCell<Vec<String>>,
    /// The lowest assumption that the pair under proof relies on so far.
    relies_on: Cell<usize>,
}

/// The state of the stack when the proof of a pair began.
pub(super) struct Begun {
    pair: String,
    position: usize,
    provisional: usize,
    relied_on: usize,
}

impl Stack {
    pub(super) fn new() -> Self {
        Self {
            assumed: RefCell::default(),
            provisional: RefCell::default(),
            relies_on: Cell::new(FREE),
        }
    }

    /// Begins the proof of a pair, or returns its obstacles, with paths below the pair.
    pub(super) fn begin(&self, memo: &Memo, pair: String) -> Result<Begun, Rc<Vec<Reason>>> {
        let mut assumed = self.assumed.borrow_mut();
        if let Some(position) = assumed.get(&pair) {
            self.rely_on(*position);
            return Err(Rc::default());
        }
        if let Some(known) = memo.known.borrow().get(&pair) {
            self.rely_on(known.relies_on);
            return Err(Rc::clone(&known.reasons));
        }
        let position = assumed.len();
        assumed.insert(pair.clone(), position);
        Ok(Begun {
            pair,
            position,
            provisional: self.provisional.borrow().len(),
            relied_on: self.relies_on.replace(FREE),
        })
    }

    fn rely_on(&self, position: usize) {
        self.relies_on.set(self.relies_on.get().min(position));
    }

    /// Ends the proof of a pair. `None` instead of obstacles means that it isn't complete.
    pub(super) fn end(&self, memo: &Memo, begun: Begun, reasons: Option<Vec<Reason>>) {
        self.assumed.borrow_mut().remove(&begun.pair);
        let own = self.relies_on.get();
        let is_free = own >= begun.position;
        self.relies_on.set(begun.relied_on);
        if !is_free {
            self.rely_on(own);
        }
        let is_proven = reasons.as_ref().is_some_and(Vec::is_empty);
        let since = self.provisional.borrow_mut().split_off(begun.provisional);
        for pair in since {
            let mut known = memo.known.borrow_mut();
            let Some(one) = known.get_mut(&pair) else {
                continue;
            };
            let has_reasons = !one.reasons.is_empty();
            if is_free && is_proven && !has_reasons {
                one.relies_on = FREE;
            } else if is_free || reasons.is_none() || !is_proven && !has_reasons {
                drop(known);
                memo.remove(&pair);
            } else {
                one.relies_on = one.relies_on.min(own);
                self.provisional.borrow_mut().push(pair);
            }
        }
        if let Some(reasons) = reasons {
            let relies_on = if is_free { FREE } else { own };
            if !is_free {
                self.provisional.borrow_mut().push(begun.pair.clone());
            }
            let reasons = Rc::new(reasons);
            memo.insert(begun.pair, Known { reasons, relies_on });
        }
    }
}

/// The obstacles without duplicates, and with a few of the paths that lead to the same one.
pub(super) fn distinct(reasons: Vec<Reason>) -> Vec<Reason> {
    if reasons.len() < 2 {
        return reasons;
    }
    // Hashes take less time and memory than texts. Two equal ones would only hide a path.
    let mut paths: HashMap<u64, Vec<u64>> = HashMap::new();
    let mut kept = Vec::new();
    for reason in reasons {
        let what = (
            &reason.small,
            &reason.large,
            &reason.what,
            reason.certain,
            reason.undocumented,
        );
        let known = paths.entry(hash_of(&what)).or_default();
        let path = hash_of(&reason.path);
        if known.len() < PATHS_MAX && !known.contains(&path) {
            known.push(path);
            kept.push(reason);
        }
    }
    kept
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

//! Results of earlier steps, so that a schema that is used in many places is compared once.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::rc::Rc;

use super::node::Identity;
use super::verdict::Reason;

/// Maximum number of obstacles that are kept between proofs.
const REASONS_MAX: usize = 50_000;

/// Maximum number of paths that are reported for the same obstacle.
const PATHS_MAX: usize = 4;

/// The position of a pair that doesn't rely on an assumption.
const FREE: usize = usize::MAX;

/// Maximum number of pairs without references that are kept between proofs. They are seldom met again.
const INLINE_MAX: usize = 10_000;

/// The schemas of a conjunction on the smaller side, and a schema of the larger side.
pub(super) type Pair = Rc<(Vec<Identity>, Identity)>;

/// The pairs that two documents' proofs have compared.
#[derive(Default)]
pub(super) struct Memo {
    known: RefCell<HashMap<Pair, Known>>,
    /// Number of pairs in `known` without references.
    inline: Cell<usize>,
    /// Number of obstacles in `known`.
    reasons: Cell<usize>,
}

/// A compared pair.
#[derive(Clone)]
struct Known {
    /// The obstacles, with paths below the pair.
    reasons: Rc<Vec<Reason>>,
    /// Whether a reference leads to one of the schemas.
    is_shared: bool,
    /// The lowest position in the stack of assumptions that this result relies on.
    relies_on: usize,
}

impl Memo {
    /// Forgets results if they take too much memory. Not during a proof, whose assumptions have to stay.
    pub(super) fn trim(&self) {
        let has_room = self.reasons.get() <= REASONS_MAX;
        if has_room && self.inline.get() <= INLINE_MAX {
            return;
        }
        let mut known = self.known.borrow_mut();
        known.retain(|_, known| has_room && known.is_shared);
        known.shrink_to_fit();
        let reasons = known.values().map(|known| known.reasons.len());
        self.reasons.set(reasons.sum());
        self.inline.set(0);
    }

    fn insert(&self, pair: Pair, known: Known) {
        self.remove(&pair);
        self.reasons.set(self.reasons.get() + known.reasons.len());
        self.inline.set(self.inline.get() + usize::from(!known.is_shared));
        self.known.borrow_mut().insert(pair, known);
    }

    fn remove(&self, pair: &Pair) {
        if let Some(former) = self.known.borrow_mut().remove(pair) {
            self.reasons.set(self.reasons.get() - former.reasons.len());
            self.inline
                .set(self.inline.get() - usize::from(!former.is_shared));
        }
    }
}

/// The pairs under proof, each of them deeper in the value than the one before. They are assumed to hold.
///
/// A result that relies on such an assumption is provisional: without obstacles, it is wrong if the assumption fails;
/// with obstacles, it lacks those of the assumed pair. A provisional result is forgotten at the end of that pair,
/// unless that pair is proven.
pub(super) struct Stack {
    assumed: RefCell<HashMap<Pair, usize>>,
    /// The pairs with provisional results, in the order in which they were finished.
    provisional: RefCell<Vec<Pair>>,
    /// The lowest assumption that the pair under proof relies on so far.
    relies_on: Cell<usize>,
}

/// The state of the stack when the proof of a pair began.
pub(super) struct Begun {
    pair: Pair,
    is_shared: bool,
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
    pub(super) fn begin(&self, memo: &Memo, pair: Pair, is_shared: bool) -> Result<Begun, Rc<Vec<Reason>>> {
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
        assumed.insert(Rc::clone(&pair), position);
        Ok(Begun {
            pair,
            is_shared,
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
                self.provisional.borrow_mut().push(Rc::clone(&begun.pair));
            }
            let reasons = Rc::new(reasons);
            let known = Known {
                reasons,
                is_shared: begun.is_shared,
                relies_on,
            };
            memo.insert(begun.pair, known);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_inline_pairs_are_forgotten_and_shared_ones_kept() {
        let memo = Memo::default();
        let prove = |address: usize, is_shared: bool| {
            let pair: Pair = Rc::new((vec![Identity::Address(address)], Identity::Address(0)));
            let stack = Stack::new();
            let begun = stack.begin(&memo, pair, is_shared).ok().unwrap();
            stack.end(&memo, begun, Some(Vec::new()));
        };
        prove(0, true);
        (1..=INLINE_MAX).for_each(|address| prove(address, false));
        memo.trim();
        assert_eq!(memo.known.borrow().len(), INLINE_MAX + 1);
        prove(INLINE_MAX + 1, false);
        memo.trim();
        assert_eq!(memo.known.borrow().len(), 1);
        assert_eq!(memo.inline.get(), 0);
    }
}

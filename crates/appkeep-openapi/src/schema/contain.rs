//! The entry point and the frame of the proof.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use jsonschema::Draft;
use serde_json::Value;

use super::memo::{Memo, Pair, Stack, distinct};
use super::node::{Node, Side};
use super::pointer::Pointer;
use super::same::{self, KnownPairs};
use super::sample::numbers_near;
use super::shape::{Shape, Types};
use super::validators::draft_of;
pub use super::verdict::{Reason, Verdict};
use crate::document::{Limits, resolve};

/// A schema at a place in a document.
#[derive(Debug, Clone)]
pub struct Schema<'a> {
    root: &'a Value,
    value: &'a Value,
    at: String,
}

impl<'a> Schema<'a> {
    /// The schema at a JSON pointer of a document; references in it are followed within that document.
    ///
    /// `None` if there is no value at the pointer.
    #[must_use]
    pub fn at(root: &'a Value, pointer: &str) -> Option<Self> {
        let (value, at) = resolve(root, pointer).ok()?;
        Some(Self { root, value, at })
    }

    fn node(&self) -> Node<'a> {
        Node {
            value: Cow::Borrowed(self.value),
            at: Pointer::from_text(self.at.clone()),
        }
    }
}

/// Decides whether every value that `small` admits is admitted by `large`.
#[must_use]
pub fn contained(small: &Schema<'_>, large: &Schema<'_>) -> Verdict {
    Prover::new(small.root, large.root).decide(small, large)
}

/// Decides containment for many pairs of schemas from the same two documents.
#[derive(Clone)]
pub(crate) struct Prover<'a> {
    pub(super) small: Rc<Side<'a>>,
    pub(super) large: Rc<Side<'a>>,
    memo: Rc<Memo>,
    compared: Rc<RefCell<KnownPairs>>,
    steps_max: u64,
}

impl<'a> Prover<'a> {
    pub(crate) fn new(small: &'a Value, large: &'a Value) -> Self {
        // An integer is the same on both sides, also if only one of them is of OpenAPI 3.1.
        let draft = match draft_of(small) {
            Draft::Draft4 => draft_of(large),
            draft => draft,
        };
        Self {
            small: Rc::new(Side::new(small, draft)),
            large: Rc::new(Side::new(large, draft)),
            memo: Rc::default(),
            compared: Rc::default(),
            steps_max: Limits::default().proof_steps,
        }
    }

    /// The same with another limit of steps.
    pub(super) fn with_steps(self, steps_max: u64) -> Self {
        Self { steps_max, ..self }
    }

    /// A prover for the opposite direction.
    pub(crate) fn reversed(&self) -> Self {
        Self {
            small: Rc::clone(&self.large),
            large: Rc::clone(&self.small),
            memo: Rc::default(),
            compared: Rc::default(),
            steps_max: self.steps_max,
        }
    }

    /// Whether a schema of the first document is contained in one of the second.
    pub(crate) fn decide(&self, small: &Schema<'a>, large: &Schema<'a>) -> Verdict {
        self.memo.trim();
        let proof = Proof {
            small: Rc::clone(&self.small),
            large: Rc::clone(&self.large),
            steps: Cell::new(0),
            nesting: Cell::new(0),
            is_cut: Cell::new(false),
            stack: Stack::new(),
            memo: Rc::clone(&self.memo),
            compared: Rc::clone(&self.compared),
            steps_max: self.steps_max,
        };
        let reasons = proof.contains(&[small.node()], &large.node(), &Spot::default());
        if reasons.is_empty() {
            Verdict::Contained
        } else if reasons.iter().any(|reason| reason.certain) {
            Verdict::Not(reasons)
        } else {
            Verdict::Unknown(reasons)
        }
    }
}

/// Maximum depth of nested calls in a proof.
const NESTING_MAX: u32 = 200;

/// Maximum number of obstacles that are kept for a pair without references, which is seldom met again.
const INLINE_REASONS_MAX: usize = 16;

/// A proof in progress.
pub(super) struct Proof<'a> {
    pub(super) small: Rc<Side<'a>>,
    pub(super) large: Rc<Side<'a>>,
    steps: Cell<u64>,
    nesting: Cell<u32>,
    /// Whether a step wasn't taken because of a limit, so that results aren't complete.
    is_cut: Cell<bool>,
    stack: Stack,
    memo: Rc<Memo>,
    compared: Rc<RefCell<KnownPairs>>,
    steps_max: u64,
}

/// A place in the value that a proof is about.
#[derive(Debug, Default)]
pub(super) struct Spot<'s> {
    /// The place around it, and the name in there; `None` for the whole value.
    inner: Option<(&'s Spot<'s>, &'s str)>,
}

impl<'s> Spot<'s> {
    pub(super) fn into(&'s self, member: &'s str) -> Self {
        Self {
            inner: Some((self, member)),
        }
    }
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((outer, member)) = self.inner else {
            return Ok(());
        };
        outer.fmt(f)?;
        write!(f, "/{member}")
    }
}

/// Counts one nested call until it is dropped.
pub(super) struct Step<'p>(&'p Cell<u32>);

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl<'a> Proof<'a> {
    /// A proof about two schemas of the smaller side.
    pub(super) fn on_the_small_side(&self) -> Self {
        Self {
            small: Rc::clone(&self.small),
            large: Rc::clone(&self.small),
            steps: self.steps.clone(),
            nesting: self.nesting.clone(),
            is_cut: Cell::new(false),
            stack: Stack::new(),
            memo: Rc::default(),
            compared: Rc::default(),
            steps_max: self.steps_max,
        }
    }

    /// Takes one step; `None` if the proof has become too long or too deep.
    pub(super) fn step(&self) -> Option<Step<'_>> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > self.steps_max || self.nesting.get() > NESTING_MAX {
            self.is_cut.set(true);
            return None;
        }
        self.nesting.set(self.nesting.get() + 1);
        Some(Step(&self.nesting))
    }

    /// The obstacles to `conjunction` ⊆ `large`; an empty list is a proof.
    ///
    /// This is called for a value, an item or a member, and never twice for the same place. A pair of
    /// recursive schemas therefore only recurs deeper in the value. There it may be assumed to hold: a
    /// shortest counterexample would have to contain a shorter one.
    pub(super) fn contains(
        &self,
        conjunction: &[Node<'a>],
        large: &Node<'a>,
        spot: &Spot<'_>,
    ) -> Vec<Reason> {
        let Some(_step) = self.step() else {
            return self.gave_up(conjunction, large, spot);
        };
        let is_shared = conjunction
            .iter()
            .chain([large])
            .any(|node| node.get("$ref").is_some());
        let large = match self.large.resolve(large) {
            Ok(large) => large,
            Err(why) => return vec![unsure(conjunction, large, spot, why)],
        };
        let begun = match self
            .stack
            .begin(&self.memo, self.pair_of(conjunction, &large), is_shared)
        {
            Ok(begun) => begun,
            Err(known) => return below(&known, conjunction, spot),
        };
        let reasons = if self.is_same_as_one_of(conjunction, &large) {
            Vec::new()
        } else {
            distinct(self.obstacles_in_shapes(conjunction, &large, spot))
        };
        let is_kept = is_shared || reasons.len() <= INLINE_REASONS_MAX;
        let complete = (is_kept && !self.is_cut.get()).then(|| without(&reasons, conjunction, spot));
        self.stack.end(&self.memo, begun, complete);
        reasons
    }

    /// The schemas of a pair, with references followed to their ends.
    fn pair_of(&self, conjunction: &[Node<'a>], large: &Node<'a>) -> Pair {
        let end = |node: &Node<'a>| self.small.resolve(node).as_ref().unwrap_or(node).identity();
        let mut ends: Vec<_> = conjunction.iter().map(end).collect();
        ends.sort_unstable();
        ends.dedup();
        Rc::new((ends, large.identity()))
    }

    /// Equal schemas need no further proof.
    fn is_same_as_one_of(&self, conjunction: &[Node<'a>], large: &Node<'a>) -> bool {
        let mut known = self.compared.borrow_mut();
        conjunction
            .iter()
            .any(|node| same::is_same((&self.small, node), (&self.large, large), &mut known))
    }

    fn obstacles_in_shapes(
        &self,
        conjunction: &[Node<'a>],
        large: &Node<'a>,
        spot: &Spot<'_>,
    ) -> Vec<Reason> {
        match self.expand(conjunction) {
            Ok(shapes) => shapes
                .iter()
                .filter(|shape| !self.is_empty(shape))
                .flat_map(|shape| self.within_and_inhabited(shape, large, spot))
                .collect(),
            Err(why) => vec![unsure(
                conjunction,
                large,
                spot,
                format!("the smaller schema {why}"),
            )],
        }
    }

    /// The obstacles for an alternative; a difference is only certain if the alternative admits some value.
    fn within_and_inhabited(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let mut reasons = self.within(shape, large, spot);
        if reasons.iter().any(|reason| reason.certain) && self.sample_of(shape).is_none() {
            doubt(&mut reasons, "unless the smaller schema accepts nothing");
        }
        reasons
    }

    /// The obstacles to one alternative of the smaller side being contained in a schema of the larger.
    pub(super) fn within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let Some(_step) = self.step() else {
            return self.gave_up(&shape.whole, large, spot);
        };
        let large = match self.large.resolve(large) {
            Ok(large) => large,
            Err(why) => return vec![unsure(&shape.whole, large, spot, why)],
        };
        if let Some(values) = &shape.values {
            return self.values_within(shape, values, &large, spot);
        }
        let mut reasons = match large.value.as_bool() {
            Some(false) => vec![sure(&shape.whole, &large, spot, "no value is allowed".to_owned())],
            _ => self.plain_within(shape, &large, spot),
        };
        for branch in large.branches("allOf") {
            reasons.extend(self.within(shape, &branch, spot));
        }
        reasons.extend(self.choice(shape, &large, &large.branches("anyOf"), false, spot));
        reasons.extend(self.choice(shape, &large, &large.branches("oneOf"), true, spot));
        if let Some(negated) = large.child("not")
            && !self.is_apart(shape, &negated)
        {
            reasons.push(unsure(
                &shape.whole,
                &large,
                spot,
                "`not` may reject it".to_owned(),
            ));
        }
        for keyword in large.unknown_keywords() {
            if self.is_guaranteed(shape, &large, &keyword) {
                continue;
            }
            reasons.push(unsure(
                &shape.whole,
                &large,
                spot,
                format!("`{keyword}` isn't supported"),
            ));
        }
        if let Some(vague) = shape.vague.first() {
            doubt(&mut reasons, &format!("unless ruled out: {vague}"));
        }
        reasons
    }

    /// Whether the smaller side has the same keyword, with equal schemas.
    fn is_guaranteed(&self, shape: &Shape<'a>, large: &Node<'a>, keyword: &str) -> bool {
        let Some(asked) = large.group(keyword) else {
            return false;
        };
        let mut known = KnownPairs::default();
        shape.undecided.iter().any(|own| {
            let own = own.group(keyword);
            own.is_some_and(|own| same::is_same((&self.small, &own), (&self.large, &asked), &mut known))
        })
    }

    /// Obstacles in the type, the enumeration and the keywords of that type.
    fn plain_within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        match Types::of(large) {
            Some(types) if !shape.types.is_within(types) => {
                let what = format!("{} is required, but it may be {}", types, shape.types);
                // Each number may be an integer.
                let mut numbers = numbers_near(shape).into_iter();
                return vec![Reason {
                    certain: !shape.types.meets(types)
                        || numbers.any(|value| self.is_witness(shape, large, &value)),
                    ..sure(&shape.whole, large, spot, what)
                }];
            }
            Some(_) => {}
            None => reasons.push(unsure(
                &shape.whole,
                large,
                spot,
                "`type` is not an OpenAPI type".to_owned(),
            )),
        }
        match shape.types {
            Types::STRING => reasons.extend(self.string_within(shape, large, spot)),
            Types::INTEGER | Types::NUMBER => reasons.extend(Self::number_within(shape, large, spot)),
            Types::ARRAY => reasons.extend(self.array_within(shape, large, spot)),
            _ => reasons.extend(self.object_within(shape, large, spot)),
        }
        if shape.types != Types::STRING && large.get("enum").is_some() {
            let what = "only listed values are allowed, but it may be another".to_owned();
            reasons.push(unsure(&shape.whole, large, spot, what));
        }
        reasons
    }

    /// Whether the smaller side admits a value and the larger doesn't.
    pub(super) fn is_witness(&self, shape: &Shape<'a>, large: &Node<'a>, value: &Value) -> bool {
        self.small.all_admit(&shape.whole, value) == Some(true)
            && self.large.admits(large, value) == Some(false)
    }

    /// Obstacles for a finite set: every value is tried.
    fn values_within(
        &self,
        shape: &Shape<'a>,
        values: &[Value],
        large: &Node<'a>,
        spot: &Spot<'_>,
    ) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let unchecked = self.large.unchecked(large);
        for value in values {
            let counts = self.small.all_admit(&shape.whole, value);
            if counts == Some(false) {
                continue;
            }
            match self.large.admits(large, value) {
                Some(true) => {
                    let doubt = unchecked
                        .iter()
                        .map(|keyword| format!("`{keyword}` may reject {value}"));
                    reasons.extend(doubt.map(|what| unsure(&shape.whole, large, spot, what)));
                }
                Some(false) => {
                    let what = format!("{value} isn't allowed");
                    let certain = counts == Some(true)
                        && shape.vague.is_empty()
                        && self.small.is_checked(&shape.whole, value);
                    reasons.push(Reason {
                        certain,
                        ..sure(&shape.whole, large, spot, what)
                    });
                }
                None => {
                    let what = format!("whether {value} is allowed is unknown");
                    reasons.push(unsure(&shape.whole, large, spot, what));
                }
            }
        }
        reasons
    }

    fn gave_up(&self, small: &[Node<'a>], large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let what = if self.steps.get() > self.steps_max {
            format!(
                "undecided after {} steps: the limit proof-steps; `appkeep diff --limit proof-steps=N` raises it",
                self.steps_max
            )
        } else {
            format!("undecided: a proof has at most {NESTING_MAX} nested steps, a fixed limit")
        };
        vec![unsure(small, large, spot, what)]
    }
}

/// Marks differences as uncertain.
pub(super) fn doubt(reasons: &mut [Reason], why: &str) {
    for reason in reasons.iter_mut().filter(|reason| reason.certain) {
        reason.certain = false;
        reason.what = format!("{} ({why})", reason.what).into();
    }
}

/// A proven difference.
pub(super) fn sure(small: &[Node<'_>], large: &Node<'_>, spot: &Spot<'_>, what: String) -> Reason {
    Reason {
        path: spot.to_string(),
        small: own_place(small),
        large: large.at.to_string().into(),
        what: what.into(),
        certain: true,
        undocumented: false,
    }
}

/// An obstacle that couldn't be decided.
pub(super) fn unsure(small: &[Node<'_>], large: &Node<'_>, spot: &Spot<'_>, what: String) -> Reason {
    Reason {
        certain: false,
        ..sure(small, large, spot, what)
    }
}

/// The obstacles of a pair, at a place that refers to it.
fn below(known: &[Reason], conjunction: &[Node<'_>], spot: &Spot<'_>) -> Vec<Reason> {
    if known.is_empty() {
        return Vec::new();
    }
    let (own, path) = (own_place(conjunction), spot.to_string());
    let at_spot = |reason: &Reason| {
        let small = Some(&reason.small).filter(|small| !small.is_empty());
        Reason {
            path: format!("{path}{}", reason.path),
            small: Arc::clone(small.unwrap_or(&own)),
            large: Arc::clone(&reason.large),
            what: Arc::clone(&reason.what),
            ..*reason
        }
    };
    known.iter().map(at_spot).collect()
}

/// The obstacles of a pair, with paths below it, and without the place that refers to it.
fn without(reasons: &[Reason], conjunction: &[Node<'_>], spot: &Spot<'_>) -> Vec<Reason> {
    if reasons.is_empty() {
        return Vec::new();
    }
    let (own, path) = (own_place(conjunction), spot.to_string());
    let relative = |reason: &Reason| {
        let below = reason.path.strip_prefix(&path);
        let small = Some(&reason.small).filter(|small| **small != own);
        Reason {
            path: below.unwrap_or(&reason.path).to_owned(),
            small: small.cloned().unwrap_or_default(),
            large: Arc::clone(&reason.large),
            what: Arc::clone(&reason.what),
            ..*reason
        }
    };
    reasons.iter().map(relative).collect()
}

fn own_place(conjunction: &[Node<'_>]) -> Arc<str> {
    let first = conjunction.first();
    first.map(|node| node.at.to_string().into()).unwrap_or_default()
}

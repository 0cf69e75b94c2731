//! The entry point and the frame of the proof.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use super::node::{Node, Side};
use super::same;
use super::shape::{Shape, Types};
use crate::document::resolve;

/// A schema at a place in a document.
#[derive(Debug, Clone)]
pub struct Schema<'a> {
    root: &'a Value,
    node: Node<'a>,
}

impl<'a> Schema<'a> {
    /// The schema at a JSON pointer of a document; references in it are followed within that document.
    ///
    /// `None` if there is no value at the pointer.
    #[must_use]
    pub fn at(root: &'a Value, pointer: &str) -> Option<Self> {
        let (value, at) = resolve(root, pointer).ok()?;
        Some(Self {
            root,
            node: Node {
                value: std::borrow::Cow::Borrowed(value),
                at,
            },
        })
    }
}

/// The result of the test whether one schema admits everything that another admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Proven: every value of the smaller schema is one of the larger.
    Contained,
    /// Some value of the smaller schema isn't one of the larger.
    Not(Vec<Reason>),
    /// Neither could be proven.
    Unknown(Vec<Reason>),
}

impl Verdict {
    /// Whether containment was proven.
    #[must_use]
    pub fn is_contained(&self) -> bool {
        matches!(self, Self::Contained)
    }

    /// The obstacles to containment.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Contained => &[],
            Self::Not(reasons) | Self::Unknown(reasons) => reasons,
        }
    }
}

/// One obstacle to containment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The path within a value: `/items/*/name`; empty for the value itself.
    pub path: String,
    /// The place in the smaller schema's document.
    pub small: String,
    /// The place in the larger schema's document.
    pub large: String,
    /// A requirement of the larger schema that the smaller one doesn't guarantee.
    pub what: String,
    /// Whether this is a proven difference; otherwise it couldn't be decided.
    pub certain: bool,
    /// Whether only values with a member that the smaller schema permits but doesn't describe are affected.
    pub undocumented: bool,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the value"
        } else {
            &self.path
        };
        write!(f, "{path}: {}", self.what)
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
}

impl<'a> Prover<'a> {
    pub(crate) fn new(small: &'a Value, large: &'a Value) -> Self {
        Self {
            small: Rc::new(Side::new(small)),
            large: Rc::new(Side::new(large)),
        }
    }

    /// A prover for the opposite direction.
    pub(crate) fn reversed(&self) -> Self {
        Self {
            small: Rc::clone(&self.large),
            large: Rc::clone(&self.small),
        }
    }

    /// Whether a schema of the first document is contained in one of the second.
    pub(crate) fn decide(&self, small: &Schema<'a>, large: &Schema<'a>) -> Verdict {
        let proof = Proof {
            small: Rc::clone(&self.small),
            large: Rc::clone(&self.large),
            steps: Cell::new(0),
            nesting: Cell::new(0),
            assumed: RefCell::default(),
        };
        let reasons = proof.contains(std::slice::from_ref(&small.node), &large.node, &Spot::default());
        if reasons.is_empty() {
            Verdict::Contained
        } else if reasons.iter().any(|reason| reason.certain) {
            Verdict::Not(reasons)
        } else {
            Verdict::Unknown(reasons)
        }
    }
}

/// Maximum number of steps of a proof.
const STEPS_MAX: u32 = 200_000;

/// Maximum depth of nested calls in a proof.
const NESTING_MAX: u32 = 200;

/// A proof in progress.
pub(super) struct Proof<'a> {
    pub(super) small: Rc<Side<'a>>,
    pub(super) large: Rc<Side<'a>>,
    steps: Cell<u32>,
    nesting: Cell<u32>,
    /// The pairs under proof; each one is deeper in the value than the one before.
    assumed: RefCell<Vec<String>>,
}

/// A place in the value that a proof is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Spot {
    path: String,
}

impl Spot {
    pub(super) fn into(&self, member: &str) -> Self {
        Self {
            path: format!("{}/{member}", self.path),
        }
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
            assumed: RefCell::default(),
        }
    }

    /// Takes one step; `None` if the proof has become too long or too deep.
    pub(super) fn step(&self) -> Option<Step<'_>> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > STEPS_MAX || self.nesting.get() > NESTING_MAX {
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
    pub(super) fn contains(&self, conjunction: &[Node<'a>], large: &Node<'a>, spot: &Spot) -> Vec<Reason> {
        let Some(_step) = self.step() else {
            return self.gave_up(conjunction, large, spot);
        };
        let large = match self.large.resolve(large) {
            Ok(large) => large,
            Err(why) => return vec![unsure(conjunction, large, spot, why)],
        };
        // Equal schemas need no further proof.
        if conjunction
            .iter()
            .any(|node| same::is_same((&self.small, node), (&self.large, &large)))
        {
            return Vec::new();
        }
        let mut ids: Vec<&str> = conjunction.iter().map(|node| node.at.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let pair = format!("{} ⊆ {}", ids.join(" & "), large.at);
        if self.assumed.borrow().contains(&pair) {
            return Vec::new();
        }
        self.assumed.borrow_mut().push(pair);
        let reasons = match self.expand(conjunction) {
            Ok(shapes) => shapes
                .iter()
                .filter(|shape| !self.is_empty(shape))
                .flat_map(|shape| self.within_and_inhabited(shape, &large, spot))
                .collect(),
            Err(why) => vec![unsure(
                conjunction,
                &large,
                spot,
                format!("the smaller schema {why}"),
            )],
        };
        self.assumed.borrow_mut().pop();
        unique(reasons)
    }

    /// The obstacles for an alternative; a difference is only certain if the alternative admits some value.
    fn within_and_inhabited(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot) -> Vec<Reason> {
        let mut reasons = self.within(shape, large, spot);
        if reasons.iter().any(|reason| reason.certain) && self.sample_of(shape).is_none() {
            doubt(&mut reasons, "unless the smaller schema accepts nothing");
        }
        reasons
    }

    /// The obstacles to one alternative of the smaller side being contained in a schema of the larger.
    pub(super) fn within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot) -> Vec<Reason> {
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

    /// Obstacles in the type, the enumeration and the keywords of that type.
    fn plain_within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot) -> Vec<Reason> {
        let mut reasons = Vec::new();
        match Types::of(large) {
            Some(types) if !shape.types.is_within(types) => {
                let what = format!("{} is required, but it may be {}", types, shape.types);
                return vec![Reason {
                    certain: shape.numbers.multiples.is_empty(),
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

    /// Obstacles for a finite set: every value is tried.
    fn values_within(
        &self,
        shape: &Shape<'a>,
        values: &[Value],
        large: &Node<'a>,
        spot: &Spot,
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
                    let certain = counts == Some(true) && shape.vague.is_empty();
                    reasons.push(Reason {
                        certain,
                        ..sure(&shape.whole, large, spot, what)
                    });
                }
                None => {
                    let what = format!("whether {value} is allowed is unknown: the schema is invalid");
                    reasons.push(unsure(&shape.whole, large, spot, what));
                }
            }
        }
        reasons
    }

    fn gave_up(&self, small: &[Node<'a>], large: &Node<'a>, spot: &Spot) -> Vec<Reason> {
        let what = format!("undecided after {} steps", self.steps.get());
        vec![unsure(small, large, spot, what)]
    }
}

/// Marks differences as uncertain.
pub(super) fn doubt(reasons: &mut [Reason], why: &str) {
    for reason in reasons.iter_mut().filter(|reason| reason.certain) {
        reason.certain = false;
        reason.what = format!("{} ({why})", reason.what);
    }
}

/// A proven difference.
pub(super) fn sure(small: &[Node<'_>], large: &Node<'_>, spot: &Spot, what: String) -> Reason {
    let small = small.first().map(|node| node.at.clone()).unwrap_or_default();
    Reason {
        path: spot.path.clone(),
        small,
        large: large.at.clone(),
        what,
        certain: true,
        undocumented: false,
    }
}

/// An obstacle that couldn't be decided.
pub(super) fn unsure(small: &[Node<'_>], large: &Node<'_>, spot: &Spot, what: String) -> Reason {
    Reason {
        certain: false,
        ..sure(small, large, spot, what)
    }
}

fn unique(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut kept: Vec<Reason> = Vec::new();
    for reason in reasons {
        if !kept.contains(&reason) {
            kept.push(reason);
        }
    }
    kept
}

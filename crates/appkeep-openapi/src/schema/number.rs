//! Bounds of numbers, compared without losing precision for integers.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// A number in a schema: exact if it is an integer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Num {
    Int(i128),
    Float(f64),
}

impl Num {
    pub(super) fn read(value: &Value) -> Option<Self> {
        value.as_number().and_then(Self::from_number)
    }

    fn from_number(number: &Number) -> Option<Self> {
        if let Some(int) = number.as_i64() {
            return Some(Self::Int(int.into()));
        }
        if let Some(int) = number.as_u64() {
            return Some(Self::Int(int.into()));
        }
        number.as_f64().map(Self::Float)
    }

    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b),
            (Self::Int(a), Self::Float(b)) => compare_mixed(a, b),
            (Self::Float(a), Self::Int(b)) => compare_mixed(b, a).map(Ordering::reverse),
        }
    }

    /// The smallest integer that is not below this number; `None` if it is out of range.
    fn ceil(self) -> Option<i128> {
        match self {
            Self::Int(int) => Some(int),
            Self::Float(float) => whole(float.ceil()),
        }
    }

    fn floor(self) -> Option<i128> {
        match self {
            Self::Int(int) => Some(int),
            Self::Float(float) => whole(float.floor()),
        }
    }

    fn is_whole(self) -> bool {
        match self {
            Self::Int(_) => true,
            Self::Float(float) => float.fract() == 0.0,
        }
    }
}

impl std::fmt::Display for Num {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Float(float) => write!(f, "{float}"),
        }
    }
}

/// Maximum number of spellings of one value that are listed.
const SPELLINGS_MAX: usize = 64;

/// All spellings of a value that `enum` considers equal: `enum` compares numbers by value, while `type:
/// integer` distinguishes 1 from 1.0.
pub(super) fn spellings(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Number(number) => {
            let mut all = vec![value.clone()];
            match Num::from_number(number)? {
                Num::Int(_) => all.extend(number.as_f64().map(Value::from)),
                Num::Float(float) if float.fract() == 0.0 => {
                    all.extend(
                        whole(float)
                            .and_then(|int| i64::try_from(int).ok())
                            .map(Value::from),
                    );
                }
                Num::Float(_) => {}
            }
            Some(all)
        }
        Value::Array(items) => {
            let mut all = vec![Vec::new()];
            for item in items {
                all = combined(&all, &spellings(item)?, |list, item| list.push(item.clone()))?;
            }
            Some(all.into_iter().map(Value::from).collect())
        }
        Value::Object(members) => {
            let mut all = vec![serde_json::Map::new()];
            for (name, member) in members {
                all = combined(&all, &spellings(member)?, |object, member| {
                    object.insert(name.clone(), member.clone());
                })?;
            }
            Some(all.into_iter().map(Value::from).collect())
        }
        other => Some(vec![other.clone()]),
    }
}

fn combined<T: Clone>(begun: &[T], next: &[Value], add: impl Fn(&mut T, &Value)) -> Option<Vec<T>> {
    if begun.len() * next.len() > SPELLINGS_MAX {
        return None;
    }
    let pairs = begun
        .iter()
        .flat_map(|one| next.iter().map(move |value| (one, value)));
    let extend = |(one, value): (&T, &Value)| {
        let mut one = one.clone();
        add(&mut one, value);
        one
    };
    Some(pairs.map(extend).collect())
}

/// Beyond this value, a double has no fraction; an `i128` still has room.
const WHOLE_MAX: f64 = 1e30;

#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked and the fraction is gone"
)]
fn whole(float: f64) -> Option<i128> {
    (-WHOLE_MAX..=WHOLE_MAX).contains(&float).then_some(float as i128)
}

fn compare_mixed(int: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let Some(below) = whole(float.floor()) else {
        return Some(if float.is_sign_positive() {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    };
    Some(match int.cmp(&below) {
        Ordering::Equal if float.fract() != 0.0 => Ordering::Less,
        other => other,
    })
}

/// One end of a range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) at: Num,
    pub(super) exclusive: bool,
}

/// A range of numbers; an end without a bound is open.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Range {
    pub(super) min: Option<Bound>,
    pub(super) max: Option<Bound>,
}

impl Range {
    /// Keeps the stronger of two lower ends.
    pub(super) fn raise(&mut self, bound: Bound) {
        if !self.min.is_some_and(|own| is_at_least_as_high(own, bound)) {
            self.min = Some(bound);
        }
    }

    /// Keeps the stronger of two upper ends.
    pub(super) fn lower(&mut self, bound: Bound) {
        if !self.max.is_some_and(|own| is_at_least_as_low(own, bound)) {
            self.max = Some(bound);
        }
    }

    /// The same range for integers: inclusive integer ends.
    pub(super) fn for_integers(self) -> Self {
        let min = self.min.map(|bound| match bound.at.ceil() {
            Some(int) if bound.exclusive && bound.at.is_whole() => inclusive(int + 1),
            Some(int) => inclusive(int),
            None => bound,
        });
        let max = self.max.map(|bound| match bound.at.floor() {
            Some(int) if bound.exclusive && bound.at.is_whole() => inclusive(int - 1),
            Some(int) => inclusive(int),
            None => bound,
        });
        Self { min, max }
    }

    pub(super) fn is_empty(self) -> bool {
        match (self.min, self.max) {
            (Some(min), Some(max)) => match min.at.compare(max.at) {
                Some(Ordering::Greater) => true,
                Some(Ordering::Equal) => min.exclusive || max.exclusive,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the ranges have no number in common.
    pub(super) fn is_disjoint(self, other: Self) -> bool {
        let mut both = self;
        if let Some(min) = other.min {
            both.raise(min);
        }
        if let Some(max) = other.max {
            both.lower(max);
        }
        both.is_empty()
    }

    pub(super) fn starts_within(self, bound: Bound) -> bool {
        self.min.is_some_and(|own| is_at_least_as_high(own, bound))
    }

    pub(super) fn ends_within(self, bound: Bound) -> bool {
        self.max.is_some_and(|own| is_at_least_as_low(own, bound))
    }
}

fn inclusive(int: i128) -> Bound {
    Bound {
        at: Num::Int(int),
        exclusive: false,
    }
}

fn is_at_least_as_high(own: Bound, asked: Bound) -> bool {
    match own.at.compare(asked.at) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => own.exclusive || !asked.exclusive,
        _ => false,
    }
}

fn is_at_least_as_low(own: Bound, asked: Bound) -> bool {
    match own.at.compare(asked.at) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => own.exclusive || !asked.exclusive,
        _ => false,
    }
}

//! Sample values of a schema, which confirm that a difference is real.
//!
//! A validator has checked every value returned here, and ignored no keyword; `None` only means that no sample was found.

use serde_json::{Map, Value, json};

use super::contain::Proof;
use super::node::Node;
use super::number::Num;
use super::shape::{Shape, Types};

/// Strings of many kinds, used as samples and as counterexamples.
pub(super) const PROBES: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "0",
    "-",
    "_",
    "ä",
    "aa",
    "a b",
    "A-",
    "-a",
    "é\n",
    "0123456789abcdef0123456789abcdef",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-0000-4000-8000-00000000000A",
    "2022-10-06T20:58:16.305662Z",
    "2022-10-06",
    "not-a-date-but-of-some-length",
    "401",
    "/accounts/",
    "\"1\"",
    "Bearer",
    "000000000000000000000000000000000000000000000000",
];

/// Maximum length of a generated string, in characters.
const LENGTH_MAX: u64 = 10_000;

/// Maximum number of items of a generated array.
const ITEMS_MAX: u64 = 16;

impl<'a> Proof<'a> {
    /// A value that a conjunction admits.
    pub(super) fn sample(&self, conjunction: &[Node<'a>]) -> Option<Value> {
        let _step = self.step()?;
        self.expand(conjunction)
            .ok()?
            .iter()
            .find_map(|shape| self.sample_of(shape))
    }

    /// A value of one alternative.
    pub(super) fn sample_of(&self, shape: &Shape<'a>) -> Option<Value> {
        let _step = self.step()?;
        let is_admitted = |value: &Value| {
            self.small.all_admit(&shape.whole, value) == Some(true)
                && self.small.is_checked(&shape.whole, value)
        };
        if let Some(values) = &shape.values {
            return values.iter().find(|value| is_admitted(value)).cloned();
        }
        match shape.types {
            Types::STRING => {
                let made = [Some(shape.strings.min), shape.strings.max].into_iter().flatten();
                let made = made.filter_map(text_of_length);
                PROBES
                    .iter()
                    .map(|probe| json!(probe))
                    .chain(made)
                    .find(is_admitted)
            }
            Types::INTEGER | Types::NUMBER => numbers_near(shape).into_iter().find(is_admitted),
            Types::ARRAY => self.sample_array(shape).filter(is_admitted),
            Types::OBJECT => self.sample_object(shape).filter(is_admitted),
            _ => None,
        }
    }

    fn sample_array(&self, shape: &Shape<'a>) -> Option<Value> {
        let count = usize::try_from(shape.arrays.min.min(ITEMS_MAX)).ok()?;
        if count == 0 {
            return Some(json!([]));
        }
        let prefix = shape.arrays.prefix_len();
        let mut items = (0..count.min(prefix + 1))
            .map(|index| self.sample(&shape.arrays.item(index)))
            .collect::<Option<Vec<Value>>>()?;
        let last = items.last().cloned().unwrap_or_default();
        items.resize(count, last);
        Some(items.into())
    }

    fn sample_object(&self, shape: &Shape<'a>) -> Option<Value> {
        let mut members = Map::new();
        for name in &shape.objects.required {
            members.insert(name.clone(), self.sample(&shape.objects.property(name)?)?);
        }
        // Only as many members as required.
        for name in shape.objects.names() {
            if members.len() as u64 >= shape.objects.min {
                break;
            }
            let schemas = shape.objects.property(&name);
            if let Some(value) = schemas.and_then(|schemas| self.sample(&schemas)) {
                members.entry(name).or_insert(value);
            }
        }
        Some(members.into())
    }
}

/// A string of this length in characters.
pub(super) fn text_of_length(length: u64) -> Option<Value> {
    let length = usize::try_from(length).ok().filter(|_| length <= LENGTH_MAX)?;
    Some("a".repeat(length).into())
}

/// Numbers around the ends of a range.
pub(super) fn numbers_near(shape: &Shape<'_>) -> Vec<Value> {
    let mut numbers = vec![json!(0), json!(1), json!(-1), json!(0.5)];
    let ends = [shape.numbers.range.min, shape.numbers.range.max];
    for end in ends.into_iter().flatten() {
        match end.at {
            Num::Int(int) => {
                let near = [int - 1, int, int + 1]
                    .into_iter()
                    .filter_map(|near| i64::try_from(near).ok());
                numbers.extend(near.map(Value::from));
            }
            Num::Float(float) => {
                numbers.extend(
                    [float.floor(), float - 0.25, float, float + 0.25, float.ceil()].map(Value::from),
                );
            }
        }
    }
    for step in &shape.numbers.multiples {
        if let Num::Int(step) = step {
            let multiples = (-8..=8).filter_map(|factor| i64::try_from(step * factor).ok());
            numbers.extend(multiples.map(Value::from));
        }
    }
    numbers
}

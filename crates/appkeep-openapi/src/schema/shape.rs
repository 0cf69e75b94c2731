//! One alternative of a schema: a conjunction of plain restrictions, without combinators such as `anyOf`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Value, json};

use super::formats;
use super::node::Node;
use super::number::{Bound, Num, Range, spellings};

/// A set of JSON types. Integers are distinguished from numbers with a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(0b000_0001);
    pub(super) const BOOLEAN: Self = Self(0b000_0010);
    pub(super) const INTEGER: Self = Self(0b000_0100);
    pub(super) const NUMBER: Self = Self(0b000_1100);
    pub(super) const STRING: Self = Self(0b001_0000);
    pub(super) const ARRAY: Self = Self(0b010_0000);
    pub(super) const OBJECT: Self = Self(0b100_0000);
    pub(super) const ALL: Self = Self(0b111_1111);

    /// The set of a schema's `type`: all types without it, `None` for an unknown type.
    pub(super) fn of(node: &Node<'_>) -> Option<Self> {
        match node.get("type") {
            None => Some(Self::ALL),
            Some(Value::String(word)) => Self::named(word),
            Some(Value::Array(words)) => words.iter().try_fold(Self::NONE, |types, word| {
                Some(Self(types.0 | Self::named(word.as_str()?)?.0))
            }),
            Some(_) => None,
        }
    }

    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => return None,
        })
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The single types in this set; integers and fractions count as one if both are in the set.
    fn each(self) -> Vec<Self> {
        let numbers = self.and(Self::NUMBER);
        [
            Self::NULL,
            Self::BOOLEAN,
            numbers,
            Self::STRING,
            Self::ARRAY,
            Self::OBJECT,
        ]
        .into_iter()
        .filter(|single| *single != Self::NONE && single.is_within(self))
        .collect()
    }
}

impl std::fmt::Display for Types {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<&str> = self
            .each()
            .into_iter()
            .map(|single| match single {
                Self::NULL => "null",
                Self::BOOLEAN => "a boolean",
                Self::INTEGER => "an integer",
                Self::STRING => "a string",
                Self::ARRAY => "an array",
                Self::OBJECT => "an object",
                _ => "a number",
            })
            .collect();
        f.write_str(&words.join(" or "))
    }
}

/// The restrictions on the strings of a shape.
#[derive(Debug, Clone, Default)]
pub(super) struct Strings {
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) patterns: Vec<String>,
    pub(super) formats: Vec<String>,
}

/// The restrictions on the numbers of a shape.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    pub(super) range: Range,
    pub(super) multiples: Vec<Num>,
}

/// The restrictions on the arrays of a shape.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrays<'a> {
    /// Schemas with `items` or `prefixItems`; each of them restricts every item.
    parts: Vec<Node<'a>>,
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) unique: bool,
}

impl<'a> Arrays<'a> {
    /// All schemas that an item has to satisfy, by its index.
    pub(super) fn item(&self, index: usize) -> Vec<Node<'a>> {
        self.parts.iter().filter_map(|part| part.item(index)).collect()
    }

    /// Number of items after which all others have the same schemas.
    pub(super) fn prefix_len(&self) -> usize {
        self.parts.iter().map(Node::prefix_len).max().unwrap_or(0)
    }
}

/// The restrictions on the objects of a shape.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects<'a> {
    /// Schemas with `properties`, `patternProperties` or `additionalProperties`; each of them restricts every member.
    parts: Vec<Node<'a>>,
    pub(super) required: BTreeSet<String>,
    /// Properties that are required if another one is present.
    pub(super) dependent: BTreeMap<String, BTreeSet<String>>,
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    /// Members that a case of a proof fixes to one value.
    fixed: BTreeMap<String, Node<'a>>,
    /// Members that a case of a proof leaves out.
    absent: BTreeSet<String>,
}

impl<'a> Objects<'a> {
    /// All schemas that a member has to satisfy; `None` if it can't be present.
    pub(super) fn property(&self, name: &str) -> Option<Vec<Node<'a>>> {
        let is_unsent = self.parts.iter().any(|part| part.is_unsent(name));
        let is_required = self.required.contains(name);
        if self.absent.contains(name) || (is_unsent || self.is_full()) && !is_required {
            return None;
        }
        let mut schemas: Vec<Node<'a>> = self.fixed.get(name).cloned().into_iter().collect();
        for part in &self.parts {
            schemas.extend(part.member(name)?);
        }
        Some(schemas)
    }

    /// Whether no schema describes members of this name, although others are described.
    ///
    /// An object without any described property is a free-form map, and all of its members are intended.
    pub(super) fn is_undocumented(&self, name: &str) -> bool {
        if self.names().is_empty() {
            return false;
        }
        let is_silent = |part: &Node<'a>| part.member(name).is_some_and(|schemas| schemas.is_empty());
        !self.required.contains(name) && !self.fixed.contains_key(name) && self.parts.iter().all(is_silent)
    }

    /// All schemas that an unnamed member has to satisfy; `None` if there can't be any.
    pub(super) fn others(&self) -> Option<Vec<Node<'a>>> {
        self.others_outside(&BTreeSet::new())
    }

    /// Schemas that an unnamed member has to satisfy if its name matches none of these patterns; `None` if there can't
    /// be any.
    pub(super) fn others_outside(&self, patterns: &BTreeSet<String>) -> Option<Vec<Node<'a>>> {
        self.others_by(|part| {
            let own = part.patterns();
            // With other patterns, it isn't known which schema applies.
            let is_known = own.iter().all(|(pattern, _)| patterns.contains(pattern));
            if is_known { part.additional() } else { Some(None) }
        })
    }

    /// Schemas that an unnamed member has to satisfy if its name matches this pattern; `None` if there can't be any.
    pub(super) fn others_matching(&self, pattern: &str) -> Option<Vec<Node<'a>>> {
        self.others_by(|part| {
            let own = part.patterns();
            match own.iter().find(|(other, _)| other == pattern) {
                Some((_, schema)) => Some(Some(schema.clone())),
                None if own.is_empty() => part.additional(),
                None => Some(None),
            }
        })
    }

    fn others_by(&self, schema: impl Fn(&Node<'a>) -> Option<Option<Node<'a>>>) -> Option<Vec<Node<'a>>> {
        if self.is_full() {
            return None;
        }
        let mut schemas = Vec::new();
        for part in &self.parts {
            schemas.extend(schema(part)?);
        }
        Some(schemas)
    }

    /// Adds the properties that are required because others are.
    fn close(&mut self) {
        loop {
            let needed = self
                .dependent
                .iter()
                .filter(|(name, _)| self.required.contains(*name));
            let more: BTreeSet<String> = needed.flat_map(|(_, needed)| needed.iter().cloned()).collect();
            if more.is_subset(&self.required) {
                return;
            }
            self.required.extend(more);
        }
    }

    /// Whether there is no room for optional members.
    fn is_full(&self) -> bool {
        self.max.is_some_and(|max| max <= self.required.len() as u64)
    }

    /// All members that some schema names.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let in_part = |part: &Node<'a>| {
            let properties = part.get("properties").and_then(Value::as_object);
            properties
                .map(|members| members.keys().cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        };
        let mut names: BTreeSet<String> = self.parts.iter().flat_map(in_part).collect();
        names.extend(self.required.iter().cloned());
        names
    }
}

/// One alternative of a conjunction of schemas.
#[derive(Debug, Clone)]
pub(super) struct Shape<'a> {
    /// The schemas that this is an alternative of.
    pub(super) whole: Rc<Vec<Node<'a>>>,
    pub(super) types: Types,
    /// Candidate values from `enum`; validators decide which of them are valid.
    pub(super) values: Option<Vec<Value>>,
    pub(super) strings: Strings,
    pub(super) numbers: Numbers,
    pub(super) arrays: Arrays<'a>,
    pub(super) objects: Objects<'a>,
    /// Schemas with keywords that were left out.
    pub(super) undecided: Vec<Node<'a>>,
    /// Restrictions that were left out, so that this shape may admit too much.
    pub(super) vague: Vec<String>,
}

/// Maximum number of integers for which a range counts as a list of values.
const LISTED_MAX: i128 = 64;

impl<'a> Shape<'a> {
    pub(super) fn anything(whole: &[Node<'a>]) -> Self {
        Self {
            whole: Rc::new(whole.to_vec()),
            types: Types::ALL,
            values: None,
            strings: Strings::default(),
            numbers: Numbers::default(),
            arrays: Arrays::default(),
            objects: Objects::default(),
            undecided: Vec::new(),
            vague: Vec::new(),
        }
    }

    /// Adds the plain keywords of one schema; combinators are handled by the expansion.
    pub(super) fn restrict(&mut self, node: &Node<'a>) {
        match Types::of(node) {
            Some(types) => self.types = self.types.and(types),
            None => self.vague.push("`type` is not an OpenAPI type".to_owned()),
        }
        if self.values.is_none()
            && let Some(values) = node.get("enum").and_then(Value::as_array)
        {
            match values.iter().map(spellings).collect::<Option<Vec<_>>>() {
                Some(spelled) => self.values = Some(spelled.concat()),
                None => self.vague.push("`enum` with many numbers left out".to_owned()),
            }
        }
        self.restrict_strings(node);
        self.restrict_numbers(node);
        if node.get("items").is_some() || node.prefix_len() > 0 {
            self.arrays.parts.push(node.clone());
        }
        self.arrays.min = self.arrays.min.max(node.count("minItems").unwrap_or(0));
        self.arrays.max = smaller(self.arrays.max, node.count("maxItems"));
        self.arrays.unique |= node.get("uniqueItems") == Some(&Value::Bool(true));
        let keywords = ["properties", "patternProperties", "additionalProperties"];
        if keywords.iter().any(|keyword| node.get(keyword).is_some()) {
            self.objects.parts.push(node.clone());
        }
        for (name, needed) in node.dependencies() {
            let all = self.objects.dependent.entry(name.to_owned()).or_default();
            all.extend(needed.map(str::to_owned));
        }
        let required = node
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        self.objects
            .required
            .extend(required.filter_map(Value::as_str).map(str::to_owned));
        self.objects.min = self.objects.min.max(node.count("minProperties").unwrap_or(0));
        self.objects.max = smaller(self.objects.max, node.count("maxProperties"));
        let unknown = node.unknown_keywords();
        if !unknown.is_empty() {
            self.undecided.push(node.clone());
            self.vague.extend(unknown);
        }
        let left_out = ["patternProperties", "dependentRequired"];
        let left_out = left_out.iter().filter(|keyword| node.get(keyword).is_some());
        self.vague
            .extend(left_out.map(|keyword| format!("`{keyword}` read as wider than it is")));
    }

    fn restrict_strings(&mut self, node: &Node<'a>) {
        self.strings.min = self.strings.min.max(node.count("minLength").unwrap_or(0));
        self.strings.max = smaller(self.strings.max, node.count("maxLength"));
        self.strings
            .patterns
            .extend(node.word("pattern").map(str::to_owned));
        if let Some(format) = node.word("format") {
            self.strings.formats.push(format.to_owned());
            if let Some(length) = formats::length(format) {
                self.strings.min = self.strings.min.max(length);
                self.strings.max = smaller(self.strings.max, Some(length));
            }
        }
    }

    fn restrict_numbers(&mut self, node: &Node<'a>) {
        let range = range_of(node);
        if let Some(min) = range.min {
            self.numbers.range.raise(min);
        }
        if let Some(max) = range.max {
            self.numbers.range.lower(max);
        }
        self.numbers
            .multiples
            .extend(node.get("multipleOf").and_then(Num::read));
    }

    /// Splits into one shape per type, with small sets written as values.
    pub(super) fn split(mut self) -> Vec<Self> {
        self.objects.close();
        if self.values.is_some() {
            return vec![self];
        }
        let single = |types: Types| {
            let mut shape = self.clone();
            shape.types = types;
            if types == Types::INTEGER {
                shape.numbers.range = shape.numbers.range.for_integers();
            }
            shape.values = shape.listed();
            shape
        };
        self.types
            .each()
            .into_iter()
            .map(single)
            .filter(|shape| !shape.is_plainly_empty())
            .collect()
    }

    fn listed(&self) -> Option<Vec<Value>> {
        match self.types {
            Types::NULL => Some(vec![Value::Null]),
            Types::BOOLEAN => Some(vec![Value::Bool(true), Value::Bool(false)]),
            Types::STRING if self.strings.max == Some(0) => Some(vec![json!("")]),
            Types::ARRAY if self.arrays.max == Some(0) => Some(vec![json!([])]),
            Types::INTEGER => match (self.numbers.range.min?.at, self.numbers.range.max?.at) {
                (Num::Int(min), Num::Int(max)) if max - min < LISTED_MAX => (min..=max)
                    .map(|int| i64::try_from(int).ok().map(Value::from))
                    .collect(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the restrictions of this single type obviously contradict each other.
    pub(super) fn is_plainly_empty(&self) -> bool {
        match self.types {
            Types::STRING => self.strings.max.is_some_and(|max| max < self.strings.min),
            Types::INTEGER | Types::NUMBER => self.numbers.range.is_empty(),
            Types::ARRAY => self.arrays.max.is_some_and(|max| max < self.arrays.min),
            Types::OBJECT => {
                let needed = self.objects.min.max(self.objects.required.len() as u64);
                self.objects.max.is_some_and(|max| max < needed)
                    || self
                        .objects
                        .required
                        .iter()
                        .any(|name| self.objects.property(name).is_none())
            }
            _ => false,
        }
    }

    /// This shape with one member fixed to a value.
    pub(super) fn with_fixed(&self, name: &str, value: &Value) -> Self {
        let mut shape = self.clone();
        let at = self.whole.first().map(|node| node.at.clone()).unwrap_or_default();
        let at = at.and_text(format!("/{name}"));
        shape
            .objects
            .fixed
            .insert(name.to_owned(), Node::only(value, &at));
        shape.objects.required.insert(name.to_owned());
        shape
    }

    /// This shape with one member left out.
    pub(super) fn with_absent(&self, name: &str) -> Self {
        let mut shape = self.clone();
        shape.objects.absent.insert(name.to_owned());
        shape
    }
}

/// The range of numbers that a schema's bounds and format define.
pub(super) fn range_of(node: &Node<'_>) -> Range {
    let mut range = Range::default();
    let exclusive = |key: &str| node.get(key) == Some(&Value::Bool(true));
    if let Some(at) = node.get("minimum").and_then(Num::read) {
        range.raise(Bound {
            at,
            exclusive: exclusive("exclusiveMinimum"),
        });
    }
    if let Some(at) = node.get("maximum").and_then(Num::read) {
        range.lower(Bound {
            at,
            exclusive: exclusive("exclusiveMaximum"),
        });
    }
    if let Some((min, max)) = node.word("format").and_then(formats::integer_bounds) {
        range.raise(Bound {
            at: Num::Int(min),
            exclusive: false,
        });
        range.lower(Bound {
            at: Num::Int(max),
            exclusive: false,
        });
    }
    range
}

fn smaller(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

//! Soundness: validators confirm every proof of containment for many values.

use std::sync::LazyLock;

use jsonschema::canonical::{self, Containment};
use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::instances::instance;
use crate::schema::{Components, Schema, Verdict, contained};

/// Number of pairs of schemas per test run; `PROPTEST_CASES` overrides it.
const CASES: u32 = 2000;

/// Number of random values for every proof, in addition to those that its schemas list.
const VALUES_COUNT: usize = 400;

/// Number of values derived from the smaller schema of every proof.
pub(super) const INSTANCES_COUNT: usize = 40;

pub(super) fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(CASES),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Schemas with few names and few values, so that they often overlap.
pub(super) fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..4).prop_map(Value::from),
        select(vec![-0.5, 0.5, 1.0, 1.5, 2.0]).prop_map(Value::from),
        select(vec![
            "",
            "a",
            "b",
            "ab",
            "abc",
            "2022-10-06T20:58:16Z",
            "54fe651d-3d3b-5fa8-b85c-5db757885ff3"
        ])
        .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(select(vec!["a", "b", "c"]), inner, 0..4).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// The same random values for every pair.
pub(super) static VALUES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut runner = TestRunner::deterministic();
    (0..VALUES_COUNT)
        .map(|_| value().new_tree(&mut runner).unwrap().current())
        .collect()
});

/// Adds a keyword if there is a value.
pub(super) fn with(mut schema: Value, keyword: &str, value: Option<impl Into<Value>>) -> Value {
    if let Some(value) = value {
        schema[keyword] = value.into();
    }
    schema
}

pub(super) fn strings() -> impl Strategy<Value = Value> {
    let pattern = prop::option::weighted(0.3, select(vec!["^a", "b$", "^[ab]*$", "^a+$"]));
    let format = prop::option::weighted(0.2, select(vec!["uuid", "date-time"]));
    let min = prop::option::weighted(0.3, 0_u64..3);
    let max = prop::option::weighted(0.3, 0_u64..4);
    (pattern, format, min, max).prop_map(|(pattern, format, min, max)| {
        let schema = with(json!({"type": "string"}), "pattern", pattern);
        let schema = with(schema, "format", format);
        with(with(schema, "minLength", min), "maxLength", max)
    })
}

fn numbers() -> impl Strategy<Value = Value> {
    let bound = || {
        prop::option::weighted(
            0.4,
            select(vec![json!(-1), json!(0), json!(0.5), json!(1), json!(2)]),
        )
    };
    let strict = || prop::option::weighted(0.3, any::<bool>());
    let kind = select(vec!["integer", "number"]);
    let multiple = prop::option::weighted(0.1, 1_u64..4);
    let format = prop::option::weighted(0.15, select(vec!["int32", "uint8", "uint64", "double"]));
    (kind, bound(), bound(), strict(), strict(), multiple, format).prop_map(
        |(kind, min, max, over, under, multiple, format)| {
            let over = over.filter(|_| min.is_some());
            let under = under.filter(|_| max.is_some());
            let schema = with(with(json!({"type": kind}), "minimum", min), "maximum", max);
            let schema = with(with(schema, "exclusiveMinimum", over), "exclusiveMaximum", under);
            with(with(schema, "multipleOf", multiple), "format", format)
        },
    )
}

pub(super) fn lists(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let count = || prop::option::weighted(0.3, 0_u64..3);
    (
        prop::option::of(inner),
        count(),
        count(),
        prop::option::weighted(0.1, Just(true)),
    )
        .prop_map(|(items, min, max, unique)| {
            let schema = with(with(json!({"type": "array"}), "items", items), "minItems", min);
            with(with(schema, "maxItems", max), "uniqueItems", unique)
        })
}

pub(super) fn objects(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let names = || select(vec!["a", "b", "c"]);
    let properties = prop::option::weighted(0.8, prop::collection::btree_map(names(), inner.clone(), 0..3));
    let required = prop::option::weighted(0.4, prop::collection::btree_set(names(), 1..3));
    let others = prop::option::weighted(
        0.5,
        prop_oneof![
            2 => Just(Value::Bool(false)),
            1 => Just(Value::Bool(true)),
            1 => inner,
        ],
    );
    let count = || prop::option::weighted(0.1, 0_u64..3);
    (properties, required, others, count(), count()).prop_map(|(properties, required, others, min, max)| {
        let properties = properties.map(|all| {
            Value::Object(
                all.into_iter()
                    .map(|(name, schema)| (name.to_owned(), schema))
                    .collect(),
            )
        });
        let required = required.map(|all| all.into_iter().map(Value::from).collect::<Vec<_>>());
        let schema = with(
            with(json!({"type": "object"}), "properties", properties),
            "required",
            required,
        );
        let schema = with(schema, "additionalProperties", others);
        with(with(schema, "minProperties", min), "maxProperties", max)
    })
}

fn schema() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        1 => Just(json!({})),
        1 => Just(json!({"type": "boolean"})),
        4 => strings(),
        4 => numbers(),
        3 => prop::collection::vec(scalar(), 1..4).prop_map(|mut values| {
            values.dedup();
            values.sort_by_key(ToString::to_string);
            values.dedup();
            json!({"enum": values})
        }),
        2 => Just(json!({"$ref": "#/components/schemas/Tree"})),
        1 => Just(json!({"$ref": "#/components/schemas/Word"})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let branches = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            4 => objects(inner.clone()),
            2 => lists(inner.clone()),
            2 => branches().prop_map(|all| json!({"allOf": all})),
            2 => branches().prop_map(|all| json!({"anyOf": all})),
            2 => branches().prop_map(|all| json!({"oneOf": all})),
            1 => inner.clone().prop_map(|one| json!({"not": one})),
            1 => inner.clone().prop_map(|mut one| {
                if one.get("$ref").is_none() {
                    one["nullable"] = json!(true);
                }
                one
            }),
        ]
    })
    .boxed()
}

/// A changed schema that often contains the original one, so that there is something to prove.
fn related(schema: &Value, change: usize) -> Value {
    match change {
        0 => schema.clone(),
        1 => json!({"anyOf": [{"type": "boolean"}, schema]}),
        2 => json!({"allOf": [schema], "description": "wrapped"}),
        3 => json!({"allOf": [schema], "nullable": true}),
        4 => without(schema, "required"),
        5 => without(schema, "maximum"),
        6 => without(schema, "additionalProperties"),
        7 => without(schema, "pattern"),
        8 => without(schema, "maxItems"),
        _ => json!({"oneOf": [schema, {"type": "string", "enum": ["never"]}]}),
    }
}

/// A schema without a keyword, at any depth.
pub(super) fn without(schema: &Value, keyword: &str) -> Value {
    match schema {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != keyword);
            Value::Object(
                kept.map(|(name, value)| (name.clone(), without(value, keyword)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(|item| without(item, keyword)).collect(),
        other => other.clone(),
    }
}

pub(super) fn pair() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![
        1 => (schema(), schema()),
        2 => (schema(), 0_usize..10).prop_map(|(schema, change)| {
            let large = related(&schema, change);
            (schema, large)
        }),
        1 => (schema(), schema()).prop_map(|(one, other)| (json!({"allOf": [one.clone(), other]}), one)),
    ]
}

pub(super) struct World {
    pub(super) root: Value,
}

impl World {
    pub(super) fn new(small: &Value, large: &Value) -> Self {
        let schemas = json!({
            "Word": {"type": "string", "minLength": 1},
            "Tree": {
                "type": "object",
                "required": ["a"],
                "properties": {
                    "a": {"type": "string"},
                    "b": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                },
            },
        });
        Self {
            root: json!({"components": {"schemas": schemas}, "small": small, "large": large}),
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        contained(
            &Schema::at(&self.root, "/small").unwrap(),
            &Schema::at(&self.root, "/large").unwrap(),
        )
    }

    pub(super) fn validator(&self, side: &str) -> Validator {
        Components::of(&self.root).compile(&self.root[side]).unwrap()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn proofs_hold_for_all_values((small, large) in pair(), seed in any::<u64>()) {
        let world = World::new(&small, &large);
        if !world.verdict().is_contained() {
            return Ok(());
        }
        let (small, large) = (world.validator("small"), world.validator("large"));
        // Almost valid values are rare among random ones, so the values that the schemas list are added.
        let mut tried = VALUES.clone();
        listed(&world.root["small"], &mut tried);
        let mut rng = fastrand::Rng::with_seed(seed);
        tried.extend((0..INSTANCES_COUNT).map(|_| instance(&world.root, &world.root["small"], &mut rng)));
        for value in &tried {
            prop_assert!(!small.is_valid(value) || large.is_valid(value), "{value}");
        }
    }

    #[test]
    fn an_independent_prover_never_contradicts((small, large) in pair()) {
        // It doesn't support our formats.
        let world = World::new(&without(&small, "format"), &without(&large, "format"));
        let canonical = |side: &str| {
            let validator_schema = Components::of(&world.root).lowered(&world.root[side]);
            canonical::options()
                .with_draft(Draft::Draft4)
                .should_validate_formats(true)
                .canonicalize(&validator_schema)
        };
        let (Ok(small), Ok(large)) = (canonical("small"), canonical("large")) else { return Ok(()) };
        let Ok(other) = large.covers(&small) else { return Ok(()) };
        let own = world.verdict();
        match other {
            Containment::Yes => prop_assert!(!matches!(own, Verdict::Not(_)), "{own:?}"),
            Containment::No => prop_assert!(!own.is_contained()),
            Containment::Unknown => {}
        }
    }
}

#[test]
fn most_schemas_get_valid_instances() {
    let mut runner = TestRunner::deterministic();
    let mut rng = fastrand::Rng::with_seed(1);
    let with_instances = (0..300).filter(|_| {
        let schema = schema().new_tree(&mut runner).unwrap().current();
        let world = World::new(&schema, &schema);
        let validator = world.validator("small");
        (0..INSTANCES_COUNT).any(|_| validator.is_valid(&instance(&world.root, &schema, &mut rng)))
    });
    let count = with_instances.count();
    assert!(count > 200, "{count} of 300");
}

/// The values that a schema lists, and objects and arrays made of them.
pub(super) fn listed(schema: &Value, into: &mut Vec<Value>) {
    match schema {
        Value::Object(members) => {
            let only = members.get("const").cloned().map(|value| vec![value]);
            let values = members.get("enum").and_then(Value::as_array).cloned();
            if let Some(values) = values.or(only) {
                into.extend(values.iter().cloned());
                into.extend(values.iter().map(|value| json!([value])));
                for name in ["a", "b", "c"] {
                    into.extend(values.iter().map(|value| json!({name: value})));
                }
            }
            members.values().for_each(|member| listed(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| listed(item, into)),
        _ => {}
    }
}

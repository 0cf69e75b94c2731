//! Soundness of proofs for OpenAPI 3.1. The validators read the original schemas, as JSON Schema 2020-12.

use std::collections::BTreeMap;

use jsonschema::canonical::{self, Containment};
use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::instances::instance;
use super::property::{
    INSTANCES_COUNT, VALUES, config, listed, lists, objects, scalar, strings, with, without,
};
use crate::document::Document;
use crate::schema::{Components, Schema, Verdict, contained, formats};

/// Keywords of the dialect.
const KEYWORDS: [&str; 38] = [
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "unevaluatedItems",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "required",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
];

fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect::<Map<_, _>>()
        .into()
}

fn numbers() -> impl Strategy<Value = Value> {
    let bound = || {
        prop::option::weighted(
            0.3,
            select(vec![json!(-1), json!(0), json!(0.5), json!(1), json!(2)]),
        )
    };
    let kind = select(vec![
        json!("integer"),
        json!("number"),
        json!(["integer", "number"]),
    ]);
    let multiple = prop::option::weighted(0.1, 1_u64..4);
    (kind, bound(), bound(), bound(), bound(), multiple).prop_map(
        |(kind, min, max, over, under, multiple)| {
            let schema = with(with(json!({"type": kind}), "minimum", min), "maximum", max);
            let schema = with(with(schema, "exclusiveMinimum", over), "exclusiveMaximum", under);
            with(schema, "multipleOf", multiple)
        },
    )
}

/// Some members of a map with this value for each name.
fn some(
    names: &'static [&'static str],
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Option<Value>> {
    prop::option::weighted(
        0.25,
        prop::collection::btree_map(select(names), value, 1..3).prop_map(map),
    )
}

fn more_of_objects(inner: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let names = subsequence(vec!["a", "b", "c"], 1..3).prop_map(|names| json!(names));
    let rare = || prop::option::weighted(0.15, inner.clone());
    (
        objects(inner.clone()),
        some(&["^a", "b$", "^[ab]"], inner.clone()),
        some(&["a", "b", "c"], names),
        some(&["a", "b"], inner.clone()),
        rare(),
        rare(),
    )
        .prop_map(|(schema, patterns, required, schemas, names, unevaluated)| {
            let schema = with(schema, "patternProperties", patterns);
            let schema = with(
                with(schema, "dependentRequired", required),
                "dependentSchemas",
                schemas,
            );
            with(
                with(schema, "propertyNames", names),
                "unevaluatedProperties",
                unevaluated,
            )
        })
        .boxed()
}

fn more_of_lists(inner: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let rare = || prop::option::weighted(0.2, inner.clone());
    let prefix = prop::option::weighted(0.5, prop::collection::vec(inner.clone(), 1..3));
    let count = || prop::option::weighted(0.2, 0_u64..3);
    (lists(inner.clone()), prefix, rare(), count(), count(), rare())
        .prop_map(|(schema, prefix, contains, least, most, unevaluated)| {
            let schema = with(with(schema, "prefixItems", prefix), "contains", contains);
            let schema = with(with(schema, "minContains", least), "maxContains", most);
            with(schema, "unevaluatedItems", unevaluated)
        })
        .boxed()
}

/// All keywords of both schemas.
fn together(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            one.into()
        }
        (one, _) => one,
    }
}

/// A schema that admits `null`, too, or only in part.
fn or_null(mut schema: Value) -> Value {
    match schema.get_mut("type") {
        Some(Value::Array(kinds)) if kinds.contains(&json!("null")) => {}
        Some(Value::Array(kinds)) => kinds.push("null".into()),
        Some(kind) if kind == "null" => {}
        Some(kind) => *kind = json!([kind.take(), "null"]),
        None => return together(json!({"type": ["object", "string", "null"]}), schema),
    }
    schema
}

fn schema() -> BoxedStrategy<Value> {
    let reference =
        select(vec!["Tree", "Word"]).prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(Value::from),
        1 => subsequence(vec!["null", "boolean", "string", "integer", "array", "object"], 1..4).prop_map(|kinds| json!({"type": kinds})),
        3 => scalar().prop_map(|value| json!({"const": value})),
        2 => prop::collection::vec(scalar(), 1..4).prop_map(|values| json!({"enum": values})),
        3 => strings(),
        3 => numbers(),
        2 => reference,
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let inner = inner.boxed();
        let branches = || prop::collection::vec(inner.clone(), 1..4);
        let choice = prop_oneof![
            branches().prop_map(|all| json!({"allOf": all})),
            branches().prop_map(|all| json!({"anyOf": all})),
            branches().prop_map(|all| json!({"oneOf": all})),
            inner.clone().prop_map(|one| json!({"not": one})),
            (inner.clone(), inner.clone(), prop::option::of(inner.clone()))
                .prop_map(|(one, then, other)| with(json!({"if": one, "then": then}), "else", other)),
        ]
        .boxed();
        let described = prop_oneof![more_of_objects(&inner), more_of_lists(&inner)].boxed();
        prop_oneof![
            4 => described.clone(),
            4 => choice.clone(),
            2 => (described, choice).prop_map(|(one, other)| together(one, other)),
            1 => (strings(), select(vec!["Tree", "Word"])).prop_map(|(one, name)| {
                together(one, json!({"$ref": format!("#/components/schemas/{name}")}))
            }),
            1 => inner.prop_map(or_null),
        ]
    })
    .boxed()
}

fn pair() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![
        1 => (schema(), schema()),
        3 => (schema(), select(&KEYWORDS[..])).prop_map(|(schema, keyword)| {
            let large = without(&schema, keyword);
            (schema, large)
        }),
        1 => (schema(), select(&KEYWORDS[..])).prop_map(|(schema, keyword)| {
            let small = without(&schema, keyword);
            (small, schema)
        }),
        1 => (schema(), schema()).prop_map(|(one, other)| (json!({"allOf": [one.clone(), other]}), one)),
        1 => schema().prop_map(|schema| {
            let large = json!({"anyOf": [{"type": "null"}, schema]});
            (schema, large)
        }),
        1 => schema().prop_map(|schema| {
            let described = json!({"description": "A value."});
            (together(schema.clone(), described.clone()), together(described, schema))
        }),
    ]
}

struct Pair {
    original: Value,
    document: Document,
}

impl Pair {
    fn new(small: &Value, large: &Value) -> Self {
        let tree = json!({
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": {"type": ["string", "null"]},
                "b": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            },
        });
        let schemas =
            json!({"Word": {"type": "string", "minLength": 1}, "Tree": tree, "Small": small, "Large": large});
        let original = json!({"openapi": "3.1.0", "components": {"schemas": schemas}});
        let document = Document::from_value("d", original.clone()).unwrap();
        Self { original, document }
    }

    fn verdict(&self) -> Verdict {
        let schema =
            |name: &str| Schema::at(self.document.root(), &format!("/components/schemas/{name}")).unwrap();
        contained(&schema("Small"), &schema("Large"))
    }

    fn referring(&self, name: &str) -> Value {
        together(
            json!({"$ref": format!("#/components/schemas/{name}")}),
            self.original.clone(),
        )
    }

    fn validator(&self, name: &str) -> Validator {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_format("uuid", formats::is_uuid)
            .offline()
            .build(&self.referring(name))
            .unwrap()
    }

    fn is_refuted(&self, seed: u64) -> Option<Value> {
        let (small, large) = (self.validator("Small"), self.validator("Large"));
        let schema = &self.original["components"]["schemas"]["Small"];
        let mut tried = VALUES.clone();
        listed(schema, &mut tried);
        let mut rng = fastrand::Rng::with_seed(seed);
        tried.extend((0..INSTANCES_COUNT).map(|_| instance(&self.original, schema, &mut rng)));
        tried
            .into_iter()
            .find(|value| small.is_valid(value) && !large.is_valid(value))
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn proofs_for_3_1_hold_for_all_values((small, large) in pair(), seed in any::<u64>()) {
        let pair = Pair::new(&small, &large);
        if pair.verdict().is_contained() {
            let refuted = pair.is_refuted(seed);
            prop_assert!(refuted.is_none(), "{refuted:?}");
        }
    }

    #[test]
    fn an_independent_prover_never_contradicts_for_3_1((small, large) in pair()) {
        let pair = Pair::new(&without(&small, "format"), &without(&large, "format"));
        let canonical = |name: &str| {
            canonical::options().with_draft(Draft::Draft202012).canonicalize(&pair.referring(name))
        };
        let (Ok(small), Ok(large)) = (canonical("Small"), canonical("Large")) else { return Ok(()) };
        let Ok(other) = large.covers(&small) else { return Ok(()) };
        let own = pair.verdict();
        match other {
            Containment::Yes => prop_assert!(!matches!(own, Verdict::Not(_)), "{own:?}"),
            Containment::No => prop_assert!(!own.is_contained()),
            Containment::Unknown => {}
        }
    }

    #[test]
    fn every_schema_of_3_1_is_contained_in_itself(schema in schema()) {
        let verdict = Pair::new(&schema, &schema).verdict();
        prop_assert!(verdict.is_contained(), "{verdict:?}");
    }
}

#[test]
fn keywords_that_validators_ignore_decide_nothing_below_one_of() {
    let small = json!({"type": "array", "maxItems": 0});
    let large = json!({
        "type": "array", "items": false, "oneOf": [{"type": "array"}, {"type": "array", "contains": false}],
    });
    let verdict = Pair::new(&small, &large).verdict();
    assert!(!matches!(verdict, Verdict::Not(_)), "{verdict:?}");
}

/// It evaluates all members, so that none is left to `unevaluatedProperties`, also of a schema around it.
#[test]
fn additional_properties_that_are_permitted_count_as_evaluated() {
    let open = json!({"type": "object", "additionalProperties": true, "contains": true});
    let default = without(&open, "additionalProperties");
    let around =
        |schema: &Value| json!({"allOf": [schema], "unevaluatedProperties": false, "contains": true});
    for (small, large) in [
        (
            with(open.clone(), "unevaluatedProperties", Some(false)),
            with(default.clone(), "unevaluatedProperties", Some(false)),
        ),
        (around(&open), around(&default)),
        (
            json!({"properties": {"a": open}}),
            json!({"properties": {"a": around(&default)}}),
        ),
    ] {
        let verdict = Pair::new(&small, &large).verdict();
        assert!(!verdict.is_contained(), "{small} in {large}");
    }
    assert!(Pair::new(&open, &default).verdict().is_contained());
}

#[test]
fn random_pairs_cover_the_dialect() {
    let mut runner = TestRunner::deterministic();
    let mut proven: BTreeMap<&str, usize> = KEYWORDS.iter().map(|keyword| (*keyword, 0)).collect();
    for _ in 0..1_000 {
        let (small, large) = pair().new_tree(&mut runner).unwrap().current();
        if small != large && Pair::new(&small, &large).verdict().is_contained() {
            let text = small.to_string();
            for (keyword, count) in &mut proven {
                *count += usize::from(text.contains(&format!("\"{keyword}\":")));
            }
        }
    }
    let rare: Vec<_> = proven.iter().filter(|(_, count)| **count < 5).collect();
    assert!(rare.is_empty(), "{rare:?} of {proven:?}");
}

/// In OpenAPI 3.0, 1.0 isn't an integer.
#[test]
fn an_integer_may_be_written_with_a_point() {
    let integer = json!({"anyOf": [{"type": ["integer"]}]});
    for small in [
        json!({"const": 0}),
        json!({"enum": [1.0, 2]}),
        json!({"type": "number", "minimum": 2, "maximum": 2}),
        json!({"type": "number", "multipleOf": 3}),
    ] {
        let verdict = Pair::new(&small, &integer).verdict();
        assert!(!matches!(verdict, Verdict::Not(_)), "{small}: {verdict:?}");
    }
    for small in [
        json!({"type": "number"}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    ] {
        let verdict = Pair::new(&small, &integer).verdict();
        assert!(matches!(verdict, Verdict::Not(_)), "{small}: {verdict:?}");
    }
    let validator = Components::of(Pair::new(&integer, &integer).document.root())
        .compile(&integer)
        .unwrap();
    assert!(validator.is_valid(&json!(1.0)) && !validator.is_valid(&json!(1.5)));
}

/// A value that validators admit is no proof that a schema admits it: they ignore some keywords.
#[test]
fn samples_that_ignored_keywords_may_reject_prove_nothing() {
    let impossible = json!({"type": "object", "if": true, "then": false});
    let impossible_word = json!({"enum": ["a"], "contentSchema": false});
    for small in [
        json!({"type": "object", "properties": {"b": impossible}, "required": ["b"]}),
        json!({"type": "array", "items": impossible, "minItems": 1}),
        json!({"type": "object", "patternProperties": {"^b": impossible}, "required": ["b"]}),
        json!({"enum": [{"b": {}}], "properties": {"b": impossible}}),
        json!({"enum": [["a"]], "prefixItems": [impossible_word]}),
        json!({"anyOf": [{"type": "string", "pattern": "^0$"}, {"type": "string", "contentSchema": false}]}),
    ] {
        for large in [
            json!({"type": "null"}),
            json!({"enum": [1, "0"]}),
            json!({"pattern": "^[01]$", "type": "string"}),
        ] {
            let verdict = Pair::new(&small, &large).verdict();
            assert!(!matches!(verdict, Verdict::Not(_)), "{small}: {verdict:?}");
        }
    }
}

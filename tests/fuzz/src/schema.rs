//! Containment of schemas: validators confirm each proof for random and given instances.
//!
//! The generator of schemas is that of `appkeep-openapi`'s tests. Its modules expect to be in a module of this name.

#[path = "../../../crates/appkeep-openapi/src/schema/tests/instances.rs"]
#[allow(clippy::unwrap_used, reason = "it is code of tests")]
mod instances;
#[path = "../../../crates/appkeep-openapi/src/schema/tests/property.rs"]
#[allow(
    clippy::unwrap_used,
    dead_code,
    unused_imports,
    reason = "it is code of tests, which aren't compiled here"
)]
mod property;

use appkeep_openapi::Document;
pub(crate) use appkeep_openapi::{Components, Schema, Verdict, contained};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::instances::instance;
use self::property::{INSTANCES_COUNT, VALUES, World, listed, pair};

/// The size of a seed of the generator, in bytes.
const SEED_BYTES: usize = 32;

/// A pair of schemas with instances, as JSON.
#[derive(Deserialize)]
struct Case {
    small: Value,
    large: Value,
    /// Further schemas that references may name.
    #[serde(default)]
    schemas: Map<String, Value>,
    #[serde(default)]
    instances: Vec<Value>,
}

/// Reads the bytes as a pair of schemas: as a JSON object (`Case`), or else as a seed of the generator. If the smaller
/// schema is contained in the larger one, so are its instances.
///
/// # Panics
/// When a validator refutes a proof.
pub fn containment(bytes: &[u8]) {
    if bytes.first() == Some(&b'{') {
        if let Ok(case) = serde_json::from_slice(bytes) {
            check_case(&case);
        }
        return;
    }
    let mut seed = [0; SEED_BYTES];
    let given = bytes.len().min(SEED_BYTES);
    seed[..given].copy_from_slice(&bytes[..given]);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let Ok(generated) = pair().new_tree(&mut runner) else {
        return;
    };
    let (small, large) = generated.current();
    let world = World::new(&small, &large);
    if world.verdict().is_contained() {
        let mut rng = fastrand::Rng::with_seed(seed[0].into());
        let derived = (0..INSTANCES_COUNT).map(|_| instance(&world.root, &small, &mut rng));
        check_proof(&world, derived.collect());
    }
}

fn check_case(case: &Case) {
    let mut world = World::new(&case.small, &case.large);
    for (name, schema) in &case.schemas {
        world.root["components"]["schemas"][name] = schema.clone();
    }
    let mut document = json!({"openapi": "3.0.3", "info": {"title": "", "version": "1"}, "paths": {}});
    document["components"] = world.root["components"].clone();
    for side in ["small", "large"] {
        document["components"]["schemas"][side] = world.root[side].clone();
    }
    // Proofs require that all references lead to schemas.
    if Document::from_value("fuzzed", document).is_err() {
        return;
    }
    let components = Components::of(&world.root);
    if ["small", "large"]
        .iter()
        .any(|side| components.compile(&world.root[*side]).is_err())
    {
        return;
    }
    if world.verdict().is_contained() {
        check_proof(&world, case.instances.clone());
    }
}

fn check_proof(world: &World, mut tried: Vec<Value>) {
    let (small, large) = (world.validator("small"), world.validator("large"));
    listed(&world.root["small"], &mut tried);
    for value in tried.iter().chain(VALUES.iter()) {
        assert!(
            !small.is_valid(value) || large.is_valid(value),
            "{value} is in {}, but not in {}",
            world.root["small"],
            world.root["large"]
        );
    }
}

//! Tests specific to the store on PostgreSQL: its connections, its schema, and several servers.

#![allow(clippy::unwrap_used, reason = "all of this is a test, helpers too")]

#[path = "../port/environment.rs"]
mod environment;
mod filled;
#[path = "../port/fixtures.rs"]
#[expect(dead_code, reason = "the tests of the port use the rest")]
mod fixtures;
#[path = "../port/idle_engine.rs"]
#[expect(dead_code, reason = "the tests of the port use the rest")]
mod idle_engine;
mod postgres_buckets;
mod postgres_connections;
mod postgres_copy;
mod postgres_events;
mod postgres_faults;
mod postgres_migrations;
mod postgres_scheduler;
mod postgres_servers;
mod postgres_tls;
mod postgres_workers;
#[path = "../schema/mod.rs"]
mod schema;

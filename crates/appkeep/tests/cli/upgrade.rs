//! Servers of the previous version on a database that a newer one has migrated.

use appkeep_launcher::{backups, eventually};

use crate::postgres::{Schema, selected, succeeded};

/// Adds a column to every table, as later migrations may, and records a migration that this program doesn't know.
const MIGRATE: &str = "
    LOCK TABLE write_lock IN EXCLUSIVE MODE;
    DO $$ DECLARE name TEXT; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
            EXECUTE format('ALTER TABLE %I ADD COLUMN added_later TEXT', name);
        END LOOP;
    END $$;
    INSERT INTO applied_migrations (version, name, checksum) VALUES (9999, 'later', '')";

#[test]
fn running_servers_keep_working_on_a_newer_postgres_schema() {
    let schema = Schema::create();
    let installation = selected(&schema.url());
    let server = installation.start().unwrap();
    let create = "token create --config CONFIG --account acme";
    let token = succeeded(&installation, create);
    let backup = server.back_up(&token).unwrap();

    // The server has prepared its statements.
    eventually("no deadlock with claims of jobs", || {
        schema.try_psql(MIGRATE).then_some(())
    });
    let later = server.back_up(&token).unwrap();
    assert_eq!(server.get(&token, &later).body["state"], "completed");
    assert_eq!(server.delete(&token, &backup).status, 204);
    let listed = server.get(&token, &backups()).body;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    server.stop_gracefully().unwrap();
}

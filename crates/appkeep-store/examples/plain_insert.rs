//! Prints the number of `INSERT` statements per second, each of one backup and committed durably. `cargo xtask bench`
//! compares creates with it.
//!
//! `plain_insert DATABASE COPY SECONDS` copies the server's database unless the copy exists. It inserts copies of a
//! backup in it, with the same settings as the server, and with the indexes and triggers of its schema.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

/// The rate of durable inserts into the copy.
fn rate(database: &str, copy: &str, duration: Duration) -> Result<f64, rusqlite::Error> {
    if !Path::new(copy).exists() {
        Connection::open(database)?.execute("VACUUM INTO ?1", [copy])?;
    }
    let connection = Connection::open(copy)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", 1)?;
    let mut select = connection.prepare("SELECT * FROM app_backups LIMIT 1")?;
    let columns: Vec<String> = select.column_names().map(str::to_owned).collect();
    let (id, name) = (select.column_index("id")?, select.column_index("name")?);
    let mut row: Vec<Value> =
        select.query_row([], |row| (0..columns.len()).map(|at| row.get(at)).collect())?;
    let places = vec!["?"; columns.len()].join(", ");
    let statement = format!(
        "INSERT INTO app_backups ({}) VALUES ({places})",
        columns.join(", ")
    );
    let mut insert = connection.prepare(&statement)?;
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < duration {
        row[id] = Value::Text(Uuid::from_u128(fastrand::u128(..)).to_string());
        row[name] = row[id].clone();
        // Without an explicit transaction, the statement is one.
        insert.execute(params_from_iter(&row))?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, copy, seconds] = &arguments[..] else {
        return Err("usage: plain_insert DATABASE COPY SECONDS".into());
    };
    let rate = rate(database, copy, Duration::from_secs(seconds.parse()?))?;
    println!("{rate}");
    Ok(())
}

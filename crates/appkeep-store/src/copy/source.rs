//! Reading from SQLite, in one transaction.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use appkeep_core::store::StoreError;
use rusqlite::{Connection, OpenFlags, Statement};
use tokio::sync::mpsc;

use super::CopyError;
use super::schema::{Order, SourceTable, Table, column_list, quoted};
use super::values::{Row, Type};
use crate::migrations::{self, SQLITE};
use crate::sqlite;

/// The maximum number of rows of a batch.
const BATCH_ROWS_MAX: usize = 500;
/// The size in bytes at which a batch is complete.
const BATCH_BYTES: usize = 1024 * 1024;

/// The primary key's columns have the positions of their order in it, from 1; others have 0.
const LIST_COLUMNS: &str = "\
    SELECT tables.name, columns.name, columns.pk FROM sqlite_schema AS tables \
    JOIN pragma_table_info(tables.name) AS columns \
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    AND tables.name <> '_sqlx_migrations' ORDER BY tables.name, columns.cid";
const LIST_REFERENCES: &str = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1)";
/// The largest number that each table has used, also of deleted rows.
const LIST_SEQUENCES: &str = "SELECT name, seq FROM sqlite_sequence";

/// A transaction that reads.
pub(super) struct Source {
    connection: Arc<Mutex<Connection>>,
}

impl Source {
    /// Opens an existing database that has the schema of this program.
    pub(super) async fn open(path: &Path) -> Result<Self, CopyError> {
        let path = path.to_owned();
        let open = move || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&path, flags).map_err(sqlite::store_error)?;
            connection
                .pragma_update(None, "query_only", true)
                .and_then(|()| connection.execute_batch("BEGIN"))
                .map_err(sqlite::store_error)?;
            check_schema(&connection)?;
            Ok(connection)
        };
        let connection = sqlite::blocking(open).await.map_err(CopyError::Source)?;
        let connection = Arc::new(Mutex::new(connection));
        Ok(Self { connection })
    }

    /// The tables, without the one that records migrations.
    pub(super) async fn tables(&self) -> Result<Vec<SourceTable>, CopyError> {
        self.read(list_tables).await
    }

    /// The largest numbers that tables with ascending numbers have used.
    pub(super) async fn sequences(&self) -> Result<Vec<(String, i64)>, CopyError> {
        self.read(|connection| {
            let mut statement = connection.prepare(LIST_SEQUENCES)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
        .await
    }

    /// The rows of a table, in its order. At most three batches are in memory at a time.
    pub(super) fn batches(&self, table: &Table) -> mpsc::Receiver<Result<Vec<Row>, CopyError>> {
        let (sender, receiver) = mpsc::channel(1);
        let (connection, table) = (self.connection.clone(), table.clone());
        tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let mut batch = Batch::new(&sender);
            // The receiver stops reading after an error.
            if let Err(error) = read_rows(&connection, &table, &mut batch) {
                let _ = sender.blocking_send(Err(error));
            } else {
                batch.send();
            }
        });
        receiver
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, CopyError> {
        let connection = self.connection.clone();
        let read = move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            read(&connection).map_err(sqlite::store_error)
        };
        sqlite::blocking(read).await.map_err(CopyError::Source)
    }
}

fn check_schema(connection: &Connection) -> Result<(), StoreError> {
    let applied = sqlite::list_applied(connection).map_err(sqlite::store_error)?;
    match migrations::missing(&SQLITE, &applied)? {
        [] => Ok(()),
        missing => Err(StoreError::Broken(format!(
            "its schema lacks {} migrations of this version: start and stop its server once",
            missing.len()
        ))),
    }
}

fn list_tables(connection: &Connection) -> rusqlite::Result<Vec<SourceTable>> {
    let mut tables: Vec<SourceTable> = Vec::new();
    let mut statement = connection.prepare(LIST_COLUMNS)?;
    let mut references = connection.prepare(LIST_REFERENCES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, column): (String, String) = (row.get(0)?, row.get(1)?);
        if tables.last().is_none_or(|table| table.name != name) {
            tables.push(SourceTable {
                references: list_texts(&mut references, &name)?,
                name,
                columns: Vec::new(),
                key: Vec::new(),
            });
        }
        if let Some(table) = tables.last_mut() {
            if row.get::<_, i64>(2)? > 0 {
                table.key.push(column.clone());
            }
            table.columns.push(column);
        }
    }
    Ok(tables)
}

fn list_texts(statement: &mut Statement<'_>, parameter: &str) -> rusqlite::Result<Vec<String>> {
    let rows = statement.query_map([parameter], |row| row.get(0))?;
    rows.collect()
}

/// Rows that are sent together.
struct Batch<'s> {
    sender: &'s mpsc::Sender<Result<Vec<Row>, CopyError>>,
    rows: Vec<Row>,
    bytes: usize,
}

impl<'s> Batch<'s> {
    fn new(sender: &'s mpsc::Sender<Result<Vec<Row>, CopyError>>) -> Self {
        Self {
            sender,
            rows: Vec::new(),
            bytes: 0,
        }
    }

    /// Adds a row. Returns whether there is still a receiver.
    fn push(&mut self, row: Row) -> bool {
        self.bytes += row.iter().map(super::values::Value::bytes).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() < BATCH_ROWS_MAX && self.bytes < BATCH_BYTES {
            return true;
        }
        self.send()
    }

    fn send(&mut self) -> bool {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        rows.is_empty() || self.sender.blocking_send(Ok(rows)).is_ok()
    }
}

fn read_rows(connection: &Connection, table: &Table, batch: &mut Batch<'_>) -> Result<(), CopyError> {
    let failed = |error| CopyError::Source(sqlite::store_error(error));
    let order = match &table.order {
        Order::Inserted(_) => "rowid".to_owned(),
        Order::Columns(columns) => order_by(columns),
    };
    let (columns, name) = (column_list(table), quoted(&table.name));
    let mut statement = connection
        .prepare(&format!("SELECT {columns} FROM {name} ORDER BY {order}"))
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut number = 0;
    while let Some(row) = rows.next().map_err(failed)? {
        number += 1;
        let mut values = Row::with_capacity(table.columns.len());
        for (at, (column, expected)) in table.columns.iter().enumerate() {
            let value = row.get_ref(at).map_err(failed)?;
            let value = expected.convert(value).ok_or_else(|| CopyError::Value {
                table: table.name.clone(),
                column: column.clone(),
                row: number,
                expected: expected.name(),
            })?;
            values.push(value);
        }
        if !batch.push(values) {
            break;
        }
    }
    Ok(())
}

fn order_by(columns: &[(String, Type)]) -> String {
    let columns: Vec<_> = columns.iter().map(|(name, _)| quoted(name)).collect();
    columns.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::values::Value;

    #[test]
    fn batches_are_limited_by_rows_and_bytes() {
        let (sender, mut receiver) = mpsc::channel(100);
        let mut batch = Batch::new(&sender);
        for _ in 0..1200 {
            assert!(batch.push(vec![Value::Null]));
        }
        for _ in 0..3 {
            assert!(batch.push(vec![Value::Text("x".repeat(BATCH_BYTES))]));
        }
        drop(batch);
        drop(sender);
        let mut sizes = Vec::new();
        while let Some(rows) = receiver.blocking_recv() {
            sizes.push(rows.unwrap().len());
        }
        assert_eq!(sizes, [500, 500, 201, 1, 1]);
    }
}

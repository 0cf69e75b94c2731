//! Copies the database of an installation from SQLite to PostgreSQL.
//!
//! Tables and columns come from the schemas of the two databases, so that later migrations need no change here. Rows
//! are read in batches, so that the required memory doesn't depend on their number.

mod schema;
mod source;
mod target;
mod values;

use std::path::Path;

use appkeep_core::store::StoreError;
use secrecy::SecretString;

use schema::Table;
use source::Source;
use target::Target;

/// A copied table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// The name of the table.
    pub name: String,
    /// The number of its rows.
    pub rows: u64,
}

/// The reason why a database was not copied. The target is unchanged. The texts contain no stored values and no
/// passwords.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source can't be read, or its schema is not the one of this program.
    #[error("the source can't be read: {0}")]
    Source(#[source] StoreError),
    /// The target can't be written.
    #[error("the target can't be written: {0}")]
    Target(#[source] StoreError),
    /// A table of the target has rows.
    #[error("the target is not empty: table {0} has rows")]
    NotEmpty(String),
    /// The schemas differ.
    #[error("the schemas of source and target differ: {0}")]
    Schema(String),
    /// The target can't store a value.
    #[error("{table}.{column} can't be copied: row {row} has a value that is not a valid {expected}")]
    Value {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The position of the row in its table, from 1.
        row: u64,
        /// The type of the column.
        expected: &'static str,
    },
    /// The target does not return the row that was written.
    #[error("the copy of table {table} is not equal to its source: row {row} differs")]
    Differs {
        /// The table.
        table: String,
        /// The position of the row in its table, from 1.
        row: u64,
    },
}

/// Copies all tables of the SQLite database at `from` into the PostgreSQL database at `to`, and compares each row with
/// its copy. Returns the tables in the order in which they were copied.
///
/// Everything happens in one transaction of the target, also its migrations. Until the transaction ends, no server can
/// write to the target; servers that start wait. The source is not changed. No server may write to it; the caller must
/// ensure this by holding the lock of the data directory.
///
/// NUL characters, which PostgreSQL can't store, are replaced by U+FFFD.
///
/// # Errors
/// [`CopyError`]; nothing is changed in the target then. If the connection breaks during the commit, the copy may be
/// complete: the next attempt then fails with [`CopyError::NotEmpty`].
pub async fn copy_to_postgres(from: &Path, to: &SecretString) -> Result<Vec<CopiedTable>, CopyError> {
    let source = Source::open(from).await?;
    let found = source.tables().await?;
    let mut connection = Target::connect(to).await?;
    let mut target = Target::begin(&mut connection).await?;
    let tables = schema::pair(found, target.columns())?;
    target.lock_empty(&tables).await?;
    let mut copied = Vec::new();
    for table in &tables {
        let rows = copy(&source, &mut target, table).await?;
        let name = table.name.clone();
        copied.push(CopiedTable { name, rows });
    }
    for table in &tables {
        compare(&source, &mut target, table).await?;
    }
    for (table, last) in source.sequences().await? {
        target.reserve(&table, last);
    }
    target.finish(&tables).await?;
    Ok(copied)
}

async fn copy(source: &Source, target: &mut Target<'_>, table: &Table) -> Result<u64, CopyError> {
    let mut batches = source.batches(table);
    let mut rows = 0;
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        rows += batch.len() as u64;
        target.insert(table, batch).await?;
    }
    Ok(rows)
}

async fn compare(source: &Source, target: &mut Target<'_>, table: &Table) -> Result<(), CopyError> {
    let mut batches = source.batches(table);
    let mut copies = target.rows(table);
    let mut row = 0;
    let differs = |row| CopyError::Differs {
        table: table.name.clone(),
        row,
    };
    while let Some(batch) = batches.recv().await {
        for original in batch? {
            row += 1;
            if copies.next().await? != Some(original) {
                return Err(differs(row));
            }
        }
    }
    match copies.next().await? {
        None => Ok(()),
        Some(_) => Err(differs(row + 1)),
    }
}

//! Writing to PostgreSQL, in one transaction.

use std::collections::HashMap;

use appkeep_core::store::StoreError;
use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use secrecy::SecretString;
use sqlx_core::Error;
use sqlx_core::arguments::Arguments as _;
use sqlx_core::executor::Executor as _;
use sqlx_core::query::{query, query_with};
use sqlx_core::query_as::query_as;
use sqlx_core::query_scalar::query_scalar;
use sqlx_core::raw_sql::raw_sql;
use sqlx_core::row::Row as _;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::{PgArguments, PgConnection, PgRow, PgTransaction};
use uuid::Uuid;

use super::CopyError;
use super::schema::{Order, Table, TargetColumn, column_list, quoted};
use super::values::{Row, Type, Value};
use crate::postgres;

/// A copy takes as long as its number of rows requires. The transaction is idle while the source is read. Waiting for
/// locks is limited again, which it isn't during migrations.
const SETTINGS: &str = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '60s'; \
                        SET LOCAL lock_timeout TO DEFAULT";

const LIST_COLUMNS: &str = "\
    SELECT table_name::TEXT, column_name::TEXT, udt_name::TEXT, is_identity = 'YES' FROM information_schema.columns \
    WHERE table_schema = current_schema";
const LIST_SEQUENCES: &str = "SELECT sequencename::TEXT FROM pg_sequences WHERE schemaname = current_schema";

/// A transaction that writes.
pub(super) struct Target<'c> {
    tx: PgTransaction<'c>,
    columns: Vec<TargetColumn>,
    /// For tables with ascending numbers, the largest one that was used.
    used: HashMap<String, i64>,
}

impl<'c> Target<'c> {
    pub(super) async fn connect(url: &SecretString) -> Result<PgConnection, CopyError> {
        postgres::connect(url).await.map_err(CopyError::Target)
    }

    /// Begins the transaction and migrates the schema in it.
    pub(super) async fn begin(connection: &'c mut PgConnection) -> Result<Self, CopyError> {
        let begun = async {
            let mut tx = postgres::begin_migrated(connection).await?;
            tx.execute(raw_sql(SETTINGS))
                .await
                .map_err(postgres::store_error)?;
            Ok(tx)
        };
        let mut tx = begun.await.map_err(CopyError::Target)?;
        let columns: Vec<(String, String, String, bool)> =
            query_as(LIST_COLUMNS).fetch_all(&mut *tx).await.map_err(failed)?;
        let columns = columns
            .into_iter()
            .map(|(table, name, type_name, is_identity)| TargetColumn {
                table,
                name,
                type_name,
                is_identity,
            });
        Ok(Self {
            tx,
            columns: columns.collect(),
            used: HashMap::new(),
        })
    }

    pub(super) fn columns(&self) -> &[TargetColumn] {
        &self.columns
    }

    /// Waits until no server writes, and then prevents writes until the transaction ends. Triggers are disabled, because
    /// the tables that they change are copied, too.
    pub(super) async fn lock_empty(&mut self, tables: &[Table]) -> Result<(), CopyError> {
        let names: Vec<_> = tables.iter().map(|table| quoted(&table.name)).collect();
        // In the order in which servers lock.
        self.execute(postgres::LOCK_WRITES.to_owned()).await?;
        self.execute(format!("LOCK TABLE {} IN EXCLUSIVE MODE", names.join(", ")))
            .await?;
        for table in tables {
            let has_rows = format!("SELECT EXISTS (SELECT FROM {})", quoted(&table.name));
            let has_rows = query_scalar(AssertSqlSafe(has_rows)).fetch_one(&mut *self.tx);
            if has_rows.await.map_err(failed)? {
                return Err(CopyError::NotEmpty(table.name.clone()));
            }
        }
        self.set_triggers("DISABLE", tables).await
    }

    /// Inserts rows in their order.
    pub(super) async fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), CopyError> {
        let mut arguments = PgArguments::default();
        let mut arrays = Vec::new();
        let mut columns: Vec<Vec<Value>> = table
            .columns
            .iter()
            .map(|_| Vec::with_capacity(rows.len()))
            .collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        for (number, ((_, kind), values)) in (1..).zip(table.columns.iter().zip(columns)) {
            add_array(&mut arguments, *kind, values)?;
            arrays.push(format!("${number}::{}[]", kind.name()));
        }
        let insert = format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM UNNEST({})",
            quoted(&table.name),
            column_list(table),
            arrays.join(", ")
        );
        let insert = query_with(AssertSqlSafe(insert), arguments).execute(&mut *self.tx);
        insert.await.map(|_| ()).map_err(failed)
    }

    /// Reads the rows of a table, in its order.
    pub(super) fn rows<'t>(&'t mut self, table: &'t Table) -> Rows<'t> {
        let order = match &table.order {
            Order::Inserted(column) => quoted(column),
            Order::Columns(columns) => order_by(columns),
        };
        let select = format!(
            "SELECT {} FROM {} ORDER BY {order}",
            column_list(table),
            quoted(&table.name)
        );
        Rows {
            found: query(AssertSqlSafe(select)).fetch(&mut *self.tx),
            columns: &table.columns,
        }
    }

    /// Notes that the numbers of a table up to `last` must not be used again.
    pub(super) fn reserve(&mut self, table: &str, last: i64) {
        self.used.insert(table.to_owned(), last);
    }

    /// Lets sequences continue after the copied numbers, enables the triggers, and commits.
    pub(super) async fn finish(mut self, tables: &[Table]) -> Result<(), CopyError> {
        let sequences: Vec<String> = query_scalar(LIST_SEQUENCES)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(failed)?;
        for sequence in sequences {
            self.restart(&sequence).await?;
        }
        self.set_triggers("ENABLE", tables).await?;
        self.tx.commit().await.map_err(failed)
    }

    /// A sequence is named after its table and its column: `TABLE_COLUMN`, or `TABLE_COLUMN_seq` for an identity.
    async fn restart(&mut self, sequence: &str) -> Result<(), CopyError> {
        let is_named = |column: &&TargetColumn| {
            let name = format!("{}_{}", column.table, column.name);
            sequence
                == if column.is_identity {
                    format!("{name}_seq")
                } else {
                    name
                }
        };
        let Some(column) = self.columns.iter().find(is_named) else {
            return Err(CopyError::Schema(format!("no column is numbered by {sequence}")));
        };
        let (table, name) = (&column.table, &column.name);
        let max = format!(
            "SELECT COALESCE(MAX({}), 0)::BIGINT FROM {}",
            quoted(name),
            quoted(table)
        );
        let max = query_scalar::<_, i64>(AssertSqlSafe(max)).fetch_one(&mut *self.tx);
        let max = max.await.map_err(failed)?;
        let used = if column.is_identity {
            self.used.get(table).copied()
        } else {
            None
        };
        let next = max.max(used.unwrap_or(0)) + 1;
        self.execute(format!("ALTER SEQUENCE {} RESTART WITH {next}", quoted(sequence)))
            .await
    }

    async fn set_triggers(&mut self, change: &str, tables: &[Table]) -> Result<(), CopyError> {
        for table in tables {
            let change = format!("ALTER TABLE {} {change} TRIGGER USER", quoted(&table.name));
            self.execute(change).await?;
        }
        Ok(())
    }

    /// Runs a statement whose only variable parts are quoted names from the schema, and numbers.
    async fn execute(&mut self, statement: String) -> Result<(), CopyError> {
        let executed = self.tx.execute(raw_sql(AssertSqlSafe(statement))).await;
        executed.map(|_| ()).map_err(failed)
    }
}

/// The rows of a table.
pub(super) struct Rows<'t> {
    found: BoxStream<'t, Result<PgRow, Error>>,
    columns: &'t [(String, Type)],
}

impl Rows<'_> {
    /// The next row.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, CopyError> {
        let Some(row) = self.found.try_next().await.map_err(failed)? else {
            return Ok(None);
        };
        let values = self.columns.iter().enumerate();
        let values = values.map(|(at, (_, kind))| read(&row, at, *kind));
        values.collect::<Result<_, _>>().map(Some).map_err(failed)
    }
}

fn read(row: &PgRow, at: usize, kind: Type) -> Result<Value, Error> {
    let value = match kind {
        Type::Id => row.try_get::<Option<Uuid>, _>(at)?.map(Value::Id),
        Type::Integer => row.try_get::<Option<i64>, _>(at)?.map(Value::Integer),
        Type::Flag => row.try_get::<Option<bool>, _>(at)?.map(Value::Flag),
        Type::Text => row.try_get::<Option<String>, _>(at)?.map(Value::Text),
        Type::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map(Value::Bytes),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// Adds the values of a column as an array.
fn add_array(arguments: &mut PgArguments, kind: Type, values: Vec<Value>) -> Result<(), CopyError> {
    macro_rules! array {
        ($variant:ident) => {{
            let inner = |value| match value {
                Value::$variant(inner) => Some(inner),
                _ => None,
            };
            arguments.add(values.into_iter().map(inner).collect::<Vec<_>>())
        }};
    }
    let added = match kind {
        Type::Id => array!(Id),
        Type::Integer => array!(Integer),
        Type::Flag => array!(Flag),
        Type::Text => array!(Text),
        Type::Bytes => array!(Bytes),
    };
    added.map_err(|error| CopyError::Target(postgres::encode_error(error)))
}

/// Texts are ordered by their bytes, as in SQLite. Only columns without a primary key can be null.
fn order_by(columns: &[(String, Type)]) -> String {
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, kind)| match kind {
            Type::Text => format!("{} COLLATE \"C\" NULLS FIRST", quoted(name)),
            _ => format!("{} NULLS FIRST", quoted(name)),
        })
        .collect();
    columns.join(", ")
}

fn failed(error: Error) -> CopyError {
    CopyError::Target(match postgres::store_error(error) {
        // No server writes to a table of the copy: only a statement that was cancelled to resolve a deadlock conflicts.
        StoreError::Conflict => StoreError::Unavailable("another transaction uses the database".to_owned()),
        error => error,
    })
}

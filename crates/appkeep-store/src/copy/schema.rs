//! The tables and columns of both databases, matched by name.

use std::collections::BTreeMap;

use super::CopyError;
use super::values::Type;

/// A table of the source.
#[derive(Debug)]
pub(super) struct SourceTable {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// The columns of the primary key.
    pub(super) key: Vec<String>,
    /// The tables that this one refers to.
    pub(super) references: Vec<String>,
}

/// A column of the target.
#[derive(Debug)]
pub(super) struct TargetColumn {
    pub(super) table: String,
    pub(super) name: String,
    /// The name of its type in PostgreSQL's catalog.
    pub(super) type_name: String,
    /// Whether the database numbers the rows in this column.
    pub(super) is_identity: bool,
}

/// A table of both databases.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    /// The columns of the source.
    pub(super) columns: Vec<(String, Type)>,
    pub(super) order: Order,
}

/// The columns by which both databases return the rows of a table in the same order.
#[derive(Debug, Clone)]
pub(super) enum Order {
    /// The order of insertion. SQLite has it implicitly, and PostgreSQL in this column.
    Inserted(String),
    /// The primary key, or all columns.
    Columns(Vec<(String, Type)>),
}

/// Matches the tables. The result is ordered: each table follows those that it refers to.
///
/// # Errors
/// When the target lacks a table or a column, or has a column that the source lacks and that is not an identity.
pub(super) fn pair(source: Vec<SourceTable>, target: &[TargetColumn]) -> Result<Vec<Table>, CopyError> {
    let mut paired = Vec::new();
    for table in sorted(source)? {
        let columns = target.iter().filter(|column| column.table == table.name);
        let columns = columns.map(|column| (column.name.as_str(), column)).collect();
        paired.push(pair_table(table, columns)?);
    }
    Ok(paired)
}

fn pair_table(source: SourceTable, mut target: BTreeMap<&str, &TargetColumn>) -> Result<Table, CopyError> {
    let SourceTable {
        name, columns, key, ..
    } = source;
    let typed = |column: String| {
        let found = target.remove(column.as_str());
        let found = found.ok_or_else(|| CopyError::Schema(format!("the target has no {name}.{column}")))?;
        let found = Type::of_postgres(&found.type_name)
            .ok_or_else(|| CopyError::Schema(format!("{name}.{column} has the type {}", found.type_name)))?;
        Ok((column, found))
    };
    let columns: Vec<_> = columns.into_iter().map(typed).collect::<Result<_, CopyError>>()?;
    let mut order = None;
    for (column, found) in target {
        if !found.is_identity || order.is_some() {
            return Err(CopyError::Schema(format!("the source has no {name}.{column}")));
        }
        order = Some(Order::Inserted(column.to_owned()));
    }
    let order = order.unwrap_or_else(|| {
        let of_key = columns
            .iter()
            .filter(|(column, _)| key.is_empty() || key.contains(column));
        Order::Columns(of_key.cloned().collect())
    });
    Ok(Table { name, columns, order })
}

fn sorted(mut tables: Vec<SourceTable>) -> Result<Vec<SourceTable>, CopyError> {
    let mut sorted: Vec<SourceTable> = Vec::new();
    while !tables.is_empty() {
        let waits = |table: &SourceTable| {
            let is_later =
                |name: &String| *name != table.name && tables.iter().any(|other| other.name == *name);
            table.references.iter().any(is_later)
        };
        let Some(next) = tables.iter().position(|table| !waits(table)) else {
            let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
            return Err(CopyError::Schema(format!(
                "{} refer to each other",
                names.join(", ")
            )));
        };
        sorted.push(tables.remove(next));
    }
    Ok(sorted)
}

/// The name of a table or a column in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The names of a table's columns in a statement.
pub(super) fn column_list(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|(name, _)| quoted(name)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, references: &[&str]) -> SourceTable {
        SourceTable {
            name: name.to_owned(),
            columns: vec!["id".to_owned()],
            key: vec!["id".to_owned()],
            references: references.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn column(table: &str, name: &str, type_name: &str) -> TargetColumn {
        TargetColumn {
            table: table.to_owned(),
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            is_identity: false,
        }
    }

    #[test]
    fn tables_follow_those_that_they_refer_to() {
        let tables = vec![table("a", &["b", "a"]), table("b", &["c"]), table("c", &[])];
        let target = ["a", "b", "c"].map(|name| column(name, "id", "uuid"));
        let paired = pair(tables, &target).unwrap();
        let names: Vec<_> = paired.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "a"]);
    }

    #[test]
    fn different_schemas_are_refused() {
        for (target, reason) in [
            (vec![], "the target has no a.id"),
            (vec![column("a", "id", "jsonb")], "a.id has the type jsonb"),
            (
                vec![column("a", "id", "uuid"), column("a", "more", "text")],
                "the source has no a.more",
            ),
        ] {
            let refused = pair(vec![table("a", &[])], &target).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("the schemas of source and target differ: {reason}")
            );
        }
        let circle = pair(vec![table("a", &["b"]), table("b", &["a"])], &[]).unwrap_err();
        assert!(
            circle.to_string().ends_with("a, b refer to each other"),
            "{circle}"
        );
    }
}

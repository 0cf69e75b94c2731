//! The values of a row, in the types of PostgreSQL.

use rusqlite::types::ValueRef;
use uuid::Uuid;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Id,
    Integer,
    Flag,
    Text,
    Bytes,
}

impl Type {
    /// The type with this name in PostgreSQL's catalog.
    pub(super) fn of_postgres(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Id,
            "int8" => Self::Integer,
            "bool" => Self::Flag,
            "text" => Self::Text,
            "bytea" => Self::Bytes,
            _ => return None,
        })
    }

    /// The name of the type in PostgreSQL's statements and in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "UUID",
            Self::Integer => "BIGINT",
            Self::Flag => "BOOLEAN",
            Self::Text => "TEXT",
            Self::Bytes => "BYTEA",
        }
    }

    /// Converts a value of SQLite. Returns `None` if it doesn't have this type.
    pub(super) fn convert(self, value: ValueRef<'_>) -> Option<Value> {
        Some(match (self, value) {
            (_, ValueRef::Null) => Value::Null,
            (Self::Id, ValueRef::Text(text)) => Value::Id(id(text)?),
            (Self::Integer, ValueRef::Integer(integer)) => Value::Integer(integer),
            (Self::Flag, ValueRef::Integer(flag @ (0 | 1))) => Value::Flag(flag == 1),
            (Self::Text, ValueRef::Text(text)) => {
                Value::Text(std::str::from_utf8(text).ok()?.replace('\0', "\u{fffd}"))
            }
            (Self::Bytes, ValueRef::Blob(bytes)) => Value::Bytes(bytes.to_owned()),
            _ => return None,
        })
    }
}

/// An id in the only form that the store writes: with another one, the order of the texts would not be the order of the
/// ids.
fn id(text: &[u8]) -> Option<Uuid> {
    let id = Uuid::try_parse_ascii(text).ok()?;
    let written = id.hyphenated().to_string();
    (written.as_bytes() == text).then_some(id)
}

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Id(Uuid),
    Integer(i64),
    Flag(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    /// The approximate size in memory.
    pub(super) fn bytes(&self) -> usize {
        let content = match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        size_of::<Self>() + content
    }
}

/// The values of a row, in the order of the table's columns.
pub(super) type Row = Vec<Value>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_other_types_are_refused() {
        let text = |text: &'static str| ValueRef::Text(text.as_bytes());
        for (kind, value) in [
            (Type::Id, text("no id")),
            (Type::Id, text("00000000-0000-0000-0000-00000000000A")),
            (Type::Id, ValueRef::Integer(1)),
            (Type::Flag, ValueRef::Integer(2)),
            (Type::Integer, text("1")),
            (Type::Text, ValueRef::Text(b"\xff")),
            (Type::Bytes, text("text")),
        ] {
            assert_eq!(kind.convert(value), None, "{kind:?}");
        }
    }

    #[test]
    fn nul_characters_are_replaced() {
        let converted = Type::Text.convert(ValueRef::Text(b"a\0b"));
        assert_eq!(converted, Some(Value::Text("a\u{fffd}b".to_owned())));
    }
}

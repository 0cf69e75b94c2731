//! SQL statements.
//!
//! `statements!` is how a module defines its statements. They are also in its `STATEMENTS`, whose query plans are
//! recorded in a test.

/// A statement, with the table that error messages name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement {
    pub(crate) table: &'static str,
    pub(crate) sql: &'static str,
}

/// Defines a module's statements, each with its table. Parameters are numbered: `?1`, `?2`, … in
/// SQLite, and `$1`, `$2`, … in PostgreSQL.
macro_rules! statements {
    ($($(#[$meta:meta])* $visibility:vis $name:ident($table:literal) = $sql:expr;)+) => {
        $(
            $(#[$meta])*
            $visibility const $name: $crate::statements::Statement =
                $crate::statements::Statement { table: $table, sql: $sql };
        )+

        /// The statements of this module, by name.
        #[cfg(test)]
        pub(super) const STATEMENTS: &[(&str, $crate::statements::Statement)] =
            &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;

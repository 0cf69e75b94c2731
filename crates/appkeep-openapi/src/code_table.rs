//! The macro that defines the codes of findings.

/// Defines an enum of codes from a table. A row is the variant, its stable name, the columns that only this enum has,
/// the rule, and an example of a finding.
macro_rules! code_table {
    (
        $(#[$meta:meta])* $enum:ident: $columns:ty;
        $($variant:ident, $code:literal, ($($column:expr),*), $rule:literal, $example:literal;)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $enum {
            $(#[doc = $rule] $variant,)*
        }

        impl $enum {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The rule, in one sentence.
            #[must_use]
            pub fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }

            /// An example of a finding.
            #[must_use]
            pub fn example(self) -> &'static str {
                match self { $(Self::$variant => $example,)* }
            }

            fn columns(self) -> $columns {
                match self { $(Self::$variant => ($($column),*),)* }
            }
        }

        impl serde::Serialize for $enum {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use code_table;

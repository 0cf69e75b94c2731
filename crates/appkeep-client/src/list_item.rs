//! Items of lists: resources, or only the requested columns.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// An item of a list; the list's `include` determines its form.
#[derive(Debug, Clone, PartialEq)]
pub enum ListItem<T> {
    /// The whole resource: the list was requested without `include`.
    Resource(T),
    /// The values of the fields that `include` named, in that order; `null` for an absent one.
    Columns(Vec<Value>),
}

impl<T> ListItem<T> {
    /// Returns the resource, unless the item is columns.
    pub fn into_resource(self) -> Option<T> {
        match self {
            Self::Resource(resource) => Some(resource),
            Self::Columns(_) => None,
        }
    }

    /// Returns the columns, unless the item is a resource.
    pub fn columns(&self) -> Option<&[Value]> {
        match self {
            Self::Columns(columns) => Some(columns),
            Self::Resource(_) => None,
        }
    }
}

impl<T: Serialize> Serialize for ListItem<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Resource(resource) => resource.serialize(serializer),
            Self::Columns(columns) => columns.serialize(serializer),
        }
    }
}

// By hand, because the error of an untagged enum doesn't name the invalid field of the item.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for ListItem<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor(PhantomData))
    }
}

struct ItemVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = ListItem<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource or an array of its columns")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(ListItem::Resource)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(values)).map(ListItem::Columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Label;

    #[test]
    fn both_item_forms_round_trip() {
        for json in [r#"{"name":"a","value":"b"}"#, r#"["a",null,1.50]"#] {
            let item: ListItem<Label> = serde_json::from_str(json).unwrap();
            let before: Value = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_value(&item).unwrap(), before);
        }
    }
}

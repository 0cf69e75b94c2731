//! Serialises the values of selected fields of a resource without serialising the others.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeStruct, Serializer};
use serde_json::Error;

/// Writes the values of the named fields as an array, in the order of the names; an absent one is null.
pub(super) fn write_columns(
    resource: &impl Serialize,
    names: &[&str],
    to: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut columns = Columns {
        names,
        values: vec![None; names.len()],
    };
    resource.serialize(&mut columns)?;
    for (at, value) in columns.values.iter().enumerate() {
        to.push(if at == 0 { b'[' } else { b',' });
        to.extend_from_slice(value.as_deref().unwrap_or(b"null"));
    }
    if columns.values.is_empty() {
        to.push(b'[');
    }
    to.push(b']');
    Ok(())
}

/// The values of a struct's selected fields, as JSON.
struct Columns<'n> {
    names: &'n [&'n str],
    values: Vec<Option<Vec<u8>>>,
}

impl SerializeStruct for &mut Columns<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        for (name, written) in self.names.iter().zip(&mut self.values) {
            if *name == key {
                *written = Some(serde_json::to_vec(value)?);
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

/// The error for a value that isn't a struct and has no fields.
fn no_fields<T>() -> Result<T, Error> {
    Err(Error::custom("only a struct has fields to include"))
}

macro_rules! without_fields {
    ($($method:ident($($argument:ty),*) -> $answer:ty;)+) => {
        $(fn $method(self $(, _: $argument)*) -> Result<$answer, Error> {
            no_fields()
        })+
    };
}

impl Serializer for &mut Columns<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        no_fields()
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Result<(), Error> {
        no_fields()
    }

    without_fields! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Resource {
        id: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        state: Option<&'static str>,
        #[serde(rename = "bucketID")]
        bucket_id: [u8; 2],
    }

    fn columns(names: &[&str]) -> serde_json::Value {
        let resource = Resource {
            id: 7,
            state: None,
            bucket_id: [1, 2],
        };
        let mut text = Vec::new();
        write_columns(&resource, names, &mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn columns_are_in_name_order_with_null_for_absent_values() {
        assert_eq!(
            columns(&["bucketID", "state", "id", "id"]),
            json!([[1, 2], null, 7, 7])
        );
        assert_eq!(columns(&["state"]), json!([null]));
        assert_eq!(columns(&[]), json!([]));
    }

    #[test]
    fn only_structs_have_columns() {
        write_columns(&"text", &["id"], &mut Vec::new()).unwrap_err();
        write_columns(&json!({"id": 1}), &["id"], &mut Vec::new()).unwrap_err();
    }
}

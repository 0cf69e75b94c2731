//! Parses success responses with the generated client's types: valid responses must be readable without loss.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

macro_rules! rows {
    ($($id:ident($($request:ty)?) $(-> $success:ty)?;)*) => {
        /// Parses a success body as the client's type, and serializes it again.
        pub(super) fn decode(operation: &str, status: u16, body: &Value) -> Result<(), String> {
            if !(200..300).contains(&status) || status == 204 {
                return Ok(());
            }
            match operation {
                $($(stringify!($id) => check_round_trip::<$success>(body),)?)*
                _ => Ok(()),
            }
        }
    };
}

appkeep_client::operations!(rows);

fn check_round_trip<T: DeserializeOwned + Serialize>(body: &Value) -> Result<(), String> {
    let name = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default();
    let read: T = serde_json::from_value(body.clone())
        .map_err(|error| format!("it can't be deserialized as the client's {name}: {error}"))?;
    let written =
        serde_json::to_value(read).map_err(|error| format!("{name} can't be serialized: {error}"))?;
    if written == *body {
        return Ok(());
    }
    Err(format!(
        "the client's {name} loses data: {}",
        first_difference(body, &written, "")
    ))
}

/// Describes the first difference between two values.
fn first_difference(before: &Value, after: &Value, path: &str) -> String {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => left
            .iter()
            .find(|(name, value)| right.get(*name) != Some(value))
            .map_or_else(
                || format!("an additional property at `{path}`"),
                |(name, value)| {
                    first_difference(
                        value,
                        right.get(name).unwrap_or(&Value::Null),
                        &format!("{path}/{name}"),
                    )
                },
            ),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let differing = left
                .iter()
                .zip(right)
                .enumerate()
                .find(|(_, (left, right))| left != right);
            match differing {
                Some((index, (left, right))) => first_difference(left, right, &format!("{path}/{index}")),
                None => format!("a missing value at `{path}`"),
            }
        }
        _ => format!("{before} became {after} at `{path}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{decode, first_difference};
    use crate::authored;

    #[test]
    fn the_documented_examples_round_trip() {
        let document = authored::document().unwrap();
        let example = |name: &str| {
            document
                .root()
                .pointer(&format!("/components/examples/{name}/value"))
                .unwrap()
                .clone()
        };
        let columns = example("AppBackupListOfColumns");
        assert_eq!(decode("app_backup_list_all", 200, &columns), Ok(()));
        assert_eq!(
            decode("app_backup_fetch", 200, &example("PendingAppBackup")),
            Ok(())
        );
        assert_eq!(
            decode("app_snap_create_for_app", 201, &example("PendingAppSnap")),
            Ok(())
        );
    }

    #[test]
    fn every_success_body_is_deserialized() {
        let document = authored::document().unwrap();
        for operation in document.operations() {
            let documented = [200, 201].into_iter();
            let is_json = |status: &u16| {
                let response = operation.response(*status);
                response
                    .is_some_and(|response| response.content.iter().any(|media| media.name.ends_with("json")))
            };
            for status in documented.filter(is_json) {
                let error = decode(&operation.id, status, &json!({"items": 5})).unwrap_err();
                assert!(
                    error.contains("can't be deserialized"),
                    "{}: {error}",
                    operation.id
                );
            }
        }
    }

    #[test]
    fn the_first_lost_value_is_named() {
        let described = |before, after| first_difference(&before, &after, "");
        let (old, new) = (json!({"a": 1, "b": {"c": 2}}), json!({"a": 1, "b": {"c": 3}}));
        assert_eq!(described(old, new), "2 became 3 at `/b/c`");
        assert_eq!(described(json!({"a": 1}), json!({})), "1 became null at `/a`");
        assert_eq!(
            described(json!({}), json!({"a": 1})),
            "an additional property at ``"
        );
        assert_eq!(described(json!([1, 2]), json!([1, 3])), "2 became 3 at `/1`");
        assert_eq!(described(json!([1]), json!([1, 3])), "[1] became [1,3] at ``");
    }

    #[test]
    fn client_errors_are_reported() {
        let error = decode("app_backup_fetch", 200, &json!({"id": 5})).unwrap_err();
        assert!(error.contains("AppBackup"), "{error}");
        assert_eq!(decode("app_backup_fetch", 404, &json!({"id": 5})), Ok(()));
    }
}

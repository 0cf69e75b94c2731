//! Finding an app to work on, where nobody names one.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::LiveError;
use super::wire::{self, chain};

/// How long the server may take to name its apps.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Asks a server for the apps of an account, and takes the first that is ready.
///
/// The list of apps is a companion operation: a server may well not have it.
///
/// # Errors
///
/// When the server can't be reached, has no such list, or the list names no app that is ready.
pub async fn find_app(url: &str, token: &str, account: Uuid, ca: Option<&[u8]>) -> Result<Uuid, LiveError> {
    let failed = |why: String| LiveError::NoApp {
        url: url.to_owned(),
        account,
        why,
    };
    let mut place = wire::read_url(url)?;
    place
        .path_segments_mut()
        .map_err(|()| failed("the address has no path".to_owned()))?
        .pop_if_empty()
        .extend(["accounts", &account.to_string(), "k8s", "v2", "apps"]);
    let request = wire::client(ca, ANSWER_MAX)?.get(place).bearer_auth(token);
    let response = request.send().await.map_err(|error| LiveError::Unreachable {
        url: url.to_owned(),
        why: chain(&error),
    })?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(|error| failed(chain(&error)))?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status != 200 {
        let text = |member: &str| body.get(member).and_then(Value::as_str).unwrap_or_default();
        let said = format!("{status} {} {}", text("title"), text("detail"));
        return Err(failed(format!(
            "the list of apps was answered with {}",
            said.trim_end()
        )));
    }
    ready(&body).ok_or_else(|| failed("the list names no app that is ready".to_owned()))
}

/// The first app of a list that is ready; one without a state counts as ready.
fn ready(list: &Value) -> Option<Uuid> {
    let items = list.get("items")?.as_array()?;
    let is_ready = |app: &&Value| {
        app.get("state")
            .and_then(Value::as_str)
            .is_none_or(|state| state == "ready")
    };
    let id = |app: &Value| app.get("id")?.as_str()?.parse().ok();
    items.iter().filter(is_ready).find_map(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ready;

    #[test]
    fn the_first_ready_app_with_an_id_is_taken() {
        let id = "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11";
        let list = json!({"items": [
            {"id": "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01", "state": "restoring"},
            {"id": "no id", "state": "ready"},
            {"id": id, "state": "ready"},
        ]});
        assert_eq!(ready(&list).unwrap().to_string(), id);
        assert_eq!(ready(&json!({"items": [{"id": id}]})).unwrap().to_string(), id);
        for nothing in [
            json!({}),
            json!({"items": []}),
            json!({"items": [[id]]}),
            json!([]),
        ] {
            assert_eq!(ready(&nothing), None, "{nothing}");
        }
    }
}

//! Finds an account and an app for the run if the user didn't specify them.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::LiveError;
use super::body::{self, ReadError};
use super::connection::{self, chain};
use super::recording_client::problem_summary;
use super::target::{BODY_BYTES_MAX, Target};

/// Maximum time for a response with a list.
const RESPONSE_MAX: Duration = Duration::from_secs(30);

/// Requests the accounts that a token can access, and returns the only one.
///
/// The list of accounts is a companion operation, which a server need not have.
///
/// # Errors
///
/// When the server can't be reached, has no such list, or the list contains no account, or more than one.
pub(crate) async fn find_account(url: &str, token: &str, ca: Option<&[u8]>) -> Result<Uuid, LiveError> {
    let failed = |why: String| LiveError::NoAccount {
        url: url.to_owned(),
        why,
    };
    let list = Companion {
        url,
        token,
        ca,
        place: &[],
        kind: "accounts",
    };
    only(&list.fetch(failed).await?).map_err(failed)
}

/// Requests the apps of an account, and returns the first one that is ready.
///
/// The list of apps is a companion operation, which a server need not have.
///
/// # Errors
///
/// When the server can't be reached, has no such list, or the list contains no app that is ready.
pub(crate) async fn find_app(
    url: &str,
    token: &str,
    account: Uuid,
    ca: Option<&[u8]>,
) -> Result<Uuid, LiveError> {
    let failed = |why: String| LiveError::NoApp {
        url: url.to_owned(),
        account,
        why,
    };
    let list = Companion {
        url,
        token,
        ca,
        place: &["accounts", &account.to_string(), "k8s", "v2"],
        kind: "apps",
    };
    let items = list.fetch(failed).await?;
    ready(&items).ok_or_else(|| failed("the list contains no app that is ready".to_owned()))
}

/// The number of backups and snapshots of a target's app, in the lists that the server returns; `None` if it refuses all.
///
/// # Errors
///
/// When the server can't be reached.
pub async fn existing_resources(target: &Target) -> Result<Option<usize>, LiveError> {
    let (account, app) = (target.account.to_string(), target.app.to_string());
    let mut existing = None;
    for kind in ["appBackups", "appSnaps"] {
        let list = Companion {
            url: &target.url,
            token: &target.token,
            ca: target.ca.as_deref(),
            place: &["accounts", &account, "k8s", "v1", "apps", &app],
            kind,
        };
        let refused = |why: String| LiveError::NoApp {
            url: target.url.clone(),
            account: target.account,
            why,
        };
        match list.fetch(refused).await {
            Ok(items) => existing = Some(existing.unwrap_or(0) + items.len()),
            Err(LiveError::NoApp { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(existing)
}

/// A list that a server need not have.
struct Companion<'a> {
    url: &'a str,
    token: &'a str,
    ca: Option<&'a [u8]>,
    /// The segments of its path without the last one.
    place: &'a [&'a str],
    /// The last segment: the kind of its items.
    kind: &'a str,
}

impl Companion<'_> {
    /// The items of the list; none if the response isn't a list.
    async fn fetch(&self, failed: impl Fn(String) -> LiveError) -> Result<Vec<Value>, LiveError> {
        let mut url = connection::read_url(self.url)?;
        url.path_segments_mut()
            .map_err(|()| failed("the address has no path".to_owned()))?
            .pop_if_empty()
            .extend(self.place)
            .push(self.kind);
        let request = connection::client(self.ca, RESPONSE_MAX)?.get(url);
        let sent = request.bearer_auth(self.token).send().await;
        let response = sent.map_err(|error| LiveError::Unreachable {
            url: self.url.to_owned(),
            why: chain(&error),
        })?;
        let status = response.status().as_u16();
        let body = body::read(response, BODY_BYTES_MAX).await.map_err(|error| {
            failed(match error {
                ReadError::TooLarge => {
                    format!("the list of {} is longer than {BODY_BYTES_MAX} bytes", self.kind)
                }
                ReadError::Broken(error) => chain(&error),
            })
        })?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status != 200 {
            let problem = problem_summary(status, &body);
            return Err(failed(format!("the list of {} returned {problem}", self.kind)));
        }
        let items = body.get("items").and_then(Value::as_array);
        Ok(items.cloned().unwrap_or_default())
    }
}

/// The id of the only account, or the reason why there isn't exactly one.
fn only(accounts: &[Value]) -> Result<Uuid, String> {
    let ids: Vec<Uuid> = accounts.iter().filter_map(id).collect();
    match ids.as_slice() {
        [id] => Ok(*id),
        [] => Err("the list contains no account".to_owned()),
        several => {
            let several: Vec<_> = several.iter().map(Uuid::to_string).collect();
            Err(format!(
                "the token can access several accounts: {}",
                several.join(", ")
            ))
        }
    }
}

/// The first app that is ready; one without a state counts as ready.
fn ready(apps: &[Value]) -> Option<Uuid> {
    let is_ready = |app: &&Value| {
        app.get("state")
            .and_then(Value::as_str)
            .is_none_or(|state| state == "ready")
    };
    apps.iter().filter(is_ready).find_map(id)
}

fn id(resource: &Value) -> Option<Uuid> {
    resource.get("id")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{only, ready};

    const ID: &str = "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11";
    const OTHER_ID: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01";

    #[test]
    fn the_first_ready_app_is_used() {
        let apps = [
            json!({"id": OTHER_ID, "state": "restoring"}),
            json!({"id": "no id", "state": "ready"}),
            json!({"id": ID, "state": "ready"}),
        ];
        assert_eq!(ready(&apps).unwrap().to_string(), ID);
        assert_eq!(ready(&[json!({"id": ID})]).unwrap().to_string(), ID);
        assert_eq!(ready(&[]), None);
        assert_eq!(ready(&[json!([ID])]), None);
    }

    #[test]
    fn the_only_account_is_used() {
        assert_eq!(only(&[json!({"id": ID})]).unwrap().to_string(), ID);
        assert_eq!(
            only(&[json!({"name": "acme"})]).unwrap_err(),
            "the list contains no account"
        );
        assert_eq!(
            only(&[json!({"id": ID}), json!({"id": OTHER_ID})]).unwrap_err(),
            format!("the token can access several accounts: {ID}, {OTHER_ID}")
        );
    }
}

//! A scenario that uses the generated client as an application would.
//!
//! The client is lenient and preserves everything, so its values are serialized again and compared with the
//! document like every other response.

use std::num::NonZeroU64;

use appkeep_client::header::HeaderMap;
use appkeep_client::types::{AppBackupCreate, ResourceState};
use appkeep_client::{Client, Error, ErrorKind, ResponseValue, SecretString, Uuid};
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::call::{Call, Server};
use super::model::Thing;
use super::patience::Patience;
use super::report::LiveFinding;
use super::stage::{Kind, Stage, Stop};
use appkeep_openapi::Received;

const CREATE: &str = "app_backup_create_for_app";
const FETCH: &str = "app_backup_fetch_for_app";
const LIST: &str = "app_backup_list_for_app";
const DELETE: &str = "app_backup_delete_for_app";

/// Maximum number of list items that are searched for the own backup.
const ITEMS_MAX: usize = 1000;

/// The whole lifecycle of a backup: created, completed, found in a paged list, deleted, not found.
pub(super) async fn life_of_a_backup(stage: &mut Stage) -> Result<(), Stop> {
    for operation in [CREATE, FETCH, LIST, DELETE] {
        stage.admits(operation)?;
    }
    // The client accepts longer responses than the suite, so the suite requests the list first.
    stage.send_for(&stage.call(LIST), 200).await?;
    let client = client(stage)?;
    let (account, app) = (stage.target.account, stage.target.app);
    let sent = stage.sound_body(Kind::Backup);
    let name = sent["name"].as_str().unwrap_or_default().to_owned();
    let request = AppBackupCreate {
        name: Some(name.clone()),
        ..AppBackupCreate::default()
    };
    // The same request as a call of the suite: if its response is lost, the clean-up searches for the backup.
    let call = stage.call(CREATE).json(sent.clone());
    let created = ask(
        stage,
        &call,
        client.app_backup_create_for_app(&account, &app, &request),
    )
    .await?;
    let created = judge(stage, CREATE, 201, created, json)?;
    let id = created.id;
    let body = serde_json::to_value(&created).unwrap_or_default();
    let place = (account.to_string(), app.to_string());
    if let Some(wrong) = stage.model.claim(Thing::told(Kind::Backup, place, sent, body)) {
        return Err(fault(stage, CREATE, wrong.what));
    }
    let is_own = stage.model.thing(Server::Main, &id.to_string()).is_some();
    expect(stage, CREATE, created.name.as_str() == name, || {
        format!(
            "requested the name `{name}`, received `{}`",
            created.name.as_str()
        )
    });
    if !is_own {
        return Err(Stop::Noted);
    }
    until_completed(stage, &client, id).await?;
    let call = stage.call(LIST);
    let list = ask(
        stage,
        &call,
        client.app_backup_list_for_app(&account, &app, None, None, None),
    )
    .await?;
    judge(stage, LIST, 200, list, json)?;
    let items = client
        .backups(account, Some(app))
        .page_size(NonZeroU64::MIN)
        .stream();
    let items = items.take(ITEMS_MAX).try_collect();
    let items: Result<Vec<_>, _> = ask(stage, &call, items).await?;
    let items = items.map_err(|error| fault(stage, LIST, error.to_string()))?;
    expect(stage, LIST, items.iter().any(|backup| backup.id == id), || {
        format!("backup {id} is missing in the list with one item per page")
    });
    let call = stage.call_for(DELETE, Kind::Backup, &id.to_string());
    let gone = ask(
        stage,
        &call,
        client.app_backup_delete_for_app(&account, &app, &id),
    )
    .await?;
    judge(stage, DELETE, 204, gone, |()| Vec::new())?;
    stage.model.remove(Server::Main, &id.to_string());
    let call = stage.call_for(FETCH, Kind::Backup, &id.to_string());
    match ask(stage, &call, client.app_backup_fetch_for_app(&account, &app, &id)).await? {
        Ok(_) => Err(fault(
            stage,
            FETCH,
            format!("backup {id} still exists after its deletion"),
        )),
        Err(error) => not_found(stage, &error),
    }
}

/// The client's error for a 404: a typed problem that preserves all members.
fn not_found(stage: &mut Stage, error: &Error) -> Result<(), Stop> {
    let ErrorKind::Problem {
        status,
        headers,
        problem,
    } = error.kind()
    else {
        return Err(fault(
            stage,
            FETCH,
            format!("expected 404 with a problem: {error}"),
        ));
    };
    expect(stage, FETCH, status.as_u16() == 404, || {
        format!("expected 404: {error}")
    });
    validate(stage, FETCH, status.as_u16(), headers, &json(problem));
    Ok(())
}

fn client(stage: &mut Stage) -> Result<Client, Stop> {
    let builder = Client::builder(&stage.target.url)
        .bearer_token(SecretString::from(stage.target.token.clone()))
        .timeout(stage.options.answer_max);
    let builder = match &stage.target.ca {
        Some(pem) => builder.root_certificates(pem.clone()),
        None => builder,
    };
    builder
        .build()
        .map_err(|error| fault(stage, CREATE, format!("the client can't be created: {error}")))
}

async fn until_completed(stage: &mut Stage, client: &Client, id: Uuid) -> Result<(), Stop> {
    let (account, app) = (stage.target.account, stage.target.app);
    let patience = Patience::of(&stage.options);
    let call = stage.call_for(FETCH, Kind::Backup, &id.to_string());
    loop {
        let fetched = ask(stage, &call, client.app_backup_fetch_for_app(&account, &app, &id)).await?;
        let backup = judge(stage, FETCH, 200, fetched, json)?;
        if backup.state == ResourceState::Completed {
            return Ok(());
        }
        if backup.state == ResourceState::Failed || !patience.lasts().await {
            let reasons = backup.state_unready.unwrap_or_default();
            return Err(fault(
                stage,
                FETCH,
                format!("the backup is `{}`: {reasons:?}", backup.state),
            ));
        }
    }
}

/// Waits for the client's result until the run ends. `call` is the request that the client sends.
async fn ask<T>(
    stage: &mut Stage,
    call: &Call,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<Result<T, Error>, Stop> {
    stage.may_send(call)?;
    let came = match stage.limits.within(call.writes(), request).await {
        Ok(came) => came,
        Err(stop) => {
            stage.model.lose(call);
            return Err(stop);
        }
    };
    match came.as_ref().map_err(Error::kind) {
        Err(ErrorKind::Transport(_)) => {
            stage.model.lose(call);
            stage.limits.unanswered();
        }
        Err(ErrorKind::TooLong { .. } | ErrorKind::Decode { .. }) => {
            stage.model.lose(call);
            stage.limits.answered();
        }
        _ => stage.limits.answered(),
    }
    Ok(came)
}

/// Checks the client's result: the contract must permit everything in it.
fn judge<T>(
    stage: &mut Stage,
    operation: &str,
    status: u16,
    came: Result<ResponseValue<T>, Error>,
    body: impl FnOnce(&T) -> Vec<u8>,
) -> Result<T, Stop> {
    let response = came.map_err(|error| fault(stage, operation, error.to_string()))?;
    let (came, headers) = (response.status().as_u16(), response.headers().clone());
    expect(stage, operation, came == status, || {
        format!("expected {status}, received {came}")
    });
    let value = response.into_inner();
    validate(stage, operation, came, &headers, &body(&value));
    Ok(value)
}

fn validate(stage: &mut Stage, operation: &str, status: u16, headers: &HeaderMap, body: &[u8]) {
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let received = Received {
        status,
        headers: &headers,
        body,
    };
    for violation in stage.wire.check(operation, received) {
        stage.note(LiveFinding {
            code: violation.rule.as_str().to_owned(),
            rule: violation.rule.rule().to_owned(),
            operation: operation.to_owned(),
            what: format!("{status} {}", violation.what),
            place: Some(violation.place),
            exchange: None,
        });
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // A value that was read from JSON can be written as JSON; and an empty body would be a violation.
    serde_json::to_vec(value).unwrap_or_default()
}

fn expect(stage: &mut Stage, operation: &str, holds: bool, what: impl FnOnce() -> String) {
    if !holds {
        fault(stage, operation, what());
    }
}

fn fault(stage: &mut Stage, operation: &str, what: String) -> Stop {
    let finding = LiveFinding {
        code: stage.current.code.clone(),
        rule: stage.current.rule.clone(),
        operation: operation.to_owned(),
        what,
        place: None,
        exchange: None,
    };
    stage.note(finding);
    Stop::Noted
}

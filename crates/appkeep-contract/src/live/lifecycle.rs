//! Checks of the lifecycle of backups and snapshots: creating, waiting for completion, reading.

use serde_json::{Value, json};

use super::completion::until_completed;
use super::context::{Context, Fixture, ResourceKind, Stop};
use super::poll_timer::PollTimer;
use super::recording_client::RecordedResponse;

/// A named resource with labels: the response repeats the request.
pub(super) async fn create(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    ctx.require_create(kind)?;
    let mut body = ctx.valid_body(kind);
    body["metadata"] = json!({"labels": unsorted_labels()});
    let (id, response) = ctx.create(ctx.call(kind.create()).json(body)).await?;
    expect_newest_version(ctx, kind, &response);
    expect_location(ctx, &response, &id).await?;
    ctx.fixtures.of_mut(kind).named = Fixture(Some(response.body));
    Ok(())
}

/// The resource becomes completed, and its progress never decreases until then. A completed snapshot doesn't change.
pub(super) async fn complete(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    let named = ctx.fixtures.of_mut(kind).named.take();
    let id = named.id(&format!("a {}", kind.name()))?;
    let resource = until_completed(ctx, kind, &id).await?;
    if kind == ResourceKind::Backup {
        temporary_snapshot_deleted(ctx, &resource).await?;
    }
    if kind == ResourceKind::Snapshot {
        let response = ctx.send_for(&ctx.call_for(kind.fetch(), &id), 200).await?;
        ctx.expect(&response, response.body == resource, || {
            difference("the completed snapshot", &resource, "this one", &response.body)
        });
    }
    ctx.fixtures.of_mut(kind).named = Fixture(Some(resource));
    Ok(())
}

/// The temporary snapshot of a completed backup is deleted.
async fn temporary_snapshot_deleted(ctx: &mut Context, backup: &Value) -> Result<(), Stop> {
    let fetch = ResourceKind::Snapshot.fetch();
    let Some(snapshot) = backup["snapshotID"].as_str().filter(|_| !ctx.is_excluded(fetch)) else {
        return Ok(());
    };
    let call = ctx.call_for(fetch, snapshot);
    let timer = PollTimer::of(&ctx.options);
    loop {
        let response = ctx.send(&call).await?;
        if response.status == 404 {
            return Ok(());
        }
        if !timer.wait().await {
            let what = format!("the backup is completed, and its temporary snapshot {snapshot} still exists");
            return Err(ctx.fail(&response, what));
        }
    }
}

/// A second resource with a name in use is rejected.
pub(super) async fn name_taken(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    let named = &ctx.fixtures.of(kind).named;
    let named = named.require(&format!("a {} with a name", kind.name()))?;
    let body = json!({"type": kind.body_type(), "version": kind.newest_version(), "name": named["name"]});
    let call = ctx.call(kind.create()).json(body);
    let response = ctx.send_for(&call, 409).await?;
    ctx.expect_problem(&response, &[10]);
    Ok(())
}

/// A resource without a name is given one; requested in the resource's own media type.
pub(super) async fn create_unnamed(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    ctx.require_create(kind)?;
    let vendor = kind.vendor_type();
    let call = ctx.call(kind.create()).content_type(&vendor).accept(&vendor);
    // Only the server sets this metadata.
    let metadata = json!({
        "labels": [],
        "creationTimestamp": "2001-01-01T00:00:00Z", "modificationTimestamp": "2001-01-02T00:00:00Z",
        "createdBy": ctx.unknown_id("creator"), "modifiedBy": ctx.unknown_id("modifier"),
    });
    let call = call.json(json!({"type": kind.body_type(), "version": "1.0", "metadata": metadata}));
    let (id, response) = ctx.create(call).await?;
    super::negotiation::expect_media_type(ctx, &response, &vendor);
    expect_newest_version(ctx, kind, &response);
    expect_location(ctx, &response, &id).await?;
    let is_named = response.text("/name").is_some_and(|name| !name.is_empty());
    ctx.expect(&response, is_named, || "the response has no name".to_owned());
    ctx.fixtures.of_mut(kind).unnamed = Fixture(Some(until_completed(ctx, kind, &id).await?));
    Ok(())
}

/// A backup of a snapshot refers to it from creation to completion.
pub(super) async fn backup_of_snapshot(ctx: &mut Context) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Backup)?;
    let snapshot = ctx.fixtures.snapshots.named.id("a completed snapshot")?;
    let mut body = ctx.valid_body(ResourceKind::Backup);
    body["snapshotID"] = json!(snapshot);
    let call = ctx.call(ResourceKind::Backup.create()).json(body);
    let (id, _) = ctx.create(call).await?;
    ctx.fixtures.backup_of_snapshot = Fixture(Some(until_completed(ctx, ResourceKind::Backup, &id).await?));
    Ok(())
}

/// Both fetches of a backup return the same resource with the same entity tag, each time.
pub(super) async fn same_in_both_trees(ctx: &mut Context) -> Result<(), Stop> {
    let backup = ctx.fixtures.backups.named.require("a completed backup")?.clone();
    let id = super::context::id_of(&backup);
    let call = ctx.call_for("app_backup_fetch_for_app", &id);
    let first = ctx.send_for(&call, 200).await?;
    let call = ctx.call_for("app_backup_fetch", &id);
    let second = ctx.send_for(&call, 200).await?;
    let third = ctx.send_for(&call, 200).await?;
    ctx.expect(&second, first.body == second.body, || {
        difference("the fetch below the app", &first.body, "this one", &second.body)
    });
    ctx.expect(&third, second.body == third.body, || {
        difference("the fetch before", &second.body, "this one", &third.body)
    });
    ctx.expect(&third, second.header("etag") == third.header("etag"), || {
        "the entity tag changed although the backup didn't".to_owned()
    });
    ctx.expect(&third, backup == third.body, || {
        difference("the completed backup", &backup, "this one", &third.body)
    });
    Ok(())
}

/// The response to a create has the newest version, independent of the version in the request.
fn expect_newest_version(ctx: &mut Context, kind: ResourceKind, response: &RecordedResponse) {
    let (newest, version) = (kind.newest_version(), &response.body["version"]);
    ctx.expect(response, version == newest, || {
        format!("`version` is {version}, expected the newest, {newest}")
    });
}

/// Three labels that aren't ordered by name.
fn unsorted_labels() -> Value {
    json!([
        {"name": "made-by", "value": "the contract suite"},
        {"name": "a \"quoted\" name", "value": ""},
        {"name": "Grüße", "value": "line\nbreak"},
    ])
}

/// `Location` is the URL of the new resource, and can be fetched.
pub(super) async fn expect_location(
    ctx: &mut Context,
    response: &RecordedResponse,
    id: &str,
) -> Result<(), Stop> {
    let kind = ResourceKind::of(&response.operation);
    if ctx.is_excluded(kind.fetch()) {
        return Ok(());
    }
    let Some(location) = response.header("location").map(str::to_owned) else {
        return Ok(());
    };
    let mut call = ctx.call_for(kind.fetch(), id);
    let path = ctx.http.connection().path_of(&call);
    ctx.expect(response, path.as_deref() == Some(location.as_str()), || {
        let path = path.as_deref().unwrap_or("unknown");
        format!("`Location` is `{location}`, and the path of the new resource is `{path}`")
    });
    call.location = Some(location.clone());
    let fetched = ctx.send_for(&call, 200).await?;
    ctx.expect(&fetched, fetched.text("/id") == Some(id), || {
        let returned = fetched.text("/id").unwrap_or("no `id`");
        format!("`Location: {location}` returns {returned}, expected {id}")
    });
    Ok(())
}

/// The members in which two resources differ.
pub(super) fn difference(one: &str, left: &Value, other: &str, right: &Value) -> String {
    let names = |value: &Value| {
        value
            .as_object()
            .map(|all| all.keys().cloned().collect::<Vec<_>>())
    };
    let mut all = names(left).unwrap_or_default();
    all.extend(names(right).unwrap_or_default());
    all.sort();
    all.dedup();
    let shown = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), ToString::to_string);
    let differing: Vec<String> = all
        .iter()
        .filter(|name| left.get(name.as_str()) != right.get(name.as_str()))
        .map(|name| {
            let (left, right) = (shown(left.get(name)), shown(right.get(name)));
            format!("`{name}` is {left} in {one} and {right} in {other}")
        })
        .collect();
    if differing.is_empty() {
        format!("{one} and {other} differ")
    } else {
        differing.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_listed_by_property() {
        let described = |left, right| difference("the old one", &left, "the new one", &right);
        assert_eq!(
            described(
                json!({"a": 1, "b": 2, "same": 5}),
                json!({"b": 3, "c": null, "same": 5})
            ),
            "`a` is 1 in the old one and absent in the new one; `b` is 2 in the old one and 3 in the new one; \
             `c` is absent in the old one and null in the new one"
        );
        assert_eq!(
            described(json!(1), json!(2)),
            "the old one and the new one differ"
        );
    }
}

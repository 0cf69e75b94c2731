//! Checks of backups: creating, waiting for completion, reading in both path trees.

use serde_json::{Value, json};

use super::completion::until_completed;
use super::context::{BACKUP_TYPE, CheckContext, ResourceKind, Stop, id_of, require_fixture};
use super::recording_client::RecordedResponse;

/// A named backup with a label: the response repeats the request.
pub(super) async fn create(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Backup)?;
    let mut body = ctx.valid_body(ResourceKind::Backup);
    body["metadata"] = json!({"labels": unsorted_labels()});
    let call = ctx.call(ResourceKind::Backup.create()).json(body);
    let response = ctx.send_for(&call, 201).await?;
    let id = ctx.created_id(&response)?;
    expect_newest_version(ctx, &response);
    expect_location(ctx, &response, &id).await?;
    ctx.fixtures.backup = Some(response.body);
    Ok(())
}

/// The backup becomes completed, and no progress is lost on the way.
pub(super) async fn complete(ctx: &mut CheckContext) -> Result<(), Stop> {
    let id = id_of(require_fixture(ctx.fixtures.backup.take().as_ref(), "a backup")?);
    let resource = until_completed(ctx, ResourceKind::Backup, &id).await?;
    ctx.fixtures.backup = Some(resource);
    Ok(())
}

/// Both fetches return the same resource with the same entity tag, each time.
pub(super) async fn same_in_both_trees(ctx: &mut CheckContext) -> Result<(), Stop> {
    let backup = require_fixture(ctx.fixtures.backup.as_ref(), "a completed backup")?.clone();
    let id = id_of(&backup);
    let first = ctx
        .send_for(
            &ctx.call_for("app_backup_fetch_for_app", ResourceKind::Backup, &id),
            200,
        )
        .await?;
    let second = ctx
        .send_for(&ctx.call_for("app_backup_fetch", ResourceKind::Backup, &id), 200)
        .await?;
    let third = ctx
        .send_for(&ctx.call_for("app_backup_fetch", ResourceKind::Backup, &id), 200)
        .await?;
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

/// A second backup with a name in use is rejected.
pub(super) async fn name_taken(ctx: &mut CheckContext) -> Result<(), Stop> {
    let backup = require_fixture(ctx.fixtures.backup.as_ref(), "a backup with a name")?;
    let body = json!({"type": BACKUP_TYPE, "version": "1.1", "name": backup["name"]});
    let call = ctx.call(ResourceKind::Backup.create()).json(body);
    let response = ctx.send_for(&call, 409).await?;
    ctx.expect_problem(&response, &[10]);
    Ok(())
}

/// A backup without a name is given one; requested in the resource's own media type.
pub(super) async fn create_unnamed(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Backup)?;
    let vendor = ResourceKind::Backup.vendor_type();
    let body = json!({"type": BACKUP_TYPE, "version": "1.0"});
    let call = ctx
        .call(ResourceKind::Backup.create())
        .content_type(&vendor)
        .accept(&vendor)
        .json(body);
    let response = ctx.send_for(&call, 201).await?;
    let id = ctx.created_id(&response)?;
    super::negotiation::expect_media_type(ctx, &response, &vendor);
    expect_newest_version(ctx, &response);
    expect_location(ctx, &response, &id).await?;
    ctx.expect(
        &response,
        response.text("/name").is_some_and(|name| !name.is_empty()),
        || "the response has no name".to_owned(),
    );
    ctx.fixtures.unnamed_backup = Some(until_completed(ctx, ResourceKind::Backup, &id).await?);
    Ok(())
}

/// A backup of a snapshot refers to it from creation to completion.
pub(super) async fn from_snapshot(ctx: &mut CheckContext) -> Result<(), Stop> {
    ctx.require_create(ResourceKind::Backup)?;
    let snapshot = id_of(require_fixture(
        ctx.fixtures.snapshot.as_ref(),
        "a completed snapshot",
    )?);
    let mut body = ctx.valid_body(ResourceKind::Backup);
    body["snapshotID"] = json!(snapshot);
    let response = ctx
        .send_for(&ctx.call(ResourceKind::Backup.create()).json(body), 201)
        .await?;
    let id = ctx.created_id(&response)?;
    ctx.fixtures.backup_of_snapshot = Some(until_completed(ctx, ResourceKind::Backup, &id).await?);
    Ok(())
}

/// The response to a create has the newest version, independent of the version in the request.
pub(super) fn expect_newest_version(ctx: &mut CheckContext, response: &RecordedResponse) {
    let newest = match ResourceKind::of(&response.operation) {
        ResourceKind::Backup => "1.1",
        ResourceKind::Snapshot => "1.2",
    };
    let got = &response.body["version"];
    ctx.expect(response, got == newest, || {
        format!("`version` is {got}, expected the newest, {newest}")
    });
}

/// Three labels that aren't ordered by name.
pub(super) fn unsorted_labels() -> Value {
    json!([
        {"name": "made-by", "value": "the contract suite"},
        {"name": "a \"quoted\" name", "value": ""},
        {"name": "Grüße", "value": "line\nbreak"},
    ])
}

/// `Location` is the URL of the new resource, and can be fetched.
pub(super) async fn expect_location(
    ctx: &mut CheckContext,
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
    let mut call = ctx.call_for(kind.fetch(), kind, id);
    let path = ctx.http.path_of(&call);
    ctx.expect(response, path.as_deref() == Some(location.as_str()), || {
        format!("`Location` is `{location}`, and the path of the new resource is {path:?}")
    });
    call.location = Some(location.clone());
    let fetched = ctx.send_for(&call, 200).await?;
    ctx.expect(&fetched, fetched.text("/id") == Some(id), || {
        format!(
            "`Location: {location}` returns {:?}, expected {id}",
            fetched.text("/id")
        )
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
        let said = |left, right| difference("the old one", &left, "the new one", &right);
        assert_eq!(
            said(
                json!({"a": 1, "b": 2, "same": 5}),
                json!({"b": 3, "c": null, "same": 5})
            ),
            "`a` is 1 in the old one and absent in the new one; `b` is 2 in the old one and 3 in the new one; \
             `c` is absent in the old one and null in the new one"
        );
        assert_eq!(said(json!(1), json!(2)), "the old one and the new one differ");
    }
}

//! Stories of backups: made, watched, seen in both path trees.

use serde_json::{Value, json};

use super::progress::until_completed;
use super::stage::{BACKUP_TYPE, Kind, Stage, Stop, id_of, needed};
use super::wire::Answer;

/// A named backup with a label: the answer echoes what was sent.
pub(super) async fn create(stage: &mut Stage) -> Result<(), Stop> {
    let mut body = stage.sound_body(Kind::Backup);
    body["metadata"] = json!({"labels": [{"name": "made-by", "value": "the contract suite"}]});
    let call = stage.call(Kind::Backup.create()).json(body.clone());
    let answer = stage.send_for(&call, 201).await?;
    let id = stage.id_in(&answer)?;
    echoes(stage, &answer, &body);
    leads_to_it(stage, &answer, &id).await?;
    stage.world.backup = Some(answer.body);
    Ok(())
}

/// It becomes completed, and nothing goes backwards on the way.
pub(super) async fn complete(stage: &mut Stage) -> Result<(), Stop> {
    let id = id_of(needed(stage.world.backup.take().as_ref(), "a backup")?);
    let resource = until_completed(stage, Kind::Backup, &id).await?;
    stage.world.backup = Some(resource);
    Ok(())
}

/// Both fetches give the same resource with the same entity tag, as often as one asks.
pub(super) async fn same_in_both_trees(stage: &mut Stage) -> Result<(), Stop> {
    let backup = needed(stage.world.backup.as_ref(), "a completed backup")?.clone();
    let id = id_of(&backup);
    let first = stage
        .send_for(
            &stage.call_for("app_backup_fetch_for_app", Kind::Backup, &id),
            200,
        )
        .await?;
    let second = stage
        .send_for(&stage.call_for("app_backup_fetch", Kind::Backup, &id), 200)
        .await?;
    let third = stage
        .send_for(&stage.call_for("app_backup_fetch", Kind::Backup, &id), 200)
        .await?;
    stage.expect(&second, first.body == second.body, || {
        difference("the fetch below the app", &first.body, "this one", &second.body)
    });
    stage.expect(&third, second.body == third.body, || {
        difference("the fetch before", &second.body, "this one", &third.body)
    });
    stage.expect(&third, second.header("etag") == third.header("etag"), || {
        "the entity tag changed although the backup didn't".to_owned()
    });
    stage.expect(&third, backup == third.body, || {
        difference("the backup once completed", &backup, "this one", &third.body)
    });
    Ok(())
}

/// A second backup of a name that is taken is refused.
pub(super) async fn name_taken(stage: &mut Stage) -> Result<(), Stop> {
    let backup = needed(stage.world.backup.as_ref(), "a backup with a name")?;
    let body = json!({"type": BACKUP_TYPE, "version": "1.1", "name": backup["name"]});
    let call = stage.call(Kind::Backup.create()).json(body);
    let answer = stage.send_for(&call, 409).await?;
    stage.expect_problem(&answer, &[10]);
    Ok(())
}

/// A backup without a name gets one; in the resource's own media type.
pub(super) async fn create_unnamed(stage: &mut Stage) -> Result<(), Stop> {
    let vendor = format!("{BACKUP_TYPE}+json");
    let body = json!({"type": BACKUP_TYPE, "version": "1.0"});
    let call = stage
        .call(Kind::Backup.create())
        .content_type(&vendor)
        .accept(&vendor)
        .json(body);
    let answer = stage.send_for(&call, 201).await?;
    let id = stage.id_in(&answer)?;
    super::negotiation::expect_media_type(stage, &answer, &vendor);
    stage.expect(
        &answer,
        answer.text("/name").is_some_and(|name| !name.is_empty()),
        || "no name was made up".to_owned(),
    );
    stage.world.unnamed_backup = Some(until_completed(stage, Kind::Backup, &id).await?);
    Ok(())
}

/// A backup of a snapshot names it, from the beginning to the end.
pub(super) async fn from_snapshot(stage: &mut Stage) -> Result<(), Stop> {
    let snap = id_of(needed(stage.world.snap.as_ref(), "a completed snapshot")?);
    let mut body = stage.sound_body(Kind::Backup);
    body["snapshotID"] = json!(snap);
    let answer = stage
        .send_for(&stage.call(Kind::Backup.create()).json(body), 201)
        .await?;
    let id = stage.id_in(&answer)?;
    stage.expect(&answer, answer.text("/snapshotID") == Some(&snap), || {
        format!("`snapshotID` is {} and not {snap}", answer.body["snapshotID"])
    });
    let resource = until_completed(stage, Kind::Backup, &id).await?;
    stage.expect(&answer, resource["snapshotID"] == json!(snap), || {
        format!("`snapshotID` became {}", resource["snapshotID"])
    });
    stage.world.backup_of_snap = Some(resource);
    Ok(())
}

/// The answer to a create repeats what was sent, in the newest version, as something that has just begun.
pub(super) fn echoes(stage: &mut Stage, answer: &Answer, sent: &Value) {
    for member in ["type", "version", "name"] {
        let (got, wanted) = (&answer.body[member], &sent[member]);
        stage.expect(answer, got == wanted, || {
            format!("`{member}` is {got} and {wanted} was sent")
        });
    }
    let wanted = sent
        .pointer("/metadata/labels")
        .cloned()
        .unwrap_or_else(|| json!([]));
    let got = &answer.body["metadata"]["labels"];
    stage.expect(answer, *got == wanted, || {
        format!("the labels are {got} and {wanted} were sent")
    });
    let now = answer.text("/state").unwrap_or_default();
    let holds = matches!(now, "pending" | "discovering" | "running");
    stage.expect(answer, holds, || format!("it begins as `{now}`"));
}

/// `Location` names the resource that was made, and can be fetched.
pub(super) async fn leads_to_it(stage: &mut Stage, answer: &Answer, id: &str) -> Result<(), Stop> {
    let kind = Kind::of(&answer.operation);
    if stage.is_left_out(kind.fetch()) {
        return Ok(());
    }
    let Some(location) = answer.header("location").map(str::to_owned) else {
        return Ok(());
    };
    let mut call = stage.call_for(kind.fetch(), kind, id);
    call.location = Some(location.clone());
    let fetched = stage.send_for(&call, 200).await?;
    stage.expect(&fetched, fetched.text("/id") == Some(id), || {
        format!(
            "`Location: {location}` leads to {:?} and not to {id}",
            fetched.text("/id")
        )
    });
    Ok(())
}

/// Where two resources differ, member by member.
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

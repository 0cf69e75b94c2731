//! Stories of media types: the answer comes in the one that `Accept` asks for.

use serde_json::json;

use super::stage::{BACKUP_TYPE, Kind, SNAP_TYPE, Stage, Stop, id_of, needed};
use super::wire::Answer;

const JSON: &str = "application/json";

/// Notes a fault unless the body came in that media type.
pub(super) fn expect_media_type(stage: &mut Stage, answer: &Answer, wanted: &str) {
    let got = answer.header("content-type").unwrap_or_default().to_owned();
    let essence = got.split(';').next().unwrap_or_default().trim();
    stage.expect(answer, essence.eq_ignore_ascii_case(wanted), || {
        format!("`{wanted}` was asked for and `{got}` came")
    });
}

/// A fetch answers in the media type asked for; what can't be satisfied gets plain JSON.
pub(super) async fn fetch(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    if stage.is_left_out(operation) {
        return Err(Stop::LeftOut("companion operations are left alone".to_owned()));
    }
    let kind = Kind::of(operation);
    let (resource, vendor) = match kind {
        Kind::Backup => (&stage.world.backup, format!("{BACKUP_TYPE}+json")),
        Kind::Snap => (&stage.world.snap, format!("{SNAP_TYPE}+json")),
    };
    let id = id_of(needed(resource.as_ref(), "a completed resource")?);
    let both = format!("text/html, {vendor};q=0.9, */*;q=0.1");
    let asked = [
        (vendor.as_str(), vendor.as_str()),
        (both.as_str(), vendor.as_str()),
        (JSON, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html", JSON),
    ];
    for (accept, wanted) in asked {
        let answer = stage
            .send_for(&stage.call_for(operation, kind, &id).accept(accept), 200)
            .await?;
        expect_media_type(stage, &answer, wanted);
    }
    Ok(())
}

/// A list is plain JSON, whatever is asked for.
pub(super) async fn list(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    if stage.is_left_out(operation) {
        return Err(Stop::LeftOut("companion operations are left alone".to_owned()));
    }
    for accept in [JSON, "*/*", "text/html", "application/astra-appBackups+json"] {
        let answer = stage.send_for(&stage.call(operation).accept(accept), 200).await?;
        expect_media_type(stage, &answer, JSON);
    }
    Ok(())
}

/// Existing clients send a small JSON body with every GET; that doesn't matter.
pub(super) async fn body_of_a_get(stage: &mut Stage) -> Result<(), Stop> {
    let answer = stage
        .send_for(&stage.call("app_backup_list_for_app").json(json!({})), 200)
        .await?;
    expect_media_type(stage, &answer, JSON);
    Ok(())
}

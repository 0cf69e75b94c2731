//! Checks of the limits of labels that no schema states.

use serde_json::{Value, json};

use super::context::{Context, ResourceKind, Stop};
use super::refusals::expect_named;

/// The maximum size of the names and values of all labels, in bytes.
const LABELS_BYTES_MAX: usize = 16_384;

/// The number of labels that have this size.
const LABELS: usize = 64;

/// Labels of that total size, with names of 6 bytes and values in letters of two bytes.
fn labels(bytes: usize) -> Value {
    let each = bytes / LABELS;
    let label = |at: usize| {
        let length = if at == 0 { each + bytes % LABELS } else { each } - 6;
        let value = format!("{}{}", "x".repeat(length % 2), "ü".repeat(length / 2));
        json!({"name": format!("{at:06}"), "value": value})
    };
    (0..LABELS).map(label).collect()
}

/// Labels have at most 16,384 bytes in UTF-8, and each name once. Nothing is created: the app doesn't exist.
pub(super) async fn limits(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    let twice = json!([{"name": "a", "value": "b"}, {"name": "a", "value": "c"}]);
    for (labels, status, field) in [
        (labels(LABELS_BYTES_MAX), 404, ""),
        (labels(LABELS_BYTES_MAX + 1), 400, "metadata.labels"),
        (twice, 400, "metadata.labels"),
    ] {
        let mut body = ctx.valid_body(kind);
        body["metadata"] = json!({"labels": labels});
        let call = ctx
            .call(kind.create())
            .json(body)
            .path("app_id", &ctx.unknown_id("app"));
        let response = ctx.send_for(&call, status).await?;
        if status == 400 {
            ctx.expect_problem(&response, &[9]);
            expect_named(ctx, &response, "invalidFields", field, |found| {
                found.iter().any(|name| name.starts_with(field))
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_the_requested_size() {
        for expected in [LABELS_BYTES_MAX, LABELS_BYTES_MAX + 1] {
            let labels = labels(expected);
            let texts = labels
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|label| [&label["name"], &label["value"]]);
            let bytes: usize = texts.map(|text| text.as_str().unwrap().len()).sum();
            assert_eq!(bytes, expected);
        }
    }
}

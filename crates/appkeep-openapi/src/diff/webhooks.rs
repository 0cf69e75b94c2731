//! Webhooks: operations that the server calls, and that the client serves.
//!
//! They are compared like other operations, with the effects on clients and servers exchanged.

use std::collections::HashMap;

use super::changes::{Changes, Pair};
use super::operations::{compare_ids, compare_messages, named};
use super::{Change, Code, Effect};
use crate::document::Operation;

/// Compares all webhooks, by name and method.
pub(super) fn compare(changes: &mut Changes<'_>) {
    let (all_old, all_new) = (changes.old.webhooks(), changes.new.webhooks());
    if all_old.is_empty() && all_new.is_empty() {
        return;
    }
    let (old_names, new_names) = (by_name(all_old), by_name(all_new));
    let mut messages = Changes::of_webhooks(changes.old, changes.new);
    for old in all_old {
        let Some(&new) = new_names.get(&name(old)) else {
            let code = Code::WebhookRemoved;
            changes.note(code, Some(named(old)), words(old), Some(&old.at), None);
            continue;
        };
        compare_ids(&mut Pair {
            changes: &mut *changes,
            old,
            new,
        });
        compare_messages(&mut Pair {
            changes: &mut messages,
            old,
            new,
        });
    }
    for new in all_new {
        if !old_names.contains_key(&name(new)) {
            let code = Code::WebhookAdded;
            changes.note(code, Some(named(new)), words(new), None, Some(&new.at));
        }
    }
    changes.absorb(messages, exchanged);
}

fn by_name(webhooks: &[Operation]) -> HashMap<(&str, &str), &Operation> {
    webhooks.iter().map(|webhook| (name(webhook), webhook)).collect()
}

fn name(webhook: &Operation) -> (&str, &str) {
    (&webhook.path, &webhook.method)
}

fn words(webhook: &Operation) -> String {
    format!("the webhook `{}`, {}", webhook.path, webhook.method)
}

/// The change of a webhook that corresponds to the change of an operation.
fn exchanged(change: Change) -> Change {
    let (clients, servers) = (change.servers, change.clients);
    let code = match (clients, servers) {
        (Effect::Safe, Effect::Safe) => change.code,
        (Effect::Safe, _) => Code::WebhookNarrower,
        (Effect::Breaking, _) => Code::WebhookChanged,
        _ => Code::WebhookChangedUnproven,
    };
    Change {
        code,
        level: code.level(),
        what: if code == change.code {
            change.what
        } else {
            format!("{}: {}", change.code.as_str(), change.what)
        },
        clients,
        servers,
        ..change
    }
}

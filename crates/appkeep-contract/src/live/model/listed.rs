//! Compares a list with its expected content.

use std::collections::BTreeMap;

use serde_json::Value;

use super::rules::{self, Wrong};
use super::thing::{Fate, Thing};
use super::{Model, look, member};
use crate::live::backups::difference;
use crate::live::call::Call;
use crate::live::context::id_of;
use crate::live::progress::timestamp;
use crate::live::resource_kind::ResourceKind;
use crate::live::wire::Answer;

/// The parameters of a list request.
struct Asked<'c> {
    call: &'c Call,
    kind: ResourceKind,
    columns: Option<Vec<&'c str>>,
    limit: Option<&'c str>,
    goes_on: bool,
}

impl<'c> Asked<'c> {
    fn of(call: &'c Call) -> Self {
        let value = |wanted: &str| {
            let mut query = call.query.iter();
            query
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        Self {
            call,
            kind: ResourceKind::of(&call.operation),
            columns: value("include").map(|names| names.split(',').collect()),
            limit: value("limit"),
            goes_on: value("continue").is_some(),
        }
    }

    /// Whether the response must contain all items.
    fn reject_too_large(&self) -> bool {
        self.limit.is_none() && !self.goes_on
    }

    fn holds(&self, thing: &Thing) -> bool {
        thing.kind == self.kind && thing.is_within(self.call)
    }
}

/// All rules that a list violates.
pub(super) fn judge(model: &mut Model, call: &Call, answer: &Answer) -> Vec<Wrong> {
    let asked = Asked::of(call);
    let mut wrong = figures(&asked, answer);
    let ids: Vec<Option<String>> = match &asked.columns {
        None => answer.items().iter().map(|item| Some(id_of(item))).collect(),
        Some(names) => {
            let at = names.iter().position(|name| *name == "id");
            let id = |row: &Value| row.get(at?)?.as_str().map(str::to_owned);
            answer.items().iter().map(id).collect()
        }
    };
    for (item, id) in answer.items().iter().zip(&ids) {
        let Some(id) = id else { continue };
        let Some(thing) = model.known(call.server, id) else {
            model.others.insert((call.server, id.clone()));
            continue;
        };
        if thing.fate == Fate::Gone {
            wrong.push(rules::GONE.broken(format!("{id} was deleted and is still listed")));
        } else if asked.holds(thing) {
            wrong.extend(match &asked.columns {
                None => shown(thing, item),
                Some(names) => row(thing, names, item),
            });
        } else {
            wrong.push(rules::ELSEWHERE.broken(format!(
                "the list contains {id}, which belongs to another account, app or kind"
            )));
        }
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids.iter().flatten() {
        *times.entry(id).or_default() += 1;
    }
    for (id, times) in &times {
        if *times > 1 {
            wrong.push(rules::LISTED.broken(format!("{id} is in the list {times} times")));
        }
    }
    let names_ids = asked.columns.as_ref().is_none_or(|names| names.contains(&"id"));
    if asked.reject_too_large() && names_ids {
        let missing = model.alive().filter(|thing| asked.holds(thing));
        let missing = missing.filter(|thing| !times.contains_key(thing.id.as_str()));
        wrong
            .extend(missing.map(|thing| {
                rules::LISTED.broken(format!("{} was created and isn't in the list", thing.id))
            }));
    }
    wrong
}

/// Checks the order, the count and the presence of a next page.
fn figures(asked: &Asked<'_>, answer: &Answer) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let items = answer.items();
    if asked.columns.is_none() {
        let keys: Vec<_> = items
            .iter()
            .map(|item| (timestamp(item, "creationTimestamp"), id_of(item)))
            .collect();
        if !keys.is_sorted_by(|newer, older| newer >= older) {
            wrong.push(rules::ORDER.broken("the items aren't ordered newest first".to_owned()));
        }
    }
    if let Some(count) = answer.body.pointer("/metadata/count") {
        let holds = u32::try_from(items.len()).is_ok_and(|items| count.as_f64() == Some(f64::from(items)));
        if !holds {
            let what = format!("`count` is {count} and there are {} items", items.len());
            wrong.push(rules::COUNT.broken(what));
        }
    }
    let goes_on = answer.body.pointer("/metadata/continue").is_some();
    match asked.limit {
        None if goes_on => {
            wrong.push(rules::LIMIT.broken("the response has a `continue` token without `limit`".to_owned()));
        }
        Some(limit) => {
            // A limit that isn't a number is rejected, and a huge one has no effect.
            let most = limit.parse().unwrap_or(usize::MAX);
            if items.len() > most {
                wrong.push(rules::LIMIT.broken(format!(
                    "the response has {} items, and `limit` is {limit}",
                    items.len()
                )));
            }
            if goes_on && items.len() < most {
                wrong.push(rules::LIMIT.broken(format!(
                    "the response has a `continue` token after {} items, and `limit` is {limit}",
                    items.len()
                )));
            }
        }
        None => {}
    }
    if let Some(names) = &asked.columns {
        let fits = |item: &Value| item.as_array().is_some_and(|row| row.len() == names.len());
        if !items.iter().all(fits) {
            let what = format!("not every item is a row of {} values", names.len());
            wrong.push(rules::COLUMNS.broken(what));
        }
    } else if !items.iter().all(Value::is_object) {
        wrong.push(rules::COLUMNS.broken("without `include` not every item is an object".to_owned()));
    }
    wrong
}

/// Checks a resource in a list.
fn shown(thing: &mut Thing, item: &Value) -> Vec<Wrong> {
    let modified = |value: &Value| timestamp(value, "modificationTimestamp");
    if modified(&thing.last) == modified(item) && thing.last != *item {
        let what = difference("the previous response", &thing.last, "the list", item);
        return vec![rules::SAME.broken(what)];
    }
    look::at(thing, item, None)
}

/// Checks a resource in a row; while it is in progress, members that may change are ignored.
fn row(thing: &Thing, names: &[&str], row: &Value) -> Vec<Wrong> {
    let moves = thing.is_in_progress();
    let constant = ["type", "version", "id", "name", "bucketID"];
    let wrong = names.iter().enumerate().filter_map(|(index, name)| {
        let (wanted, got) = (member(&thing.last, name), row.get(index)?);
        let is_compared = !moves || constant.contains(name);
        (is_compared && wanted != got).then(|| format!("`{name}` is {wanted}, and {got} in its column"))
    });
    wrong.map(|what| rules::COLUMNS.broken(what)).collect()
}

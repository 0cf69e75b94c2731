//! Descriptions of the differences between two configurations.

use std::collections::BTreeMap;

use appkeep_core::catalog::{Account, App, Bucket, Declaration};
use appkeep_core::ids::AccountId;
use appkeep_core::schedule::Schedule;
use uuid::Uuid;

/// A declared account, app, bucket or schedule.
#[derive(PartialEq)]
enum Declared<'a> {
    Account(&'a Account),
    App(&'a App),
    Bucket(&'a Bucket),
    Schedule(&'a Schedule),
}

impl Declared<'_> {
    fn title(&self, of: &Declaration) -> String {
        let account = |id: AccountId| {
            let found = of.accounts.iter().find(|account| account.id == id);
            found.map_or_else(|| id.to_string(), |account| account.name.clone())
        };
        match self {
            Self::Account(one) => format!("account {}", one.name),
            Self::App(one) => format!("app {} of account {}", one.name, account(one.account_id)),
            Self::Bucket(one) => format!("bucket {} of account {}", one.name, account(one.account_id)),
            Self::Schedule(one) => {
                let app = of.apps.iter().find(|app| app.id == one.app_id);
                let app = app.map_or_else(|| one.app_id.to_string(), |app| app.name.clone());
                format!("schedule {} of app {app}", one.name)
            }
        }
    }
}

/// Returns one text for each account, app, bucket and schedule that differs.
pub(super) fn changes(old: &Declaration, new: &Declaration) -> Vec<String> {
    let (before, now) = (declared(old), declared(new));
    let mut changes = Vec::new();
    for (id, one) in &now {
        match before.get(id) {
            None => changes.push(format!("added {}", one.title(new))),
            Some(was) if was != one => changes.push(format!("changed {}", one.title(new))),
            Some(_) => {}
        }
    }
    let removed = before.iter().filter(|(id, _)| !now.contains_key(*id));
    changes.extend(removed.map(|(_, was)| format!("removed {}", was.title(old))));
    changes
}

fn declared(declaration: &Declaration) -> BTreeMap<Uuid, Declared<'_>> {
    let accounts = declaration.accounts.iter();
    let accounts = accounts.map(|one| (one.id.as_uuid(), Declared::Account(one)));
    let apps = declaration.apps.iter();
    let apps = apps.map(|one| (one.id.as_uuid(), Declared::App(one)));
    let buckets = declaration.buckets.iter();
    let buckets = buckets.map(|one| (one.id.as_uuid(), Declared::Bucket(one)));
    let schedules = declaration.schedules.iter();
    let schedules = schedules.map(|one| (one.id.as_uuid(), Declared::Schedule(one)));
    accounts.chain(apps).chain(buckets).chain(schedules).collect()
}

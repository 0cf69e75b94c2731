//! The items that a node declares, in the form in which they are stored and compared with those of other nodes.
//!
//! Several nodes may declare the same account, app, bucket or schedule. They must declare it equally, except for the
//! paths of volumes: each node runs jobs with its own.

use serde_json::{Map, Value, json};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::catalog::{Account, App, Bucket, Declaration};
use crate::schedule::Schedule;

/// A kind of item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ItemKind {
    /// An account.
    Account,
    /// An app.
    App,
    /// A bucket.
    Bucket,
    /// A schedule.
    Schedule,
}

impl ItemKind {
    /// The stored name of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An item that a node declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredItem {
    /// Its kind.
    pub kind: ItemKind,
    /// Its id.
    pub id: Uuid,
    /// Its fields. Those of an app contain its volumes and options as they are stored elsewhere.
    pub fields: Map<String, Value>,
}

/// An item, with the node that declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeItem {
    /// The name of the node.
    pub node: String,
    /// The item.
    pub item: DeclaredItem,
}

/// The field whose values are named directories, which may differ between nodes.
const VOLUMES: &str = "volumes";
/// A field that is derived from the paths of volumes.
const VOLUMES_INSIDE: &str = "volumes_inside";
/// Fields with the id of the item that a name is unique in.
const SCOPES: [&str; 2] = ["account_id", "app_id"];

impl DeclaredItem {
    /// All items of a declaration.
    ///
    /// # Errors
    /// When a value can't be represented in JSON, for example a path that isn't UTF-8.
    pub fn list(declaration: &Declaration) -> serde_json::Result<Vec<Self>> {
        let Declaration {
            accounts,
            apps,
            buckets,
            schedules,
        } = declaration;
        let mut items: Vec<_> = accounts.iter().map(Self::account).collect();
        for app in apps {
            items.push(Self::app(app)?);
        }
        for bucket in buckets {
            items.push(Self::bucket(bucket)?);
        }
        for schedule in schedules {
            items.push(Self::schedule(schedule)?);
        }
        Ok(items)
    }

    fn account(account: &Account) -> Self {
        let fields = json!({ "name": account.name });
        Self::new(ItemKind::Account, account.id.as_uuid(), fields)
    }

    fn app(app: &App) -> serde_json::Result<Self> {
        let mut fields = serde_json::to_value(&app.options)?;
        fields["account_id"] = json!(app.account_id);
        fields["name"] = json!(app.name);
        fields[VOLUMES] = serde_json::to_value(&app.volumes)?;
        Ok(Self::new(ItemKind::App, app.id.as_uuid(), fields))
    }

    fn bucket(bucket: &Bucket) -> serde_json::Result<Self> {
        let fields = json!({
            "account_id": bucket.account_id,
            "name": bucket.name,
            "location": serde_json::to_value(&bucket.location)?,
            "default": bucket.is_default,
            "backups_max": bucket.backups_max,
        });
        Ok(Self::new(ItemKind::Bucket, bucket.id.as_uuid(), fields))
    }

    fn schedule(schedule: &Schedule) -> serde_json::Result<Self> {
        let fields = json!({
            "account_id": schedule.account_id,
            "app_id": schedule.app_id,
            "name": schedule.name,
            "cron": schedule.timing.expression(),
            "zone": schedule.timing.zone(),
            "jitter_secs": schedule.jitter_secs,
            "what": [schedule.creates_backup, schedule.creates_snapshot],
            "bucket": schedule.bucket_id,
            "retention": serde_json::to_value(schedule.retention)?,
        });
        Ok(Self::new(ItemKind::Schedule, schedule.id.as_uuid(), fields))
    }

    fn new(kind: ItemKind, id: Uuid, fields: Value) -> Self {
        let fields = match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        Self { kind, id, fields }
    }

    /// The first field that differs from that of another node's item. A field that only one of them has was added by a
    /// later version of the program.
    fn differing_field(&self, other: &Self) -> Option<&str> {
        let differs = |(field, value): &(&String, &Value)| {
            let other = other.fields.get(*field);
            field.as_str() != VOLUMES_INSIDE
                && other.is_some_and(|other| comparable(field, value) != comparable(field, other))
        };
        self.fields.iter().find(differs).map(|(field, _)| field.as_str())
    }

    /// The identity of the item for users: no two items share it.
    fn label(&self) -> (ItemKind, [Option<&Value>; 2], Option<&str>) {
        let scopes = SCOPES.map(|field| self.fields.get(field));
        (self.kind, scopes, self.name())
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.fields.get("name").and_then(Value::as_str)
    }

    fn is_default_bucket_beside(&self, other: &Self) -> bool {
        let is_default = |item: &Self| item.fields.get("default") == Some(&Value::Bool(true));
        is_default(self) && is_default(other) && self.fields.get(SCOPES[0]) == other.fields.get(SCOPES[0])
    }
}

/// The part of a value that must be the same on all nodes: of volumes, the names.
fn comparable(field: &str, value: &Value) -> Value {
    if field != VOLUMES {
        return value.clone();
    }
    let volumes = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut names: Vec<_> = volumes
        .iter()
        .filter_map(|volume| volume["name"].as_str())
        .collect();
    names.sort_unstable();
    json!(names)
}

/// How one of the `items` of `node` contradicts an item of another node; `None` if all agree with it. The description
/// names both nodes and the field. It contains no values, because environment variables of hooks may be secret.
#[must_use]
pub fn disagreement(
    node: &str,
    items: &[DeclaredItem],
    (other_node, other): (&str, &DeclaredItem),
) -> Option<String> {
    items.iter().find_map(|item| {
        let contradiction = contradiction(item, other)?;
        let (kind, name) = (item.kind.as_str(), item.name().unwrap_or_default());
        Some(format!(
            "nodes {node} and {other_node} declare {kind} {name:?} differently: {contradiction}"
        ))
    })
}

fn contradiction(item: &DeclaredItem, other: &DeclaredItem) -> Option<String> {
    if item.id == other.id {
        let field = item.differing_field(other)?;
        return Some(format!("`{field}` differs"));
    }
    if item.label() == other.label() {
        return Some(format!("`id` is {} and {}", item.id, other.id));
    }
    item.is_default_bucket_beside(other).then(|| {
        let other = other.name().unwrap_or_default();
        format!("the other one's default bucket is {other:?} (`default`)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{AppOptions, BucketLocation, Consistency, Volume};
    use crate::ids::{AccountId, AppId, BucketId};

    const ACCOUNT: AccountId = AccountId::new(Uuid::from_u128(1));

    fn app(path: &str) -> App {
        let volumes = vec![Volume {
            name: "data".to_owned(),
            path: path.into(),
        }];
        App {
            id: AppId::new(Uuid::from_u128(2)),
            account_id: ACCOUNT,
            name: "shop".to_owned(),
            volumes,
            options: AppOptions::default(),
            declared: true,
        }
    }

    fn bucket(id: u128, name: &str) -> Bucket {
        Bucket {
            id: BucketId::new(Uuid::from_u128(id)),
            account_id: ACCOUNT,
            name: name.to_owned(),
            location: BucketLocation::Directory("/backups".into()),
            is_default: true,
            backups_max: 2,
            declared: true,
        }
    }

    fn check(one: &Declaration, other: &Declaration) -> Result<(), String> {
        let (one, other) = (
            DeclaredItem::list(one).unwrap(),
            DeclaredItem::list(other).unwrap(),
        );
        let found = other.iter().find_map(|item| disagreement("a", &one, ("b", item)));
        found.map_or(Ok(()), Err)
    }

    fn of_app(app: App) -> Declaration {
        Declaration {
            apps: vec![app],
            ..Declaration::default()
        }
    }

    fn of_bucket(bucket: Bucket) -> Declaration {
        Declaration {
            buckets: vec![bucket],
            ..Declaration::default()
        }
    }

    #[test]
    fn only_paths_of_volumes_may_differ_between_nodes() {
        let mut other = app("/mnt/shop");
        other.options.volumes_inside.push("wiki".to_owned());
        assert_eq!(check(&of_app(app("/srv/shop")), &of_app(other)), Ok(()));
        let mut other = app("/srv/shop");
        other.volumes[0].name = "media".to_owned();
        assert_eq!(
            check(&of_app(app("/srv/shop")), &of_app(other)).unwrap_err(),
            "nodes a and b declare app \"shop\" differently: `volumes` differs"
        );
        let mut other = app("/srv/shop");
        other.options.consistency = Consistency::Strict;
        let refused = check(&of_app(app("/srv/shop")), &of_app(other)).unwrap_err();
        assert!(refused.ends_with("`consistency` differs"), "{refused}");
    }

    #[test]
    fn names_have_one_id_and_accounts_one_default_bucket() {
        let same = check(&of_bucket(bucket(3, "main")), &of_bucket(bucket(3, "main")));
        assert_eq!(same, Ok(()));
        let refused = check(&of_bucket(bucket(3, "main")), &of_bucket(bucket(4, "main"))).unwrap_err();
        assert!(refused.contains("`id` is"), "{refused}");
        let refused = check(&of_bucket(bucket(3, "main")), &of_bucket(bucket(4, "far"))).unwrap_err();
        assert_eq!(
            refused,
            "nodes a and b declare bucket \"main\" differently: the other one's default bucket is \"far\" (`default`)"
        );
    }

    #[test]
    fn fields_of_a_later_version_are_ignored() {
        let mut later = DeclaredItem::list(&of_bucket(bucket(3, "main"))).unwrap();
        later[0].fields.insert("added_later".to_owned(), json!(1));
        let own = DeclaredItem::list(&of_bucket(bucket(3, "main"))).unwrap();
        assert_eq!(disagreement("a", &own, ("b", &later[0])), None);
    }
}

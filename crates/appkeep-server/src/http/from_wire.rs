//! Converts requests to the service's types, and checks the rules that a schema can't express.

use std::collections::HashSet;
use std::path::PathBuf;

use appkeep_api::app::AppUpdate;
use appkeep_api::app_backup::AppBackupCreate;
use appkeep_api::app_restore::AppRestoreCreate;
use appkeep_api::app_snap::AppSnapCreate;
use appkeep_api::formats::{ContinueToken, Identifier, Limit, ResourceName, quoted};
use appkeep_api::metadata::{LABEL_BYTES_MAX, MetadataCreate};
use appkeep_api::problem::InvalidItem;
use appkeep_api::shape::ERRORS_MAX;
use appkeep_core::app_backup::CreateAppBackup;
use appkeep_core::app_restore::{CreateAppRestore, RestoreDirectory, RestoreSource};
use appkeep_core::backup_file::{FilePath, PATH_BYTES_MAX};
use appkeep_core::ids::AppId;
use appkeep_core::listing::ListOptions;
use appkeep_core::metadata::{Label, READ_ONLY_PREFIX};
use appkeep_core::name;
use appkeep_core::resource::CreateResource;
use appkeep_core::store::Position;

use super::problem::Rejected;

/// Converts the body of a request to create a backup.
pub(super) fn create_app_backup(app_id: AppId, body: AppBackupCreate) -> Result<CreateAppBackup, Rejected> {
    Ok(CreateAppBackup {
        resource: create_resource(app_id, body.name.as_ref(), body.metadata)?,
        bucket_id: body.bucket_id.map(|id| id.0.into()),
        snapshot_id: body.snapshot_id.map(|id| id.0.into()),
    })
}

/// Converts the body of a request to create a snapshot.
pub(super) fn create_app_snap(app_id: AppId, body: AppSnapCreate) -> Result<CreateResource, Rejected> {
    create_resource(app_id, body.name.as_ref(), body.metadata)
}

fn create_resource(
    app_id: AppId,
    name: Option<&ResourceName>,
    metadata: Option<MetadataCreate>,
) -> Result<CreateResource, Rejected> {
    Ok(CreateResource {
        app_id,
        name: name.map(resource_name).transpose()?,
        labels: labels(metadata)?,
    })
}

/// Converts the body of a request to restore an app. It must specify exactly one source.
pub(super) fn create_app_restore(app_id: AppId, body: &AppUpdate) -> Result<CreateAppRestore, Rejected> {
    Ok(CreateAppRestore {
        app_id,
        source: source(body.backup_id.as_ref(), body.snapshot_id.as_ref())?,
        target: None,
    })
}

/// Converts the body of a request for a new restore. Paths are only permitted with a target.
pub(super) fn create_restore(app_id: AppId, body: &AppRestoreCreate) -> Result<CreateAppRestore, Rejected> {
    let source = source(body.backup_id.as_ref(), body.snapshot_id.as_ref())?;
    let mut faults = Vec::new();
    let mut fault = |name: String, reason: String| {
        if faults.len() < ERRORS_MAX {
            faults.push(InvalidItem { name, reason });
        }
    };
    let mut include = Vec::new();
    for (index, path) in body.include.iter().flatten().enumerate() {
        match FilePath::parse(path.as_str()) {
            Ok(path) => include.push(path),
            Err(error) => fault(format!("include[{index}]"), error.to_string()),
        }
    }
    if body.target.is_some() == body.in_place.is_some() {
        let reason = if body.target.is_some() {
            "target and inPlace are both given: expected one of them"
        } else {
            "target and inPlace are both missing: expected one of them"
        };
        for name in ["target", "inPlace"] {
            fault(name.to_owned(), reason.to_owned());
        }
    } else if body.target.is_none() && body.include.is_some() {
        let reason = "it requires target: in place, everything else would be removed";
        fault("include".to_owned(), reason.to_owned());
    }
    if let Some(reason) = body
        .target
        .as_ref()
        .and_then(|target| invalid_target(target.as_str()))
    {
        fault("target".to_owned(), reason);
    }
    if !faults.is_empty() {
        return Err(Rejected::Rule(faults));
    }
    let target = body.target.as_ref().map(|target| RestoreDirectory {
        path: PathBuf::from(target.as_str()),
        include,
    });
    Ok(CreateAppRestore {
        app_id,
        source,
        target,
    })
}

/// The reason why a text can't be the path of a target.
fn invalid_target(text: &str) -> Option<String> {
    if text.len() > PATH_BYTES_MAX {
        return Some(format!(
            "the path has {} bytes: expected at most {PATH_BYTES_MAX}",
            text.len()
        ));
    }
    let names = text
        .strip_prefix('/')
        .map(|names| names.strip_suffix('/').unwrap_or(names));
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.contains('\0');
    let is_valid = names.is_some_and(|names| names.split('/').all(is_name));
    (!is_valid).then(|| {
        let given = quoted(text);
        format!("{given} is not an absolute path without \".\" and \"..\"")
    })
}

/// The source of a restore, of which a body must specify exactly one.
fn source(
    backup_id: Option<&Identifier>,
    snapshot_id: Option<&Identifier>,
) -> Result<RestoreSource, Rejected> {
    Ok(match (backup_id, snapshot_id) {
        (Some(id), None) => RestoreSource::Backup(id.0.into()),
        (None, Some(id)) => RestoreSource::Snapshot(id.0.into()),
        (given, _) => {
            let reason = if given.is_some() {
                "backupID and snapshotID are both given: expected one of them"
            } else {
                "backupID and snapshotID are both missing: expected one of them"
            };
            let items = ["backupID", "snapshotID"].map(|name| InvalidItem {
                name: name.to_owned(),
                reason: reason.to_owned(),
            });
            return Err(Rejected::Rule(items.into()));
        }
    })
}

/// Returns the part of a list that a client requests.
pub(super) fn list_options(limit: Option<Limit>, continue_token: Option<ContinueToken>) -> ListOptions {
    ListOptions {
        limit: limit.map(|limit| limit.0),
        after: continue_token.map(|token| Position {
            created_micros: token.created_micros,
            id: token.id,
        }),
    }
}

fn resource_name(given: &ResourceName) -> Result<name::ResourceName, Rejected> {
    name::ResourceName::new(given.as_str()).map_err(|error| {
        Rejected::Rule(vec![InvalidItem {
            name: "name".to_owned(),
            reason: error.to_string(),
        }])
    })
}

/// Converts the labels of a new resource, and checks the rules that the schema can't express: no name occurs
/// twice, none is reserved for the system, and together they have at most [`LABEL_BYTES_MAX`] bytes.
fn labels(metadata: Option<MetadataCreate>) -> Result<Vec<Label>, Rejected> {
    let given = metadata.map(|metadata| metadata.labels).unwrap_or_default();
    let bytes: usize = given
        .iter()
        .map(|label| label.name.len() + label.value.len())
        .sum();
    if bytes > LABEL_BYTES_MAX {
        return Err(Rejected::Rule(vec![InvalidItem {
            name: "metadata.labels".to_owned(),
            reason: format!("the labels have {bytes} bytes; at most {LABEL_BYTES_MAX} are allowed"),
        }]));
    }
    let mut names = HashSet::new();
    let mut faults = Vec::new();
    for (index, label) in given.iter().enumerate() {
        let why = if label.name.starts_with(READ_ONLY_PREFIX) {
            format!("only the system sets labels that begin with {READ_ONLY_PREFIX}")
        } else if !names.insert(label.name.as_str()) {
            "it is repeated".to_owned()
        } else {
            continue;
        };
        if faults.len() < ERRORS_MAX {
            faults.push(InvalidItem {
                name: format!("metadata.labels[{index}].name"),
                reason: format!("the label {}: {why}", quoted(&label.name)),
            });
        }
    }
    if faults.is_empty() {
        Ok(given
            .into_iter()
            .map(|label| Label {
                name: label.name,
                value: label.value,
            })
            .collect())
    } else {
        Err(Rejected::Rule(faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_reported_fields_is_bounded() {
        let label = serde_json::json!({"name": format!("{READ_ONLY_PREFIX}x"), "value": ""});
        for (given, named) in [(1, 1), (ERRORS_MAX, ERRORS_MAX), (ERRORS_MAX + 1, ERRORS_MAX)] {
            let metadata = serde_json::json!({"labels": vec![label.clone(); given]});
            let refused = labels(serde_json::from_value(metadata).unwrap());
            let Err(Rejected::Rule(faults)) = refused else {
                panic!("{given} such labels are accepted");
            };
            assert_eq!(faults.len(), named);
        }
    }
}

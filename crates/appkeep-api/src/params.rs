//! Path and query parameters. Deserializing never fails: each value keeps its own error.

use std::marker::PhantomData;

use dropshot::{
    ApiEndpointBodyContentType, ExtractorMetadata, HttpError, Query, RequestContext, ServerContext,
    SharedExtractor,
};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::{InstanceType, Schema, SchemaObject, StringValidation};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::account::Account;
use crate::app::App;
use crate::app_backup::AppBackup;
use crate::app_restore::AppRestore;
use crate::app_snap::AppSnap;
use crate::app_summary::AppSummary;
use crate::bucket::Bucket;
use crate::cloud::Cloud;
use crate::fields;
use crate::formats::{ContinueToken, FromText, Identifier, Limit, Parsed, quoted};
use crate::hook::Hook;
use crate::metadata::present;
use crate::problem::InvalidItem;
use crate::schedule::Schedule;
use crate::shape::ERRORS_MAX;
use crate::user::User;

/// `/accounts/{account_id}/…`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AccountPath {
    /// The account.
    pub account_id: Parsed<Identifier>,
}

/// `/accounts/{account_id}/…/{appBackup_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AccountBackupPath {
    /// The account.
    pub account_id: Parsed<Identifier>,
    /// The backup.
    #[serde(rename = "appBackup_id")]
    pub app_backup_id: Parsed<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/…`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AppPath {
    /// The account.
    pub account_id: Parsed<Identifier>,
    /// The app.
    pub app_id: Parsed<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/…/{appBackup_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AppBackupPath {
    /// The account.
    pub account_id: Parsed<Identifier>,
    /// The app.
    pub app_id: Parsed<Identifier>,
    /// The backup.
    #[serde(rename = "appBackup_id")]
    pub app_backup_id: Parsed<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/…/{appSnap_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AppSnapPath {
    /// The account.
    pub account_id: Parsed<Identifier>,
    /// The app.
    pub app_id: Parsed<Identifier>,
    /// The snapshot.
    #[serde(rename = "appSnap_id")]
    pub app_snap_id: Parsed<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/schedules/{schedule_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SchedulePath {
    /// The account.
    pub account_id: Parsed<Identifier>,
    /// The app.
    pub app_id: Parsed<Identifier>,
    /// The schedule.
    pub schedule_id: Parsed<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/…/{appRestore_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AppRestorePath {
    /// The account.
    pub account_id: Parsed<Identifier>,
    /// The app.
    pub app_id: Parsed<Identifier>,
    /// The restore.
    #[serde(rename = "appRestore_id")]
    pub app_restore_id: Parsed<Identifier>,
}

/// The requested fields of a resource `T`, each once, in the requested order.
#[derive(Debug)]
pub struct Include<T> {
    /// The fields' names.
    pub names: Vec<&'static str>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> FromText for Include<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        let fields = fields::names::<T>();
        let mut names = Vec::new();
        for given in text.split(',') {
            let name = fields.iter().copied().find(|name| *name == given);
            let name = name.ok_or_else(|| {
                format!(
                    "{} is not a field; the fields are {}",
                    quoted(given),
                    fields.join(", ")
                )
            })?;
            if names.contains(&name) {
                return Err(format!("the field {name} is repeated"));
            }
            names.push(name);
        }
        Ok(Self {
            names,
            of: PhantomData,
        })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Include<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_text(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<T: DeserializeOwned> JsonSchema for Include<T> {
    fn is_referenceable() -> bool {
        false
    }

    fn schema_name() -> String {
        "Include".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = fields::names::<T>().join("|");
        SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            string: Some(Box::new(StringValidation {
                pattern: Some(format!("^({names})(,({names}))*$")),
                ..Default::default()
            })),
            ..Default::default()
        }
        .into()
    }
}

/// The requested part of a list, and its form.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(bound(deserialize = "I: Deserialize<'de>"))]
pub struct ListQuery<I> {
    /// The fields to return instead of whole resources, separated by commas, each at most once.
    #[schemars(with = "I")]
    pub include: Option<I>,
    /// The maximum number of items in the response.
    #[schemars(with = "Limit")]
    pub limit: Option<Limit>,
    /// The position to continue from: `metadata.continue` of an earlier response.
    #[serde(rename = "continue")]
    #[schemars(with = "ContinueToken")]
    pub continue_token: Option<ContinueToken>,
}

/// The query of a list of backups.
pub type AppBackupListQuery = ListQuery<Include<AppBackup>>;

/// The query of a list of snapshots.
pub type AppSnapListQuery = ListQuery<Include<AppSnap>>;

/// The query of a list of apps.
pub type AppListQuery = ListQuery<Include<App>>;

/// The query of a list of summaries.
pub type AppSummaryListQuery = ListQuery<Include<AppSummary>>;

/// The query of a list of restores.
pub type AppRestoreListQuery = ListQuery<Include<AppRestore>>;

/// The query of a list of schedules.
pub type ScheduleListQuery = ListQuery<Include<Schedule>>;

/// The query of a list of hooks.
pub type HookListQuery = ListQuery<Include<Hook>>;

/// The query of a list of buckets.
pub type BucketListQuery = ListQuery<Include<Bucket>>;

/// The query of a list of clouds.
pub type CloudListQuery = ListQuery<Include<Cloud>>;

/// The query of a list of users.
pub type UserListQuery = ListQuery<Include<User>>;

/// The query of a list of accounts.
pub type AccountListQuery = ListQuery<Include<Account>>;

/// No query parameters.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct NoQuery {}

/// The errors of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryError {
    /// Invalid or repeated parameters.
    pub invalid: Vec<InvalidItem>,
    /// Unknown parameters.
    pub unknown: Vec<InvalidItem>,
}

/// Query parameters that are parsed one by one, so that every error is reported.
pub trait ReadQuery: Default {
    /// The parameters' names.
    const NAMES: &'static [&'static str];

    /// Sets the value of a parameter.
    ///
    /// # Errors
    /// The reason why the value is invalid.
    fn set(&mut self, name: &str, value: &str) -> Result<(), String>;
}

impl<I> Default for ListQuery<I> {
    fn default() -> Self {
        Self {
            include: None,
            limit: None,
            continue_token: None,
        }
    }
}

impl<I: FromText> ReadQuery for ListQuery<I> {
    const NAMES: &'static [&'static str] = &["include", "limit", "continue"];

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "include" => self.include = Some(I::from_text(value)?),
            "limit" => self.limit = Some(Limit::from_text(value)?),
            _ => self.continue_token = Some(ContinueToken::from_text(value)?),
        }
        Ok(())
    }
}

impl ReadQuery for NoQuery {
    const NAMES: &'static [&'static str] = &[];

    fn set(&mut self, _: &str, _: &str) -> Result<(), String> {
        Ok(())
    }
}

/// Parses a query string strictly: unknown and repeated parameters are errors.
///
/// # Errors
/// Names the invalid parameters, at most [`ERRORS_MAX`].
pub fn read_query<Q: ReadQuery>(raw: &str) -> Result<Q, QueryError> {
    let mut query = Q::default();
    let mut error = QueryError::default();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        let item = |reason: String| InvalidItem {
            name: name.clone().into_owned(),
            reason,
        };
        if !Q::NAMES.contains(&name.as_ref()) {
            error
                .unknown
                .push(item("this operation has no such parameter".to_owned()));
        } else if seen.iter().any(|earlier| *earlier == name) {
            error.invalid.push(item("it is repeated".to_owned()));
        } else if let Err(reason) = query.set(&name, &value) {
            error.invalid.push(item(reason));
        }
        seen.push(name.into_owned());
        if error.invalid.len() + error.unknown.len() == ERRORS_MAX {
            break;
        }
    }
    if error == QueryError::default() {
        Ok(query)
    } else {
        Err(error)
    }
}

/// An operation's query parameters, or their errors.
pub struct QueryParams<Q>(pub Result<Q, QueryError>);

impl<Q: ReadQuery> QueryParams<Q> {
    /// Parses the query of a URL.
    #[must_use]
    pub fn read(raw: Option<&str>) -> Self {
        Self(read_query(raw.unwrap_or_default()))
    }
}

#[async_trait::async_trait]
impl<Q> SharedExtractor for QueryParams<Q>
where
    Q: ReadQuery + JsonSchema + serde::de::DeserializeOwned + Send + Sync + 'static,
{
    async fn from_request<C: ServerContext>(rqctx: &RequestContext<C>) -> Result<Self, HttpError> {
        Ok(Self::read(rqctx.request.uri().query()))
    }

    fn metadata(content_type: ApiEndpointBodyContentType) -> ExtractorMetadata {
        Query::<Q>::metadata(content_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Result<AppSnapListQuery, QueryError> {
        read_query(raw)
    }

    #[test]
    fn every_invalid_parameter_is_reported() {
        let error = read("limit=0&colour=red&include=id,color&continue=&x").unwrap_err();
        let names = |items: &[InvalidItem]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&error.invalid), ["limit", "include", "continue"]);
        assert_eq!(names(&error.unknown), ["colour", "x"]);
        assert!(error.invalid[1].reason.starts_with("\"color\" is not a field"));
    }

    #[test]
    fn duplicate_include_fields_are_rejected() {
        let error = read("include=id,name,id").unwrap_err();
        assert_eq!(error.invalid[0].name, "include");
        assert_eq!(error.invalid[0].reason, "the field id is repeated");
    }

    #[test]
    fn the_number_of_reported_parameters_is_bounded() {
        let error = read(&"x&".repeat(10_000)).unwrap_err();
        assert_eq!(error.unknown.len(), ERRORS_MAX);
    }

    #[test]
    fn repeated_parameters_are_rejected() {
        let error = read("limit=1&limit=1").unwrap_err();
        assert_eq!(error.invalid[0].reason, "it is repeated");
    }

    #[test]
    fn valid_parameters_are_parsed() {
        let query = read("include=name%2Cid&limit=2").unwrap();
        assert_eq!(query.include.unwrap().names, ["name", "id"]);
        assert_eq!(query.limit, Some(Limit(2)));
        assert!(read("").is_ok());
        assert!(read_query::<NoQuery>("a=b").is_err());
    }
}

//! Path and query parameters. Reading them never fails: each value keeps its own verdict.

use std::marker::PhantomData;

use dropshot::{
    ApiEndpointBodyContentType, ExtractorMetadata, HttpError, Query, RequestContext, ServerContext,
    SharedExtractor,
};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::{InstanceType, Schema, SchemaObject, StringValidation};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::fields::{
    AccountFields, AppBackupFields, AppFields, AppSnapFields, BucketFields, CloudFields, Fields,
    ScheduleFields,
};
use crate::metadata::present;
use crate::problem::InvalidItem;
use crate::shape::FAULTS_MAX;
use crate::words::{ContinueToken, Identifier, Limit, Try, Word, quoted};

/// `/accounts/{account_id}/…`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AccountPath {
    /// The account that everything below belongs to.
    pub account_id: Try<Identifier>,
}

/// `/accounts/{account_id}/…/{appBackup_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AccountBackupPath {
    /// The account that everything below belongs to.
    pub account_id: Try<Identifier>,
    /// The backup in question.
    #[serde(rename = "appBackup_id")]
    pub app_backup_id: Try<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/…`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AppPath {
    /// The account that everything below belongs to.
    pub account_id: Try<Identifier>,
    /// The app in question.
    pub app_id: Try<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/…/{appBackup_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AppBackupPath {
    /// The account that everything below belongs to.
    pub account_id: Try<Identifier>,
    /// The app in question.
    pub app_id: Try<Identifier>,
    /// The backup in question.
    #[serde(rename = "appBackup_id")]
    pub app_backup_id: Try<Identifier>,
}

/// `/accounts/{account_id}/…/{app_id}/…/{appSnap_id}`
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AppSnapPath {
    /// The account that everything below belongs to.
    pub account_id: Try<Identifier>,
    /// The app in question.
    pub app_id: Try<Identifier>,
    /// The snapshot in question.
    #[serde(rename = "appSnap_id")]
    pub app_snap_id: Try<Identifier>,
}

/// The fields to answer with, each once, in the order asked for.
#[derive(Debug)]
pub struct Include<F> {
    /// The fields' names.
    pub names: Vec<&'static str>,
    of: PhantomData<fn() -> F>,
}

impl<F: Fields> Word for Include<F> {
    fn from_text(text: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        for given in text.split(',') {
            let name = F::NAMES.iter().copied().find(|name| *name == given);
            let name = name.ok_or_else(|| {
                format!(
                    "{} is not a field; the fields are {}",
                    quoted(given),
                    F::NAMES.join(", ")
                )
            })?;
            if names.contains(&name) {
                return Err(format!("the field {name} is given more than once"));
            }
            names.push(name);
        }
        Ok(Self {
            names,
            of: PhantomData,
        })
    }
}

impl<'de, F: Fields> Deserialize<'de> for Include<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_text(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<F: Fields> JsonSchema for Include<F> {
    fn is_referenceable() -> bool {
        false
    }

    fn schema_name() -> String {
        "Include".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = F::NAMES.join("|");
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

/// Which part of a list is wanted, and in what form.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(bound(deserialize = "I: Deserialize<'de>"))]
pub struct ListQuery<I> {
    /// Fields to answer with instead of whole resources, separated by commas, each at most once.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "I")]
    pub include: Option<I>,
    /// The most items that the answer may hold.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Limit")]
    pub limit: Option<Limit>,
    /// Where to go on: the `metadata.continue` of an earlier answer.
    #[serde(
        rename = "continue",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "ContinueToken")]
    pub goes_on: Option<ContinueToken>,
}

/// The query of a list of backups.
pub type AppBackupListQuery = ListQuery<Include<AppBackupFields>>;

/// The query of a list of snapshots.
pub type AppSnapListQuery = ListQuery<Include<AppSnapFields>>;

/// The query of a list of apps.
pub type AppListQuery = ListQuery<Include<AppFields>>;

/// The query of a list of schedules.
pub type ScheduleListQuery = ListQuery<Include<ScheduleFields>>;

/// The query of a list of buckets.
pub type BucketListQuery = ListQuery<Include<BucketFields>>;

/// The query of a list of clouds.
pub type CloudListQuery = ListQuery<Include<CloudFields>>;

/// The query of a list of accounts.
pub type AccountListQuery = ListQuery<Include<AccountFields>>;

/// No query parameters at all.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct NoQuery {}

/// What is wrong with a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryFault {
    /// Known parameters with bad values, or given more than once.
    pub invalid: Vec<InvalidItem>,
    /// Parameters that the operation doesn't have.
    pub unknown: Vec<InvalidItem>,
}

/// Query parameters that are read one by one, so that every fault is found.
pub trait ReadQuery: Default {
    /// The parameters' names.
    const NAMES: &'static [&'static str];

    /// Takes one parameter's value.
    ///
    /// # Errors
    /// When the value is none: why not.
    fn set(&mut self, name: &str, value: &str) -> Result<(), String>;
}

impl<I> Default for ListQuery<I> {
    fn default() -> Self {
        Self {
            include: None,
            limit: None,
            goes_on: None,
        }
    }
}

impl<I: Word> ReadQuery for ListQuery<I> {
    const NAMES: &'static [&'static str] = &["include", "limit", "continue"];

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "include" => self.include = Some(I::from_text(value)?),
            "limit" => self.limit = Some(Limit::from_text(value)?),
            _ => self.goes_on = Some(ContinueToken::from_text(value)?),
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

/// Reads a query string strictly: unknown and repeated parameters are faults.
///
/// # Errors
/// Names the parameters at fault, at most [`FAULTS_MAX`].
pub fn read_query<Q: ReadQuery>(raw: &str) -> Result<Q, QueryFault> {
    let mut query = Q::default();
    let mut fault = QueryFault::default();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        let item = |reason: String| InvalidItem {
            name: name.clone().into_owned(),
            reason,
        };
        if !Q::NAMES.contains(&name.as_ref()) {
            fault
                .unknown
                .push(item("this operation has no such parameter".to_owned()));
        } else if seen.iter().any(|earlier| *earlier == name) {
            fault.invalid.push(item("it is given more than once".to_owned()));
        } else if let Err(reason) = query.set(&name, &value) {
            fault.invalid.push(item(reason));
        }
        seen.push(name.into_owned());
        if fault.invalid.len() + fault.unknown.len() == FAULTS_MAX {
            break;
        }
    }
    if fault == QueryFault::default() {
        Ok(query)
    } else {
        Err(fault)
    }
}

/// An operation's query parameters, or what is wrong with them.
pub struct QueryParams<Q>(pub Result<Q, QueryFault>);

impl<Q: ReadQuery> QueryParams<Q> {
    /// Reads the query of a URL, if it has one.
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

    fn read(raw: &str) -> Result<AppSnapListQuery, QueryFault> {
        read_query(raw)
    }

    #[test]
    fn every_fault_is_found() {
        let fault = read("limit=0&colour=red&include=id,color&continue=&x").unwrap_err();
        let names = |items: &[InvalidItem]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&fault.invalid), ["limit", "include", "continue"]);
        assert_eq!(names(&fault.unknown), ["colour", "x"]);
        assert!(fault.invalid[1].reason.starts_with("\"color\" is not a field"));
    }

    #[test]
    fn a_field_that_is_included_twice_is_an_error() {
        let fault = read("include=id,name,id").unwrap_err();
        assert_eq!(fault.invalid[0].name, "include");
        assert_eq!(fault.invalid[0].reason, "the field id is given more than once");
    }

    #[test]
    fn not_more_faults_are_named_than_anybody_reads() {
        let fault = read(&"x&".repeat(10_000)).unwrap_err();
        assert_eq!(fault.unknown.len(), FAULTS_MAX);
    }

    #[test]
    fn a_repeated_parameter_is_a_fault() {
        let fault = read("limit=1&limit=1").unwrap_err();
        assert_eq!(fault.invalid[0].reason, "it is given more than once");
    }

    #[test]
    fn good_parameters_are_read() {
        let query = read("include=name%2Cid&limit=2").unwrap();
        assert_eq!(query.include.unwrap().names, ["name", "id"]);
        assert_eq!(query.limit, Some(Limit(2)));
        assert!(read("").is_ok());
        assert!(read_query::<NoQuery>("a=b").is_err());
    }
}

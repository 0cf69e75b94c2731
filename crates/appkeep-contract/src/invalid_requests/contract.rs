//! Requests that every server must refuse: no schema forbids them, or they are close to valid ones.

use super::Mutation as M;
use super::{Invalid, InvalidRequest, Mutation, Operations as On, Problem, Scope};

/// A body longer than any server of this API reads: 1 MiB and a little.
const TOO_LONG_BYTES: usize = 1_052_672;

const UPPER: &str = "8A02EBD9-3A5D-4B1F-9C5E-7D1F0B0F6A11";
const BARE: &str = "8a02ebd93a5d4b1f9c5e7d1f0b0f6a11";
const WORD: &str = "not-an-id";

const fn row(
    code: &'static str,
    rule: &'static str,
    operations: On,
    mutations: &'static [Mutation],
    status: u16,
    problem: Problem,
) -> InvalidRequest {
    InvalidRequest {
        scope: Scope::Contract,
        code,
        rule,
        operations,
        mutations,
        status,
        problem,
        invalid: Invalid::Any,
    }
}

impl InvalidRequest {
    const fn names(mut self, invalid: Invalid) -> Self {
        self.invalid = invalid;
        self
    }
}

const NAME: &str = "A name is a DNS label of 1 to 63 characters.";
const BACKUP: On = On::Only("app_backup_create_for_app");
const RESTORES: On = On::Only("app_update");
const IN_ACCOUNT: On = On::InPath("account_id");

/// All requests that every server must refuse.
#[rustfmt::skip]
pub const CONTRACT: &[InvalidRequest] = &[
    // ------------------------------------------------------------------ tokens
    row("token-missing", "Without a bearer token the response is 401.", On::Every,
        &[M::NoToken], 401, Problem::Numbers(&[3])),
    row("token-unknown", "With an unknown token the response is 401.", On::Every,
        &[M::UnknownToken], 401, Problem::Numbers(&[4])),
    row("token-revoked", "With a token that was revoked or has expired the response is 401.", On::Every,
        &[M::RevokedToken], 401, Problem::Numbers(&[4])),
    row("token-of-another-scheme", "Only the bearer scheme is accepted.", On::Every,
        &[M::BasicToken], 401, Problem::Numbers(&[3, 4])),
    // ------------------------------------------------------------------ permission
    row("account-of-others", "A request for another account returns 403, whether or not it exists.", IN_ACCOUNT,
        &[M::UnknownAccount], 403, Problem::Numbers(&[11])),
    row("token-of-others", "Another account's token can't access this account.", IN_ACCOUNT,
        &[M::ForeignToken], 403, Problem::Numbers(&[11])),
    row("role-too-low", "A read-only token can't create or delete.", On::Writes,
        &[M::ViewerToken], 403, Problem::Numbers(&[11])),
    row("role-sufficient", "A token of role `admin` or `owner` can create and delete.", On::Writes,
        &[M::OperatorToken, M::UnknownApp, M::UnknownResource], 404, Problem::NotFound),
    // ------------------------------------------------------------------ ids
    row("account-malformed", "An account id is a UUID.", IN_ACCOUNT,
        &[M::Account(WORD)], 400, Problem::Numbers(&[33])),
    row("account-in-capitals", "Ids are written in lower case.", IN_ACCOUNT,
        &[M::Account(UPPER)], 400, Problem::Numbers(&[33])),
    row("account-without-hyphens", "Ids are written with hyphens.", IN_ACCOUNT,
        &[M::Account(BARE)], 400, Problem::Numbers(&[33])),
    row("app-malformed", "An app id is a UUID.", On::InPath("app_id"),
        &[M::App(WORD)], 400, Problem::Numbers(&[35])),
    row("app-in-capitals", "Ids are written in lower case.", On::InPath("app_id"),
        &[M::App(UPPER)], 400, Problem::Numbers(&[35])),
    row("resource-malformed", "A resource id is a UUID.", On::OneResource,
        &[M::Resource(WORD)], 400, Problem::Numbers(&[35])),
    row("resource-in-capitals", "Ids are written in lower case.", On::OneResource,
        &[M::Resource(UPPER)], 400, Problem::Numbers(&[35])),
    row("resource-without-hyphens", "Ids are written with hyphens.", On::OneResource,
        &[M::Resource(BARE)], 400, Problem::Numbers(&[35])),
    // ------------------------------------------------------------------ what isn't there
    row("account-unknown", "With a token of all accounts, an unknown account isn't found.", IN_ACCOUNT,
        &[M::OperatorToken, M::UnknownAccount], 404, Problem::NotFound),
    row("app-unknown", "An unknown app isn't found.", On::InPath("app_id"),
        &[M::UnknownApp], 404, Problem::NotFound),
    row("app-of-others", "Another account's app isn't found under the caller's account.", On::InPath("app_id"),
        &[M::ForeignApp], 404, Problem::NotFound),
    row("resource-unknown", "An unknown resource isn't found.", On::OneResource,
        &[M::UnknownResource], 404, Problem::NotFound),
    // ------------------------------------------------------------------ query
    row("query-unknown", "An undocumented query parameter is rejected, and the response names it.", On::Every,
        &[M::Query("surprise", "1")], 400, Problem::Numbers(&[6])).names(Invalid::Parameter("surprise")),
    row("query-repeated", "A repeated query parameter is rejected.", On::InQuery("limit"),
        &[M::Query("limit", "1"), M::Query("limit", "2")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("limit")),
    row("limit-zero", "The least limit is 1.", On::InQuery("limit"),
        &[M::Query("limit", "0")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("limit")),
    row("limit-negative", "A limit is a positive integer.", On::InQuery("limit"),
        &[M::Query("limit", "-1")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("limit")),
    row("limit-word", "A limit is a positive integer.", On::InQuery("limit"),
        &[M::Query("limit", "many")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("limit")),
    row("limit-fraction", "A limit is an integer.", On::InQuery("limit"),
        &[M::Query("limit", "1.5")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("limit")),
    row("limit-empty", "An empty limit is rejected.", On::InQuery("limit"),
        &[M::Query("limit", "")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("limit")),
    row("include-unknown", "Only existing fields can be requested.", On::InQuery("include"),
        &[M::Query("include", "id,surprise")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("include")),
    row("include-empty", "At least one field must be requested.", On::InQuery("include"),
        &[M::Query("include", "")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("include")),
    row("include-repeated", "A repeated field is rejected.", On::InQuery("include"),
        &[M::Query("include", "id,name,id")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("include")),
    row("continue-malformed", "A malformed continue token is rejected.", On::InQuery("continue"),
        &[M::Query("continue", "surprise")], 400, Problem::Numbers(&[5])).names(Invalid::Parameter("continue")),
    // ------------------------------------------------------------------ method and media type
    row("method-undeclared", "An undocumented method returns 405 with `Allow`.", On::EveryPath,
        &[M::Method("PATCH")], 405, Problem::Numbers(&[69])),
    row("method-before-token", "The method is checked before the token.", On::EveryPath,
        &[M::Method("PATCH"), M::NoToken], 405, Problem::Numbers(&[69])),
    row("content-type-unsupported", "A body of another media type is rejected.", On::WithBody,
        &[M::ContentType("text/plain")], 415, Problem::Any),
    row("content-type-of-another-resource", "The vendor media type of another resource is rejected.", On::Creates,
        &[M::ContentType("application/astra-app+json")], 415, Problem::Any),
    row("body-too-long", "A body larger than 1 MiB is rejected.", On::WithBody,
        &[M::Padding(TOO_LONG_BYTES)], 413, Problem::Numbers(&[85])),
    // ------------------------------------------------------------------ body
    row("body-not-json", "A body is valid JSON.", On::WithBody, &[M::Body("{\"type\":")], 400, Problem::Numbers(&[7])),
    row("body-empty", "An empty body is rejected.", On::WithBody, &[M::Body("")], 400, Problem::Numbers(&[7])),
    row("body-with-tail", "Text after the JSON value is rejected.", On::WithBody,
        &[M::Body("{\"type\":\"application/astra-appBackup\",\"version\":\"1.1\"} x")], 400, Problem::Numbers(&[7])),
    row("name-in-capitals", NAME, On::WithBody,
        &[M::Member("name", "\"Nightly\"")], 400, Problem::Numbers(&[8])).names(Invalid::Field("name")),
    row("name-with-underscore", NAME, On::WithBody,
        &[M::Member("name", "\"night_ly\"")], 400, Problem::Numbers(&[8])).names(Invalid::Field("name")),
    row("name-ends-in-hyphen", NAME, On::WithBody,
        &[M::Member("name", "\"nightly-\"")], 400, Problem::Numbers(&[8])).names(Invalid::Field("name")),
    row("name-ends-in-line-break", NAME, On::WithBody,
        &[M::Member("name", "\"nightly\\n\"")], 400, Problem::Numbers(&[8])).names(Invalid::Field("name")),
    row("label-of-the-system", "Labels with the system's prefix are rejected, and the response names them.", On::Creates,
        &[M::Member("metadata", "{\"labels\":[{\"name\":\"appkeep.io/read-only/snapshot-level\",\"value\":\"copy\"}]}")],
        400, Problem::Numbers(&[9])).names(Invalid::Field("metadata.labels.0.name")),
    // ------------------------------------------------------------------ overwriting
    row("force-update-missing", "Data is only overwritten with `ForceUpdate: true`.", RESTORES,
        &[M::ForceUpdate(None)], 403, Problem::Numbers(&[79])).names(Invalid::Parameter("ForceUpdate")),
    row("force-update-refused", "Data is only overwritten with `ForceUpdate: true`.", RESTORES,
        &[M::ForceUpdate(Some("perhaps"))], 400, Problem::Numbers(&[12])).names(Invalid::Parameter("ForceUpdate")),
    row("restore-of-nothing", "A restore names its source.", RESTORES,
        &[M::Body("{\"type\":\"application/astra-app\",\"version\":\"2.2\"}")],
        400, Problem::Numbers(&[9])).names(Invalid::Field("backupID")),
    row("restore-of-two", "A restore names only one source.", RESTORES,
        &[M::UnknownId("snapshotID")], 400, Problem::Numbers(&[9])).names(Invalid::Field("snapshotID")),
    row("restore-of-unknown-backup", "An unknown backup can't be restored.", RESTORES,
        &[M::UnknownId("backupID")], 400, Problem::Numbers(&[9])).names(Invalid::Field("backupID")),
    // ------------------------------------------------------------------ what the body refers to
    row("snapshot-unknown", "A backup can't be created from an unknown snapshot.", BACKUP,
        &[M::UnknownId("snapshotID")], 400, Problem::Numbers(&[46])),
    row("bucket-unknown", "A backup can't be created in an unknown bucket.", BACKUP,
        &[M::UnknownId("bucketID")], 400, Problem::Numbers(&[108])),
    // ------------------------------------------------------------------ the order of checks
    row("order-token-before-account", "The token is checked before the account.", IN_ACCOUNT,
        &[M::NoToken, M::Account(WORD)], 401, Problem::Numbers(&[3])),
    row("order-account-before-permission", "A malformed account id is rejected before permissions are checked.", IN_ACCOUNT,
        &[M::ForeignToken, M::Account(WORD)], 400, Problem::Numbers(&[33])),
    row("order-permission-before-query", "Permissions are checked before the query.", IN_ACCOUNT,
        &[M::UnknownAccount, M::Query("surprise", "1")], 403, Problem::Numbers(&[11])),
    row("order-permission-before-ids", "Permissions are checked before the other ids.", On::InPath("app_id"),
        &[M::UnknownAccount, M::App(WORD)], 403, Problem::Numbers(&[11])),
    row("order-permission-before-body", "Permissions are checked before the body.", On::WithBody,
        &[M::UnknownAccount, M::Body("{")], 403, Problem::Numbers(&[11])),
    row("order-role-before-body", "The role is checked before the body.", On::WithBody,
        &[M::ViewerToken, M::Body("{")], 403, Problem::Numbers(&[11])),
    row("order-account-before-query", "The account is looked up before the query is checked.", IN_ACCOUNT,
        &[M::OperatorToken, M::UnknownAccount, M::Query("surprise", "1")], 404, Problem::NotFound),
    row("order-ids-before-query", "Ids are checked before the query.", On::InPath("app_id"),
        &[M::App(WORD), M::Query("surprise", "1")], 400, Problem::Numbers(&[35])),
    row("order-query-before-header", "The query is checked before the headers.", RESTORES,
        &[M::Query("surprise", "1"), M::ForceUpdate(None)], 400, Problem::Numbers(&[6])),
    row("order-header-before-body", "Headers are checked before the body.", RESTORES,
        &[M::ForceUpdate(None), M::Body("{")], 403, Problem::Numbers(&[79])),
    row("order-query-before-body", "The query is checked before the body.", On::WithBody,
        &[M::Query("surprise", "1"), M::Body("{")], 400, Problem::Numbers(&[6])),
    row("order-query-before-app", "The query is checked before the app is looked up.", On::InPath("app_id"),
        &[M::UnknownApp, M::Query("surprise", "1")], 400, Problem::Numbers(&[6])),
    row("order-body-before-app", "The body is checked before the app is looked up.", On::WithBody,
        &[M::UnknownApp, M::Body("{")], 400, Problem::Numbers(&[7])),
    row("order-app-before-snapshot", "The app is looked up before the resources that the body names.", BACKUP,
        &[M::UnknownApp, M::UnknownId("snapshotID")], 404, Problem::NotFound),
];

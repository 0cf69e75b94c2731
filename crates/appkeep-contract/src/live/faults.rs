//! Faulty requests that no schema forbids, or that lie close to what it permits, as data: what is twisted, and which
//! answer that must get.
//!
//! A row is made once for every operation that it fits; `fault_run` does that.

use super::faults::Twist as T;

/// One way to spoil a sound request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Twist {
    /// No `Authorization`.
    NoToken,
    /// A bearer token that nobody issued.
    UnknownToken,
    /// Another scheme than bearer.
    BasicToken,
    /// The read-only token.
    ViewerToken,
    /// Another account's token.
    ForeignToken,
    /// The token of all accounts.
    OperatorToken,
    /// The account's id is this text.
    Account(&'static str),
    /// The account's id is one that nobody has.
    UnknownAccount,
    /// The app's id is this text.
    App(&'static str),
    /// The app's id is one that nobody has.
    UnknownApp,
    /// The app is another account's.
    ForeignApp,
    /// The resource's id is this text.
    Resource(&'static str),
    /// A query parameter more.
    Query(&'static str, &'static str),
    /// A method that the path doesn't declare.
    Method(&'static str),
    /// The `Content-Type`.
    ContentType(&'static str),
    /// The body, as text.
    Body(&'static str),
    /// Spaces before the body, in bytes.
    Padding(usize),
    /// What `ForceUpdate` says; `None` takes it away.
    ForceUpdate(Option<&'static str>),
    /// A member of the body, given as JSON.
    Member(&'static str, &'static str),
    /// A member of the body that names an id that nobody has.
    UnknownId(&'static str),
}

/// Which operations a row is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum On {
    /// All.
    Every,
    /// One operation of every path.
    EveryPath,
    /// Those with a path parameter of this name.
    InPath(&'static str),
    /// Those with the id of a backup or a snapshot in the path.
    OneResource,
    /// Those with a query parameter of this name.
    InQuery(&'static str),
    /// Those that change something.
    Writes,
    /// Those with a body.
    WithBody,
    /// Those that make something.
    Creates,
    /// This one.
    Only(&'static str),
}

/// Which problem it must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Says {
    /// One of these numbers.
    Problem(&'static [u32]),
    /// Problem 1 on DELETE, 2 elsewhere.
    NotFound,
    /// Any: the original has no number for it.
    Anything,
}

/// Who must be named as the culprit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Culprit {
    /// Nobody.
    None,
    /// A query parameter, in `invalidParams`.
    Param(&'static str),
    /// A field of the body, in `invalidFields`; members separated by dots.
    Field(&'static str),
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) on: On,
    pub(super) twists: &'static [Twist],
    pub(super) status: u16,
    pub(super) says: Says,
    pub(super) culprit: Culprit,
}

/// A body longer than any server of this API reads: 1 MiB and a little.
const TOO_LONG_BYTES: usize = 1_052_672;

const UPPER: &str = "8A02EBD9-3A5D-4B1F-9C5E-7D1F0B0F6A11";
const BARE: &str = "8a02ebd93a5d4b1f9c5e7d1f0b0f6a11";
const WORD: &str = "not-an-id";

const fn row(
    code: &'static str,
    rule: &'static str,
    on: On,
    twists: &'static [Twist],
    status: u16,
    says: Says,
) -> Fault {
    Fault {
        code,
        rule,
        on,
        twists,
        status,
        says,
        culprit: Culprit::None,
    }
}

const fn query(
    code: &'static str,
    rule: &'static str,
    on: On,
    twists: &'static [Twist],
    name: &'static str,
) -> Fault {
    Fault {
        code,
        rule,
        on,
        twists,
        status: 400,
        says: Says::Problem(&[5]),
        culprit: Culprit::Param(name),
    }
}

const fn body(
    code: &'static str,
    rule: &'static str,
    on: On,
    twists: &'static [Twist],
    field: &'static str,
) -> Fault {
    Fault {
        code,
        rule,
        on,
        twists,
        status: 400,
        says: Says::Problem(&[8]),
        culprit: Culprit::Field(field),
    }
}

const NAME: &str = "A name is a DNS label of 1 to 63 characters.";
const BACKUP: On = On::Only("app_backup_create_for_app");
const RESTORES: On = On::Only("app_update");
const IN_ACCOUNT: On = On::InPath("account_id");

/// Every faulty request that the suite knows.
#[rustfmt::skip]
pub(super) const FAULTS: &[Fault] = &[
    // ------------------------------------------------------------------ tokens
    row("token-missing", "Without a bearer token the answer is 401.", On::Every,
        &[T::NoToken], 401, Says::Problem(&[3])),
    row("token-unknown", "With a token that nobody issued the answer is 401.", On::Every,
        &[T::UnknownToken], 401, Says::Problem(&[4])),
    row("token-of-another-scheme", "Only the bearer scheme is known.", On::Every,
        &[T::BasicToken], 401, Says::Problem(&[3, 4])),
    // ------------------------------------------------------------------ permission
    row("account-of-others", "Another account is forbidden, whether or not it exists.", IN_ACCOUNT,
        &[T::UnknownAccount], 403, Says::Problem(&[11])),
    row("token-of-others", "Another account's token is good for nothing here.", IN_ACCOUNT,
        &[T::ForeignToken], 403, Says::Problem(&[11])),
    row("role-too-low", "Who may only read can't create or delete.", On::Writes,
        &[T::ViewerToken], 403, Says::Problem(&[11])),
    // ------------------------------------------------------------------ ids
    row("account-malformed", "An account id is a UUID.", IN_ACCOUNT,
        &[T::Account(WORD)], 400, Says::Problem(&[33])),
    row("account-in-capitals", "Ids are written in lower case.", IN_ACCOUNT,
        &[T::Account(UPPER)], 400, Says::Problem(&[33])),
    row("account-without-hyphens", "Ids are written with hyphens.", IN_ACCOUNT,
        &[T::Account(BARE)], 400, Says::Problem(&[33])),
    row("app-malformed", "An app id is a UUID.", On::InPath("app_id"),
        &[T::App(WORD)], 400, Says::Problem(&[35])),
    row("app-in-capitals", "Ids are written in lower case.", On::InPath("app_id"),
        &[T::App(UPPER)], 400, Says::Problem(&[35])),
    row("resource-malformed", "A resource id is a UUID.", On::OneResource,
        &[T::Resource(WORD)], 400, Says::Problem(&[35])),
    row("resource-in-capitals", "Ids are written in lower case.", On::OneResource,
        &[T::Resource(UPPER)], 400, Says::Problem(&[35])),
    row("resource-without-hyphens", "Ids are written with hyphens.", On::OneResource,
        &[T::Resource(BARE)], 400, Says::Problem(&[35])),
    // ------------------------------------------------------------------ what isn't there
    row("account-unknown", "For a token of all accounts an unknown account isn't found.", IN_ACCOUNT,
        &[T::OperatorToken, T::UnknownAccount], 404, Says::NotFound),
    row("app-unknown", "An unknown app isn't found.", On::InPath("app_id"),
        &[T::UnknownApp], 404, Says::NotFound),
    row("app-of-others", "Another account's app isn't found under one's own account.", On::InPath("app_id"),
        &[T::ForeignApp], 404, Says::NotFound),
    row("resource-unknown", "An unknown resource isn't found.", On::OneResource,
        &[], 404, Says::NotFound),
    // ------------------------------------------------------------------ query
    Fault { code: "query-unknown", rule: "A query parameter that isn't documented is refused by name.", on: On::Every,
        twists: &[T::Query("surprise", "1")], status: 400, says: Says::Problem(&[6]),
        culprit: Culprit::Param("surprise") },
    query("query-repeated", "A query parameter comes once.", On::InQuery("limit"),
        &[T::Query("limit", "1"), T::Query("limit", "2")], "limit"),
    query("limit-zero", "The least limit is 1.", On::InQuery("limit"), &[T::Query("limit", "0")], "limit"),
    query("limit-negative", "A limit is a count.", On::InQuery("limit"), &[T::Query("limit", "-1")], "limit"),
    query("limit-word", "A limit is a count.", On::InQuery("limit"), &[T::Query("limit", "many")], "limit"),
    query("limit-fraction", "A limit is a whole number.", On::InQuery("limit"), &[T::Query("limit", "1.5")], "limit"),
    query("limit-empty", "A limit that is given has a value.", On::InQuery("limit"), &[T::Query("limit", "")], "limit"),
    query("include-unknown", "Only fields that exist can be asked for.", On::InQuery("include"),
        &[T::Query("include", "id,surprise")], "include"),
    query("include-empty", "Some field has to be asked for.", On::InQuery("include"),
        &[T::Query("include", "")], "include"),
    query("include-repeated", "A field is named at most once.", On::InQuery("include"),
        &[T::Query("include", "id,name,id")], "include"),
    query("continue-malformed", "A continue token has a fixed form.", On::InQuery("continue"),
        &[T::Query("continue", "surprise")], "continue"),
    // ------------------------------------------------------------------ method and media type
    row("method-undeclared", "A method that a path doesn't have is answered with 405 and `Allow`.", On::EveryPath,
        &[T::Method("PATCH")], 405, Says::Problem(&[69])),
    row("method-before-token", "The method is looked at before the token.", On::EveryPath,
        &[T::Method("PATCH"), T::NoToken], 405, Says::Problem(&[69])),
    row("content-type-unsupported", "A body of another media type is refused.", On::WithBody,
        &[T::ContentType("text/plain")], 415, Says::Anything),
    row("content-type-of-another-resource", "A vendor media type is that of the resource.", On::Creates,
        &[T::ContentType("application/astra-app+json")], 415, Says::Anything),
    row("body-too-long", "A body of more than 1 MiB is refused.", On::WithBody,
        &[T::Padding(TOO_LONG_BYTES)], 413, Says::Problem(&[85])),
    // ------------------------------------------------------------------ body
    row("body-not-json", "A body is JSON.", On::WithBody, &[T::Body("{\"type\":")], 400, Says::Problem(&[7])),
    row("body-empty", "A create needs a body.", On::WithBody, &[T::Body("")], 400, Says::Problem(&[7])),
    row("body-with-tail", "After the body nothing follows.", On::WithBody,
        &[T::Body("{\"type\":\"application/astra-appBackup\",\"version\":\"1.1\"} x")], 400, Says::Problem(&[7])),
    body("name-in-capitals", NAME, On::WithBody, &[T::Member("name", "\"Nightly\"")], "name"),
    body("name-with-underscore", NAME, On::WithBody, &[T::Member("name", "\"night_ly\"")], "name"),
    body("name-ends-in-hyphen", NAME, On::WithBody, &[T::Member("name", "\"nightly-\"")], "name"),
    body("name-ends-in-line-break", NAME, On::WithBody, &[T::Member("name", "\"nightly\\n\"")], "name"),
    Fault { code: "label-of-the-system", rule: "Labels whose names begin like the system's are refused by name.",
        on: On::Creates, twists: &[T::Member("metadata",
            "{\"labels\":[{\"name\":\"appkeep.io/read-only/snapshot-level\",\"value\":\"copy\"}]}")],
        status: 400, says: Says::Problem(&[9]), culprit: Culprit::Field("metadata.labels.0.name") },
    // ------------------------------------------------------------------ overwriting
    Fault { code: "force-update-missing", rule: "Nothing is overwritten unless `ForceUpdate` says so.", on: RESTORES,
        twists: &[T::ForceUpdate(None)], status: 403, says: Says::Problem(&[79]),
        culprit: Culprit::Param("ForceUpdate") },
    Fault { code: "force-update-refused", rule: "Nothing is overwritten unless `ForceUpdate` says so.", on: RESTORES,
        twists: &[T::ForceUpdate(Some("perhaps"))], status: 400, says: Says::Problem(&[12]),
        culprit: Culprit::Param("ForceUpdate") },
    Fault { code: "restore-of-nothing", rule: "A restore names its source.", on: RESTORES,
        twists: &[T::Body("{\"type\":\"application/astra-app\",\"version\":\"2.2\"}")], status: 400,
        says: Says::Problem(&[9]), culprit: Culprit::Field("backupID") },
    Fault { code: "restore-of-two", rule: "A restore names one source.", on: RESTORES,
        twists: &[T::UnknownId("snapshotID")], status: 400, says: Says::Problem(&[9]),
        culprit: Culprit::Field("snapshotID") },
    Fault { code: "restore-of-unknown-backup", rule: "What isn't there can't be restored.", on: RESTORES,
        twists: &[], status: 400, says: Says::Problem(&[9]), culprit: Culprit::Field("backupID") },
    // ------------------------------------------------------------------ what the body refers to
    row("snapshot-unknown", "A backup can't be made from a snapshot that isn't there.", BACKUP,
        &[T::UnknownId("snapshotID")], 400, Says::Problem(&[46])),
    row("bucket-unknown", "A backup can't go to a bucket that isn't there.", BACKUP,
        &[T::UnknownId("bucketID")], 400, Says::Problem(&[108])),
    // ------------------------------------------------------------------ the order of checks
    row("order-token-before-account", "The token is looked at before the account.", IN_ACCOUNT,
        &[T::NoToken, T::Account(WORD)], 401, Says::Problem(&[3])),
    row("order-account-before-permission", "A malformed account is refused before permission is asked.", IN_ACCOUNT,
        &[T::ForeignToken, T::Account(WORD)], 400, Says::Problem(&[33])),
    row("order-permission-before-query", "Permission is asked before the query is read.", IN_ACCOUNT,
        &[T::UnknownAccount, T::Query("surprise", "1")], 403, Says::Problem(&[11])),
    row("order-permission-before-ids", "Permission is asked before the other ids are read.", On::InPath("app_id"),
        &[T::UnknownAccount, T::App(WORD)], 403, Says::Problem(&[11])),
    row("order-permission-before-body", "Permission is asked before the body is read.", On::WithBody,
        &[T::UnknownAccount, T::Body("{")], 403, Says::Problem(&[11])),
    row("order-role-before-body", "The role is looked at before the body.", On::WithBody,
        &[T::ViewerToken, T::Body("{")], 403, Says::Problem(&[11])),
    row("order-account-before-query", "The account is looked up before the query is read.", IN_ACCOUNT,
        &[T::OperatorToken, T::UnknownAccount, T::Query("surprise", "1")], 404, Says::NotFound),
    row("order-ids-before-query", "Ids are read before the query.", On::InPath("app_id"),
        &[T::App(WORD), T::Query("surprise", "1")], 400, Says::Problem(&[35])),
    row("order-query-before-header", "The query is read before the headers.", RESTORES,
        &[T::Query("surprise", "1"), T::ForceUpdate(None)], 400, Says::Problem(&[6])),
    row("order-header-before-body", "Headers are read before the body.", RESTORES,
        &[T::ForceUpdate(None), T::Body("{")], 403, Says::Problem(&[79])),
    row("order-query-before-body", "The query is read before the body.", On::WithBody,
        &[T::Query("surprise", "1"), T::Body("{")], 400, Says::Problem(&[6])),
    row("order-query-before-app", "The query is read before the app is looked up.", On::InPath("app_id"),
        &[T::UnknownApp, T::Query("surprise", "1")], 400, Says::Problem(&[6])),
    row("order-body-before-app", "The body is read before the app is looked up.", On::WithBody,
        &[T::UnknownApp, T::Body("{")], 400, Says::Problem(&[7])),
    row("order-app-before-snapshot", "The app is looked up before what the body refers to.", BACKUP,
        &[T::UnknownApp, T::UnknownId("snapshotID")], 404, Says::NotFound),
];

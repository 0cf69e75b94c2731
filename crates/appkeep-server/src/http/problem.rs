//! The kinds of problem that this server responds with, and the mapping from refusals.

use appkeep_api::body::BodyError;
use appkeep_api::headers::HeaderError;
use appkeep_api::params::QueryError;
use appkeep_api::problem::{InvalidItem, Problem, Status};
use appkeep_core::admission::NotAdmitted;
use appkeep_core::error::Error;
use appkeep_core::schedule::FieldError;
use dropshot::ErrorStatusCode;
use uuid::Uuid;

use crate::auth::Unauthenticated;

/// The reason why an operation's input is invalid.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// The account's id is malformed.
    Account(InvalidItem),
    /// Another id in the path is malformed.
    Ids(Vec<InvalidItem>),
    /// The query is invalid.
    Query(QueryError),
    /// A header is invalid.
    Header(HeaderError),
    /// The body is invalid.
    Body(BodyError),
    /// The body matches its schema but breaks a rule.
    Rule(Vec<InvalidItem>),
}

/// The reason why a request has no successful response.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The request has no valid token.
    Unauthenticated(Unauthenticated),
    /// The input is invalid.
    Rejected(Rejected),
    /// The service refused or failed.
    Service(Error),
}

impl From<Rejected> for Refusal {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

/// A kind of problem: its number, status and text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The number in the problem's URI; none for a problem that is described by its status alone.
    number: Option<u16>,
    status: ErrorStatusCode,
    title: &'static str,
    detail: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $number:expr, $status:ident, $title:literal, $detail:literal;)*) => {
        $(pub(crate) const $name: Kind = Kind {
            number: $number,
            status: ErrorStatusCode::$status,
            title: $title,
            detail: $detail,
        };)*
    };
}

// The texts of 1, 2, 3, 5, 10, 11, 94 to 97 and 128 are those of the contract, word for word.
kinds! {
    RESOURCE_NOT_FOUND = Some(1), NOT_FOUND, "Resource not found", "The resource specified in the request URI wasn't found.";
    COLLECTION_NOT_FOUND = Some(2), NOT_FOUND, "Collection not found", "The collection specified in the request URI wasn't found.";
    MISSING_TOKEN = Some(3), UNAUTHORIZED, "Missing bearer token", "The request is missing the required bearer token.";
    UNKNOWN_TOKEN = Some(4), UNAUTHORIZED, "Unknown bearer token", "The request's bearer token is unknown or was revoked.";
    INVALID_QUERY = Some(5), BAD_REQUEST, "Invalid query parameters", "The supplied query parameters are invalid.";
    UNSUPPORTED_QUERY = Some(6), BAD_REQUEST, "Unsupported query parameters", "This operation doesn't have all of the supplied query parameters.";
    BODY_NOT_JSON = Some(7), BAD_REQUEST, "Body isn't JSON", "The body of the request can't be read as JSON.";
    BODY_SHAPE = Some(8), BAD_REQUEST, "Body doesn't match the schema", "The body of the request has members that are missing, unknown or malformed.";
    BODY_RULE = Some(9), BAD_REQUEST, "Body breaks a rule", "The body of the request has members that can't be accepted together.";
    CONFLICT = Some(10), CONFLICT, "JSON resource conflict", "The request body JSON contains a field that conflicts with an idempotent value.";
    FORBIDDEN = Some(11), FORBIDDEN, "Operation not permitted", "The requested operation isn't permitted.";
    UNACCEPTABLE_HEADER = Some(12), BAD_REQUEST, "Unacceptable header", "The request has a header whose value can't be accepted.";
    MALFORMED_ACCOUNT = Some(33), BAD_REQUEST, "Malformed account id", "The account id in the request URI isn't an identifier.";
    INTERNAL = Some(34), INTERNAL_SERVER_ERROR, "Internal error", "The server failed while it was working on this request.";
    MALFORMED_ID = Some(35), BAD_REQUEST, "Malformed resource id", "An id in the request URI isn't an identifier.";
    NOT_READY = Some(41), SERVICE_UNAVAILABLE, "Service not ready", "The server can't serve requests at the moment. Try again shortly.";
    SNAPSHOT_NOT_FOUND = Some(46), BAD_REQUEST, "Snapshot not found", "The snapshot that the body names doesn't exist.";
    SNAPSHOT_OF_OTHER_APP = Some(47), FORBIDDEN, "Snapshot of another app", "The snapshot that the body names belongs to another app.";
    METHOD_NOT_ALLOWED = Some(69), METHOD_NOT_ALLOWED, "Method not allowed", "This URI doesn't support the method of the request.";
    MISSING_HEADER = Some(79), FORBIDDEN, "Missing header", "The request is missing a header that this operation requires.";
    BODY_TOO_LARGE = Some(85), PAYLOAD_TOO_LARGE, "Request body too large", "The body of the request is longer than this server reads.";
    BACKUP_NOT_CREATED = Some(94), INTERNAL_SERVER_ERROR, "Backup not created", "The backup wasn't created because of an internal server issue.";
    BACKUP_NOT_RETRIEVED = Some(95), INTERNAL_SERVER_ERROR, "Backup not retrieved", "The backup wasn't retrieved because of an internal server issue.";
    BACKUPS_NOT_LISTED = Some(96), INTERNAL_SERVER_ERROR, "Backups not listed", "The backups didn't list because of an internal server issue.";
    BACKUP_NOT_DELETED = Some(97), INTERNAL_SERVER_ERROR, "Backup not deleted", "The backup wasn't deleted because of an internal server issue.";
    SNAPSHOT_NOT_CREATED = Some(98), INTERNAL_SERVER_ERROR, "Snapshot not created", "The server failed while it was creating the snapshot.";
    SNAPSHOT_NOT_RETRIEVED = Some(99), INTERNAL_SERVER_ERROR, "Snapshot not retrieved", "The server failed while it was reading the snapshot.";
    SNAPSHOTS_NOT_LISTED = Some(100), INTERNAL_SERVER_ERROR, "Snapshots not listed", "The server failed while it was reading the list of snapshots.";
    BUCKET_NOT_FOUND = Some(108), BAD_REQUEST, "Bucket not found", "The bucket that the body names doesn't exist.";
    BUCKET_OF_OTHER_NODES = Some(108), BAD_REQUEST, "Bucket not found", "The machines with the app's volumes, or with the snapshot that the body names, can't use the bucket.";
    SNAPSHOT_NOT_READY = Some(111), CONFLICT, "Source not ready", "The snapshot that the body names isn't completed.";
    BACKUP_NOT_READY = Some(111), CONFLICT, "Source not ready", "The backup that the body names isn't completed.";
    APP_NOT_READY = Some(112), CONFLICT, "App not ready", "The app is no longer part of this server's configuration. Its backups stay, but it gets no new ones.";
    NO_BUCKET = Some(127), BAD_REQUEST, "No bucket", "The body names no bucket, and the account has none.";
    BACKUP_PENDING = Some(128), CONFLICT, "Backup cancellation not allowed", "A pending backup can't be canceled.";
    VOLUMES_INSIDE = Some(112), CONFLICT, "App not ready", "Volumes of other apps are inside this app's volumes, and a restore would replace them. An operator can restore it with `appkeep restore --in-place --force`.";
    APP_RESTORING = Some(112), CONFLICT, "App not ready", "The app is being restored.";
    APP_RESTORE_UNFINISHED = Some(112), CONFLICT, "App not ready", "A restore of the app was interrupted, so its data is partly old and partly new. Restore it again, or abandon the restore.";
    IN_USE_BY_RESTORE = Some(142), CONFLICT, "In use by a restore", "A restore is reading this data. Delete it when the restore has ended.";
    SNAPSHOT_IN_USE = Some(144), CONFLICT, "Snapshot in use by a backup", "A backup is copying this snapshot. Delete it when the backup has ended.";
    BODY_TIMED_OUT = None, REQUEST_TIMEOUT, "Request Timeout", "The body of the request didn't arrive in time.";
    MALFORMED_PATH = None, BAD_REQUEST, "Bad Request", "The request URI has a path that can't be decoded.";
    QUEUE_FULL = None, TOO_MANY_REQUESTS, "Too Many Requests", "The app or its account has as many pending jobs as this server accepts. Try again when some of them have ended.";
    TOO_MANY_SCHEDULES = None, TOO_MANY_REQUESTS, "Too Many Requests", "The app has as many schedules as this server accepts. Delete one of them first.";
    SCHEDULE_CONFIGURED = None, CONFLICT, "Conflict", "The schedule is part of the server's configuration, where only an operator can change it.";
    LOW_SPACE = None, SERVICE_UNAVAILABLE, "Service Unavailable", "The server has too little free space to accept new work. Deleting backups and snapshots frees space.";
    UNSUPPORTED_MEDIA_TYPE = None, UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", "The body of the request has a media type that this operation doesn't read.";
}

impl Kind {
    /// Creates a problem of this kind.
    pub(crate) fn occurrence(&self, correlation: Uuid) -> Problem {
        Problem {
            kind: self.number.map_or_else(
                || "about:blank".to_owned(),
                |number| format!("https://astra.netapp.io/problems/{number}"),
            ),
            title: self.title.to_owned(),
            detail: self.detail.to_owned(),
            status: Status(self.status),
            correlation_id: Some(correlation.to_string()),
            invalid_params: Vec::new(),
            invalid_fields: Vec::new(),
        }
    }
}

/// The two kinds of problem that differ from operation to operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnKinds {
    /// The problem for a missing account, app or resource.
    pub(crate) not_found: Kind,
    /// The problem for a failure of the server.
    pub(crate) failed: Kind,
}

/// Returns the problem for a refusal.
pub(crate) fn of_refusal(refusal: Refusal, own: OwnKinds, correlation: Uuid) -> Problem {
    match refusal {
        Refusal::Unauthenticated(Unauthenticated::Missing) => MISSING_TOKEN.occurrence(correlation),
        Refusal::Unauthenticated(Unauthenticated::Unknown) => UNKNOWN_TOKEN.occurrence(correlation),
        Refusal::Unauthenticated(Unauthenticated::Store(error)) => {
            of_error(Error::from(error), own, correlation)
        }
        Refusal::Rejected(rejected) => of_rejected(rejected, correlation),
        Refusal::Service(error) => of_error(error, own, correlation),
    }
}

fn of_error(error: Error, own: OwnKinds, correlation: Uuid) -> Problem {
    let field = |kind: Kind, name: &str, reason: &str| {
        let mut problem = kind.occurrence(correlation);
        problem.invalid_fields = vec![InvalidItem {
            name: name.to_owned(),
            reason: reason.to_owned(),
        }];
        problem
    };
    match error {
        Error::Forbidden => FORBIDDEN.occurrence(correlation),
        Error::AccountNotFound | Error::AppNotFound | Error::ResourceNotFound => {
            own.not_found.occurrence(correlation)
        }
        Error::SnapshotNotFound => field(SNAPSHOT_NOT_FOUND, "snapshotID", "there is no such snapshot"),
        Error::SnapshotOfOtherApp => field(
            SNAPSHOT_OF_OTHER_APP,
            "snapshotID",
            "the snapshot belongs to another app",
        ),
        Error::BucketNotFound => field(BUCKET_NOT_FOUND, "bucketID", "there is no such bucket"),
        Error::BucketOfOtherNodes => field(
            BUCKET_OF_OTHER_NODES,
            "bucketID",
            "no node that can run the backup declares the bucket",
        ),
        Error::NoBucket => field(
            NO_BUCKET,
            "bucketID",
            "it is missing, and the account has no bucket",
        ),
        Error::NameTaken => field(CONFLICT, "name", "the app has another one of this name"),
        Error::BackupPending => BACKUP_PENDING.occurrence(correlation),
        Error::SnapshotNotReady => field(SNAPSHOT_NOT_READY, "snapshotID", "the snapshot isn't completed"),
        Error::AppNotReady => APP_NOT_READY.occurrence(correlation),
        Error::BackupNotFound => field(BODY_RULE, "backupID", "the app has no such backup"),
        Error::BackupNotReady => field(BACKUP_NOT_READY, "backupID", "the backup isn't completed"),
        Error::VolumesInside(volumes) => {
            tracing::warn!(
                volumes = volumes.join(", "),
                "restore refused: volumes of other apps are inside the app's volumes"
            );
            VOLUMES_INSIDE.occurrence(correlation)
        }
        Error::AppRestoreUnfinished => APP_RESTORE_UNFINISHED.occurrence(correlation),
        Error::AppRestoring => APP_RESTORING.occurrence(correlation),
        Error::InUseByRestore => IN_USE_BY_RESTORE.occurrence(correlation),
        Error::SnapshotInUse => SNAPSHOT_IN_USE.occurrence(correlation),
        Error::InvalidFields(errors) => with_fields(BODY_RULE, invalid_items(errors), correlation),
        Error::ScheduleConfigured => SCHEDULE_CONFIGURED.occurrence(correlation),
        Error::TooManySchedules => TOO_MANY_SCHEDULES.occurrence(correlation),
        Error::NotAdmitted(reason) => {
            tracing::warn!(%reason, "a create is refused");
            match reason {
                NotAdmitted::LowSpace(_) => LOW_SPACE.occurrence(correlation),
                NotAdmitted::QueueFull { .. } => QUEUE_FULL.occurrence(correlation),
            }
        }
        Error::Conflict => NOT_READY.occurrence(correlation),
        Error::Unavailable(reason) => {
            tracing::warn!(reason, "not available");
            NOT_READY.occurrence(correlation)
        }
        Error::Internal(reason) => {
            tracing::error!(reason, "internal error");
            own.failed.occurrence(correlation)
        }
    }
}

fn invalid_items(errors: Vec<FieldError>) -> Vec<InvalidItem> {
    let items = errors.into_iter().map(|error| InvalidItem {
        name: error.name.to_owned(),
        reason: error.reason,
    });
    items.collect()
}

fn of_rejected(rejected: Rejected, correlation: Uuid) -> Problem {
    let params = |kind: Kind, items: Vec<InvalidItem>| {
        let mut problem = kind.occurrence(correlation);
        problem.invalid_params = items;
        problem
    };
    match rejected {
        Rejected::Account(item) => params(MALFORMED_ACCOUNT, vec![item]),
        Rejected::Ids(items) => params(MALFORMED_ID, items),
        Rejected::Query(QueryError { invalid, unknown }) if invalid.is_empty() => {
            params(UNSUPPORTED_QUERY, unknown)
        }
        Rejected::Query(QueryError { mut invalid, unknown }) => {
            invalid.extend(unknown);
            params(INVALID_QUERY, invalid)
        }
        Rejected::Header(HeaderError::Missing(item)) => params(MISSING_HEADER, vec![item]),
        Rejected::Header(HeaderError::Unacceptable(item)) => params(UNACCEPTABLE_HEADER, vec![item]),
        Rejected::Body(fault) => of_body_error(fault, correlation),
        Rejected::Rule(items) => with_fields(BODY_RULE, items, correlation),
    }
}

fn of_body_error(fault: BodyError, correlation: Uuid) -> Problem {
    let body = |kind: Kind, reason: String| {
        with_fields(
            kind,
            vec![InvalidItem {
                name: "the body".to_owned(),
                reason,
            }],
            correlation,
        )
    };
    match fault {
        BodyError::MediaType { given, declared } => body(
            UNSUPPORTED_MEDIA_TYPE,
            format!("its Content-Type is {given}; expected {}", declared.join(" or ")),
        ),
        BodyError::Coding { given } => body(
            UNSUPPORTED_MEDIA_TYPE,
            format!("its Content-Encoding is {given}; expected none, or identity"),
        ),
        BodyError::TooLarge { bytes_max } => {
            body(BODY_TOO_LARGE, format!("it has more than {bytes_max} bytes"))
        }
        BodyError::TimedOut { timeout } => body(
            BODY_TIMED_OUT,
            format!("it didn't arrive within {} seconds", timeout.as_secs()),
        ),
        BodyError::NotJson { reason } => body(BODY_NOT_JSON, reason),
        BodyError::Fields(items) => with_fields(BODY_SHAPE, items, correlation),
    }
}

fn with_fields(kind: Kind, items: Vec<InvalidItem>, correlation: Uuid) -> Problem {
    let mut problem = kind.occurrence(correlation);
    problem.invalid_fields = items;
    problem
}

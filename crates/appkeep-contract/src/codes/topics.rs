//! Reasons for the rules of the live suite, and advice on violations.
//!
//! One row explains a family of codes. The requests and expected responses of each check aren't repeated
//! here: they are read from the tables of the suite.

/// The explanation of a family of codes.
pub(super) struct Topic {
    /// The codes; one that ends in `*` matches all codes with that prefix.
    codes: &'static [&'static str],
    pub(super) why: &'static str,
    pub(super) advice: &'static str,
    /// An example of a violation by a server.
    pub(super) example: &'static str,
    /// The place in the contract, for rules that aren't about a single response.
    pub(super) place: Option<&'static str>,
}

/// Finds the row for a code: an exact match, or else the longest matching prefix.
pub(super) fn of(code: &str) -> Option<&'static Topic> {
    let weight = |pattern: &str| match pattern.strip_suffix('*') {
        None => (pattern == code).then_some(usize::MAX),
        Some(beginning) => code.starts_with(beginning).then_some(beginning.len()),
    };
    TOPICS
        .iter()
        .filter_map(|topic| {
            topic
                .codes
                .iter()
                .filter_map(|pattern| weight(pattern))
                .max()
                .map(|weight| (weight, topic))
        })
        .max_by_key(|(weight, _)| *weight)
        .map(|(_, topic)| topic)
}

const fn topic(
    codes: &'static [&'static str],
    why: &'static str,
    advice: &'static str,
    example: &'static str,
    place: Option<&'static str>,
) -> Topic {
    Topic {
        codes,
        why,
        advice,
        example,
        place,
    }
}

#[rustfmt::skip]
const TOPICS: &[Topic] = &[
    // ------------------------------------------------------------------ refusals
    topic(&["token-missing", "token-unknown", "token-revoked", "token-of-another-scheme"],
        "A server that accepts a missing or unknown token lets anyone read and delete other people's backups. From \
         the 401, a client knows that it has to renew its token.",
        "check the token before anything but the method; return 401 with `WWW-Authenticate: Bearer`, and with \
         problem 3 for a missing token or 4 for an unknown one",
        "a list request without `Authorization` returns 200", None),
    topic(&["token-of-others", "account-of-others", "role-too-low", "foreign-token", "foreign-account"],
        "Only this check separates accounts. A 404 for another account, or different responses for existing and \
         unknown accounts, discloses which accounts exist.",
        "after the token and the format of the account's id, check that the token can access the account and that \
         its role permits the method; return 403 with problem 11, whether or not the account exists",
        "a delete with a read-only token returns 204", None),
    topic(&["account-malformed", "account-in-capitals", "account-without-hyphens", "app-malformed",
            "app-in-capitals", "resource-malformed", "resource-in-capitals", "resource-without-hyphens"],
        "An id has exactly one notation. A server that accepts several will eventually store and compare them as different \
         resources. A client that sent an invalid id would search for the error elsewhere.",
        "accept only lower-case hyphenated UUIDs, of any version; return 400 with problem 33 for an account, 35 for \
         any id below it",
        "`8A02EBD9-…` is treated like `8a02ebd9-…`", Some("/components/schemas/Identifier")),
    topic(&["account-unknown", "app-unknown", "app-of-others", "resource-unknown"],
        "Clients use this response to find out whether a backup is deleted, or whether an app exists. An app or a \
         backup of another account must look like one that doesn't exist.",
        "return 404 with problem 1 on DELETE and 2 on all other methods; look resources up by account and app, never \
         by id alone",
        "an app of another account is found under the caller's account", None),
    topic(&["query-*", "limit-*", "include-*", "continue-*"],
        "If a parameter is ignored, the client gets another list than it requested, and no error: everything with a \
         misspelt `limit`, nothing with a misspelt field.",
        "reject unknown, repeated and invalid parameters with 400, problem 5 (6 for an unknown name), and the \
         parameter's name in `invalidParams`",
        "`limit=0` returns the whole list", Some("/components/parameters/Limit")),
    topic(&["method-*"],
        "`Allow` tells clients which methods they can use, and proxies which ones to forward. It doesn't depend on \
         the caller, so the method is checked first.",
        "before checking the token, return 405 with problem 69 and with every method of the path in `Allow`",
        "PATCH returns 404, or with 405 without `Allow`", Some("/components/headers/Allow")),
    topic(&["content-type-*"],
        "A server that guesses the format of a body will eventually guess wrong. A form, or a body for another \
         kind of resource, must not be read as this one.",
        "read `application/json` and the resource's own media type, and return 415 for any other",
        "JSON as `text/plain` returns 201", None),
    topic(&["body-too-long"],
        "Without a limit, any client with a token can fill up the server.",
        "stop reading at 1 MiB, and return 413 with problem 85",
        "the connection is closed without a response", None),
    topic(&["body-*", "label-*"],
        "A server can't act on members that it doesn't know. If it silently drops one, it creates another backup \
         than requested.",
        "validate the whole body against its schema before creating anything; return 400 with problem 7 for invalid \
         JSON or 8 for a violation of the schema, and with the members in `invalidFields`",
        "an unknown member is ignored, and the response is 201", None),
    topic(&["name-*"],
        "Names are used in URLs, file names and labels of other systems, which accept only DNS labels. A null isn't \
         an absent name.",
        "match the name against its pattern, anchored at both ends; return 400 with problem 8 and `name` in \
         `invalidFields`",
        "`nightly\\n` is accepted because the pattern is matched line by line",
        Some("/components/schemas/ResourceName")),
    topic(&["snapshot-unknown", "bucket-unknown", "snapshot-of-other-app", "foreign-snapshot", "foreign-bucket"],
        "If a backup is accepted although its source or its bucket doesn't exist, it fails later, and the failure is \
         noticed when the backup is needed. Another app's snapshot is another app's data.",
        "before creating the backup, look up the resources that the body names, within the same app and account; \
         return 400 with problem 46 for a snapshot, 108 for a bucket, 403 with problem 47 for another app's snapshot",
        "an unknown `snapshotID` returns 201", None),
    topic(&["order-*"],
        "The order of checks can disclose data: a caller without access to an account must not learn from other \
         errors what it contains. The same invalid request must get the same response everywhere.",
        "check in this order: method, token, format of the account's id, permission, the account itself, the other \
         ids, the query, the body, the app, the resource, the resources that the body names",
        "400 about the body for a caller without write access", None),
    topic(&["half-a-body"],
        "A request that never ends occupies a connection. A few thousand of them are a denial-of-service attack that \
         requires no token.",
        "limit the time for receiving a body, and return 408",
        "an incomplete request stays open forever", Some("/components/responses/BodyTimedOut")),
    topic(&["app-listed"],
        "Users look for apps to back up in this list.",
        "read list and fetch from the same source, with every app of the account and no other",
        "an app that can be backed up is missing in the list", None),
    topic(&["backup-files", "backup-changes", "backup-tree", "backup-patterns", "backup-paths"],
        "Users look for a single file in a backup, or for the changes since an earlier one.",
        "list entries in the order of their paths: a directory before its entries, which are sorted by name",
        "a page begins again at the first entry", None),
    topic(&["backup-content", "backup-content-range", "backup-archive"],
        "A client that continues a download combines parts of two responses. Without the correct ranges and a strong \
         entity tag, the file is damaged.",
        "send the requested bytes with `Content-Range`, the size in `Content-Length`, and 416 for a range after the end",
        "a response to `Range: bytes=0-0` contains the whole file", None),
    topic(&["backup-files-pending"],
        "The files of a backup that isn't completed are incomplete.",
        "return 409 and problem 111 unless the backup is completed",
        "a client reads a file while it is backed up, and receives the first half", None),
    topic(&["account-listed"],
        "A client that has only a token starts with this list. An account that is missing can't be found, and an \
         account that the token can't access discloses another tenant.",
        "list the accounts that the token can access (all of them for a token of all accounts), each with the \
         token's role",
        "every token gets all accounts of the server", None),
    topic(&["bucket-listed"],
        "Users choose a bucket from this list. Backups that name no bucket must go to the one that is marked as the \
         default.",
        "list the account's buckets, and mark the one that a create without `bucketID` uses",
        "a create without `bucketID` uses another bucket than the default", None),
    topic(&["schedule-listed", "hook-listed"],
        "This list shows whether an app is backed up at all.",
        "look schedules up by account and app together",
        "the list shows another app's schedule, which hides that this app has none", None),
    topic(&["summary-listed", "summary-agrees"],
        "A dashboard shows only the summary. If it differs from the lists, an app without a recent backup looks healthy.",
        "read the summary from the same source as the lists, and take the newest backups by their creation",
        "the summary shows a completed backup that was deleted", None),
    topic(&["user-listed"],
        "The creators of resources are ids. This list has their names.",
        "list the users of all tokens that can access the account, also of revoked ones",
        "the creator of a backup isn't in the list", None),
    topic(&["schedule-lifecycle", "schedule-granularity", "schedule-next-run", "schedule-contradiction", "schedule-consistent"],
        "Users create schedules with the toolkit, and rely on their times and retention.",
        "store the settings as they were requested, keep absent ones when a schedule is changed, and derive `cron` from \
         the granularity",
        "a changed schedule loses its number of backups", None),
    topic(&["app-cluster", "cloud-listed"],
        "Clients of the original API find an app by cluster and namespace, and look for clouds only after errors.",
        "show the account as the cluster and the app's name as its only namespace, and no cloud",
        "an app has no namespace", Some("/components/schemas/App")),
    topic(&["bucket-measured"],
        "Users decide by these numbers when a bucket needs more space.",
        "store the stored bytes together with the time of their measurement",
        "a bucket has `storedBytes` and no `measurementTimestamp`", Some("/components/schemas/Bucket")),
    topic(&["declared-list"],
        "Clients page through every list and select columns, and a short list can become long.",
        "order the list by creation time and id, newest first, before paging; take the columns from the same items",
        "`continue` starts again from the beginning", None),
    topic(&["force-update-*"],
        "A restore replaces the current data. A header that no other request has confirms that this is intended.",
        "before reading the body, reject a request without `ForceUpdate` with 403 and problem 79, and another value \
         than `true` with 400 and problem 12",
        "a client restores an app by mistake", Some("/components/parameters/ForceUpdate")),
    topic(&["restore-of-nothing", "restore-of-two", "restore-of-unknown-backup", "restore-of-others", "restore-not-ready"],
        "A restore replaces data. Its source must be unambiguous, exist, be complete, and belong to the app.",
        "require exactly one of `backupID` and `snapshotID`, look it up within the app, and check its state before \
         changing anything: 400 with problem 9 or 46, 403 with 47, 409 with 111",
        "the newest backup is restored because the request names none", Some("/components/schemas/AppUpdate")),
    topic(&["restore-source-not-ready", "restore-shown", "restore-ended", "restore-consistent", "restore-alone",
            "restore-clone", "restore-cancelled"],
        "Users who restore watch the progress. A restore that isn't shown, or shows another source, is started again.",
        "create restores only from completed sources (409 with problem 111), return 201 with the pending restore, show \
         its progress until it ends, and keep it in the list; refuse to cancel it then (409)",
        "a user doesn't know whether the restore of yesterday was completed", Some("/components/schemas/AppRestore")),
    topic(&["restore-in-place"],
        "Users who restore have lost data and are waiting. A wrong state makes them retry, or give up.",
        "return 204 once the restore is recorded, show the app as `restoring` from then on, and as `ready` when its \
         data is restored",
        "the app is `ready` while it still has the old data", Some("/components/schemas/AppState")),
    // ------------------------------------------------------------------ lifecycle of a resource
    topic(&["snapshot-create", "backup-create", "snapshot-without-name", "backup-without-name"],
        "A client stores this response and uses its id from then on. It takes any difference from its request for \
         an error of its own.",
        "return 201 with the whole resource as a fetch would return it, `Location` and `ETag`; keep name and labels \
         as they were sent, and generate a name if there is none",
        "labels of the request are missing in the response", None),
    topic(&["snapshot-completes", "backup-completes"],
        "Clients poll until they see `completed` or `failed`, some of them without a time limit. A state that goes \
         back, or a number that decreases, breaks every decision that is based on it.",
        "change the state only in the order pending, discovering, running, completed or failed; never decrease \
         `bytesDone`, and never let it exceed `totalBytes`; update `modificationTimestamp` with every change",
        "`running`, then `discovering`", Some("/components/schemas/ResourceState")),
    topic(&["snapshot-fails", "backup-fails"],
        "Users rely on a completed backup when the original is gone. An incomplete backup must never look like a \
         completed one.",
        "set `failed` with the reason in `stateUnready` as soon as data is permanently unreadable, and allow deleting \
         the failed resource like any other",
        "a backup of a missing directory becomes `completed` with no bytes",
        Some("/components/schemas/ResourceState")),
    topic(&["snapshot-name-taken", "backup-name-taken"],
        "Scripts give the nightly backup a name and rely on it being unique. A second backup with that name hides the \
         first.",
        "keep names unique within an app, and return 409 with problem 10",
        "two backups have the same name", None),
    topic(&["backup-of-snapshot"],
        "A backup of a snapshot must contain the data at the time of the snapshot, not at the time of the request.",
        "copy the snapshot that the request names, and name it in the backup's `snapshotID`",
        "a backup lacks the `snapshotID` that it was created with", None),
    topic(&["backup-in-both-trees"],
        "A backup has two URLs. A client that reads with one and deletes with the other must get the same resource.",
        "read both from the same source",
        "a backup's `state` depends on the URL",
        Some("/paths/~1accounts~1{account_id}~1topology~1v1~1appBackups~1{appBackup_id}/get")),
    topic(&["generated-client", "client-decodes"],
        "Programs use this API through a client that is generated from the contract.",
        "read the client's error; the client is lenient, so it only rejects values that the contract rules out",
        "an invalid timestamp", Some("/paths")),
    topic(&["body-of-a-get"],
        "The usual toolkit sends `{}` with every GET.",
        "don't read the body of a GET",
        "400 or a closed connection for a GET with a body",
        Some("/paths/~1accounts~1{account_id}~1k8s~1v1~1apps~1{app_id}~1appBackups/get")),
    topic(&["foreign-app", "foreign-resource", "own-in-foreign-account", "own-below-other-app", "crossing-harmless",
            "foreign-lists", "found-elsewhere"],
        "Ids aren't secret: they appear in logs and URLs. An id alone must not give access.",
        "look resources up by account, app and id together, in every operation",
        "another account's backup is fetched or deleted under the caller's URL", None),
    topic(&["foreign-create"],
        "Two accounts are two tenants. Their separation can be checked only if both can create resources.",
        "find out why a create fails in the second account and succeeds in the first",
        "500 for every tenant but the first", None),
    topic(&["viewer-reads", "operator-reads", "role-sufficient"],
        "If a token is refused access that it should have, its users switch to a token with too many permissions.",
        "let a read-only role read everything in its account, and let a token of all accounts work in each",
        "403 for a list with a read-only token", None),
    // ------------------------------------------------------------------ lists
    topic(&["list", "list-*"],
        "Clients find backups through lists. A backup that is missing counts as lost, and one that is listed twice is \
         restored twice.",
        "list every resource exactly once, newest first, with and without pages; `count` is the number of items in \
         the response",
        "a second page starts with the last item of the first", Some("/components/schemas/ListMetadata")),
    topic(&["list-columns", "list-columns-in-pages"],
        "With `include` an item is an array: only the order shows which value is which.",
        "return the fields in the requested order, and null for absent fields",
        "`include=name,id` returns the id first", Some("/components/parameters/IncludeOfAppBackup")),
    topic(&["list-media-type", "fetch-media-type"],
        "A client that requests a resource's own media type passes the response on to programs that check it.",
        "return the media type of the contract that `Accept` requests, or `application/json` if it requests \
         none of them",
        "406, or `text/html`", None),
    // ------------------------------------------------------------------ deletes
    topic(&["snapshot-in-use"],
        "A backup that loses its source while it is created is useless.",
        "return 409 with problem 144 while a backup reads the snapshot",
        "204, and the backup fails", None),
    topic(&["pending-*"],
        "A pending backup can't be cancelled yet. A delete that only seems to succeed leaves a backup that is created \
         anyway.",
        "return 409 with problem 128 while the backup is pending, and don't change it",
        "204, and the backup is created a minute later", None),
    topic(&["delete-*", "deleted-is-gone"],
        "A client that still sees a deleted resource assumes that the delete failed. A server that still has its data \
         keeps data that should be erased.",
        "remove the resource from every list and from both path trees before returning 204",
        "a deleted backup is still in the account's list", None),
    // ------------------------------------------------------------------ rules for every response
    topic(&["id-unique", "correlation-unique"],
        "An id of two resources leads to the wrong one. A correlation id of two requests doesn't identify either in \
         the logs.",
        "generate a new id for every resource and every request",
        "two problems have the same `correlationID`", Some("/components/schemas/Identifier")),
    topic(&["create-existing"],
        "A program deletes the resources that it created. If a create returns an existing resource, the program \
         deletes another user's backup.",
        "create a new resource for every create that returns 201, and reject a name that is in use with \
         409, problem 10",
        "201 with the newest existing backup, because it was created a minute ago",
        Some("/components/schemas/Identifier")),
    topic(&["create-echo", "create-begins", "labels-kept", "constant-changes"],
        "Clients compare responses with their requests, and find their resources by labels and names.",
        "keep the values of the request as long as the resource exists, with the client's labels in their order and \
         before the system's",
        "a label is missing after the backup is completed", Some("/components/schemas/Metadata")),
    topic(&["times-in-order", "modification-time", "entity-tag", "list-tagged"],
        "Clients that read only the changes since their last request rely on these values. They miss every change \
         that the values don't show.",
        "write both times and the tag in the same transaction as the change, and at no other time",
        "the state changes, but `modificationTimestamp` doesn't", Some("/components/schemas/Metadata")),
    topic(&["backup-of-incomplete"],
        "A backup of an incomplete snapshot is incomplete, too, and looks like any other.",
        "check the snapshot's state in the transaction that creates the backup: 409 with problem 111",
        "201, and the snapshot is still `running`",
        Some("/components/schemas/AppBackupCreate/properties/snapshotID")),
    topic(&["running-deletable"],
        "A backup of a large app runs for hours. Users must be able to cancel it.",
        "cancel a backup that is `discovering` or `running`, delete it, and return 204; only a pending one is refused",
        "409 until the backup is completed", Some("/components/schemas/ResourceState")),
    topic(&["schedule-of-client"],
        "Retention deletes the resources of a schedule. A backup that a client created must not be deleted with them.",
        "set `scheduleID` only for resources that a schedule created",
        "a manual backup has the id of the app's schedule",
        Some("/components/schemas/AppBackup/properties/scheduleID")),
    topic(&["asset-of-incomplete"],
        "Clients take `snapshotAppAsset` for a sign that the snapshot can be used.",
        "leave out `snapshotAppAsset` until the snapshot is completed",
        "a running snapshot has a `snapshotAppAsset`",
        Some("/components/schemas/AppSnap/properties/snapshotAppAsset")),
    topic(&["metadata-of-server"],
        "Clients send a whole resource back. A server that takes times and users from it lets clients forge them.",
        "ignore all metadata in requests but `labels`",
        "`createdBy` is the value of the request", Some("/components/schemas/MetadataCreate")),
    topic(&["time-in-future"],
        "Clients that read only the changes since their last request miss those with a later time, or read them forever.",
        "take all times from one synchronised clock, in UTC",
        "local time with the suffix `Z`", Some("/components/schemas/Metadata")),
    topic(&["made-is-found", "sequence"],
        "A client that can't read the resource that it just created starts again, and creates it twice.",
        "return 201 only when every later request will see the new resource, with either URL",
        "404 for the id of a 201", Some("/paths")),
    topic(&["state-reasons"],
        "A state says that something is wrong; only the reasons say what to do.",
        "write the reasons into `stateUnready` together with the state, and clear them when the resource can be used",
        "a failed backup has an empty `stateUnready`", Some("/components/schemas/AppBackup/properties/stateUnready")),
    topic(&["created-by", "modified-by"],
        "Audits rely on the users that created and changed resources.",
        "set `createdBy` to the user of the request's token, and `modifiedBy` with every change",
        "a completed backup has no `modifiedBy`", Some("/components/schemas/Metadata")),
    topic(&["name-unique"],
        "Scripts find resources by their names. A second one with the same name hides the first.",
        "keep the names of resources that are in use unique within their app or account",
        "two apps of an account have the same name", Some("/components/schemas/ResourceName")),
    topic(&["problem-number", "problem-text"],
        "Clients of the original API compare numbers, titles and details of its problems.",
        "use the status, the title and the detail that the contract names for this number",
        "404 with the problem of a missing token", Some("/components/schemas/Problem")),
    topic(&["label-limits"],
        "Labels are stored with every resource and returned in every list. Without a limit, lists become huge.",
        "count the bytes of all names and values, and compare names; return 400 with problem 9, which names the labels",
        "20 KiB of labels are accepted", Some("/components/schemas/MetadataCreate/properties/labels")),
    topic(&["state-moves", "progress", "ended-well-or-not"],
        "Clients poll until they see `completed` or `failed`, and rely on the numbers in between.",
        "change the state only in the order pending, discovering, running, completed or failed; never decrease \
         `bytesDone`, and never let it exceed `totalBytes`; give the reason for a failure in `stateUnready`",
        "`bytesDone` decreases when a worker starts again", Some("/components/schemas/ResourceState")),
    topic(&["race-*"],
        "Requests are concurrent: two schedulers, a retry after a timeout, an impatient user.",
        "use one atomic operation of the store, not a check followed by a write",
        "two creates with the same name, both return 201", None),
    topic(&["read-twice"],
        "Data that changes when it is read can't be cached, compared or trusted.",
        "don't change visible data in a read",
        "a GET changes `modificationTimestamp`", None),
    topic(&["problem-media-type"],
        "A client that requests a resource's own media type must be able to read the error, too.",
        "return every 4xx and 5xx as `application/problem+json`, regardless of `Accept`",
        "406, or an empty body", Some("/components/schemas/Problem")),
    topic(&["storage-*"],
        "When its storage fails, a server must return a documented error, keep its data, and disclose no \
         internals.",
        "turn every storage failure into the operation's own 500, or into 503 if a retry helps; roll back",
        "500 with a database path in `detail`", None),
    topic(&["input-*", "parameter-accepted"],
        "Clients are written for the schema. A server must reject everything that it forbids and accept everything \
         that it permits, especially at the bounds.",
        "validate the whole input against the schema with its exact bounds; return 400 and name the member or the \
         parameter",
        "a name of 64 characters is accepted, or one of 63 is rejected", Some("/components/schemas")),
    topic(&["fewer-checks"],
        "A run with fewer checks finds less, and still passes.",
        "find out which checks were left out and why; if fewer checks are intended, change the accepted number",
        "a test no longer configures the second account", Some("/paths")),
    topic(&["clean-up"],
        "The suite leaves a server as it was before the run. A server that can't delete test resources fills up.",
        "allow deleting every completed or failed resource; delete the resources that are reported as left behind by \
         hand",
        "a snapshot can't be deleted after its backup is gone", None),
    topic(&["no-answer"],
        "If the connection just closes, a client can't tell whether the request was carried out.",
        "look for the request in the server's log: a crash, a limit, a timeout",
        "the connection is closed before the response", Some("/paths")),
];

#[cfg(test)]
mod tests {
    use super::{TOPICS, of};
    use crate::authored;

    #[test]
    fn the_longest_match_wins() {
        assert!(of("list-columns").unwrap().codes.contains(&"list-columns"));
        assert!(of("list-pages").unwrap().codes.contains(&"list-*"));
        assert!(of("name-in-capitals").unwrap().codes.contains(&"name-*"));
        assert!(of("nothing-of-this-name").is_none());
    }

    #[test]
    fn every_row_is_used() {
        let codes: Vec<&str> = crate::codes::all().iter().map(|one| one.code).collect();
        for pattern in TOPICS.iter().flat_map(|topic| topic.codes) {
            let fits = |code: &&str| match pattern.strip_suffix('*') {
                Some(beginning) => code.starts_with(beginning),
                None => code == pattern,
            };
            assert!(codes.iter().any(fits), "{pattern} fits nothing");
        }
    }

    #[test]
    fn every_location_is_in_the_contract() {
        let contract = authored::document().unwrap();
        for topic in TOPICS {
            let Some(place) = topic.place else { continue };
            assert!(contract.root().pointer(place).is_some(), "{place}");
        }
    }
}

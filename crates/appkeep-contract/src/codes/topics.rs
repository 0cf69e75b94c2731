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
    topic(&["token-missing", "token-unknown", "token-of-another-scheme"],
        "Whoever gets in without a good token can read and delete other people's backups, and a client tells \
         from the 401 that its token has to be renewed.",
        "look at the token before anything but the method, and answer 401 with `WWW-Authenticate: Bearer` and \
         problem 3 when there is none, 4 when nobody issued it",
        "a list answered with 200 although the request had no `Authorization`", None),
    topic(&["token-of-others", "account-of-others", "role-too-low", "foreign-token", "foreign-account"],
        "Accounts are kept apart by nothing but this check. A 404 for another account, or another answer for one \
         that exists than for one that doesn't, tells strangers which accounts there are.",
        "after the token and the form of the account's id, ask whether the token is good for that account and the \
         role for that method; answer 403 with problem 11, whether or not the account exists",
        "a delete with a read-only token answered with 204", None),
    topic(&["account-malformed", "account-in-capitals", "account-without-hyphens", "app-malformed",
            "app-in-capitals", "resource-malformed", "resource-in-capitals", "resource-without-hyphens"],
        "An id has one way of being written. A server that takes several stores and compares them as different \
         things sooner or later, and a client that sent a wrong one looks for the fault elsewhere.",
        "take lower-case hyphenated UUIDs of any version and nothing else; answer 400 with problem 33 for an \
         account, 35 for anything below it",
        "`8A02EBD9-…` answered like `8a02ebd9-…`", Some("/components/schemas/Identifier")),
    topic(&["account-unknown", "app-unknown", "app-of-others", "resource-unknown"],
        "A client that waits until a backup is gone, or looks whether an app is there, decides by this answer. \
         And an app or a backup of another account must look like one that doesn't exist.",
        "answer 404 with problem 1 on DELETE and 2 on everything else; look things up by account and app, never by \
         their own id alone",
        "an app of another account found under one's own", None),
    topic(&["query-*", "limit-*", "include-*", "continue-*"],
        "A parameter that is ignored gives another list than was asked for, and nobody notices: a misspelt `limit` \
         returns everything, a misspelt field nothing.",
        "refuse what isn't documented, comes twice or doesn't fit, with 400, problem 5 (6 for an unknown name), and \
         the parameter's name in `invalidParams`",
        "`limit=0` answered with the whole list", Some("/components/parameters/Limit")),
    topic(&["method-*"],
        "`Allow` tells a client what it may do instead, and a proxy what to let through. It is the same whoever \
         asks, so nothing else is looked at first.",
        "answer 405 with problem 69 and `Allow` with every method of that path, before looking at the token",
        "PATCH answered with 404, or 405 without `Allow`", Some("/components/headers/Allow")),
    topic(&["content-type-*"],
        "Whoever guesses what bytes mean guesses wrong one day: a form or a body for another kind of resource must \
         not be read as this one.",
        "read `application/json` and the resource's own media type, and answer 415 to any other",
        "`text/plain` with JSON in it answered with 201", None),
    topic(&["body-too-long"],
        "A server without a limit can be filled up by anybody with a token.",
        "stop reading at 1 MiB, and answer 413 with problem 85",
        "a connection that is closed without an answer", None),
    topic(&["body-*", "label-*"],
        "What a create doesn't understand it can't do. A member that is dropped in silence makes another backup \
         than was asked for.",
        "hold the whole body against its schema before anything is made; answer 400 with problem 7 when it isn't \
         JSON, 8 when it doesn't fit, and the members in `invalidFields`",
        "an unknown member ignored, and 201", None),
    topic(&["name-*"],
        "Names stand in URLs, file names and labels of other systems, which take DNS labels and nothing else. A null \
         isn't an absent name.",
        "hold the name against its pattern, anchored at both ends, and answer 400 with problem 8 and `name` in \
         `invalidFields`",
        "`nightly\\n` taken because the pattern was matched line by line", Some("/components/schemas/ResourceName")),
    topic(&["snapshot-unknown", "bucket-unknown", "snapshot-of-other-app", "foreign-snapshot", "foreign-bucket"],
        "A backup that is accepted and then fails because its source or its place isn't there is noticed when it is \
         needed. And another app's snapshot is another app's data.",
        "look up what the body names, within the same app and account, before the backup is made; answer 400 with \
         problem 46 for a snapshot, 108 for a bucket, 403 with problem 47 for another app's snapshot",
        "201 for a `snapshotID` that nobody has", None),
    topic(&["order-*"],
        "The order is part of what a server gives away: who may not look at an account mustn't learn from another \
         complaint what is in it. And the same fault has to get the same answer everywhere.",
        "check in this order: method, token, form of the account's id, permission, the account itself, the other \
         ids, the query, the body, the app, the resource, what the body names",
        "400 about the body for somebody who may not write there at all", None),
    topic(&["half-a-body"],
        "A connection that never ends its request holds a place; a few thousand of them are an attack that needs no \
         token.",
        "limit the time that a body may take, and answer 408",
        "a request that is open for ever", Some("/components/responses/BodyTimedOut")),
    topic(&["app-listed"],
        "Whoever wants to back something up looks here for what there is.",
        "answer list and fetch from the same source, with every app of the account and none of another",
        "an app that can be backed up and isn't in the list", None),
    topic(&["account-listed"],
        "Whoever has a token and nothing else begins here; what isn't in the list can't be found, and what is in it \
         without being the token's gives other tenants away.",
        "list the accounts of the token, all of them for a token of all, each with the token's role",
        "every account of the server for everybody", None),
    topic(&["bucket-listed"],
        "A bucket is chosen from this list, and where a backup goes that names none has to be what it says.",
        "list the account's buckets, and mark the one that a create without `bucketID` takes",
        "a default that isn't the one that is taken", None),
    topic(&["schedule-listed"],
        "Whether an app is backed up at all is read off this list.",
        "look schedules up by account and app together",
        "another app's schedule, and nobody notices that one's own has none", None),
    topic(&["declared-list"],
        "Clients page and pick columns without thinking; a list that is short today isn't for ever.",
        "order the list by creation time and id, newest first, before it is cut; take the columns from the same items",
        "`continue` beginning from the start again", None),
    topic(&["force-update-*"],
        "A restore throws away what is there now. That somebody meant it is said by a header that no other request \
         has.",
        "refuse without `ForceUpdate` with 403 and problem 79, with another value than `true` with 400 and problem 12, \
         before the body is read",
        "a restore that a client asked for by mistake", Some("/components/parameters/ForceUpdate")),
    topic(&["restore-of-nothing", "restore-of-two", "restore-of-unknown-backup", "restore-of-others", "restore-not-ready"],
        "Data is replaced by other data; which is meant has to be beyond doubt, and it has to be there, whole, and \
         the app's own.",
        "ask for exactly one of `backupID` and `snapshotID`, look it up below the app, and look at its state, before \
         anything is touched: 400 with problem 9 or 46, 403 with 47, 409 with 111",
        "the newest backup taken where none was named", Some("/components/schemas/AppUpdate")),
    topic(&["restore-in-place"],
        "Who restores has lost something and waits. A state that isn't true makes them try again, or give up.",
        "answer 204 once the restore is written down, show the app as `restoring` from then on, and as `ready` when \
         it has its data",
        "`ready` while the old data is still there", Some("/components/schemas/AppState")),
    // ------------------------------------------------------------------ lifecycle of a resource
    topic(&["snapshot-create", "backup-create", "snapshot-without-name", "backup-without-name"],
        "A client stores what it gets here and asks for it by that id from then on; what differs from what it sent \
         it takes for a fault of its own.",
        "answer 201 with the whole resource as a fetch would give it, `Location` and `ETag`; keep name and labels \
         as they were sent, and make up a name if there is none",
        "labels that were sent and are missing in the answer", None),
    topic(&["snapshot-completes", "backup-completes"],
        "Clients poll until they see `completed` or `failed`, some of them for ever. A state that goes back, or a \
         figure that falls, breaks whatever decides by it.",
        "let the state only move along pending, discovering, running to completed or failed; never let `bytesDone` \
         fall, nor exceed `totalBytes`; move `modificationTimestamp` with every change",
        "`running`, and then `discovering`", Some("/components/schemas/ResourceState")),
    topic(&["snapshot-fails", "backup-fails"],
        "A backup that is called completed is what people rely on when the original is gone. One that holds less than \
         there was must never look like one.",
        "set `failed` with the reason in `stateUnready` as soon as something can't be read for good, and let it be \
         deleted like any other",
        "a backup of a directory that isn't there becomes `completed` with no bytes",
        Some("/components/schemas/ResourceState")),
    topic(&["snapshot-name-taken", "backup-name-taken"],
        "Scripts name a backup for the night and rely on there being one: a second one of that name hides the first.",
        "keep names unique within an app, and answer 409 with problem 10",
        "two backups of the same name", None),
    topic(&["backup-of-snapshot"],
        "Whoever asks for the backup of a snapshot relies on its moment, not on that of the request.",
        "copy the snapshot that was named, and name it in the backup's `snapshotID`",
        "a backup without the `snapshotID` that it was created with", None),
    topic(&["backup-in-both-trees"],
        "The same backup has two URLs; a client that reads one and deletes by the other has to get hold of one thing.",
        "answer both from the same source",
        "a backup whose `state` differs by the URL",
        Some("/paths/~1accounts~1{account_id}~1topology~1v1~1appBackups~1{appBackup_id}/get")),
    topic(&["generated-client", "client-decodes"],
        "Whatever else is right: programs use this API through a client that was generated from the contract.",
        "look at what the client says it can't read; it is lenient, so that is something the contract rules out",
        "a timestamp that isn't one", Some("/paths")),
    topic(&["body-of-a-get"],
        "The usual toolkit sends `{}` with every GET.",
        "don't read a body that a GET brings",
        "400 or a closed connection for a GET with a body",
        Some("/paths/~1accounts~1{account_id}~1k8s~1v1~1apps~1{app_id}~1appBackups/get")),
    topic(&["foreign-app", "foreign-resource", "own-in-foreign-account", "own-below-other-app", "crossing-harmless",
            "foreign-lists", "found-elsewhere"],
        "Ids are no secret: they stand in logs and URLs. That somebody knows one must not open anything.",
        "look resources up by account, app and id together, for every operation",
        "another account's backup fetched, or deleted, under one's own URL", None),
    topic(&["foreign-create"],
        "Two accounts are two tenants: each has to be able to work, or nothing can be said about their separation.",
        "look why a create in the second account fails where one in the first succeeds",
        "500 for whoever isn't the first tenant", None),
    topic(&["viewer-reads", "operator-reads"],
        "A refusal that hits the right people sends them to a token that may do too much.",
        "let a read-only role read everything of its account, and a token of all accounts work in each",
        "403 for a list with a read-only token", None),
    // ------------------------------------------------------------------ lists
    topic(&["list", "list-*"],
        "Everything that looks for a backup looks through a list. One that is missing counts as lost, one that is \
         there twice is restored twice.",
        "give every resource exactly once, newest first, whole or in pages, and count what is in the answer",
        "a second page that begins with the last item of the first", Some("/components/schemas/ListMetadata")),
    topic(&["list-columns", "list-columns-in-pages"],
        "With `include` an item is an array: nothing but its order says which value is which.",
        "give the fields in the order in which they were asked for, and null for what is absent",
        "`include=name,id` answered with the id first", Some("/components/parameters/IncludeOfAppBackup")),
    topic(&["list-media-type", "fetch-media-type"],
        "A client that asks for a resource's own media type sends it on to others who look at it.",
        "answer in the media type of the contract that `Accept` asks for, in `application/json` when it asks for \
         none of them",
        "406, or `text/html`", None),
    // ------------------------------------------------------------------ deletes
    topic(&["snapshot-in-use"],
        "A backup that loses its source halfway is a backup of nothing.",
        "answer 409 with problem 144 while a backup reads the snapshot",
        "204, and the backup fails", None),
    topic(&["pending-*"],
        "Nothing of a pending backup can be cancelled yet; a delete that only looks as if it worked leaves a backup \
         that is made all the same.",
        "answer 409 with problem 128 while it is pending, and leave it as it is",
        "204, and the backup is made a minute later", None),
    topic(&["delete-*", "deleted-is-gone"],
        "Deleted means gone: whoever still sees it takes the delete for failed, whoever still has its data keeps what \
         should be forgotten.",
        "remove it from every list and both path trees before the 204",
        "a deleted backup that is still in the account's list", None),
    // ------------------------------------------------------------------ rules for every response
    topic(&["id-unique", "correlation-unique"],
        "An id that stands for two things leads to the wrong one; a correlation id that stands for two requests leads \
         nowhere in the logs.",
        "make a new one for every resource and every request",
        "two problems with the same `correlationID`", Some("/components/schemas/Identifier")),
    topic(&["create-existing"],
        "A program deletes what it created. If a create answers with something that was there before, it deletes \
         somebody else's backup.",
        "create a new resource for every create that is answered with 201, and refuse a name that is taken with 409, \
         problem 10",
        "201 with the newest existing backup, because one was made a minute ago", Some("/components/schemas/Identifier")),
    topic(&["create-echo", "create-begins", "labels-kept", "constant-changes"],
        "A client holds what it reads against what it sent, and finds its things again by labels and names.",
        "keep what was sent for as long as the resource is there, labels in their order and before the system's own",
        "a label that is missing after the backup is completed", Some("/components/schemas/Metadata")),
    topic(&["times-in-order", "modification-time", "entity-tag"],
        "Whoever looks only at what has changed since the last time looks at these, and misses what they hide.",
        "write both times and the tag in the same transaction as the change, and never otherwise",
        "a state that moved while `modificationTimestamp` stood still", Some("/components/schemas/Metadata")),
    topic(&["made-is-found", "sequence"],
        "A client that can't read what it just made starts again, and makes it twice.",
        "answer a create only when every later request will see what it made, by whichever URL",
        "404 for the id of a 201", Some("/paths")),
    topic(&["state-moves", "progress", "ended-well-or-not"],
        "Clients poll until they see `completed` or `failed`, and trust the figures on the way.",
        "let the state only move along pending, discovering, running to completed or failed; never let `bytesDone` \
         fall, nor exceed `totalBytes`; say in `stateUnready` why something failed",
        "`bytesDone` that falls when a worker begins again", Some("/components/schemas/ResourceState")),
    topic(&["race-*"],
        "Two schedulers, a retry after a time-out, an impatient person: requests come at the same time.",
        "decide by one atomic step of the store, not by a look and then a write",
        "two backups of the same name, both 201", None),
    topic(&["read-twice"],
        "What changes because somebody looked at it can't be cached, compared or trusted.",
        "let reading write nothing that is shown",
        "`modificationTimestamp` moved by a GET", None),
    topic(&["problem-media-type"],
        "A client that asks for a resource's own media type still has to understand why it doesn't get it.",
        "answer every 4xx and 5xx as `application/problem+json`, whatever `Accept` says",
        "406, or an empty body", Some("/components/schemas/Problem")),
    topic(&["storage-*"],
        "A server whose disk fails has to say so in the words that its clients know, keep what it had, and give \
         nothing away about its insides.",
        "turn every failure of the store into the operation's own 500, or 503 when trying again helps; roll back",
        "500 with a path of the database in `detail`", None),
    topic(&["input-*", "parameter-accepted"],
        "The schema is what a client is written after. What it forbids must not slip through, and what it permits \
         must not be refused, least of all at the bounds.",
        "hold the whole input against the schema, with its bounds exactly as they are; answer 400 and name the \
         member or the parameter",
        "a name of 64 characters taken, or one of 63 refused", Some("/components/schemas")),
    topic(&["fewer-checks"],
        "A run that makes fewer checks than before finds less, and looks just as green.",
        "look which checks were left out and why; if fewer are right, say so where the count is kept",
        "the second account is gone from a test's set-up", Some("/paths")),
    topic(&["clean-up"],
        "The suite leaves a server as it found it, and a server that can't forget what it was made to remember fills \
         up.",
        "let everything be deleted that is completed or failed; what is named as left behind has to be removed by \
         hand",
        "a snapshot that can't be deleted after its backup is gone", None),
    topic(&["no-answer"],
        "A client can't tell a request that was carried out from one that wasn't if the connection just ends.",
        "look into the server's log for what happened to the request: a crash, a limit, a time-out",
        "a connection that is closed while the answer is awaited", Some("/paths")),
];

#[cfg(test)]
mod tests {
    use super::{TOPICS, of};
    use crate::document::Document;

    #[test]
    fn the_longest_match_wins() {
        assert!(of("list-columns").unwrap().codes.contains(&"list-columns"));
        assert!(of("list-pages").unwrap().codes.contains(&"list-*"));
        assert!(of("name-in-capitals").unwrap().codes.contains(&"name-*"));
        assert!(of("nothing-of-this-name").is_none());
    }

    #[test]
    fn every_row_is_of_some_use() {
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
    fn every_place_is_one_of_the_contract() {
        let contract = Document::authored().unwrap();
        for topic in TOPICS {
            let Some(place) = topic.place else { continue };
            assert!(contract.root().pointer(place).is_some(), "{place}");
        }
    }
}

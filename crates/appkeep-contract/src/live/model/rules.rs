//! The rules for all responses, as data.

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::live) struct Rule {
    pub(in crate::live) code: &'static str,
    pub(in crate::live) rule: &'static str,
}

/// A violation of a rule by a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::live) struct RuleViolation {
    pub(in crate::live) rule: Rule,
    pub(in crate::live) what: String,
}

impl Rule {
    pub(super) fn violation(self, what: String) -> RuleViolation {
        RuleViolation { rule: self, what }
    }

    pub(super) fn violations(self, what: impl IntoIterator<Item = String>) -> Vec<RuleViolation> {
        what.into_iter().map(|what| self.violation(what)).collect()
    }
}

const fn rule(code: &'static str, rule: &'static str) -> Rule {
    Rule { code, rule }
}

pub(super) const UNIQUE: Rule = rule("id-unique", "No two resources have the same id.");
pub(super) const NEW: Rule = rule("create-existing", "A create returns a new resource.");
pub(super) const CORRELATION: Rule = rule(
    "correlation-unique",
    "No two problems have the same correlation id.",
);
pub(super) const ECHO: Rule = rule(
    "create-echo",
    "The response to a create repeats the values of the request.",
);
pub(super) const INITIAL_STATE: Rule = rule(
    "create-begins",
    "A new resource is pending, discovering or running.",
);
pub(super) const TIMES: Rule = rule(
    "times-in-order",
    "A resource isn't modified before its creation, nor created before an older one.",
);
pub(super) const FOUND: Rule = rule(
    "made-is-found",
    "A created resource is found until it is deleted.",
);
pub(super) const DELETED: Rule = rule(
    "deleted-is-gone",
    "A deleted resource is neither found nor listed.",
);
pub(super) const SCOPE: Rule = rule(
    "found-elsewhere",
    "A resource is visible only in its own account and app.",
);
pub(super) const CONSTANT: Rule = rule(
    "constant-changes",
    "The name, content and source of a resource don't change.",
);
pub(super) const LABELS: Rule = rule(
    "labels-kept",
    "The client's labels come first, as they were sent, followed by the system's.",
);
pub(super) const STATE: Rule = rule("state-moves", "A state only makes documented transitions.");
pub(super) const PROGRESS: Rule = rule(
    "progress",
    "Progress never decreases or exceeds the total, and its numbers are consistent.",
);
pub(super) const FINISHED: Rule = rule("ended-well-or-not", "A completed resource is complete.");
pub(super) const MODIFIED: Rule = rule(
    "modification-time",
    "`modificationTimestamp` changes when the resource does, and only then.",
);
pub(super) const TAG: Rule = rule(
    "entity-tag",
    "An entity tag changes when the resource does, and only then.",
);
pub(super) const SCHEDULE: Rule = rule(
    "schedule-of-client",
    "A resource that a client creates has no `scheduleID`.",
);
pub(super) const ASSET: Rule = rule(
    "asset-of-incomplete",
    "A snapshot has no `snapshotAppAsset` before it is completed.",
);
pub(super) const IGNORED: Rule = rule(
    "metadata-of-server",
    "Metadata that the server sets isn't taken from the request.",
);
pub(super) const FUTURE: Rule = rule(
    "time-in-future",
    "A resource isn't created or changed later than the response's `Date`.",
);
pub(super) const PROBLEM_NUMBER: Rule = rule(
    "problem-number",
    "A problem has the status of the response and of its number.",
);
pub(super) const PROBLEM_TEXT: Rule = rule(
    "problem-text",
    "Documented problems have the title and the detail of their examples, word for word.",
);
pub(super) const REASONS: Rule = rule(
    "state-reasons",
    "A resource that can't be used gives reasons, and one that can be used has none.",
);
pub(super) const MODIFIED_BY: Rule = rule(
    "modified-by",
    "`modifiedBy` is absent until the resource changes, and present afterwards.",
);
pub(super) const CREATOR: Rule = rule(
    "created-by",
    "The creator of a resource is the user of the request's token.",
);
pub(super) const APP: Rule = rule(
    "app-cluster",
    "An app has its account as the cluster, and its name as the only namespace.",
);
pub(super) const BUCKET: Rule = rule(
    "bucket-measured",
    "A bucket has its stored bytes and the time of their measurement, or neither.",
);
pub(super) const RESTORE: Rule = rule(
    "restore-consistent",
    "A restore has one source, and its members agree with its state and its target.",
);
pub(super) const RESTORES: Rule = rule(
    "restore-alone",
    "At most one restore in place of an app is in progress.",
);
pub(super) const SCHEDULE_FIELDS: Rule = rule(
    "schedule-consistent",
    "The fields of a schedule agree with each other.",
);
pub(super) const LIST_TAG: Rule = rule("list-tagged", "A list has no `ETag`.");
pub(super) const LIST_METADATA: Rule = rule(
    "list-metadata",
    "The metadata of a list has no labels, a time after those of its items, and the user of the token.",
);
pub(super) const NAMES: Rule = rule("name-unique", "No two items of a list have the same name.");
pub(super) const CLOUDS: Rule = rule("cloud-listed", "The list of clouds is empty.");
pub(super) const LISTED: Rule = rule(
    "list-complete",
    "A whole list contains each of its resources once, and no others.",
);
pub(super) const ORDER: Rule = rule(
    "list-order",
    "A list is ordered by creation and id, newest first.",
);
pub(super) const COUNT: Rule = rule("list-count", "`count` is the number of items in the response.");
pub(super) const LIMIT: Rule = rule(
    "list-limit",
    "A response has at most `limit` items, and only an incomplete one has `continue`.",
);
pub(super) const COLUMNS: Rule = rule(
    "list-rows",
    "With `include`, each item is an array of the requested fields, in that order.",
);
pub(super) const SAME: Rule = rule("list-equals-fetch", "A list returns the same data as a fetch.");

/// All rules, for explanations of codes.
pub(in crate::live) const RULES: &[Rule] = &[
    UNIQUE,
    NEW,
    CORRELATION,
    ECHO,
    INITIAL_STATE,
    TIMES,
    FOUND,
    DELETED,
    SCOPE,
    CONSTANT,
    LABELS,
    STATE,
    PROGRESS,
    FINISHED,
    MODIFIED,
    TAG,
    SCHEDULE,
    ASSET,
    IGNORED,
    FUTURE,
    PROBLEM_NUMBER,
    PROBLEM_TEXT,
    REASONS,
    MODIFIED_BY,
    CREATOR,
    APP,
    BUCKET,
    RESTORE,
    RESTORES,
    SCHEDULE_FIELDS,
    LIST_TAG,
    LIST_METADATA,
    NAMES,
    CLOUDS,
    LISTED,
    ORDER,
    COUNT,
    LIMIT,
    COLUMNS,
    SAME,
];

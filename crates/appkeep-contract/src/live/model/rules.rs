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
pub(super) const FINISHED: Rule = rule(
    "ended-well-or-not",
    "A completed resource is complete, and a failed one gives the reason.",
);
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
    LISTED,
    ORDER,
    COUNT,
    LIMIT,
    COLUMNS,
    SAME,
];

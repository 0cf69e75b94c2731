//! The rules for all responses, as data.

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::live) struct Rule {
    pub(in crate::live) code: &'static str,
    pub(in crate::live) rule: &'static str,
}

/// A violation of a rule by a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::live) struct Wrong {
    pub(in crate::live) rule: Rule,
    pub(in crate::live) what: String,
}

impl Rule {
    pub(super) fn broken(self, what: String) -> Wrong {
        Wrong { rule: self, what }
    }
}

const fn rule(code: &'static str, rule: &'static str) -> Rule {
    Rule { code, rule }
}

pub(super) const UNIQUE: Rule = rule("id-unique", "No id is given twice.");
pub(super) const NEW: Rule = rule("create-existing", "A create makes a new resource.");
pub(super) const CORRELATION: Rule = rule(
    "correlation-unique",
    "No two problems have the same correlation id.",
);
pub(super) const ECHO: Rule = rule("create-echo", "A create repeats what was sent.");
pub(super) const BIRTH: Rule = rule("create-begins", "A new resource has just begun.");
pub(super) const TIMES: Rule = rule(
    "times-in-order",
    "Nothing is changed before it is made, nor made before what is older.",
);
pub(super) const FOUND: Rule = rule("made-is-found", "What was made is found until it is deleted.");
pub(super) const GONE: Rule = rule("deleted-is-gone", "What was deleted is nowhere any more.");
pub(super) const ELSEWHERE: Rule = rule(
    "found-elsewhere",
    "What is made is seen in its own account and app, and nowhere else.",
);
pub(super) const CONSTANT: Rule = rule(
    "constant-changes",
    "What a resource is called, holds and comes from doesn't change.",
);
pub(super) const LABELS: Rule = rule(
    "labels-kept",
    "The client's labels come first, as they were sent, and then the system's.",
);
pub(super) const STATE: Rule = rule("state-moves", "A state only moves along the documented ways.");
pub(super) const PROGRESS: Rule = rule(
    "progress",
    "Progress never goes back, nor beyond the whole, and its figures fit each other.",
);
pub(super) const ENDED: Rule = rule(
    "ended-well-or-not",
    "What is completed is whole, and what failed says why.",
);
pub(super) const MODIFIED: Rule = rule(
    "modification-time",
    "`modificationTimestamp` moves when the resource does, and only then.",
);
pub(super) const TAG: Rule = rule(
    "entity-tag",
    "An entity tag changes when the resource does, and only then.",
);
pub(super) const LISTED: Rule = rule(
    "list-complete",
    "A whole list holds each thing that belongs there once, and nothing else.",
);
pub(super) const ORDER: Rule = rule(
    "list-order",
    "A list is ordered by creation and id, newest first.",
);
pub(super) const COUNT: Rule = rule("list-count", "`count` is the number of items in the answer.");
pub(super) const LIMIT: Rule = rule(
    "list-limit",
    "No answer has more items than `limit`, and only a cut one goes on.",
);
pub(super) const COLUMNS: Rule = rule(
    "list-rows",
    "With `include` each item is a row of the fields asked for, in that order.",
);
pub(super) const SAME: Rule = rule("list-equals-fetch", "A list shows what a fetch shows.");

/// All rules, for explanations of codes.
pub(in crate::live) const RULES: &[Rule] = &[
    UNIQUE,
    NEW,
    CORRELATION,
    ECHO,
    BIRTH,
    TIMES,
    FOUND,
    GONE,
    ELSEWHERE,
    CONSTANT,
    LABELS,
    STATE,
    PROGRESS,
    ENDED,
    MODIFIED,
    TAG,
    LISTED,
    ORDER,
    COUNT,
    LIMIT,
    COLUMNS,
    SAME,
];

"""The known exceptions for our server, with their reasons.

An exception is one kind of failure of one operation with one problem. `cargo xtask schemathesis` prints how often each
was used. A reason that a full run never used is a finding, except for deleted resources: few sequences request them
again, and in some runs none does.
"""

import json
import sys
from dataclasses import dataclass

import schemathesis

import tally


@dataclass(frozen=True)
class Exception_:
    """A known exception."""

    operation: str
    failure: str  # the class of Schemathesis' failure
    status: int
    problem: str  # the last part of the problem's type
    reason: str
    deleted: bool = False  # whether it is only about deleted resources


INCLUDED_TWICE = "no pattern of every dialect can say that a field is named once; the contract says so in words"
AT_ANOTHER_URL = "a backup has two URLs: what was deleted at one is gone at the other, which Schemathesis can't know"

EXCEPTIONS = (
    Exception_(
        operation="app_backup_create_for_app",
        failure="RejectedPositiveData",
        status=400,
        problem="46",
        reason="a body may refer to an unknown snapshot; a schema can't list the existing ones",
    ),
    Exception_(
        operation="app_backup_create_for_app",
        failure="RejectedPositiveData",
        status=400,
        problem="108",
        reason="a body may refer to an unknown bucket; a schema can't list the existing ones",
    ),
    Exception_(
        operation="app_backup_create_for_app",
        failure="RejectedPositiveData",
        status=400,
        problem="9",
        reason="a body may give a label's name twice, one of the system's, or too many bytes; the contract says so in words",
    ),
    Exception_(
        operation="app_snap_create_for_app",
        failure="RejectedPositiveData",
        status=400,
        problem="9",
        reason="a body may give a label's name twice, one of the system's, or too many bytes; the contract says so in words",
    ),
    Exception_(
        operation="app_update",
        failure="RejectedPositiveData",
        status=400,
        problem="46",
        reason="a body may refer to an unknown snapshot; a schema can't list the existing ones",
    ),
    Exception_(
        operation="app_update",
        failure="RejectedPositiveData",
        status=400,
        problem="9",
        reason="a body may refer to an unknown backup, or have two sources or none; the contract describes this in prose",
    ),
    Exception_(
        operation="app_restore_create_for_app",
        failure="RejectedPositiveData",
        status=400,
        problem="9",
        reason="a body may refer to an unknown backup, or have two sources or none; the contract describes this in prose",
    ),
    Exception_(
        operation="app_backup_file_list_for_app",
        failure="RejectedPositiveData",
        status=400,
        problem="5",
        reason="`pattern` may be an incomplete glob; a regular expression can't describe globs",
    ),
    Exception_(
        operation="app_backup_change_list_for_app",
        failure="RejectedPositiveData",
        status=400,
        problem="5",
        reason="the base may be unknown; a schema can't list the existing ones",
    ),
    *(
        Exception_(
            operation=operation,
            failure="RejectedPositiveData",
            status=400,
            problem=problem,
            reason=reason,
        )
        for operation in ("app_schedule_create_for_app", "app_schedule_update_for_app")
        for problem, reason in (
            ("9", "rules between fields of a schedule depend on the schedule and its app; the contract says so in words"),
            ("108", "a body may refer to an unknown bucket; a schema can't list the existing ones"),
        )
    ),
    *(
        Exception_(
            operation=operation,
            failure="RejectedPositiveData",
            status=400,
            problem="5",
            reason=INCLUDED_TWICE,
        )
        for operation in (
            "app_backup_list_all",
            "app_backup_list_for_app",
            "app_snap_list_for_app",
            "app_list",
            "app_restore_list_for_app",
            "app_summary_list",
            "app_schedule_list_for_app",
            "app_hook_list_for_app",
            "bucket_list",
            "cloud_list",
            "user_list",
            "account_list",
        )
    ),
    *(
        Exception_(
            operation=operation,
            failure="EnsureResourceAvailability",
            status=404,
            problem=problem,
            reason=AT_ANOTHER_URL,
            deleted=True,
        )
        for operation, problem in (
            ("app_backup_fetch", "2"),
            ("app_backup_fetch_for_app", "2"),
            ("app_backup_delete", "1"),
            ("app_backup_delete_for_app", "1"),
        )
    ),
)


def matching(failure, case, response):
    """The exception that lets the failure off, if there is one."""
    operation = case.operation.definition.raw.get("operationId")
    kind = type(failure).__name__
    for exception in EXCEPTIONS:
        if (exception.operation, exception.failure) != (operation, kind):
            continue
        if exception.deleted and tally.last_of_path(case) not in tally.deleted:
            continue
        if exception.status == response.status_code and exception.problem == problem_of(response):
            return exception
    return None


def problem_of(response):
    """The number of the problem that was answered, if one was."""
    try:
        return json.loads(response.content)["type"].rsplit("/", 1)[-1]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops a failure that is in the table."""
    exception = matching(failure, case, response)
    if exception is not None:
        tally.exception(exception)
        return False
    # A long run tells at once what it will report in the end.
    about = (type(failure).__name__, tally.operation_of(case), response.status_code, problem_of(response))
    print("found:", *about, file=sys.stderr, flush=True)
    return True


for known in EXCEPTIONS:
    tally.declare(known)

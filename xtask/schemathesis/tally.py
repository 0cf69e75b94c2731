"""Counts the responses of a run for `cargo xtask schemathesis`, and writes the counts to a file when the run ends."""

import atexit
import dataclasses
import json
import os
from collections import Counter

import schemathesis

_responses = Counter()
_isolation = Counter()
_exceptions = Counter()

# The ids of deleted resources, at any URL.
deleted = set()


def operation_of(case):
    """The operation's id."""
    return case.operation.definition.raw.get("operationId")


def last_of_path(case):
    """The id that the path ends with."""
    return case.formatted_path.rsplit("/", 1)[-1]


def declare(known):
    """Declares a known exception."""
    _exceptions[known] += 0


def exception(known):
    """Counts a use of an exception."""
    _exceptions[known] += 1


def isolated(operation):
    """Counts a rejected request of the other account."""
    _isolation[operation] += 1


@schemathesis.hook
def after_call(context, case, response):
    """Counts a response by phase, operation and status."""
    phase = case.meta.phase.name.value if case.meta is not None else "other"
    _responses[phase, operation_of(case), response.status_code] += 1
    if case.method == "DELETE" and response.status_code == 204:
        deleted.add(last_of_path(case))


@atexit.register
def _write():
    responses = [
        {"phase": phase, "operation": operation, "status": status, "count": count}
        for (phase, operation, status), count in sorted(_responses.items(), key=str)
    ]
    exceptions = [{**dataclasses.asdict(known), "count": count} for known, count in _exceptions.items()]
    with open(os.environ["APPKEEP_TALLY"], "w", encoding="utf-8") as file:
        json.dump({"responses": responses, "isolation": _isolation, "exceptions": exceptions}, file)

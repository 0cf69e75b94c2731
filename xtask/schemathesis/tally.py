"""Counts what the run did, for `cargo xtask schemathesis` to judge, and writes it down when the run ends."""

import atexit
import dataclasses
import json
import os
from collections import Counter

import schemathesis

_answers = Counter()
_isolation = Counter()
_exceptions = Counter()

# The ids of what was deleted, at whichever URL.
deleted = set()


def operation_of(case):
    """The operation's id."""
    return case.operation.definition.raw.get("operationId")


def last_of_path(case):
    """The id that the path ends with."""
    return case.formatted_path.rsplit("/", 1)[-1]


def declare(known):
    """Notes an exception that may be needed."""
    _exceptions[known] += 0


def exception(known):
    """Notes that an exception was needed."""
    _exceptions[known] += 1


def isolated(operation):
    """Notes that a stranger was refused."""
    _isolation[operation] += 1


@schemathesis.hook
def after_call(context, case, response):
    """Notes an answer, by phase, operation and status."""
    phase = case.meta.phase.name.value if case.meta is not None else "other"
    _answers[phase, operation_of(case), response.status_code] += 1
    if case.method == "DELETE" and response.status_code == 204:
        deleted.add(last_of_path(case))


@atexit.register
def _write():
    answers = [
        {"phase": phase, "operation": operation, "status": status, "count": count}
        for (phase, operation, status), count in sorted(_answers.items(), key=str)
    ]
    exceptions = [{**dataclasses.asdict(known), "count": count} for known, count in _exceptions.items()]
    with open(os.environ["APPKEEP_TALLY"], "w", encoding="utf-8") as file:
        json.dump({"answers": answers, "isolation": _isolation, "exceptions": exceptions}, file)

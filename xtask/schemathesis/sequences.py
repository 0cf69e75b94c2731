"""Keeps the stateful phase going until it has run as many sequences as it was asked for.

Hypothesis repeats the beginning of earlier sequences, and a server that remembers answers differently the second
time: a name is taken, a backup is gone. Hypothesis calls that flaky, and Schemathesis then ends the phase without a
word, after a few dozen sequences of hundreds. It does start again when Hypothesis gives up for another reason; this
lets it start again for this one, too, with the next seed.
"""

from hypothesis.errors import Flaky
from schemathesis.engine.run.stateful import _executor as executor

_classify = executor._classify_suite_error


def _classify_and_go_on(exc, *, ctx, engine, state, settings):
    status, again, events = _classify(exc, ctx=ctx, engine=engine, state=state, settings=settings)
    if isinstance(exc, Flaky) or executor.is_inconsistent_replay(exc):
        left = not engine.has_to_stop and not engine.has_reached_the_failure_limit
        again = again or (left and not events and ctx.completed_scenarios < settings.max_examples)
    return status, again, events


executor._classify_suite_error = _classify_and_go_on

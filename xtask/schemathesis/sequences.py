"""Restarts the stateful phase until it has run the requested number of sequences.

Hypothesis repeats the beginning of earlier sequences, and a stateful server responds differently the second time: a
name is in use, a backup is deleted. Hypothesis considers this flaky. Schemathesis then ends the phase silently, after a
few dozen of hundreds of sequences. It restarts the phase when Hypothesis stops for other reasons; this hook makes it
restart for this reason, too, with the next seed.
"""

from hypothesis.errors import Flaky
from schemathesis.engine.run.stateful import _executor as executor

_classify = executor._classify_suite_error


def _classify_and_restart(exc, *, ctx, engine, state, settings):
    status, again, events = _classify(exc, ctx=ctx, engine=engine, state=state, settings=settings)
    if isinstance(exc, Flaky) or executor.is_inconsistent_replay(exc):
        left = not engine.has_to_stop and not engine.has_reached_the_failure_limit
        again = again or (left and not events and ctx.completed_scenarios < settings.max_examples)
    return status, again, events


executor._classify_suite_error = _classify_and_restart

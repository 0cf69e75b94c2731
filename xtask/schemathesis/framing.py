"""Removes generated headers that define the end of a message.

A message that contradicts them isn't valid HTTP. The server's HTTP library responds with an empty 400 before the
operation is known. All other headers are generated as usual.
"""

import schemathesis

FRAMING = {"content-length", "transfer-encoding"}


@schemathesis.hook
def map_headers(context, headers):
    """Removes the framing headers."""
    for name in [name for name in headers or () if name.lower() in FRAMING]:
        del headers[name]
    return headers

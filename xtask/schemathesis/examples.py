"""Replaces the examples in the document by ids that exist on the server under test.

When Schemathesis varies one value, it uses the examples for all others. With the contract's own ids, nearly every case
would fail because the account doesn't exist.
"""

import json
import os

import schemathesis


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Replaces the examples of parameters and of the fields with references to resources."""
    known = json.loads(os.environ["APPKEEP_EXAMPLES"])
    schemas = raw_schema["components"]["schemas"]
    for parameter in raw_schema["components"]["parameters"].values():
        if parameter["name"] in known:
            example = known[parameter["name"]]
            parameter["example"] = example
            parameter["schema"] = {**schemas["Identifier"], "example": example}
    for schema in ("AppBackupCreate", "AppUpdate"):
        fields = schemas[schema]["properties"]
        for name in fields.keys() & known.keys():
            fields[name] = {**fields[name], "example": known[name]}
    # A restore takes exactly one source, which examples of single fields can't express.
    for example in ("AppUpdateFromBackupRequest", "AppUpdateFromSnapshotRequest"):
        value = raw_schema["components"]["examples"][example]["value"]
        value.update({name: known[name] for name in value.keys() & known.keys()})
